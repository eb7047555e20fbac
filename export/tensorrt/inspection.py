"""What an engine is, by its own word: held against what was planned, so that a float32 engine cannot pass for a float16 one.

TensorRT tells, as JSON, the type of each layer and of its tensors, and of many also the type and number of weights. Layers
that a fused kernel hides tell nothing. So there are three witnesses of precision, asked in this order: weights, tensors between
layers, and the size of the plan against the number of weights. The first that can speak decides.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from assortment.contract import STEPS, DType
from assortment.errors import StepError
from export.tensorrt.plan import EnginePlan
from export.tensorrt.profiles import Profile

_TYPES: Final = (("float32", r"float|fp32"), ("float16", r"half|fp16"), ("bfloat16", r"bf(loat)?16"), ("int8", r"int8"))
IO_TYPES: Final[dict[DType, str]] = {"FP32": "FLOAT", "INT64": "INT64", "INT32": "INT32"}
"""TensorRT's names of the types that models take and give."""
_SIZE_TELLS: Final = 1 << 21  # numbers; in smaller engines kernels weigh as much as weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What an engine is."""

    tensorrt: str
    num_bytes: int
    """Of the plan."""
    inputs: dict[str, str]
    """Name to TensorRT's type, for instance "INT64"."""
    outputs: dict[str, str]
    profiles: tuple[Profile, ...]
    layers: dict[str, int]
    """Number of layers by TensorRT's layer type."""
    weights: dict[str, int]
    """Number of weights by type, of the layers that tell."""
    tensors: dict[str, int]
    """Number of tensors that layers write by type, of the layers that tell."""
    refittable: bool


def layers(information: str) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Layer types, weights and tensors of ``IEngineInspector``'s JSON, each counted: the parts of an ``Inspection``.

    Raises:
        StepError: when it is no such JSON.
    """
    try:
        told: list[Any] = json.loads(information)["Layers"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise StepError(f"TensorRT's description of an engine cannot be read ({error})") from None
    kinds, weights, tensors = Counter[str](), Counter[str](), Counter[str]()
    for layer in told:
        if not isinstance(layer, dict):  # a bare name: the engine was built without detailed verbosity
            kinds["untold"] += 1
            continue
        kinds[str(layer.get("LayerType", "untold"))] += 1
        held = layer.get("Weights")
        if isinstance(held, dict) and (kind := _kind(str(held.get("Type", "")))):
            weights[kind] += int(held.get("Count", 0))
        for tensor in layer.get("Outputs") or ():
            if isinstance(tensor, dict) and (kind := _kind(str(tensor.get("Format/Datatype", "")))):
                tensors[kind] += 1
    return dict(kinds), dict(weights), dict(tensors)


def check(found: Inspection, engine: EnginePlan) -> str:
    """Holds an engine against its plan; returns which witness spoke for its precision.

    Raises:
        StepError: naming the plan and what is wrong.
    """
    contract = STEPS[engine.model]
    for side, declared, told in (("inputs", contract.inputs, found.inputs), ("outputs", contract.outputs, found.outputs)):
        expected = {tensor.name: IO_TYPES[tensor.dtype] for tensor in declared}
        if told != expected:
            raise StepError(f"{engine.filename}: {side} are {told}; the contract says {expected}")
    if [dict(profile) for profile in found.profiles] != [dict(profile) for profile in engine.profiles]:
        raise StepError(f"{engine.filename}: its profiles are {found.profiles}, planned were {engine.profiles}")
    witness, spoken = _precision(found, engine)
    if spoken != engine.source.precision:
        raise StepError(
            f"{engine.filename}: planned was {engine.source.precision}, and it is {spoken} by {witness}: weights "
            f"{found.weights}, tensors {found.tensors}, {found.num_bytes:,} bytes for {engine.source.num_weights:,} numbers"
        )
    return witness


def _precision(found: Inspection, engine: EnginePlan) -> tuple[str, str]:
    """Which witness spoke, and what it says."""
    for witness, counts in (("its weights", found.weights), ("its tensors", found.tensors)):
        inside = _inside(counts, engine.source.precision)
        if inside:
            return witness, inside
    if engine.source.num_weights >= _SIZE_TELLS:
        each = found.num_bytes / engine.source.num_weights
        return "its size", "fp32" if each > 3 else "fp16" if each > 1.5 else "int8"
    return "no witness", "unknown"


def _inside(counts: Mapping[str, int], planned: str) -> str:
    """The precision that counts speak for; "" when they are silent."""
    total = sum(counts.values())
    if not total:
        return ""
    if planned == "int8" and counts.get("int8", 0):
        return "int8"  # whichever layers have scales: normalisation and the last layers stay in floating point
    half = counts.get("float16", 0) + counts.get("bfloat16", 0) + counts.get("int8", 0)
    return "fp16" if 2 * half > total else "fp32"


def _kind(text: str) -> str:
    """One of ``_TYPES``; "" for integers and for "N/A due to dynamic shapes"."""
    lowered = text.lower()
    for kind, pattern in reversed(_TYPES):
        if re.search(rf"(?<![a-z0-9])({pattern})(?![a-z0-9])", lowered):
            return kind
    return ""
