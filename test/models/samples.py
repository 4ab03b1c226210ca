"""What the training scripts of the fixture models share: where they write, and the form of golden samples."""

import json
import sys
from pathlib import Path

import numpy as np


def write(folder: Path, model, instances: list, predictions: list, tolerance: float = 1e-5) -> None:
    """Writes model.onnx and golden.json. The predictions are the training library's own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
    samples = [{"instance": plain(i), "prediction": plain(p)} for i, p in zip(instances, predictions, strict=True)]
    golden = {"tolerance": tolerance, "samples": samples}
    (folder / "golden.json").write_text(json.dumps(golden, indent=2, ensure_ascii=False) + "\n")


def sample_folder(model_type: str) -> Path:
    """Where the template keeps the sample model of a type; another folder may be given on the command line."""
    return Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "template-files/samples" / model_type


def classified(classes, probabilities) -> list:
    """Predictions of a classifier: the likeliest label, and every label's probability."""
    names = [str(plain(name)) for name in classes]
    return [
        {"label": names[int(np.argmax(row))], "probabilities": dict(zip(names, map(float, row), strict=True))}
        for row in probabilities
    ]


def plain(value):
    """Numpy's values as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(inner) for inner in value]
    return value.item() if isinstance(value, np.generic) else value
