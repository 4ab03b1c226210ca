"""Records what training made of a few samples, so that the service can be compared with it step by step.

This file needs Python 3.8 or newer and numpy, and nothing else. Copy it next to your training or evaluation code.

    from record import Recorder

    with Recorder("record") as recorder:
        with recorder.sample(file="cat.jpg") as sample:          # or text="...", or row={"age": 41, "plan": "free"}
            picture = Image.open("cat.jpg")
            sample.step("decode", picture)                       # what the file holds
            picture = picture.convert("RGB")
            sample.step("colour", picture)                       # after the conversion of colours
            picture = picture.resize((224, 224), Image.BILINEAR)
            sample.step("resize", picture)                       # after the change of size; "crop" after a crop
            tensor = normalise(picture)
            sample.step("normalise", {"pixels": tensor})         # what the model gets, by the names of its inputs
            sample.answer({"label": "cat", "probabilities": {"cat": 0.9, "dog": 0.1}})

Then, in the repository of the service:

    npm run check -- --against path/to/record

Steps. Record those that you have; only steps that both sides know are compared, and each sample takes one input at a time.

    decode      pixels of the file, height x width x channels, 0 to 255
    colour      the same in the channels that the model takes
    resize      the same in the new size, before a crop
    crop        the same after the crop or the padding
    normalise   the tensor of a picture that the model gets
    ids         the token ids that the model gets, with attention_mask and token_type_ids where there are some
    tensor      the tensors that any other model gets (columns of a table, texts)

A step takes an array, a list, a torch or TensorFlow tensor, a PIL picture, or a dictionary of them by the name of the model's input.

The answer is what the service shall answer: {"label": ..., "probabilities": {...}} of a classifier, {"value": ...} of a
regression, {"values": [...]} of several targets, tensors by their names of any other model.

Files. record.json lists the samples. The raw pictures are copied to files/, the arrays are in steps/ as .npy files without pickled
objects. The folder holds your samples as they are: treat it as you treat the training data.
"""

import json
import math
import os
import platform
import shutil
import sys

import numpy as np

FORMAT = "ml-serving-record/v1"
#: In the order in which training takes them.
STEPS = ("decode", "colour", "resize", "crop", "normalise", "ids", "tensor")
#: Libraries whose versions explain differences, where they are loaded.
LIBRARIES = ("numpy", "PIL", "cv2", "torch", "torchvision", "tensorflow", "keras", "timm", "transformers", "tokenizers", "sklearn", "pandas")


class Recorder:
    """Writes a record into a folder.

    folder     is created. One that holds a record is replaced only with replace=True; one that holds anything else is refused.
    tolerance  largest difference of two numbers of an answer, relative beyond 1. Default: 1e-3 for pictures, 1e-5 for all else.
    steps      largest differences by the name of a step, such as {"resize": 2}, where the default is too strict or too loose.
    """

    def __init__(self, folder, tolerance=None, steps=None, replace=False):
        self.folder = os.fspath(folder)
        self._tolerance = None if tolerance is None else _bound("tolerance", tolerance)
        self._bounds = {_step(name): _bound(name, bound) for name, bound in (steps or {}).items()}
        self._samples = []
        self._open = False
        self._prepare(replace)

    def sample(self, file=None, text=None, row=None, name=None):
        """Begins a sample: exactly one of a picture's path, a text, or a row (an object by column, a list, or tensors by name)."""
        given = [value for value in (file, text, row) if value is not None]
        if len(given) != 1:
            raise ValueError("a sample has exactly one of file=, text= and row=")
        if text is not None and not isinstance(text, str):
            raise TypeError("text= is a str, found %s" % type(text).__name__)
        if self._open:
            raise RuntimeError("the sample before is still open: leave its with block first")
        number = len(self._samples)
        if file is not None:
            path = os.fspath(file)
            extension = os.path.splitext(path)[1].lower()
            raw = {"file": "files/%03d%s" % (number, extension)}
            _copy(path, os.path.join(self.folder, raw["file"]))
            name = name or os.path.basename(path)
        elif text is not None:
            raw = {"text": text}
        else:
            raw = {"row": _plain(row)}
        self._open = True
        return Sample(self, number, str(name or number), raw)

    def close(self):
        """Writes record.json. Called by the with block."""
        if not self._samples:
            raise ValueError("no sample was recorded")
        versions = {"python": platform.python_version()}
        for library in LIBRARIES:
            version = getattr(sys.modules.get(library), "__version__", None)
            if version is not None:
                versions[library] = str(version)
        record = {"format": FORMAT, "versions": versions}
        if self._tolerance is not None:
            record["tolerance"] = self._tolerance
        if self._bounds:
            record["steps"] = self._bounds
        record["samples"] = self._samples
        path = os.path.join(self.folder, "record.json")
        with open(path + ".new", "w", encoding="utf-8") as target:
            json.dump(record, target, indent=1, allow_nan=False)
            target.write("\n")
        os.replace(path + ".new", path)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.close()

    def _prepare(self, replace):
        entries = set(os.listdir(self.folder)) if os.path.isdir(self.folder) else set()
        if entries - {"record.json", "record.json.new", "files", "steps"}:
            raise FileExistsError("%s is not empty and holds no record" % self.folder)
        if "record.json" in entries:
            if not replace:
                raise FileExistsError("%s holds a record: choose another folder, or replace=True" % self.folder)
            os.remove(os.path.join(self.folder, "record.json"))
        # Without record.json these are what a run that failed has left.
        for part in ("files", "steps"):
            shutil.rmtree(os.path.join(self.folder, part), ignore_errors=True)
            os.makedirs(os.path.join(self.folder, part))

    def _add(self, sample):
        self._open = False
        if sample is not None:
            self._samples.append(sample)


