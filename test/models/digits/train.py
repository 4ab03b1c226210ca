"""Trains the sample of image-classification: handwritten digits, by a small convolutional network.

    python test/models/digits/train.py [folder, default template-files/samples/image-classification]

The golden samples are PNG files as clients send them; the answers are the network's own for the same pixels.
"""

import base64
import io
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

sys.path.append(str(Path(__file__).parents[1]))
from samples import classified, sample_folder, write

torch.manual_seed(0)
digits = load_digits()
# The data has 17 levels of grey; as bytes it is what a picture file holds.
pixels = np.round(digits.images * (255 / 16)).astype(np.uint8)
# As serving.yaml says: bytes scaled to [0, 1], then (x - mean) / std.
MEAN, STD = 0.3, 0.35


def tensor(images: np.ndarray) -> torch.Tensor:
    return (torch.tensor(images, dtype=torch.float32)[:, None] / 255 - MEAN) / STD


network = torch.nn.Sequential(
    torch.nn.Conv2d(1, 8, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.MaxPool2d(2),
    torch.nn.Conv2d(8, 16, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.MaxPool2d(2),
    torch.nn.Flatten(),
    torch.nn.Linear(64, 10),
)
train, test = train_test_split(np.arange(len(pixels)), random_state=0, stratify=digits.target)
x, y = tensor(pixels[train]), torch.tensor(digits.target[train])
optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
for _ in range(40):
    for part in torch.randperm(len(x)).split(64):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(x[part]), y[part]).backward()
        optimizer.step()

model = torch.nn.Sequential(network, torch.nn.Softmax(dim=1)).eval()
with torch.no_grad():
    hits = model(tensor(pixels[test])).argmax(1).numpy() == digits.target[test]
print(f"accuracy on held-out digits: {hits.mean():.3f}")

folder = sample_folder("image-classification")
folder.mkdir(parents=True, exist_ok=True)
torch.onnx.export(
    model,
    (x[:2],),
    str(folder / "model.onnx"),
    dynamo=False,
    input_names=["pixels"],
    output_names=["probabilities"],
    dynamic_axes={"pixels": {0: "batch"}, "probabilities": {0: "batch"}},
    opset_version=17,
)


def png(image: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


rows = pixels[test][:4]
with torch.no_grad():
    answers = model(tensor(rows)).double().numpy()
predictions = classified(list("0123456789"), answers)
write(folder, (folder / "model.onnx").read_bytes(), [{"image": png(row)} for row in rows], predictions)
