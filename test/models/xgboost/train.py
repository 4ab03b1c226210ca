"""Gradient boosting for a regression by XGBoost, exported with onnxmltools.

    python test/models/xgboost/train.py
"""

import sys
from pathlib import Path

import numpy as np
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.datasets import load_diabetes
from xgboost import XGBRegressor

sys.path.append(str(Path(__file__).parents[1]))
from samples import write

x, y = load_diabetes(return_X_y=True)
x = x.astype(np.float32)
model = XGBRegressor(n_estimators=4, max_depth=3, n_jobs=1).fit(x, y)
rows = x[[0, 60, 170]]
onnx_model = convert_xgboost(model, initial_types=[("input", FloatTensorType([None, x.shape[1]]))], target_opset=15)
# float32 trees summed to some hundred: agreement is relative to that.
predictions = [{"value": float(value)} for value in model.predict(rows)]
write(Path(__file__).parent, onnx_model, list(rows), predictions, tolerance=1e-3)
