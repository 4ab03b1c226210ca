"""Trains the sample of text-classification: which team a customer's message is for.

    python test/models/support-mail/train.py [folder, default template-files/samples/text-classification]

The model takes strings: words are counted and weighed inside the graph. Upper case is made lower by the server
(serving.yaml), not by the graph: the runtime's own operator for it needs a locale that slim images do not have.
"""

import sys
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

sys.path.append(str(Path(__file__).parents[1]))
from samples import classified, sample_folder, write

MESSAGES = {
    line.split("\t")[1]: line.split("\t")[0]
    for line in (Path(__file__).parent / "messages.tsv").read_text().splitlines()
}

texts = np.array([text.lower() for text in MESSAGES])
teams = np.array(list(MESSAGES.values()))
WORDS = "[a-zA-Z0-9][a-zA-Z0-9]+"
model = make_pipeline(
    TfidfVectorizer(lowercase=False, token_pattern=WORDS), LogisticRegression(C=20, max_iter=500)
)
print(f"accuracy by cross-validation: {cross_val_score(model, texts, teams, cv=5).mean():.3f}")
model.fit(texts, teams)

onnx_model = to_onnx(
    model,
    initial_types=[("text", StringTensorType([None, 1]))],
    options={id(model): {"zipmap": False}, id(model[0]): {"tokenexp": WORDS}},
    target_opset={"": 17, "ai.onnx.ml": 3},
)
samples = [
    "Why was my card charged twice for the same order?",
    "The parcel has been in transit for ten days, WHERE IS IT?",
    "the app closes as soon as I try to log in",
    "Hello!",
]
predictions = classified(model.classes_, model.predict_proba([text.lower() for text in samples]))
write(sample_folder("text-classification"), onnx_model, [{"text": text} for text in samples], predictions)
