"""Writes generators/onnx/runtime-operators.ts: what the CPU runtime can execute, from its own registry.

    pip install onnxruntime==<the version of onnxruntime-node that the template pins> onnx
    python test/onnx/runtime-operators.py

An operator counts for an opset when a CPU kernel is registered for the operator's version at that opset, or when ONNX
defines it as a function of other operators (the runtime then inlines it).
"""

import collections
import json
import subprocess
from pathlib import Path

import onnx
import onnxruntime
import onnxruntime.capi.onnxruntime_pybind11_state as registry
from onnx import TensorProto, helper

DOMAINS = ("", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc")
OPEN_END = 2**31 - 1
# Read by the runtime itself before any kernel is looked up.
BUILT_IN = {("", "Constant")}


def loads(opset: dict[str, int], ir_version: int) -> bool:
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "probe", value[:1], value[1:])
    imports = [helper.make_opsetid(domain, version) for domain, version in opset.items()]
    model = helper.make_model(graph, opset_imports=imports, ir_version=ir_version)
    try:
        onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    except Exception:
        return False
    return True


def highest(accepts) -> int:
    return max(version for version in range(1, 64) if accepts(version))


def main() -> None:
    kernels = collections.defaultdict(list)
    bfloat16 = set()
    for kernel in registry.get_all_opkernel_def():
        if kernel.provider == "CPUExecutionProvider":
            kernels[kernel.domain, kernel.op_name].append(kernel.version_range)
            if "bfloat16" in str(kernel.type_constraints):
                bfloat16.add(kernel.op_name)
    versions = collections.defaultdict(set)
    for schema in registry.get_all_operator_schema():
        versions[schema.domain, schema.name].add(schema.since_version)
    functions = {
        (schema.domain, schema.name, schema.since_version)
        for schema in onnx.defs.get_all_schemas_with_history()
        if schema.has_function or schema.has_context_dependent_function
    }

    def runs(domain: str, name: str, opset: int) -> bool:
        since = max((version for version in versions[domain, name] if version <= opset), default=None)
        if since is None:
            return False
        covered = any(
            first == since or (last < OPEN_END and first <= since <= last) for first, last in kernels[domain, name]
        )
        return covered or (domain, name, since) in functions or (domain, name) in BUILT_IN

    domains = {}
    for domain in DOMAINS:
        opset = highest(lambda version: loads({"": 17} | {domain: version}, 8))
        operators = {}
        for name in sorted({name for of, name in versions if of == domain}):
            good = [version for version in range(1, opset + 1) if runs(domain, name, version)]
            if good:
                assert good == list(range(good[0], good[-1] + 1)), name
                operators[name] = [good[0]] if good[-1] == opset else [good[0], good[-1]]
        domains[domain] = {"opset": opset, "operators": operators}

    table = {
        "runtime": onnxruntime.__version__,
        "irVersion": highest(lambda version: loads({"": 17}, version)),
        "domains": domains,
        "bfloat16": sorted(bfloat16),
    }
    target = Path(__file__).parents[2] / "generators/onnx/runtime-operators.ts"
    source = f"/** Made by {Path(__file__).relative_to(Path(__file__).parents[2])}: not edited by hand. */\n"
    target.write_text(f"{source}export const RUNTIME_OPERATORS = {json.dumps(table, indent=2)};\n")
    subprocess.run(["npx", "biome", "check", "--write", str(target)], check=True)


if __name__ == "__main__":
    main()
