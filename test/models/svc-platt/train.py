"""A support vector machine with Platt's probabilities: its label is a vote, which need not be the likeliest class.

    python test/models/svc-platt/train.py
"""

import sys
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_wine
from sklearn.svm import SVC

sys.path.append(str(Path(__file__).parents[1]))
from samples import classified, write

x, y = load_wine(return_X_y=True)
names = np.array(["barolo", "grignolino", "barbera"])[y]
x = x[:, :4].astype(np.float32)
model = SVC(probability=True, random_state=0).fit(x, names)
labels, probabilities = model.predict(x), model.predict_proba(x)
differs = np.flatnonzero(model.classes_[probabilities.argmax(axis=1)] != labels)
assert len(differs) >= 2, "the vote and the probabilities agree on all rows: nothing would be shown"
chosen = np.concatenate([differs[:3], [0, 100, 170]])
predictions = classified(model.classes_, probabilities[chosen])
for prediction, label in zip(predictions, labels[chosen], strict=True):
    prediction["label"] = str(label)
onnx_model = to_onnx(model, x[:1], target_opset={"": 17, "ai.onnx.ml": 3}, options={id(model): {"zipmap": False}})
write(Path(__file__).parent, onnx_model, list(x[chosen]), predictions)
