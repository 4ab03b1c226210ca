"""Makes small models whose rows depend on each other, or whose outputs have no axis of rows. Nothing is trained.

    python test/models/rows/make.py

independent.onnx       the control: a matrix product and a softmax over each row
mean.onnx              each row less the mean of all rows
softmax.onnx           softmax over axis 0
cumsum.onnx            running sum over axis 0
sort.onnx              each column sorted over axis 0 (TopK)
quantized.onnx         DynamicQuantizeLinear: one scale for all rows
lstm.onnx              an LSTM whose first axis is the sequence: [time, batch, features]
attention.onnx         each row attends to all rows
size.onnx              each row times the number of rows
place.onnx             each row plus its place in the run
faint.onnx             each row plus a thousandth of the mean of all rows
random.onnx            each row plus noise that no seed fixes
transposed.onnx        x[batch, 3, time] -> y[time, batch, 3]
transposed-unnamed.onnx  the same, with axes that have no names
scalar.onnx            the sum of all elements: no axis is left
found.onnx             the places of what is above zero, of all rows: [found, 2]
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent
NODE = helper.make_node


def save(name: str, nodes, x, y, weights=(), kind=TensorProto.FLOAT) -> None:
    value = helper.make_tensor_value_info
    initializers = [numpy_helper.from_array(array, key) for key, array in dict(weights).items()]
    inputs = [value("x", TensorProto.FLOAT, x)]
    graph = helper.make_graph(nodes, name, inputs, [value("y", kind, y)], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="rows")
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, HERE / f"{name}.onnx")


def weights(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


ROWS = ["batch", 4]

save(
    "independent",
    [NODE("MatMul", ["x", "w"], ["scores"]), NODE("Softmax", ["scores"], ["y"], axis=1)],
    ROWS,
    ["batch", 3],
    {"w": weights(1, 4, 3)},
)
save("mean", [NODE("ReduceMean", ["x"], ["m"], axes=[0]), NODE("Sub", ["x", "m"], ["y"])], ROWS, ROWS)
save("softmax", [NODE("Softmax", ["x"], ["y"], axis=0)], ROWS, ROWS)
save("cumsum", [NODE("CumSum", ["x", "axis"], ["y"])], ROWS, ROWS, {"axis": np.array(0)})
save(
    "sort",
    [
        NODE("Shape", ["x"], ["count"], end=1),
        NODE("TopK", ["x", "count"], ["y", "places"], axis=0),
    ],
    ROWS,
    ROWS,
)
save(
    "quantized",
    [
        NODE("DynamicQuantizeLinear", ["x"], ["q", "scale", "zero"]),
        NODE("MatMulInteger", ["q", "w", "zero"], ["sums"]),
        NODE("Cast", ["sums"], ["floats"], to=TensorProto.FLOAT),
        NODE("Mul", ["floats", "scale"], ["y"]),
    ],
    ROWS,
    ["batch", 3],
    {"w": np.random.default_rng(2).integers(-128, 127, (4, 3)).astype(np.int8)},
)
save(
    "lstm",
    [NODE("LSTM", ["x", "w", "r"], ["all"], hidden_size=3), NODE("Squeeze", ["all", "axis"], ["y"])],
    ["time", "batch", 4],
    ["time", "batch", 3],
    {"w": weights(3, 1, 12, 4), "r": weights(4, 1, 12, 3), "axis": np.array([1])},
)
save(
    "attention",
    [
        NODE("Transpose", ["x"], ["xt"], perm=[1, 0]),
        NODE("MatMul", ["x", "xt"], ["scores"]),
        NODE("Softmax", ["scores"], ["shares"], axis=1),
        NODE("MatMul", ["shares", "x"], ["y"]),
    ],
    ROWS,
    ROWS,
)
save(
    "size",
    [
        NODE("Shape", ["x"], ["count"], end=1),
        NODE("Cast", ["count"], ["n"], to=TensorProto.FLOAT),
        NODE("Mul", ["x", "n"], ["y"]),
    ],
    ROWS,
    ROWS,
)
save(
    "place",
    [
        NODE("Shape", ["x"], ["shape"], end=1),
        NODE("Squeeze", ["shape"], ["count"]),
        NODE("Range", ["zero", "count", "one"], ["places"]),
        NODE("Cast", ["places"], ["floats"], to=TensorProto.FLOAT),
        NODE("Unsqueeze", ["floats", "axis"], ["column"]),
        NODE("Add", ["x", "column"], ["y"]),
    ],
    ROWS,
    ROWS,
    {"zero": np.array(0), "one": np.array(1), "axis": np.array([1])},
)
save(
    "faint",
    [
        NODE("ReduceMean", ["x"], ["m"], axes=[0]),
        NODE("Mul", ["m", "thousandth"], ["little"]),
        NODE("Add", ["x", "little"], ["y"]),
    ],
    ROWS,
    ROWS,
    {"thousandth": np.array(0.001, np.float32)},
)
save("random", [NODE("RandomNormalLike", ["x"], ["noise"]), NODE("Add", ["x", "noise"], ["y"])], ROWS, ROWS)
for name, x, y in (
    ("transposed", ["batch", 3, "time"], ["time", "batch", 3]),
    ("transposed-unnamed", [None, 3, None], [None, None, 3]),
):
    save(name, [NODE("Transpose", ["x"], ["y"], perm=[2, 0, 1])], x, y)
save("scalar", [NODE("ReduceSum", ["x"], ["y"], keepdims=0)], ROWS, [])
save(
    "found",
    [
        NODE("Relu", ["x"], ["positive"]),
        NODE("NonZero", ["positive"], ["places"]),
        NODE("Transpose", ["places"], ["y"], perm=[1, 0]),
    ],
    ROWS,
    ["found", 2],
    kind=TensorProto.INT64,
)
