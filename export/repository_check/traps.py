"""What the target release is known to do wrong. Each rule refuses one such thing by name, and its findings tell the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from assortment import artefacts
from export.gpu_configs import ENGINE_CACHE, mark
from export.repository_check.finding import Finding, Severity
from export.repository_check.model_config import kind
from export.repository_check.profiles import accelerators
from export.repository_check.repository import Repository

_BY_TIME: Final = "bound it by time: timeout_action: REJECT, default_timeout_microseconds and allow_timeout_override"
_PREFIX: Final = "trt_engine_cache_prefix"
_TENSORRT_PARAMETERS: Final = frozenset(
    ("precision_mode", "max_workspace_size_bytes", "int8_calibration_table_name", "int8_use_native_calibration_table")
) | {
    f"trt_{name}"
    for name in (
        "max_partition_iterations", "min_subgraph_size", "dla_enable", "dla_core", "engine_cache_enable", "engine_cache_path",
        "engine_cache_prefix", "dump_subgraphs", "force_sequential_engine_build", "context_memory_sharing_enable",
        "layer_norm_fp32_fallback", "timing_cache_enable", "timing_cache_path", "force_timing_cache", "detailed_build_log",
        "build_heuristics_enable", "sparsity_enable", "builder_optimization_level", "auxiliary_streams", "tactic_sources",
        "extra_plugin_lib_paths", "profile_min_shapes", "profile_max_shapes", "profile_opt_shapes", "cuda_graph_enable",
        "dump_ep_context_model", "ep_context_file_path", "ep_context_embed_mode",
    )
}  # fmt: skip


def no_bounded_queue_on_parallel_steps(repository: Repository) -> Iterator[Finding]:
    """Before 26.03 a full queue of a step that runs beside another crashes the server, or its callers wait for ever."""
    if repository.container >= (26, 3):
        return
    for model in sorted(_parallel(repository)):
        policy = repository.configs[model].dynamic_batching.default_queue_policy
        if policy.max_queue_size:
            wrong = f"max_queue_size: {policy.max_queue_size} on a step that runs beside another one of its ensemble"
            source = "core#466, server#8631, server#8658; on 2.51 a crash in 3 of 3 runs, or requests that were never answered"
            yield Finding(repository.config_file(model), wrong, _BY_TIME, source=source)


def no_queue_policy_with_one_instance(repository: Repository) -> Iterator[Finding]:
    """A queue policy turns prefetching off, and one instance then stalls up to half a second."""
    for model, config in repository.configs.items():
        count = sum(group.count or 1 for group in config.instance_group) or 1
        if config.dynamic_batching.HasField("default_queue_policy") and count < 2:
            wrong = f"default_queue_policy with {count} instance: the batcher stalls up to 500 ms"
            source = "measured on 2.51, the code is the same in core of 2026-06; server#7512, server#8870"
            yield Finding(repository.config_file(model), wrong, "give it two instances", source=source)


def no_response_cache(repository: Repository) -> Iterator[Finding]:
    """The cache keeps errors, and answers them later as empty successes."""
    for model, config in repository.configs.items():
        if config.response_cache.enable:
            source = (
                "reproduced on 2.51; DynamicBatchScheduler::DelegateResponse inserts whatever the status, in core of 2026-06 too"
            )
            wrong = "response_cache: errors are kept, and the same request later succeeds without outputs"
            yield Finding(repository.config_file(model), wrong, "leave it out", source=source)


def no_field_that_the_release_lacks(repository: Repository) -> Iterator[Finding]:
    """A field that is newer than the server keeps it from starting."""
    for model, config in repository.configs.items():
        if repository.container < (25, 12) and config.ensemble_scheduling.max_inflight_requests:
            wrong = "max_inflight_requests: the server refuses to start over a field that came with 25.12"
            yield Finding(repository.config_file(model), wrong, "leave it out, or serve on 25.12 or newer", source="core#455")


def only_parameters_that_the_accelerator_knows(repository: Repository) -> Iterator[Finding]:
    """Triton's ONNX Runtime backend passes on a list of TensorRT parameters and refuses the model over any other."""
    for model, config, _ in repository.served("onnxruntime"):
        kinds = {accelerator.name for accelerator in config.optimization.execution_accelerators.gpu_execution_accelerator}
        unknown = [
            name for parameters in accelerators(config, "tensorrt") for name in parameters if name not in _TENSORRT_PARAMETERS
        ]
        for name in sorted((kinds - {"tensorrt", "cuda"}) | set(unknown)):
            wrong = f"{name}: an execution accelerator or parameter that the backend does not know"
            yield Finding(
                repository.config_file(model), wrong, "take it out", source="onnxruntime_backend:README.md and src/onnxruntime.cc"
            )


