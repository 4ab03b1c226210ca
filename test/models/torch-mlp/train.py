"""A small network by PyTorch with a free batch axis, exported by its current and by its older exporter.

    python test/models/torch-mlp/train.py

Writes model.onnx (torch.export based) and model-torchscript.onnx; golden.json holds for both.
"""

import sys
from pathlib import Path

import torch
from sklearn.datasets import load_iris

sys.path.append(str(Path(__file__).parents[1]))
from samples import classified, write

torch.manual_seed(0)
x, y = (torch.tensor(part) for part in load_iris(return_X_y=True))
x = x.float()
network = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
for _ in range(200):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(network(x), y).backward()
    optimizer.step()
model = torch.nn.Sequential(network, torch.nn.Softmax(dim=1)).eval()

folder = Path(__file__).parent
names = {"input_names": ["measurements"], "output_names": ["probabilities"]}
batch = torch.export.Dim("batch")
current = torch.onnx.export(model, (x[:2],), dynamo=True, dynamic_shapes=({0: batch},), opset_version=18, **names)
free = {name: {0: "batch"} for name in ("measurements", "probabilities")}
torch.onnx.export(
    model, (x[:2],), str(folder / "model-torchscript.onnx"), dynamo=False, dynamic_axes=free, opset_version=17, **names
)
rows = x[[0, 60, 70, 133]]
with torch.no_grad():
    answers = model(rows).double().numpy()
for node in current.model.graph:
    # Where each node came from (paths and stack traces of the exporting machine) is of no use here.
    node.metadata_props.clear()
    node.doc_string = None
predictions = classified([f"class_{index}" for index in range(3)], answers)
write(folder, current.model_proto, rows.tolist(), predictions)
