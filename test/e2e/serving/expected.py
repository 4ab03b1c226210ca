"""Answers of Python's ONNX Runtime: each request of a file is one run, alone.

    python expected.py <requests.json> <model.onnx>...

The first of the models that has all outputs of a request answers it: the file that was exported or, where its outputs were
rewritten for serving (ZipMap), the file that is served. Requests and answers have the form of the Open Inference Protocol.
"""

import json
import sys

import numpy as np
import onnxruntime as ort

DATATYPES = {
    "BOOL": np.bool_,
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
    "INT8": np.int8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FP16": np.float16,
    "FP32": np.float32,
    "FP64": np.float64,
    "BYTES": object,
}


def session(path: str) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def tensor(spec: dict) -> np.ndarray:
    return np.array(spec["data"], dtype=DATATYPES[spec["datatype"]]).reshape(spec["shape"])


def answer(sessions: list, request: dict) -> list:
    wanted = [output["name"] for output in request["outputs"]]
    chosen = next(
        one
        for one in sessions
        if {output.name for output in one.get_outputs() if output.type.startswith("tensor")} >= set(wanted)
    )
    values = chosen.run(wanted, {spec["name"]: tensor(spec) for spec in request["inputs"]})
    return [
        {"name": name, "shape": list(value.shape), "data": value.reshape(-1).tolist()}
        for name, value in zip(wanted, values, strict=True)
    ]


def main() -> None:
    requests_file, *models = sys.argv[1:]
    with open(requests_file, encoding="utf-8") as file:
        requests = json.load(file)
    sessions = [session(model) for model in models]
    json.dump([answer(sessions, request) for request in requests], sys.stdout)


main()
