"""Makes the benchmark's models, of random weights with a fixed seed: what is measured is how fast they are served.

    python test/bench/serving/models.py <folder> <name>=<sizes of the layers, joined by -> ...
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def perceptron(sizes: list[int]) -> onnx.ModelProto:
    """Layers of a matrix product, a bias and ReLU; softmax behind the last."""
    random = np.random.default_rng(42)
    nodes, weights = [], []
    last = "x"
    for i, (rows, columns) in enumerate(zip(sizes, sizes[1:])):
        matrix = random.standard_normal((rows, columns), dtype=np.float32) / np.float32(np.sqrt(rows))
        bias = random.standard_normal(columns, dtype=np.float32)
        weights += [numpy_helper.from_array(matrix, f"w{i}"), numpy_helper.from_array(bias, f"b{i}")]
        nodes.append(helper.make_node("Gemm", [last, f"w{i}", f"b{i}"], [f"sum{i}"]))
        is_last = i == len(sizes) - 2
        last = "probabilities" if is_last else f"layer{i}"
        nodes.append(helper.make_node("Softmax" if is_last else "Relu", [f"sum{i}"], [last]))
    graph = helper.make_graph(
        nodes,
        "perceptron",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", sizes[0]])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", sizes[-1]])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for argument in sys.argv[2:]:
        name, sizes = argument.split("=")
        (folder / name).mkdir(parents=True, exist_ok=True)
        onnx.save(perceptron([int(size) for size in sizes.split("-")]), folder / name / "model.onnx")
