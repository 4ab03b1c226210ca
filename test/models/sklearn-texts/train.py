"""Text models of scikit-learn as skl2onnx writes them, and what scikit-learn itself answers to awkward texts.

    python test/models/sklearn-texts/train.py

The texts are those of `tokenizers/expected.json`, without NUL, which no string tensor of the runtime may hold.
"""

import json
import warnings
from pathlib import Path

from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

warnings.filterwarnings("ignore")
folder = Path(__file__).parent
texts = [text for text in json.loads((folder.parent / "tokenizers/expected.json").read_text())["texts"] if "\0" not in text]
lines = (folder.parent / "support-mail/messages.tsv").read_text().splitlines()
messages = [line.split("\t")[1] for line in lines]
foreign = ["où est mon café naïve", "Straße ΟΔΟΣ ὀδυσσεύς σας", "한국어 문장 입니다", "日本語のテキスト です", "привет мир ёлка", "हिन्दी पाठ"]
messages += [*foreign, "I am at the 3 x y z", "año 2024 nº 5 ٣٤ ½"] * 3
labels = [["billing", "delivery", "returns"][at % 3] for at in range(len(messages))]

VECTORIZERS = {
    "words": TfidfVectorizer(),
    "neighbours": TfidfVectorizer(ngram_range=(1, 2), max_features=600),
    "cased": CountVectorizer(lowercase=False),
    "letters": TfidfVectorizer(token_pattern=r"(?u)\b\w+\b"),
    "spaces": CountVectorizer(token_pattern=r"\S+"),
    "ascii": CountVectorizer(token_pattern="[a-zA-Z0-9_]+"),
    "dropped": TfidfVectorizer(stop_words="english", ngram_range=(1, 2), max_features=600),
    "characters": TfidfVectorizer(analyzer="char", ngram_range=(1, 2), max_features=600),
}

answers = {}
for name, vectorizer in VECTORIZERS.items():
    pipeline = make_pipeline(vectorizer, LogisticRegression()).fit(messages, labels)
    model = convert_sklearn(pipeline, initial_types=[("text", StringTensorType([None, 1]))], target_opset=17)
    (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
    answers[name] = pipeline.predict_proba(texts).round(6).tolist()
labels = sorted(set(labels))
(folder / "expected.json").write_text(json.dumps({"texts": texts, "labels": labels, "answers": answers}, separators=(",", ":")) + "\n")
