"""A logistic regression in a pipeline, with classes that have names, some of them beyond ASCII.

    python test/models/zipmap-string/train.py
"""

import sys
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

sys.path.append(str(Path(__file__).parents[1]))
from samples import classified, write

NAMES = np.array(["Barolo", "Grignolino", "Barbera d'Asti è"])

x, y = load_wine(return_X_y=True)
x = x.astype(np.float32)
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(x, NAMES[y])
rows = x[[0, 80, 170]]
onnx_model = to_onnx(model, x[:1], target_opset={"": 17, "ai.onnx.ml": 3})
write(Path(__file__).parent, onnx_model, list(rows), classified(model.classes_, model.predict_proba(rows)))
