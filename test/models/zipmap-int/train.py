"""A random forest as scikit-learn users export it: integer classes, and maps (ZipMap) for probabilities.

    python test/models/zipmap-int/train.py
"""

import sys
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier

sys.path.append(str(Path(__file__).parents[1]))
from samples import classified, write

x, y = load_iris(return_X_y=True)
x = x.astype(np.float32)
model = RandomForestClassifier(n_estimators=5, max_depth=3, random_state=0).fit(x, y)
rows = x[[0, 60, 70, 133]]
onnx_model = to_onnx(model, x[:1], target_opset={"": 17, "ai.onnx.ml": 3})
write(Path(__file__).parent, onnx_model, list(rows), classified(model.classes_, model.predict_proba(rows)))
