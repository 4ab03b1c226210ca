"""Gradient boosting by LightGBM, exported with onnxmltools (ZipMap).

    python test/models/lightgbm/train.py
"""

import sys
from pathlib import Path

import numpy as np
from lightgbm import LGBMClassifier
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.datasets import load_iris

sys.path.append(str(Path(__file__).parents[1]))
from samples import classified, write

x, y = load_iris(return_X_y=True)
x = x.astype(np.float32)
model = LGBMClassifier(n_estimators=3, num_leaves=4, verbose=-1, n_jobs=1).fit(x, y)
rows = x[[0, 60, 70, 133]]
onnx_model = convert_lightgbm(model, initial_types=[("input", FloatTensorType([None, 4]))], target_opset=15)
write(Path(__file__).parent, onnx_model, list(rows), classified(model.classes_, model.predict_proba(rows)))
