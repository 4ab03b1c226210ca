"""Models that no exporter writes by chance: every kind of value, nesting, weights in other files, what the runtime lacks.

    python test/models/crafted/train.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = Path(__file__).parent


def save(name: str, graph, opsets: dict[str, int] | None = None, ir_version: int = 8, **extra) -> None:
    imports = [helper.make_opsetid(domain, version) for domain, version in (opsets or {"": 17}).items()]
    model = helper.make_model(graph, opset_imports=imports, ir_version=ir_version, producer_name="crafted", **extra)
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def tensor(name: str, shape, of=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, of, shape)


def values() -> None:
    """Inputs and outputs of every kind, and a weight that is listed among the inputs (as before IR version 4)."""
    sequence = helper.make_tensor_sequence_value_info("pieces", TensorProto.FLOAT, None)
    optional_type = helper.make_optional_type_proto(helper.make_tensor_type_proto(TensorProto.FLOAT, [2]))
    maybe = helper.make_value_info("maybe", optional_type)
    nodes = [
        helper.make_node("Add", ["x", "weight"], ["sum"]),
        helper.make_node("SequenceConstruct", ["sum"], ["pieces"]),
        helper.make_node("Optional", ["fixed"], ["maybe"]),
        helper.make_node("Identity", ["ids"], ["same_ids"]),
    ]
    inputs = [
        tensor("x", ["batch", None, 3]),
        tensor("fixed", [2]),
        tensor("ids", [], TensorProto.INT64),
        tensor("weight", [3]),
    ]
    outputs = [tensor("sum", None), sequence, maybe, tensor("same_ids", [], TensorProto.INT64)]
    weight = numpy_helper.from_array(np.ones(3, np.float32), "weight")
    graph = helper.make_graph(nodes, "values", inputs, outputs, [weight])
    save("values", graph, ir_version=3, model_version=7, doc_string="every kind of value")


def nested() -> None:
    """An If whose branches hold the operators, one of them with weights of its own."""
    branches = []
    for operator in ("Relu", "Neg"):
        weight = numpy_helper.from_array(np.ones(2, np.float32), f"weight_{operator}")
        nodes = [
            helper.make_node("Add", ["x", weight.name], [f"sum_{operator}"]),
            helper.make_node(operator, [f"sum_{operator}"], [f"out_{operator}"]),
        ]
        branches.append(helper.make_graph(nodes, operator, [], [tensor(f"out_{operator}", ["n", 2])], [weight]))
    node = helper.make_node("If", ["flag"], ["y"], then_branch=branches[0], else_branch=branches[1])
    inputs = [tensor("flag", [], TensorProto.BOOL), tensor("x", ["n", 2])]
    save("nested", helper.make_graph([node], "nested", inputs, [tensor("y", ["n", 2])]))


def external() -> None:
    """Weights in a file of their own."""
    weight = numpy_helper.from_array(np.arange(8, dtype=np.float32).reshape(2, 4), "weight")
    node = helper.make_node("MatMul", ["x", "weight"], ["y"])
    graph = helper.make_graph([node], "external", [tensor("x", ["n", 2])], [tensor("y", ["n", 4])], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (FOLDER / "external.bin").unlink(missing_ok=True)
    onnx.save(model, FOLDER / "external.onnx", save_as_external_data=True, location="external.bin", size_threshold=0)


def bfloat16() -> None:
    """A bfloat16 product: no CPU kernel."""
    weight = helper.make_tensor("weight", TensorProto.BFLOAT16, [2, 2], [1.0, 2.0, 3.0, 4.0])
    node = helper.make_node("MatMul", ["x", "weight"], ["y"])
    x, y = (tensor(name, ["n", 2], TensorProto.BFLOAT16) for name in "xy")
    save("bfloat16", helper.make_graph([node], "bfloat16", [x], [y], [weight]))


def unknown_operators() -> None:
    """An operator of nobody's domain, and one that a later ai.onnx.ml has and the runtime has not."""
    nodes = [
        helper.make_node("Fancy", ["x"], ["a"], domain="com.example"),
        helper.make_node("TreeEnsembleRegressor", ["a"], ["y"], domain="ai.onnx.ml"),
        helper.make_node("Gelu", ["x"], ["z"], domain=""),
    ]
    graph = helper.make_graph(nodes, "unknown", [tensor("x", ["n", 2])], [tensor("y", ["n", 1]), tensor("z", ["n", 2])])
    save("unknown-operators", graph, {"": 17, "ai.onnx.ml": 5, "com.example": 1})


