"""Trains the sample of tabular-regression: how a diabetes progresses within a year, from ten measurements.

    python test/models/diabetes/train.py [folder, default template-files/samples/tabular-regression]

A missing value is replaced by the median inside the model, so that the sample shows missing values, too.
"""

import sys
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_diabetes
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

sys.path.append(str(Path(__file__).parents[1]))
from samples import sample_folder, write

FEATURES = ["age", "sex", "bmi", "bp", "tc", "ldl", "hdl", "tch", "ltg", "glu"]

x, y = load_diabetes(return_X_y=True, scaled=False)
x = x.astype(np.float32)
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0)
model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), Ridge()).fit(x_train, y_train)
print(f"R2 on held-out rows: {model.score(x_test, y_test):.3f}")

onnx_model = to_onnx(model, x[:1], target_opset={"": 17, "ai.onnx.ml": 3})
rows = x_test[:4].copy()
rows[3, [2, 9]] = np.nan
instances = [
    {name: None if np.isnan(value) else round(float(value), 4) for name, value in zip(FEATURES, row, strict=True)}
    for row in rows
]
write(sample_folder("tabular-regression"), onnx_model, instances, [{"value": value} for value in model.predict(rows)])
