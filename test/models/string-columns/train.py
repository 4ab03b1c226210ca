"""A pipeline over columns of two kinds, each an input of its own: texts are one-hot encoded, numbers scaled.

    python test/models/string-columns/train.py
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

sys.path.append(str(Path(__file__).parents[1]))
from samples import classified, write

TYPES = {"plan": StringTensorType, "country": StringTensorType, "age": Int64TensorType, "spend": FloatTensorType}

random = np.random.default_rng(0)
count = 400
table = pd.DataFrame(
    {
        "plan": random.choice(["free", "basic", "pro"], count),
        "country": random.choice(["DE", "JP", "US"], count),
        "age": random.integers(18, 80, count),
        "spend": random.gamma(2.0, 30.0, count).astype(np.float32).round(2),
    }
)
leaves = (table["plan"] == "free") * 1.5 + (table["age"] < 30) * 1.0 - table["spend"] / 60 + random.normal(0, 0.7, count)
y = np.where(leaves > 0, "leaves", "stays")

columns = ColumnTransformer(
    [("texts", OneHotEncoder(handle_unknown="ignore"), ["plan", "country"]), ("numbers", StandardScaler(), ["age", "spend"])]
)
model = make_pipeline(columns, LogisticRegression()).fit(table, y)
rows = table.iloc[[0, 1, 2, 3]]
onnx_model = to_onnx(
    model,
    initial_types=[(name, of([None, 1])) for name, of in TYPES.items()],
    target_opset={"": 17, "ai.onnx.ml": 3},
)
write(Path(__file__).parent, onnx_model, rows.to_dict("records"), classified(model.classes_, model.predict_proba(rows)))
