"""kserve-validate.py FILE...: every InferenceService in the files, strictly by the models of KServe's and Kubernetes' Python
clients: a field that they do not know, or a value of another type, is an error. Exit code 1 with each of them."""

import importlib
import re
import sys
import types
from pathlib import Path

import yaml
from kubernetes.client import models as kubernetes_models

# The models alone: the package's own start would load its whole server.
for folder in (Path(entry) / "kserve" for entry in sys.path):
    if folder.is_dir():
        package = types.ModuleType("kserve")
        package.__path__ = [str(folder)]
        sys.modules["kserve"] = package
        break
kserve_models = importlib.import_module("kserve.models")

SCALARS = {"str": str, "int": int, "bool": bool, "float": (int, float), "ResourceQuantity": (str, int)}


def check(kind, value, path):
    """Problems of a value that should be of a kind in the notation of the OpenAPI generator."""
    nested = re.fullmatch(r"(?:list\[|dict\(str, )(.+)[\])]", kind)
    if nested:
        if not isinstance(value, list if kind.startswith("list") else dict):
            return [f"{path}: expected {kind}, found {value!r}"]
        items = enumerate(value) if isinstance(value, list) else value.items()
        return [problem for key, item in items for problem in check(nested[1], item, f"{path}.{key}")]
    if kind == "object":
        return []
    if kind in SCALARS:
        wrong = not isinstance(value, SCALARS[kind]) or (isinstance(value, bool) and kind != "bool")
        return [f"{path}: expected {kind}, found {value!r}"] if wrong else []
    model = getattr(kserve_models, kind, None) or getattr(kubernetes_models, kind, None)
    if model is None:
        # A port is a number or a name, a time a text: kinds that the clients have no class for.
        return [] if isinstance(value, (str, int)) else [f"{path}: {kind} is not known, and {value!r} is no scalar"]
    if not isinstance(value, dict):
        return [f"{path}: expected {kind}, found {value!r}"]
    kinds = {name: model.openapi_types[key] for key, name in model.attribute_map.items()}
    return [
        problem
        for name, item in value.items()
        for problem in (check(kinds[name], item, f"{path}.{name}") if name in kinds else [f"{path}.{name}: unknown field"])
    ]


found, problems = 0, []
for file in sys.argv[1:]:
    for document in yaml.safe_load_all(Path(file).read_text()):
        if not document or document.get("kind") != "InferenceService":
            continue
        found += 1
        if document.get("apiVersion") != "serving.kserve.io/v1beta1":
            problems.append(f"{file}: apiVersion: found {document.get('apiVersion')}")
        metadata = {key: value for key, value in document["metadata"].items()}
        problems += check("V1ObjectMeta", metadata, "metadata")
        problems += check("V1beta1InferenceServiceSpec", document.get("spec"), "spec")
        containers = [one.get("name") for one in document["spec"]["predictor"].get("containers", [])]
        if "kserve-container" not in containers:
            problems.append(f"spec.predictor.containers: expected one named kserve-container, found {containers}")
if found == 0:
    problems.append("no InferenceService in these files")
print("\n".join(problems) or f"{found} InferenceService valid")
sys.exit(1 if problems else 0)
