"""Trains a second version of the sample classifier, for the tests of two versions in one service.

    python test/models/iris/train_candidate.py [folder, default template-files/base/test/fixtures/sample/model]

The same interface, and a much simpler rule: it disagrees with the first version on some flowers.
"""

import json
import sys
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
LABELS = ["setosa", "versicolor", "virginica"]

x, y = load_iris(return_X_y=True)
model = make_pipeline(StandardScaler(), LogisticRegression(C=0.001)).fit(x[40:], y[40:])
onnx_model = to_onnx(
    model,
    initial_types=[("float_input", FloatTensorType([None, 4]))],
    options={"zipmap": False},
    target_opset={"": 17, "ai.onnx.ml": 3},
)
folder = Path(sys.argv[1] if len(sys.argv) > 1 else "template-files/base/test/fixtures/sample/model")
(folder / "candidate.onnx").write_bytes(onnx_model.SerializeToString())
samples = []
for row in x[[0, 70, 120]]:
    probabilities = model.predict_proba(row.astype(np.float32).reshape(1, -1))[0]
    samples.append(
        {
            "instance": {name: round(float(v), 4) for name, v in zip(FEATURES, row)},
            "prediction": {
                "label": LABELS[int(np.argmax(probabilities))],
                "probabilities": {name: float(p) for name, p in zip(LABELS, probabilities)},
            },
        }
    )
golden = {"tolerance": 1e-5, "samples": samples}
(folder / "candidate.golden.json").write_text(json.dumps(golden, indent=2) + "\n")
