"""Asks a running service with Triton's own client, and prints what came back as JSON, one answer a line.

    client.py <host:port> <model> <classifier host:port> <classifier model>
"""

import json
import sys

import numpy as np
import tritonclient.http as http

NUMPY = {
    "BOOL": np.array([[True, False], [False, True]]),
    "UINT8": np.array([[0, 255], [1, 2]], dtype=np.uint8),
    "UINT16": np.array([[0, 65535], [1, 2]], dtype=np.uint16),
    "UINT32": np.array([[0, 2**32 - 1], [1, 2]], dtype=np.uint32),
    "UINT64": np.array([[0, 2**64 - 1], [1, 2]], dtype=np.uint64),
    "INT8": np.array([[-128, 127], [1, 2]], dtype=np.int8),
    "INT16": np.array([[-(2**15), 2**15 - 1], [1, 2]], dtype=np.int16),
    "INT32": np.array([[-(2**31), 2**31 - 1], [1, 2]], dtype=np.int32),
    "INT64": np.array([[-(2**63), 2**63 - 1], [2**53 + 1, 2]], dtype=np.int64),
    "FP16": np.array([[1.5, -65504], [1, 2]], dtype=np.float16),
    "FP32": np.array([[0.1, -3.4e38], [1, 2]], dtype=np.float32),
    "FP64": np.array([[0.1, 1.7e308], [1, 2]], dtype=np.float64),
    "BYTES": np.array([["ü", ""], ["a b", "日本"]], dtype=object),
}


def say(test: str, **facts) -> None:
    print(json.dumps({"test": test, **facts}))


def tensors(binary: bool, skip=()):
    inputs = []
    for name, array in NUMPY.items():
        if name in skip:
            continue
        tensor = http.InferInput(f"in_{name}", array.shape, name)
        tensor.set_data_from_numpy(array, binary_data=binary or name == "FP16")
        inputs.append(tensor)
    return inputs


def same(result, name: str) -> bool:
    found = result.as_numpy(f"out_{name}")
    if name == "BYTES":
        found = np.array([[item.decode() if isinstance(item, bytes) else item for item in row] for row in found], dtype=object)
    return bool(found is not None and found.shape == NUMPY[name].shape and (found == NUMPY[name]).all())


def every_datatype(client, model: str) -> None:
    for binary_in in (True, False):
        for binary_out in (True, False):
            outputs = [http.InferRequestedOutput(f"out_{name}", binary_data=binary_out or name == "FP16") for name in NUMPY]
            result = client.infer(model, tensors(binary_in), outputs=outputs, request_id="mine")
            say(
                "datatypes",
                binary_in=binary_in,
                binary_out=binary_out,
                id=result.get_response()["id"],
                wrong=[name for name in NUMPY if not same(result, name)],
            )


def compression(client, model: str) -> None:
    many = np.tile(np.array([[5.1, 3.5, 1.4, 0.2]], dtype=np.float32), (500, 1))
    tensor = http.InferInput("float_input", many.shape, "FP32")
    tensor.set_data_from_numpy(many, binary_data=True)
    for algorithm in ("gzip", "deflate"):
        result = client.infer(
            model, [tensor], request_compression_algorithm=algorithm, response_compression_algorithm=algorithm
        )
        rows = result.as_numpy("probabilities")
        say("compression", algorithm=algorithm, rows=len(rows), equal=bool((rows == rows[0]).all()), first=float(rows[0][0]))


def refusals(client, model: str) -> None:
    tensor = http.InferInput("float_input", [1, 3], "FP32")
    tensor.set_data_from_numpy(np.zeros((1, 3), dtype=np.float32))
    for name, call in {
        "shape": lambda: client.infer(model, [tensor]),
        "model": lambda: client.infer("nobody", [tensor]),
        "version": lambda: client.infer(model, [tensor], model_version="9"),
    }.items():
        try:
            call()
            say("refusal", what=name, status=None, message=None)
        except http.InferenceServerException as error:
            say("refusal", what=name, status=error.status(), message=error.message())


def main(url: str, model: str, classifier_url: str, classifier: str) -> None:
    client = http.InferenceServerClient(url)
    say("health", live=client.is_server_live(), ready=client.is_server_ready(), model=client.is_model_ready(model))
    say("unknown model", ready=client.is_model_ready("nobody"))
    say("server", **{key: client.get_server_metadata()[key] for key in ("name", "extensions")})
    metadata = client.get_model_metadata(model)
    say("metadata", platform=metadata["platform"], inputs=len(metadata["inputs"]), versions=metadata["versions"])
    every_datatype(client, model)
    other = http.InferenceServerClient(classifier_url, concurrency=8)
    compression(other, classifier)
    refusals(other, classifier)
    row = http.InferInput("float_input", [1, 4], "FP32")
    row.set_data_from_numpy(np.array([[5.1, 3.5, 1.4, 0.2]], dtype=np.float32))
    waiting = [other.async_infer(classifier, [row]) for _ in range(64)]
    answers = {float(one.get_result().as_numpy("probabilities")[0][0]) for one in waiting}
    say("many at once", answers=len(answers))


main(*sys.argv[1:])
