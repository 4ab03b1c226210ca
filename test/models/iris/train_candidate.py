"""Trains a second version of the sample classifier, for the tests of two versions in one service.

    python test/models/iris/train_candidate.py [folder, default template-files/base/test/fixtures/sample/model]

The same interface, and a much simpler rule: it disagrees with the first version on some flowers.
"""

import sys
from pathlib import Path

from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from train import export, write_golden

x, y = load_iris(return_X_y=True)
model = make_pipeline(StandardScaler(), LogisticRegression(C=0.001)).fit(x[40:], y[40:])
folder = Path(sys.argv[1] if len(sys.argv) > 1 else "template-files/base/test/fixtures/sample/model")
export(model, folder / "candidate.onnx")
write_golden(model, x[[0, 70, 120]], folder / "candidate.golden.json")
