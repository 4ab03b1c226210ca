"""Writes the rows that a sample model was trained with, as `npm run reference` of its repository reads them.

    python test/models/training_rows.py iris|diabetes|digits|support-mail|wine-multitask > rows.jsonl

Their reference.json beside the model is made of them: stamp the sample out, then `npm run reference -- rows.jsonl`.
"""

import base64
import io
import json
import sys
from pathlib import Path

import numpy as np
from sklearn import datasets
from sklearn.model_selection import train_test_split


def table(data, names, **split):
    train, _ = train_test_split(np.arange(len(data)), random_state=0, **split)
    return [dict(zip(names, map(float, data[row].astype(np.float32)), strict=True)) for row in train]


def iris():
    x, y = datasets.load_iris(return_X_y=True)
    return table(x, ["sepal_length", "sepal_width", "petal_length", "petal_width"], stratify=y)


def diabetes():
    x, _ = datasets.load_diabetes(return_X_y=True, scaled=False)
    return table(x, ["age", "sex", "bmi", "bp", "tc", "ldl", "hdl", "tch", "ltg", "glu"])


def digits():
    from PIL import Image

    data = datasets.load_digits()
    train, _ = train_test_split(np.arange(len(data.images)), random_state=0, stratify=data.target)
    for image in np.round(data.images[train] * (255 / 16)).astype(np.uint8):
        file = io.BytesIO()
        Image.fromarray(image).save(file, "PNG", optimize=True)
        yield {"image": base64.b64encode(file.getvalue()).decode()}


def support_mail():
    lines = (Path(__file__).parent / "support-mail/messages.tsv").read_text().splitlines()
    return [{"text": line.split("\t")[1]} for line in lines]


def wine_multitask():
    wine = datasets.load_wine()
    names = list(wine.feature_names)
    colour = [names.index(name) for name in ("color_intensity", "hue")]
    chemistry = [at for at, name in enumerate(names) if name != "alcohol" and at not in colour]
    train, _ = train_test_split(np.arange(len(wine.target)), random_state=0, stratify=wine.target)
    return [{"chemistry": row[chemistry].tolist(), "colour": row[colour].tolist()} for row in wine.data[train]]


for row in globals()[sys.argv[1].replace("-", "_")]():
    print(json.dumps(row, ensure_ascii=False))
