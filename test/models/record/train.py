"""Trains a small model of each kind, exports it, and records what training made of some samples with the template's tools/record.py.

usage: train.py table|text|picture <folder of record.py> <output folder> [a step]...
Writes model.onnx (and tokenizer.json) into the output folder, what training made of the samples to record/, and for each step named
record-<step>/, in which that step is another one than the service's.
"""
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

kind, tools, output, *steps = sys.argv[1:]
sys.path.insert(0, tools)
from record import Recorder  # noqa: E402

random = np.random.default_rng(7)


def save(graph):
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, os.path.join(output, "model.onnx"))


def session():
    return onnxruntime.InferenceSession(os.path.join(output, "model.onnx"))


def answer(labels, probabilities, broken):
    label = labels[int(np.argmax(probabilities))]
    return {"label": "another" if broken == "answer" else label, "probabilities": dict(zip(labels, probabilities))}


def table():
    from skl2onnx import to_onnx
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = load_iris(return_X_y=True)
    x = x.astype("float32")
    names = ["setosa", "versicolor", "virginica"]
    columns = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, np.array(names)[y])
    exported = to_onnx(model, x[:1], options={"zipmap": False}, target_opset=17)
    exported.metadata_props.add(key="feature_names", value='["%s"]' % '","'.join(columns))
    with open(os.path.join(output, "model.onnx"), "wb") as file:
        file.write(exported.SerializeToString())

    def record(recorder, broken):
        for row in x[[0, 60, 120]]:
            with recorder.sample(row=dict(zip(columns, row))) as sample:
                sample.step("tensor", row[::-1] if broken == "tensor" else row)
                sample.answer(answer(names, model.predict_proba(row[None])[0], broken))

    return record


def text():
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    corpus = ["the parcel is late", "an invoice is wrong", "the app does not start", "Café bill, twice!"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tokenizer.train_from_iterator(corpus, trainers.WordPieceTrainer(vocab_size=80, special_tokens=special))
    pair = [("[CLS]", tokenizer.token_to_id("[CLS]")), ("[SEP]", tokenizer.token_to_id("[SEP]"))]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=pair)
    tokenizer.save(os.path.join(output, "tokenizer.json"))
    size, classes = tokenizer.get_vocab_size(), 3
    table = numpy_helper.from_array(random.normal(size=(size, classes)).astype("float32"), "table")
    axis = numpy_helper.from_array(np.array([1], dtype="int64"), "axis")
    last = numpy_helper.from_array(np.array([2], dtype="int64"), "last")
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
    mask = helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "tokens"])
    out = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", classes])
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["embedded"]),
        helper.make_node("Cast", ["attention_mask"], ["kept"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["kept", "last"], ["wide"]),
        helper.make_node("Mul", ["embedded", "wide"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "axis"], ["sum"], keepdims=0),
        helper.make_node("Softmax", ["sum"], ["probabilities"], axis=1),
    ]
    save(helper.make_graph(nodes, "text", [ids, mask], [out], [table, axis, last]))
    labels = ["class_0", "class_1", "class_2"]
    tokenizer.enable_padding(length=32)

    def record(recorder, broken):
        for line in ["The parcel is LATE", "café twice", "an unknown 한국어 word"]:
            encoded = tokenizer.encode(line)
            tensors = {
                "input_ids": np.array([encoded.ids], dtype="int64"),
                "attention_mask": np.array([encoded.attention_mask], dtype="int64"),
            }
            probabilities = session().run(None, tensors)[0][0]
            with recorder.sample(text=line) as sample:
                if broken == "ids":
                    tensors["input_ids"] = np.where(tensors["input_ids"] == encoded.ids[1], 1, tensors["input_ids"])
                sample.step("ids", tensors)
                sample.answer(answer(labels, probabilities, broken))

    return record


def picture():
    from PIL import Image

    side, shorter = 16, 20
    mean, std = np.array([0.485, 0.456, 0.406], dtype="float32"), np.array([0.229, 0.224, 0.225], dtype="float32")
    weights = numpy_helper.from_array(random.normal(scale=0.05, size=(3, 3)).astype("float32"), "weights")
    image = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["batch", 3, side, side])
    out = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", 3])
    nodes = [
        helper.make_node("GlobalAveragePool", ["pixels"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
    ]
    save(helper.make_graph(nodes, "picture", [image], [out], [weights]))
    labels = ["class_0", "class_1", "class_2"]

    def record(recorder, broken):
        for number, (width, height) in enumerate([(60, 40), (40, 60), (80, 80)]):
            rows, columns = np.mgrid[0:height, 0:width]
            channels = [rows * 255 // height, columns * 255 // width, (rows + columns) * 255 // (height + width)]
            path = os.path.join(output, "picture-%d.png" % number)
            Image.fromarray(np.stack(channels, axis=2).astype("uint8")).save(path)
            with recorder.sample(file=path) as sample:
                opened = Image.open(path)
                if broken == "decode":
                    opened = opened.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
                sample.step("decode", opened)
                coloured = opened.convert("RGB")
                if broken == "colour":
                    coloured = Image.fromarray(np.asarray(coloured)[:, :, ::-1])
                sample.step("colour", coloured)
                factor = shorter / min(width, height)
                kernel = Image.Resampling.NEAREST if broken == "resize" else Image.Resampling.BILINEAR
                resized = coloured.resize((round(width * factor), round(height * factor)), kernel)
                sample.step("resize", resized)
                left, top = round((resized.width - side) / 2), round((resized.height - side) / 2)
                if broken == "crop":
                    left, top = 0, 0
                cropped = resized.crop((left, top, left + side, top + side))
                sample.step("crop", cropped)
                scaled = np.asarray(cropped, dtype="float32") / 255
                tensor = (scaled if broken == "normalise" else (scaled - mean) / std).transpose(2, 0, 1)
                sample.step("normalise", {"pixels": tensor})
                sample.answer(answer(labels, session().run(None, {"pixels": tensor[None]})[0][0], broken))

    return record


os.makedirs(output, exist_ok=True)
record = {"table": table, "text": text, "picture": picture}[kind]()
for step in ["", *steps]:
    with Recorder(os.path.join(output, "record-%s" % step if step else "record"), replace=True) as recorder:
        record(recorder, step)