def precision_is_the_models_own(repository: Repository) -> Iterator[Finding]:
    """TensorRT 11 has no switches for precision: what a float32 model is told changes nothing, silently."""
    strongly_typed = repository.release.major >= 11
    for model, config, version in repository.served("onnxruntime"):
        for parameters in accelerators(config, "tensorrt"):
            file, mode = repository.config_file(model), parameters.get("precision_mode", "FP32")
            if strongly_typed and mode != "FP32":
                wrong = f"precision_mode: {mode}; TensorRT {repository.release.tensorrt} takes precision from the ONNX file alone"
                remedy = "leave it out, and export with --float16"
                yield Finding(file, wrong, remedy, source="TensorRT 10.x to 11.x migration guide; onnxruntime#28611")
            half = config.default_model_filename == artefacts.MODEL_FP16 and (version / artefacts.MODEL_FP16).is_file()
            if not strongly_typed and half and mode != "FP16":
                wrong = f"{artefacts.MODEL_FP16} with precision_mode: {mode}; TensorRT before 11 has to be allowed float16"
                remedy = 'add parameters { key: "precision_mode" value: "FP16" }, or serve on 26.06 or newer'
                yield Finding(file, wrong, remedy, Severity.WARNING, source="inferred from TensorRT 10's weakly typed networks")


def engines_are_kept(repository: Repository) -> Iterator[Finding]:
    """Without a cache ONNX Runtime builds its engines at every start, minutes before the node is ready."""
    for model, config, _ in repository.served("onnxruntime"):
        for parameters in accelerators(config, "tensorrt"):
            for name in ("trt_engine_cache_enable", ENGINE_CACHE):
                if name not in parameters:
                    wrong = f"no {name}: engines are built again at every start"
                    yield Finding(
                        repository.config_file(model), wrong, "name a folder that outlives the container", source="ort#12120"
                    )


def engines_are_kept_by_file(repository: Repository) -> Iterator[Finding]:
    """ONNX Runtime knows an engine by its graph: in a cache of several files old weights go on answering, or another shop's."""
    for model, config, version in repository.served("onnxruntime"):
        served = version / (config.default_model_filename or artefacts.MODEL)
        for parameters in accelerators(config, "tensorrt"):
            cache = f"{parameters.get(ENGINE_CACHE, '')} {parameters.get(_PREFIX, '')}"
            if cache.strip() and served.is_file() and mark(served) not in cache:
                wrong = f"{ENGINE_CACHE}: neither it nor {_PREFIX} carries {mark(served)}, the sum of {served.name}"
                remedy = "run `assortment assemble` again, which names the cache after the file"
                source = "onnxruntime#6455; lc0#2214; TRTGenerateId hashes names and versions, no weights"
                yield Finding(repository.config_file(model), wrong, remedy, source=source)


def no_cuda_graphs_in_onnx_runtime(repository: Repository) -> Iterator[Finding]:
    """A graph replays fixed addresses; Triton binds other buffers at every call."""
    for model, config, _ in repository.served("onnxruntime"):
        for accelerator, name in (("tensorrt", "trt_cuda_graph_enable"), ("cuda", "enable_cuda_graph")):
            if any(parameters.get(name, "0") not in {"", "0", "false"} for parameters in accelerators(config, accelerator)):
                source = "ONNX Runtime's page on CUDA graphs asks for fixed addresses; inferred, not tried on a GPU"
                wrong = f"{name}: Triton gives ONNX Runtime other buffers at each call, a captured graph reads the old ones"
                yield Finding(
                    repository.config_file(model), wrong, "leave it out; the variant tensorrt has CUDA graphs", source=source
                )


