"""Configurations: they parse, and say what the tensor contract says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from assortment import contract
from assortment.contract import MODELS, Tensor
from export.repository_check.finding import Finding
from export.repository_check.model_config import dtype, kind
from export.repository_check.repository import Repository, agree

_CONTRACT: Final = "assortment/contract.py says what it has to be"
_BACKENDS: Final = ("onnxruntime", "python", "tensorrt")
_PADDED: Final = (
    ("prepare", "text_encoder", contract.MAX_QUERY_TOKENS),
    ("prepare_product", "product_text_encoder", contract.MAX_PRODUCT_TOKENS),
)
"""Tokenising step, the encoder behind it, and the longest text."""


def configs_parse(repository: Repository) -> Iterator[Finding]:
    """Triton refuses to start over a field that it does not know."""
    for model, wrong in repository.unparsed.items():
        yield Finding(repository.config_file(model), f"it is no model configuration: {wrong}", "mend it in model_repository/")


def models_are_those_of_the_contract(repository: Repository) -> Iterator[Finding]:
    """No model is missing, none is left over, and each has its folder's name."""
    there = {*repository.configs, *repository.unparsed}
    for model in sorted(set(MODELS) - there):
        yield Finding(model, "the model is missing", "run `assortment assemble` again")
    for model in sorted(there - set(MODELS)):
        yield Finding(model, f"no model of the contract has this name; there are {', '.join(sorted(MODELS))}", "remove it")
    for model, config in repository.configs.items():
        if config.name != model:
            yield Finding(
                repository.config_file(model), f"name: {config.name!r}, its folder is called {model!r}", "give it that name"
            )


def backends_are_known(repository: Repository) -> Iterator[Finding]:
    """A backend that the node has: the embedded server has Python's alone."""
    allowed = ("python",) if repository.variant == "cpu" else _BACKENDS
    for model, config in repository.configs.items():
        if config.platform != "ensemble" and config.backend not in allowed:
            yield Finding(
                repository.config_file(model),
                f"backend: {config.backend!r}; nodes of the variant {repository.variant} have {', '.join(allowed)}",
                f"give the model a configs/{repository.variant}.pbtxt",
            )


def instances_run_on_what_the_node_has(repository: Repository) -> Iterator[Finding]:
    """A node without a GPU loads no model that wants one."""
    for model, config in repository.configs.items():
        if repository.variant == "cpu" and any(kind(group) == "KIND_GPU" for group in config.instance_group):
            yield Finding(repository.config_file(model), "instance_group of KIND_GPU", "say KIND_CPU, or serve another variant")


def tensors_are_those_of_the_contract(repository: Repository) -> Iterator[Finding]:
    """Names, types, shapes, and what is optional; a shape may be narrower than the contract's open one."""
    for model, config in repository.configs.items():
        if model in MODELS:
            for side, found, expected in (
                ("input", config.input, MODELS[model].inputs),
                ("output", config.output, MODELS[model].outputs),
            ):
                for wrong in _differences(side, found, expected):
                    yield Finding(repository.config_file(model), wrong, _CONTRACT)


def batches_are_as_large_as_the_contracts(repository: Repository) -> Iterator[Finding]:
    """One size for all: a step that takes fewer would refuse what the step before hands it."""
    for model, config in repository.configs.items():
        if model in MODELS and config.max_batch_size != contract.MAX_BATCH_SIZE:
            wrong = f"max_batch_size: {config.max_batch_size}; every model has {contract.MAX_BATCH_SIZE}"
            yield Finding(repository.config_file(model), wrong, _CONTRACT)


def texts_have_the_length_their_encoder_takes(repository: Repository) -> Iterator[Finding]:
    """Padded to one length before backends that take no ragged batches, and not padded before Python's, which does."""
    for step, encoder, longest in _PADDED:
        if not {step, encoder} <= set(repository.configs):
            continue
        told = repository.configs[step].parameters
        padded = told["pad_tokens_to"].string_value if "pad_tokens_to" in told else ""
        length = {tuple(tensor.dims) for tensor in repository.configs[encoder].input}
        ragged = repository.configs[encoder].backend == "python"
        if ragged and padded:
            yield Finding(
                repository.config_file(step),
                f"pad_tokens_to: {padded!r}, but {encoder} takes texts of any length",
                "leave it out",
            )
        elif not ragged and (padded != str(longest) or not length <= {(-1,), (longest,)}):
            yield Finding(
                repository.config_file(step),
                f"pad_tokens_to: {padded!r}, and {encoder} takes {sorted(map(list, length))}; texts have up to {longest} tokens",
                f"pad to {longest}, and let {encoder} take [ {longest} ] or [ -1 ]",
            )


def _differences(side: str, found: Any, expected: tuple[Tensor, ...]) -> Iterator[str]:
    given = {tensor.name: tensor for tensor in found}
    wanted = {tensor.name: tensor for tensor in expected}
    for name in sorted(set(given) ^ set(wanted)):
        yield f"{side} {name} is {'missing' if name in wanted else 'not in the contract'}"
    for name in sorted(set(given) & set(wanted)):
        theirs, ours = given[name], wanted[name]
        if dtype(theirs) != ours.dtype or not agree(tuple(theirs.dims), ours.dims):
            yield f"{side} {name} is {dtype(theirs)} {list(theirs.dims)}, the contract says {ours.dtype} {list(ours.dims)}"
        if side == "input" and theirs.optional != ours.optional:
            yield f"{side} {name} is {'optional' if theirs.optional else 'required'}, the contract says otherwise"


RULES: Final = (
    configs_parse,
    models_are_those_of_the_contract,
    backends_are_known,
    instances_run_on_what_the_node_has,
    tensors_are_those_of_the_contract,
    batches_are_as_large_as_the_contracts,
    texts_have_the_length_their_encoder_takes,
)
