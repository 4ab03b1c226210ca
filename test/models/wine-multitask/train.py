"""Trains the sample of the custom type: two inputs, three outputs. A network tells a wine's cultivar and its alcohol.

    python test/models/wine-multitask/train.py [folder, default template-files/samples/custom]
"""

import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

sys.path.append(str(Path(__file__).parents[1]))
from samples import sample_folder, write

torch.manual_seed(0)
wine = load_wine()
names = list(wine.feature_names)
colour = [names.index(name) for name in ("color_intensity", "hue")]
chemistry = [at for at, name in enumerate(names) if name != "alcohol" and at not in colour]


class Network(torch.nn.Module):
    """The inputs are scaled inside, so that clients send what they measure."""

    def __init__(self, of_chemistry: torch.Tensor, of_colour: torch.Tensor, alcohol: torch.Tensor):
        super().__init__()
        for name, of in {"chemistry": of_chemistry, "colour": of_colour, "alcohol": alcohol}.items():
            self.register_buffer(f"{name}_mean", of.mean(0))
            self.register_buffer(f"{name}_deviation", of.std(0))
        self.body = torch.nn.Sequential(torch.nn.Linear(len(chemistry) + len(colour), 16), torch.nn.ReLU())
        self.cultivar = torch.nn.Linear(16, 3)
        self.alcohol = torch.nn.Linear(16, 1)

    def forward(self, of_chemistry, of_colour):
        scaled = [
            (of_chemistry - self.chemistry_mean) / self.chemistry_deviation,
            (of_colour - self.colour_mean) / self.colour_deviation,
        ]
        hidden = self.body(torch.cat(scaled, dim=1))
        scores = torch.softmax(self.cultivar(hidden), dim=1)
        alcohol = self.alcohol(hidden).squeeze(1) * self.alcohol_deviation + self.alcohol_mean
        return scores, scores.argmax(dim=1), alcohol


train, test = train_test_split(np.arange(len(wine.target)), random_state=0, stratify=wine.target)
x = torch.tensor(wine.data, dtype=torch.float32)
y = torch.tensor(wine.target)
alcohol = x[:, names.index("alcohol")]
network = Network(x[train][:, chemistry], x[train][:, colour], alcohol[train])
optimizer = torch.optim.Adam(network.parameters(), lr=0.02, weight_decay=1e-3)
for _ in range(300):
    optimizer.zero_grad()
    scores, _, strength = network(x[train][:, chemistry], x[train][:, colour])
    loss = torch.nn.functional.nll_loss(scores.log(), y[train]) + ((strength - alcohol[train]) ** 2).mean()
    loss.backward()
    optimizer.step()

network.eval()
with torch.no_grad():
    scores, cultivar, strength = network(x[test][:, chemistry], x[test][:, colour])
    error = (strength - alcohol[test]).abs().mean()
    print(f"accuracy {(cultivar == y[test]).float().mean():.3f}, mean error of alcohol {error:.3f} % by volume")

folder = sample_folder("custom")
folder.mkdir(parents=True, exist_ok=True)
inputs, outputs = ["chemistry", "colour"], ["cultivar_probabilities", "cultivar", "alcohol"]
torch.onnx.export(
    network,
    (x[:2][:, chemistry], x[:2][:, colour]),
    str(folder / "model.onnx"),
    dynamo=False,
    input_names=inputs,
    output_names=outputs,
    dynamic_axes={name: {0: "batch"} for name in inputs + outputs},
    opset_version=17,
)
rows = x[test][:3]
instances = [{"chemistry": row[chemistry].tolist(), "colour": row[colour].tolist()} for row in rows]
with torch.no_grad():
    answers = [part.tolist() for part in network(rows[:, chemistry], rows[:, colour])]
predictions = [dict(zip(outputs, row, strict=True)) for row in zip(*answers, strict=True)]
write(folder, (folder / "model.onnx").read_bytes(), instances, predictions)