def function() -> None:
    """The same operator, brought along as a function of known ones."""
    body = [helper.make_node("Relu", ["v"], ["w"])]
    fancy = helper.make_function("com.example", "Fancy", ["v"], ["w"], body, [helper.make_opsetid("", 17)])
    node = helper.make_node("Fancy", ["x"], ["y"], domain="com.example")
    graph = helper.make_graph([node], "function", [tensor("x", ["n", 2])], [tensor("y", ["n", 2])])
    save("function", graph, {"": 17, "com.example": 1}, functions=[fancy])


def zipmap_name_taken() -> None:
    """A ZipMap behind scores of an odd name, in a graph where `probabilities` is something else."""
    nodes = [
        helper.make_node("Softmax", ["x"], ["scores_7"]),
        helper.make_node("Neg", ["x"], ["probabilities"]),
        helper.make_node("ZipMap", ["scores_7"], ["maps"], domain="ai.onnx.ml", classlabels_strings=["no", "yes"]),
    ]
    maps = helper.make_sequence_type_proto(
        helper.make_map_type_proto(TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, None))
    )
    outputs = [helper.make_value_info("maps", maps), tensor("probabilities", ["n", 2])]
    graph = helper.make_graph(nodes, "taken", [tensor("x", ["n", 2])], outputs)
    save("zipmap-name-taken", graph, {"": 17, "ai.onnx.ml": 3})


def image() -> None:
    """The shape of an image classifier, with the names of its classes as Ultralytics leaves them."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["images"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["output0"]),
    ]
    inputs, outputs = [tensor("images", ["batch", 3, 224, 224])], [tensor("output0", ["batch", 3])]
    graph = helper.make_graph(nodes, "image", inputs, outputs)
    imports = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=8, producer_name="crafted")
    helper.set_model_props(model, {"names": "{0: 'cat', 1: \"dog's\", 2: 'fish'}", "task": "classify"})
    (FOLDER / "image.onnx").write_bytes(model.SerializeToString())


def lower_case(name: str = "lower-case", **attributes) -> None:
    """Texts in lower case, as scikit-learn's vectorizers make them: without a locale the runtime asks for en_US.UTF-8."""
    nodes = [
        helper.make_node("Reshape", ["text", "any"], ["flat"]),
        helper.make_node("StringNormalizer", ["flat"], ["lower"], case_change_action="LOWER", **attributes),
    ]
    inputs, outputs = [tensor("text", ["n", 1], TensorProto.STRING)], [tensor("lower", ["n"], TensorProto.STRING)]
    shape = numpy_helper.from_array(np.array([-1], np.int64), "any")
    save(name, helper.make_graph(nodes, name, inputs, outputs, [shape]))


def german() -> None:
    """The same in a locale that somebody chose."""
    lower_case("lower-case-german", locale="de_DE.UTF-8")


def american() -> None:
    """The same in the locale that is the default, said aloud, and before other attributes."""
    lower_case("lower-case-american", locale="en_US.UTF-8", stopwords=["THE"])


