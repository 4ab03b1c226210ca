"""Answers requests with Python's ONNX Runtime: each is a run of exactly its own tensor.

    python rows.py <model.onnx> < requests.json     [{"shape": [2, 4], "data": [...]}, ...]
"""

import json
import sys

import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
answers = []
for request in json.load(sys.stdin):
    x = np.array(request["data"], dtype=np.float32).reshape(request["shape"])
    (y,) = session.run(["y"], {"x": x})
    answers.append({"shape": list(y.shape), "data": y.flatten().tolist()})
json.dump(answers, sys.stdout)
