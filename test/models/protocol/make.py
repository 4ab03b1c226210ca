"""Makes the small models that the server's end-to-end tests ask. Nothing is trained: they show how tensors travel.

    python test/models/protocol/make.py

datatypes.onnx  every datatype in and out, unchanged
slow.onnx       does 20 matrix products and as many more as its rows ask for, in a few hundred bytes
fixed.onnx      no batch axis: [2, 2] in, its transpose out
shapes.onnx     a scalar and a vector of any length in, both out: no batch anywhere
sequences.onnx  rows of any length in, their mean, their first id and a text a row out
picky.onnx      fails at run time on rows whose index is not 0 or 1
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent

TYPES = {
    "BOOL": TensorProto.BOOL,
    "UINT8": TensorProto.UINT8,
    "UINT16": TensorProto.UINT16,
    "UINT32": TensorProto.UINT32,
    "UINT64": TensorProto.UINT64,
    "INT8": TensorProto.INT8,
    "INT16": TensorProto.INT16,
    "INT32": TensorProto.INT32,
    "INT64": TensorProto.INT64,
    "FP16": TensorProto.FLOAT16,
    "FP32": TensorProto.FLOAT,
    "FP64": TensorProto.DOUBLE,
    "BYTES": TensorProto.STRING,
}


def constant(name: str, value) -> onnx.NodeProto:
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(np.array(value), name))


def save(name: str, nodes, inputs, outputs) -> None:
    graph = helper.make_graph(nodes, name, inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, HERE / f"{name}.onnx")


def datatypes() -> None:
    save(
        "datatypes",
        [helper.make_node("Identity", [f"in_{name}"], [f"out_{name}"]) for name in TYPES],
        [helper.make_tensor_value_info(f"in_{name}", kind, ["N", 2]) for name, kind in TYPES.items()],
        [helper.make_tensor_value_info(f"out_{name}", kind, ["N", 2]) for name, kind in TYPES.items()],
    )


def slow(size: int = 384, least: int = 20) -> None:
    matrix = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [size, size])
    body = helper.make_graph(
        [
            helper.make_node("MatMul", ["state", "weights"], ["next"]),
            helper.make_node("Identity", ["go"], ["go_on"]),
        ],
        "round",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            matrix("state"),
        ],
        [helper.make_tensor_value_info("go_on", TensorProto.BOOL, []), matrix("next")],
    )
    fill = numpy_helper.from_array(np.array([1 / size], dtype=np.float32))
    save(
        "slow",
        [
            constant("sizes", np.array([size, size], dtype=np.int64)),
            helper.make_node("ConstantOfShape", ["sizes"], ["weights"], value=fill),
            helper.make_node("ReduceSum", ["x"], ["sum"], keepdims=0),
            helper.make_node("Cast", ["sum"], ["asked"], to=TensorProto.INT64),
            # Rows of zeros, which a service tries at its start, must not look like a fast model.
            constant("least", np.array(least, dtype=np.int64)),
            helper.make_node("Add", ["asked", "least"], ["rounds"]),
            constant("yes", np.array(True)),
            helper.make_node("Loop", ["rounds", "yes", "weights"], ["end"], body=body),
            helper.make_node("ReduceMean", ["end"], ["mean"], keepdims=0),
            constant("zero", np.array(0, dtype=np.float32)),
            helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
            helper.make_node("Add", ["x", "nothing"], ["y"]),
        ],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 1])],
    )


def fixed() -> None:
    save(
        "fixed",
        [helper.make_node("Transpose", ["x"], ["y"])],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 2])],
    )


def picky() -> None:
    table = numpy_helper.from_array(np.array([10, 20], dtype=np.float32), "table")
    save(
        "picky",
        [
            helper.make_node("Constant", [], ["table"], value=table),
            helper.make_node("Gather", ["table", "index"], ["value"]),
        ],
        [helper.make_tensor_value_info("index", TensorProto.INT64, ["N", 1])],
        [helper.make_tensor_value_info("value", TensorProto.FLOAT, ["N", 1])],
    )


def shapes() -> None:
    value = helper.make_tensor_value_info
    save(
        "shapes",
        [
            helper.make_node("Mul", ["vector", "factor"], ["scaled"]),
            helper.make_node("Size", ["vector"], ["length"]),
        ],
        [value("factor", TensorProto.FLOAT, []), value("vector", TensorProto.FLOAT, ["T"])],
        [value("scaled", TensorProto.FLOAT, ["T"]), value("length", TensorProto.INT64, [])],
    )


def sequences() -> None:
    value = helper.make_tensor_value_info
    save(
        "sequences",
        [
            constant("zero", np.array(0, dtype=np.int64)),
            helper.make_node("ReduceMean", ["numbers"], ["mean"], axes=[1], keepdims=0),
            helper.make_node("Gather", ["ids", "zero"], ["first"], axis=1),
            helper.make_node("Identity", ["name"], ["echo"]),
        ],
        [
            value("numbers", TensorProto.FLOAT, ["N", "T"]),
            value("ids", TensorProto.INT64, ["N", "S"]),
            value("name", TensorProto.STRING, ["N"]),
        ],
        [
            value("mean", TensorProto.FLOAT, ["N"]),
            value("first", TensorProto.INT64, ["N"]),
            value("echo", TensorProto.STRING, ["N"]),
        ],
    )


if __name__ == "__main__":
    datatypes()
    slow()
    fixed()
    picky()
    shapes()
    sequences()