def one_score() -> None:
    """RidgeClassifier of two classes as skl2onnx has it: declared as [N, 2], answered as [N, 1]."""
    linear = helper.make_node(
        "LinearClassifier",
        ["x"],
        ["label", "raw"],
        domain="ai.onnx.ml",
        classlabels_ints=[3, 5],
        coefficients=[-1.0, 1.0, 1.0, -1.0],
        intercepts=[0.5, -0.5],
        multi_class=0,
        post_transform="NONE",
    )
    pick = helper.make_node("ArrayFeatureExtractor", ["raw", "place"], ["probabilities"], domain="ai.onnx.ml")
    outputs = [tensor("label", ["n"], TensorProto.INT64), tensor("probabilities", ["n", 2])]
    place = numpy_helper.from_array(np.array([1], np.int64), "place")
    graph = helper.make_graph([linear, pick], "one-score", [tensor("x", ["n", 2])], outputs, [place])
    save("one-score", graph, {"": 17, "ai.onnx.ml": 3})


def narrow() -> None:
    """Scores that are declared wider than they are, for no reason that shows in the graph."""
    nodes = [helper.make_node("ReduceMax", ["x"], ["probabilities"], axes=[1], keepdims=1)]
    graph = helper.make_graph(nodes, "narrow", [tensor("x", ["n", 3])], [tensor("probabilities", ["n", 3])])
    save("narrow", graph)


def distances() -> None:
    """KMeans as skl2onnx has it: the number of the nearest centre, and the distances to all."""
    nodes = [
        helper.make_node("Sub", ["x", "centres"], ["difference"]),
        helper.make_node("Abs", ["difference"], ["scores"]),
        helper.make_node("ArgMin", ["scores"], ["label"], axis=1, keepdims=0),
    ]
    outputs = [tensor("label", ["n"], TensorProto.INT64), tensor("scores", ["n", 3])]
    centres = numpy_helper.from_array(np.array([[0.0, 10.0, 20.0]], np.float32), "centres")
    save("distances", helper.make_graph(nodes, "distances", [tensor("x", ["n", 1])], outputs, [centres]))


def labels_in_a_row() -> None:
    """QuadraticDiscriminantAnalysis as skl2onnx has it: labels of the shape [1, N]."""
    nodes = [
        helper.make_node("ArgMax", ["x"], ["place"], axis=1, keepdims=1),
        helper.make_node("ArrayFeatureExtractor", ["classes", "place"], ["label"], domain="ai.onnx.ml"),
        helper.make_node("Softmax", ["x"], ["probabilities"]),
    ]
    outputs = [tensor("label", [1, "n"], TensorProto.INT64), tensor("probabilities", ["n", 2])]
    classes = numpy_helper.from_array(np.array([5, 15], np.int64), "classes")
    graph = helper.make_graph(nodes, "labels-in-a-row", [tensor("x", ["n", 2])], outputs, [classes])
    save("labels-in-a-row", graph, {"": 17, "ai.onnx.ml": 3})


def known_size() -> None:
    """A Relu of [1, 1, 8] whose answer is declared with a free axis; the runtime knows that it has a size."""
    node = helper.make_node("Relu", ["h"], ["y"])
    save("known-size", helper.make_graph([node], "known-size", [tensor("h", [1, 1, 8])], [tensor("y", [1, "d", 8])]))


def multi_label(name: str = "multi-label", own: bool = True) -> None:
    """skl2onnx's MLPClassifier of three labels that do not exclude each other: it declares its labels as one a row."""
    weight = numpy_helper.from_array(np.array([[1, -1, 0.5], [-1, 1, 0.5]], np.float32), "weight")
    nodes = [
        helper.make_node("MatMul", ["x", "weight"], ["sums"]),
        helper.make_node("Sigmoid", ["sums"], ["shares" if own else "probabilities"]),
    ]
    outputs = [tensor("probabilities", ["n", 3])]
    if own:
        nodes += [
            helper.make_node("Identity", ["shares"], ["probabilities"]),
            helper.make_node("Binarizer", ["shares"], ["binary"], domain="ai.onnx.ml", threshold=0.5),
            helper.make_node("Cast", ["binary"], ["label"], to=TensorProto.INT64),
        ]
        outputs.insert(0, tensor("label", [None], TensorProto.INT64))
    graph = helper.make_graph(nodes, name, [tensor("x", ["n", 2])], outputs, [weight])
    save(name, graph, {"": 17, "ai.onnx.ml": 3})