class Sample:
    """One raw input, what training made of it, and the answer. Made by Recorder.sample."""

    def __init__(self, recorder, number, name, raw):
        self._recorder = recorder
        self._number = number
        self._sample = {"name": name, "raw": raw, "steps": []}

    def step(self, name, value):
        """Records a step. value: an array or a picture, or a dictionary of arrays by the name of the model's input."""
        _step(name)
        if any(step["step"] == name for step in self._sample["steps"]):
            raise ValueError("the step %s is recorded already" % name)
        values = value if isinstance(value, dict) or hasattr(value, "keys") else {"": value}
        tensors = [self._write(name, place, key, values[key]) for place, key in enumerate(values.keys())]
        self._sample["steps"].append({"step": name, "tensors": tensors})

    def answer(self, value):
        """Records what the service shall answer."""
        self._sample["answer"] = _plain(value)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None and not self._sample["steps"] and "answer" not in self._sample:
            self._recorder._add(None)
            raise ValueError("the sample has neither a step nor an answer")
        self._recorder._add(self._sample if kind is None else None)

    def _write(self, step, place, key, value):
        array = _array(value)
        if array.dtype.kind in "OSU":
            return {"name": str(key), "dims": list(array.shape), "values": _texts(array)}
        if array.dtype.kind not in "fiub":
            raise TypeError("%s has the type %s; record numbers, truth values or texts" % (step, array.dtype))
        file = "steps/%03d-%s-%d.npy" % (self._number, step, place)
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(array.shape)
        np.save(os.path.join(self._recorder.folder, file), little, allow_pickle=False)
        return {"name": str(key), "file": file}


def _step(name):
    if name not in STEPS:
        raise ValueError("%r is no step; the steps are %s" % (name, ", ".join(STEPS)))
    return name


def _bound(name, value):
    number = float(value)
    if not (number >= 0 and math.isfinite(number)):
        raise ValueError("%s is a number of at least 0, found %r" % (name, value))
    return number


def _copy(source, target):
    if os.path.abspath(source) == os.path.abspath(target):
        raise ValueError("%s is in the folder of the record" % source)
    shutil.copyfile(source, target)


def _array(value):
    """numpy's array of anything that training code has in its hands."""
    if hasattr(value, "detach"):  # torch
        value = value.detach().cpu()
        if str(getattr(value, "dtype", "")) == "torch.bfloat16":
            value = value.float()
    if hasattr(value, "mode") and hasattr(value, "convert"):  # PIL
        if value.mode == "P":
            value = value.convert("RGBA" if "transparency" in value.info else "RGB")
        elif value.mode == "1":
            value = value.convert("L")
    if hasattr(value, "numpy") and callable(value.numpy):
        value = value.numpy()
    return np.asarray(value)


def _texts(array):
    texts = []
    for value in array.ravel().tolist():
        if isinstance(value, bytes):
            value = value.decode("utf-8")
        if not isinstance(value, str):
            raise TypeError("expected texts, found %s" % type(value).__name__)
        texts.append(value)
    return texts


def _plain(value):
    """A value of JSON of an answer or a row. NaN, None and pandas' NA are null."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if math.isinf(number):
            raise ValueError("an answer or a row holds infinity, which JSON cannot hold")
        return None if math.isnan(number) else number
    if isinstance(value, np.bool_):
        return bool(value)
    if type(value).__name__ == "NAType":
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "to_dict"):
        return _plain(value.to_dict())
    if hasattr(value, "detach") or hasattr(value, "numpy") or isinstance(value, np.ndarray):
        return _plain(_array(value).tolist())
    raise TypeError("%s is no value of JSON" % type(value).__name__)