def cuda_graphs_are_not_filled_up(repository: Repository) -> Iterator[Finding]:
    """A graph with a lower bound also runs smaller batches, on whatever lies in memory behind them: token ids without end."""
    for model, config, _ in repository.served("tensorrt"):
        for spec in config.optimization.cuda.graph_spec:
            named, inputs = set(spec.input), {tensor.name for tensor in config.input}
            if spec.HasField("graph_lower_bound"):
                wrong = f"graph_lower_bound of batch size {spec.batch_size}: the rows that fill it up are not initialised"
                yield Finding(repository.config_file(model), wrong, "leave it out", source="model_config.proto, GraphSpec")
            if named and named != inputs:
                wrong = f"graph_spec of batch size {spec.batch_size} does not name {', '.join(sorted(inputs ^ named))} rightly"
                source = "tensorrt_backend:src/instance_state.cc, SetCudaGraphShape"
                yield Finding(repository.config_file(model), wrong, "name all inputs, or none", source=source)


def every_batch_has_a_cuda_graph(repository: Repository) -> Iterator[Finding]:
    """A graph runs the one size of batch that it was captured at; the sizes without one start every kernel by itself.

    Without ``graph_spec`` the backend captures 1, the preferred sizes and ``max_batch_size`` of a model with a dynamic batcher,
    and a list of its own for others.
    """
    for model, config, _ in repository.served("tensorrt"):
        graphs, most = config.optimization.cuda, config.max_batch_size
        batcher = config.dynamic_batching
        usual = {1, *batcher.preferred_batch_size} if config.HasField("dynamic_batching") else {1, 2, 3, 4, 6, 8, 12, 16}
        captured = {spec.batch_size for spec in graphs.graph_spec} or usual | {most}
        if graphs.graphs and (without := sorted(set(range(1, most + 1)) - captured)):
            wrong = f"no CUDA graph for batches of {', '.join(map(str, without))}"
            source = "tensorrt_backend:src/instance_state.cc, InitializeGraphSpecs and FindClosestCudaGraph"
            yield Finding(
                repository.config_file(model), wrong, "give each size a graph_spec of its own", Severity.WARNING, source=source
            )


def plans_run_on_gpus(repository: Repository) -> Iterator[Finding]:
    """The TensorRT backend refuses instances on a CPU, and the default kind is not to be relied on."""
    for model, config, _ in repository.served("tensorrt"):
        if not config.instance_group or any(kind(group) != "KIND_GPU" for group in config.instance_group):
            source = "tensorrt_backend:src/instance_state.cc"
            yield Finding(repository.config_file(model), "instance_group has to be of KIND_GPU", "say so", source=source)


def ragged_batches_go_to_python_alone(repository: Repository) -> Iterator[Finding]:
    """ONNX Runtime and TensorRT take ragged inputs as one long row, which our models do not read."""
    for model, config in repository.configs.items():
        if config.backend in {"onnxruntime", "tensorrt"}:
            for tensor in config.input:
                if tensor.allow_ragged_batch:
                    wrong = f"allow_ragged_batch of {tensor.name}: the backend joins all rows into one"
                    source = "server:docs/user_guide/ragged_batching.md"
                    yield Finding(
                        repository.config_file(model), wrong, "leave it out, and let the step before pad", source=source
                    )


def _parallel(repository: Repository) -> set[str]:
    """Steps that may run beside another one of the same ensemble: they are equally far from its inputs, or wait for less."""
    found: set[str] = set()
    for config in repository.configs.values():
        needs = {step.model_name: set(step.input_map.values()) for step in config.ensemble_scheduling.step}
        makes = {step.model_name: set(step.output_map.values()) for step in config.ensemble_scheduling.step}
        behind = {model: _before(model, needs, makes) for model in needs}
        found |= {a for a in needs for b in needs if a != b and a not in behind[b] and b not in behind[a]}
    return found & set(repository.configs)


def _before(model: str, needs: dict[str, set[str]], makes: dict[str, set[str]]) -> set[str]:
    """Every step that has to be done before ``model`` runs."""
    done: set[str] = set()
    waiting = Counter([model])
    while waiting:
        step = waiting.popitem()[0]
        makers = {other for other in makes if makes[other] & needs[step]} - done
        done |= makers
        waiting.update(makers)
    return done


RULES: Final = (
    no_bounded_queue_on_parallel_steps,
    no_queue_policy_with_one_instance,
    no_response_cache,
    no_field_that_the_release_lacks,
    only_parameters_that_the_accelerator_knows,
    precision_is_the_models_own,
    engines_are_kept,
    engines_are_kept_by_file,
    no_cuda_graphs_in_onnx_runtime,
    cuda_graphs_are_not_filled_up,
    every_batch_has_a_cuda_graph,
    plans_run_on_gpus,
    ragged_batches_go_to_python_alone,
)
