"""The service as LitServe's own documentation would have it written, with its batches. MODEL and PORT come from the environment."""

import os

import litserve as ls
import numpy as np
import onnxruntime


class Classifier(ls.LitAPI):
    def setup(self, device):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
        self.labels = [f"class_{i}" for i in range(self.session.get_outputs()[0].shape[1])]

    def decode_request(self, request):
        return np.asarray(request["instances"], dtype=np.float32)[0]

    def batch(self, inputs):
        return np.stack(inputs)

    def predict(self, x):
        return self.session.run(["probabilities"], {"x": x})[0]

    def unbatch(self, output):
        return list(output)

    def encode_response(self, output):
        label = self.labels[int(output.argmax())]
        prediction = {"label": label, "probabilities": dict(zip(self.labels, output.tolist()))}
        return {"predictions": [prediction], "model_name": "model", "model_version": "1.0.0"}


if __name__ == "__main__":
    api = Classifier(max_batch_size=32, batch_timeout=0.001)
    server = ls.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(os.environ["PORT"]), num_api_servers=1, generate_client_file=False)
