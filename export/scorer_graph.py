"""The two scorers of a catalogue: ONNX graphs built around the trained scoring function.

    scorer             query vector -> cosine with every row -> the NUM_RETRIEVED nearest allowed rows
                       -> scoring function -> the NUM_SCORED best
    candidate_scorer   query vector, given rows -> scoring function

Both read the catalogue's vectors from the same files of raw floats (ONNX external data), which ONNX Runtime maps into
memory: every instance of either model shares one copy. The vectors stand on the left of the big MatMul because ONNX Runtime
copies a constant on the right into another layout, once for each session. Over 40,000 products one thread takes about 2.1 ms
for one query and 0.85 ms each for 16 together.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import onnx
import onnx.parser
from onnx import TensorProto, numpy_helper

from assortment import artefacts
from assortment.contract import NUM_RETRIEVED, NUM_SCORED, STEPS, VECTOR_DIM, Model, Tensor
from export.onnx_export import OPSET, check

IR_VERSION: Final = 8  # of opset 17; readable by every ONNX Runtime since 1.14
CANDIDATE_SCORER: Final = Model(
    (Tensor("QUERY_VECTOR", "FP32", (VECTOR_DIM,)), Tensor("INTENT", "FP32", (-1,)), Tensor("ROW", "INT32", (-1,))),
    (Tensor("RELEVANCE", "FP32", (-1,)),),
)

# A row that may not be shown gets a cosine that no row can have. A bitmap of another catalogue version may be longer or shorter:
# it is cut or padded, so that it fails no batch mate, and the diversifier refuses what was scored with it. The Reshape changes
# nothing but ONNX Runtime's plan: it would fuse the Transpose into the MatMul, and the fused one is 0.8 ms slower for a single
# query.
_RETRIEVE: Final = """
    columns = Transpose <perm = [1, 0]> (QUERY_VECTOR)
    query_columns = Reshape (columns, column_shape)
    cosine_columns = MatMul (product_vectors, query_columns)
    cosine = Transpose <perm = [1, 0]> (cosine_columns)
    allow_shape = Shape (ALLOW)
    allow_bytes = Gather (allow_shape, one)
    unfiltered = Equal (allow_bytes, bytes_of_no_filter)
    allowed_cosine = If (unfiltered) <
        then_branch = pass_all () => (float[batch, N] kept) { kept = Identity (cosine) },
        else_branch = pass_some () => (float[batch, N] kept) {
            padded_bytes = Pad (ALLOW, byte_padding, no_bits)
            row_bytes = Slice (padded_bytes, zero, num_bytes, one)
            bytes = Cast <to = 6> (row_bytes)
            bits = Gather (bits_of_byte, bytes)
            bit_rows = Reshape (bits, flat)
            allowed = Slice (bit_rows, zero, num_rows, one)
            kept = Where (allowed, cosine, hidden)
        }
    >
    best_cosine, row = TopK (allowed_cosine, num_retrieved)
    is_row = Greater (best_cosine, hidden_bound)
"""
_GIVEN: Final = """
    given = Cast <to = 7> (ROW)
    is_row = GreaterOrEqual (given, zero)
    row = Max (given, zero)
"""
_GATHER: Final = """
    PRODUCT_VECTOR = Gather (product_vectors, row)
    LABEL_VECTOR = Gather (label_vectors, row)
    CATEGORY = Gather (categories, row)
    FEATURES = Gather (features, row)
"""
_SELECT: Final = """
    shown = Where (is_row, scored, below_all)
    best, place = TopK (shown, num_scored)
    best_row = GatherElements <axis = 1> (row, place)
    is_best = GreaterOrEqual (best, none)
    marked_row = Where (is_best, best_row, no_row)
    marked_relevance = Where (is_best, best, none)
    padded_row = Pad (marked_row, padding, no_row)
    RELEVANCE = Pad (marked_relevance, padding, none)
    ROW = Cast <to = 6> (padded_row)
    query_shape = Shape (QUERY_VECTOR)
    batch_size = Slice (query_shape, zero, one)
    version_shape = Concat <axis = 0> (batch_size, one)
    CATALOGUE_VERSION = Expand (version, version_shape)
"""
_MASK: Final = """
    RELEVANCE = Where (is_row, scored, none)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class RowTables:
    """What the scorers know of every row of a catalogue."""

    product_vectors: npt.NDArray[np.float32]
    """(N, 256) unit rows."""
    label_vectors: npt.NDArray[np.float32]
    """(N, 256) unit rows, zero without labels."""
    categories: npt.NDArray[np.int64]
    """(N,) index into INTENT, -1 for none."""
    features: npt.NDArray[np.float32]
    """(N, F) as ``training.scorer.product_features`` makes them."""

    def __len__(self) -> int:
        return len(self.product_vectors)