def logits() -> None:
    """A network without a softmax at its end: its scores are no probabilities."""
    weight = numpy_helper.from_array(np.array([[3, -2, 0.5], [-1, 2, 0.25]], np.float32), "weight")
    bias = numpy_helper.from_array(np.array([0.5, -0.5, 1], np.float32), "bias")
    nodes = [
        helper.make_node("Gemm", ["x", "weight", "bias"], ["logits"]),
        helper.make_node("ArgMax", ["logits"], ["label"], axis=1, keepdims=0),
    ]
    outputs = [tensor("logits", ["n", 3]), tensor("label", ["n"], TensorProto.INT64)]
    save("logits", helper.make_graph(nodes, "logits", [tensor("x", ["n", 2])], outputs, [weight, bias]))


def sigmoids() -> None:
    """A network of three sigmoids, as multi-label networks end: no label of its own."""
    multi_label("sigmoids", own=False)


def hidden_width() -> None:
    """A free axis that a weight of 7 rows fixes: the file does not declare it."""
    weight = numpy_helper.from_array(np.arange(21, dtype=np.float32).reshape(7, 3), "weight")
    node = helper.make_node("MatMul", ["x", "weight"], ["y"])
    graph = helper.make_graph([node], "hidden-width", [tensor("x", ["n", "d"])], [tensor("y", ["n", 3])], [weight])
    save("hidden-width", graph)


def named_size() -> None:
    """Pictures of one size alone, which only the metadata names, as Ultralytics leaves it."""
    weight = numpy_helper.from_array(np.full((6 * 10, 2), 0.5, np.float32), "weight")
    nodes = [
        helper.make_node("AveragePool", ["images"], ["pooled"], kernel_shape=[16, 16], strides=[16, 16]),
        helper.make_node("Flatten", ["pooled"], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "weight"], ["sums"]),
    ]
    inputs, outputs = [tensor("images", ["batch", 1, "h", "w"])], [tensor("sums", ["batch", 2])]
    graph = helper.make_graph(nodes, "named-size", inputs, outputs, [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="crafted")
    helper.set_model_props(model, {"imgsz": "[96, 160]"})
    (FOLDER / "named-size.onnx").write_bytes(model.SerializeToString())


def not_zero() -> None:
    """A table of names from 1 on: zero is an index beyond it."""
    table = numpy_helper.from_array(np.array([10, 20], np.float32), "table")
    constants = [
        table,
        numpy_helper.from_array(np.array(1, np.int64), "one"),
        numpy_helper.from_array(np.array(100, np.int64), "far"),
    ]
    nodes = [
        helper.make_node("Sub", ["x", "one"], ["place"]),
        helper.make_node("Mul", ["place", "far"], ["index"]),
        helper.make_node("Gather", ["table", "index"], ["y"]),
    ]
    inputs, outputs = [tensor("x", ["n"], TensorProto.INT64)], [tensor("y", ["n"])]
    save("not-zero", helper.make_graph(nodes, "not-zero", inputs, outputs, constants))


def no_rank() -> None:
    """Nothing declares the axes of what goes in, and one free axis, which stands for them, is refused."""
    weight = numpy_helper.from_array(np.ones((7, 3), np.float32), "weight")
    node = helper.make_node("MatMul", ["x", "weight"], ["y"])
    save("no-rank", helper.make_graph([node], "no-rank", [tensor("x", None)], [tensor("y", None)], [weight]))


MAKERS = (
    values,
    nested,
    external,
    bfloat16,
    unknown_operators,
    function,
    zipmap_name_taken,
    image,
    lower_case,
    german,
    american,
    one_score,
    narrow,
    distances,
    labels_in_a_row,
    known_size,
    multi_label,
    sigmoids,
    logits,
    hidden_width,
    named_size,
    not_zero,
    no_rank,
)
for make in MAKERS:
    make()
