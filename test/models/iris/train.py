"""Trains the sample classifier (iris) and writes it where the template keeps it.

    python test/models/iris/train.py [folder, default template-files/base/model]

Writes model.onnx and golden.json. The golden answers are scikit-learn's own (float64), not the
exported model's, so that the tests compare the served answer with the training library.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
LABELS = ["setosa", "versicolor", "virginica"]


def main(folder: Path) -> None:
    x, y = load_iris(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0, stratify=y)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(x_train, y_train)
    print(f"accuracy on held-out rows: {model.score(x_test, y_test):.3f}")

    folder.mkdir(parents=True, exist_ok=True)
    export(model, folder / "model.onnx")
    # One row a class from the held-out rows, then one far from all of them.
    rows = [x_test[y_test == c][0] for c in range(3)] + [np.array([1.0, 2.0, 3.0, 4.0])]
    write_golden(model, rows, folder / "golden.json")


def export(model: Pipeline, path: Path) -> None:
    onnx_model = to_onnx(
        model,
        initial_types=[("float_input", FloatTensorType([None, 4]))],
        options={"zipmap": False},
        target_opset={"": 17, "ai.onnx.ml": 3},
    )
    path.write_bytes(onnx_model.SerializeToString())


def write_golden(model: Pipeline, rows: Iterable[np.ndarray], path: Path) -> None:
    samples = []
    for row in rows:
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
    path.write_text(json.dumps(golden, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "template-files/base/model"))