def build(folder: Path, scoring: Path, tables: RowTables, *, version: int) -> None:
    """Writes SCORER, CANDIDATE_SCORER and the ROW_DATA files they share into ``folder``.

    Args:
        folder: where to; it exists.
        scoring: the trained scoring function, exported as ``onnx_export.SCORING``.
        tables: the catalogue.
        version: the CATALOGUE_VERSION that the scorer answers.

    Raises:
        StepError: when a graph is not what the contract says.
    """
    tables.product_vectors.tofile(folder / artefacts.PRODUCT_VECTORS)
    tables.label_vectors.tofile(folder / artefacts.LABEL_VECTORS)
    function = onnx.load(str(scoring)).graph
    num_categories = _num_categories(function)
    inputs = f"float[batch, {VECTOR_DIM}] QUERY_VECTOR, float[batch, {num_categories}] INTENT"
    scorer = _graph(
        f"scorer ({inputs}, uint8[batch, allow_bytes] ALLOW) => "
        f"(int32[batch, {NUM_SCORED}] ROW, float[batch, {NUM_SCORED}] RELEVANCE, int64[batch, 1] CATALOGUE_VERSION)",
        [_RETRIEVE + _GATHER, _SELECT],
        function,
        [*_tables(tables), *_constants(len(tables), version)],
    )
    candidate_scorer = _graph(
        f"candidate_scorer ({inputs}, int32[batch, rows] ROW) => (float[batch, rows] RELEVANCE)",
        [_GIVEN + _GATHER, _MASK],
        function,
        [*_tables(tables), _constant("zero", [0]), _constant("none", [0.0], np.float32)],
    )
    _save(scorer, folder / artefacts.SCORER, STEPS["scorer"])
    _save(candidate_scorer, folder / artefacts.CANDIDATE_SCORER, CANDIDATE_SCORER)


def _graph(signature: str, parts: list[str], function: onnx.GraphProto, constants: list[onnx.TensorProto]) -> onnx.GraphProto:
    """The nodes of ``parts[0]``, those of the scoring function, those of ``parts[1]``, under one signature."""
    graph = onnx.parser.parse_graph(f"{signature} {{ {parts[0]} }}")
    after = onnx.parser.parse_graph(f"after () => () {{ {parts[1]} }}")
    body = onnx.GraphProto()
    body.CopyFrom(function)
    _prefix(body)
    graph.node.extend([*body.node, *after.node])
    graph.initializer.extend([*body.initializer, *constants])
    return graph


def _prefix(graph: onnx.GraphProto) -> None:
    """Renames the function's own tensors so that they cannot clash; its inputs keep their names, its output is ``scored``."""
    (output,) = (value.name for value in graph.output)
    kept = {value.name for value in graph.input}

    def renamed(name: str) -> str:
        return "scored" if name == output else name if name in kept or not name else f"scoring/{name}"

    for node in graph.node:
        node.name = f"scoring/{node.name}"
        node.input[:] = [renamed(name) for name in node.input]
        node.output[:] = [renamed(name) for name in node.output]
    for tensor in graph.initializer:
        tensor.name = renamed(tensor.name)


def _tables(tables: RowTables) -> list[onnx.TensorProto]:
    return [
        _external("product_vectors", tables.product_vectors, artefacts.PRODUCT_VECTORS),
        _external("label_vectors", tables.label_vectors, artefacts.LABEL_VECTORS),
        numpy_helper.from_array(tables.categories, "categories"),
        numpy_helper.from_array(tables.features, "features"),
    ]


def _constants(num_rows: int, version: int) -> list[onnx.TensorProto]:
    num_retrieved = min(NUM_RETRIEVED, num_rows)
    num_scored = min(NUM_SCORED, num_rows)
    num_bytes = -(-num_rows // 8)
    every_byte = np.arange(256, dtype=np.uint8)
    # A bitmap of up to 8 rows is one byte too; then NO_FILTER, all bits set, is simply read as one.
    bytes_of_no_filter = 1 if num_rows > 8 else 0
    return [
        _constant("zero", [0]),
        _constant("one", [1]),
        _constant("flat", [0, -1]),
        _constant("column_shape", [VECTOR_DIM, -1]),
        _constant("num_rows", [num_rows]),
        _constant("num_bytes", [num_bytes]),
        _constant("byte_padding", [0, 0, 0, num_bytes]),
        numpy_helper.from_array(np.array(0, dtype=np.uint8), "no_bits"),
        _constant("num_retrieved", [num_retrieved]),
        _constant("num_scored", [num_scored]),
        _constant("padding", [0, 0, 0, NUM_SCORED - num_scored]),
        _constant("bytes_of_no_filter", [bytes_of_no_filter]),
        numpy_helper.from_array(np.array(-1, dtype=np.int64), "no_row"),
        numpy_helper.from_array(np.array([[version]], dtype=np.int64), "version"),
        numpy_helper.from_array(
            np.unpackbits(every_byte[:, np.newaxis], axis=1, bitorder="little").astype(np.bool_), "bits_of_byte"
        ),
        _constant("hidden", [-4.0], np.float32),
        _constant("hidden_bound", [-3.0], np.float32),
        _constant("below_all", [-1.0], np.float32),
        numpy_helper.from_array(np.array(0.0, dtype=np.float32), "none"),
    ]


def _constant(name: str, values: list[int] | list[float], dtype: type[np.generic] = np.int64) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(values, dtype=dtype), name)


def _external(name: str, array: npt.NDArray[np.float32], file: str) -> onnx.TensorProto:
    """A constant whose bytes are all of ``file``, which lies beside the model."""
    tensor = onnx.TensorProto(name=name, data_type=TensorProto.FLOAT, dims=array.shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", file), ("offset", "0"), ("length", str(array.nbytes))):
        tensor.external_data.add(key=key, value=value)
    return tensor


def _num_categories(function: onnx.GraphProto) -> str:
    intent = next(value for value in function.input if value.name == "INTENT")
    dim = intent.type.tensor_type.shape.dim[1]
    return str(dim.dim_value) if dim.HasField("dim_value") else "categories"


def _save(graph: onnx.GraphProto, path: Path, model: Model) -> None:
    opset = onnx.helper.make_opsetid("", OPSET)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="assortment"), str(path))
    check(path, model)
