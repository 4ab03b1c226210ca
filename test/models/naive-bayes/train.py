"""Gaussian naive Bayes without ZipMap: its class labels are a constant from which the label output is picked.

    python test/models/naive-bayes/train.py
"""

import sys
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB

sys.path.append(str(Path(__file__).parents[1]))
from samples import classified, write

x, y = load_iris(return_X_y=True, as_frame=True)
x.columns = [name.removesuffix(" (cm)").replace(" ", "_") for name in x.columns]
model = GaussianNB().fit(x.to_numpy(np.float32), y.to_numpy() * 10)
rows = x.to_numpy(np.float32)[[0, 60, 70, 133]]
onnx_model = to_onnx(model, rows[:1], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})
for key, value in {"feature_names": list(x.columns)}.items():
    entry = onnx_model.metadata_props.add()
    entry.key, entry.value = key, repr(value)
instances = [dict(zip(x.columns, map(float, row), strict=True)) for row in rows]
write(Path(__file__).parent, onnx_model, instances, classified(model.classes_, model.predict_proba(rows)))
