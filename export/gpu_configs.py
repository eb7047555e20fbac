"""What a GPU node's configurations say only once a repository is assembled: sizes that models decide, and files that are there.

The templates in ``model_repository/`` leave -1 where a size depends on the trained models. TensorRT plans its engines for the
sizes that it is told, in ``dims`` as in the profiles of ONNX Runtime's TensorRT, so there they become numbers.

ONNX Runtime finds an engine in its cache by the graph, not by the weights (onnxruntime#6455): a model that was trained again, or
another shop's, would be answered by the engine that is there. So a cache is named after the file that its engines are built from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment import artefacts, manifest
from assortment.errors import StepError

VARIANTS: Final = ("ort_tensorrt", "tensorrt")
"""Names of ``configs/<variant>.pbtxt`` that are completed here."""
ENGINES: Final = "engines.json"
"""What is known of every engine: in the engines' folder, and beside the manifest of a repository that holds them."""

ENGINE_CACHE: Final = "trt_engine_cache_path"
"""ONNX Runtime's parameter: the folder that it keeps its engines in. It makes that folder, but none above it."""

_PLAN: Final = re.compile(r"(?P<model>[a-z_]+)(\.sm(?P<capability>\d{2,3}))?\.plan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A TensorRT engine in a folder of engines, ``<model>.sm<capability>.plan``."""

    model: str
    capability: str | None
    """Compute capability of the GPUs that it is for, for instance "8.9"; None when the name does not say."""
    source: Path

    @property
    def filename(self) -> str:
        """Its name in the model's version folder."""
        return f"sm{self.capability.replace('.', '')}.plan" if self.capability else "model.plan"


def plans(engines: Path) -> list[Plan]:
    """The engines in a folder, by name.

    Raises:
        StepError: when there are none, or a file's name does not say which model it is of.
    """
    found = []
    for path in sorted(engines.glob("*.plan")):
        parts = _PLAN.fullmatch(path.name)
        if not parts:
            raise StepError(
                f"{path}: a plan is called MODEL.sm89.plan, or MODEL.plan when it is the only one; rename or remove it"
            )
        digits = parts["capability"]
        found.append(Plan(model=parts["model"], capability=f"{digits[:-1]}.{digits[-1]}" if digits else None, source=path))
    if not found:
        raise StepError(f"{engines} holds no .plan; run `assortment export --tensorrt` on a GPU of the node's kind first")
    return found


def complete(model: Path, export: Path, its_plans: list[Plan]) -> None:
    """Rewrites the GPU variants in ``model/configs/`` of a repository that is being assembled.

    Args:
        model: the model's folder.
        export: the exported models, whose vocabularies tell sizes.
        its_plans: engines of this model.

    Raises:
        StepError: when the file is not there that engines would be built from.
    """
    sizes = _sizes(export)
    for path in (model / "configs" / f"{variant}.pbtxt" for variant in VARIANTS):
        if path.is_file():
            text = _explicit(path.read_text(encoding="utf-8"), sizes)
            if path.stem == "tensorrt":
                text += "".join(_by_capability(its_plans))
            else:
                served = _served(model)
                text = text.replace(f'"{artefacts.MODEL}"', f'"{served.name}"')
                text = re.sub(rf'("{ENGINE_CACHE}" value: "[^"]+)"', rf'\g<1>-{mark(served)}"', text)
            path.write_text(text, encoding="utf-8")


def mark(served: Path) -> str:
    """What the name of a cache has to carry, for engines that are built from this file: 12 hexadecimal digits of its SHA-256."""
    return manifest.sha256(served)[:12]


def _served(model: Path) -> Path:
    """The ONNX file of a model's folder that ONNX Runtime builds engines from: in float16 where there is one."""
    for name in (artefacts.MODEL_FP16, artefacts.MODEL):
        if files := sorted(model.glob(f"*/{name}")):
            return files[-1]
    raise StepError(f"{model} holds no {artefacts.MODEL}, whose sum names its engines' cache; run `assortment export` again")


def _sizes(export: Path) -> dict[str, int]:
    """Tensors whose length is the models' own, to that length."""
    facets = len(json.loads((export / artefacts.FACETS).read_text(encoding="utf-8")))
    categories = len(json.loads((export / artefacts.CATEGORIES).read_text(encoding="utf-8")))
    return {"NAMED": facets, "OPEN": facets + 1, "INTENT": categories}


def _explicit(text: str, sizes: Mapping[str, int]) -> str:
    """Numbers in the place of -1, in ``dims`` (``"NAMED" ... [ -1 ]``) and in profiles (``NAMED:16x-1``)."""
    for name, size in sizes.items():
        text = re.sub(rf'("{name}"[^\n\]]*\[ |\b{name}:\d+x)-1\b', rf"\g<1>{size}", text)
    return text


def _by_capability(its_plans: list[Plan]) -> Iterator[str]:
    """Which plan is for which GPU; a plan without a capability is the template's ``default_model_filename``."""
    for plan in its_plans:
        if plan.capability:
            yield f'cc_model_filenames {{ key: "{plan.capability}" value: "{plan.filename}" }}\n'
