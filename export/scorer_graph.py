"""The two scorers of a catalogue: ONNX graphs built around the trained scoring function.

    scorer             query vector -> cosine with every row -> the NUM_RETRIEVED nearest allowed rows
                       -> scoring function -> the NUM_SCORED best; and that of the rows found by words beside them
    candidate_scorer   query vector, given rows -> scoring function

With a sort order, the scorer goes outward in steps of NUM_RETRIEVED rows until one holds no row at least half as relevant as the
best; of the relevant rows it gives the NUM_SCORED that come first in that order (docs/adr/0012-sort-before-the-best.md).

On a CPU the scan is bound by memory, so that there the scorer of a large catalogue has a twin, SCORER_INT8, which scans 8-bit
vectors and compares the best rows exactly: its NUM_RETRIEVED nearest are the exact ones (docs/adr/0020-compact-scan.md).

All read the catalogue's vectors from the same files of raw floats (ONNX external data), which ONNX Runtime maps into
memory: every instance of each model shares one copy. The vectors stand on the left of the big MatMul because ONNX Runtime
copies a constant on the right into another layout, once for each session. Over 40,000 products one thread takes about 2.1 ms
for one query and 0.85 ms each for 16 together.
"""

from __future__ import annotations

import math
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
from assortment.serving.sorting import LEAST_SHARE
from assortment_client.contract import SORTS
from export import scorer_text
from export.onnx_contract import check
from export.onnx_export import OPSET, SCORING

IR_VERSION: Final = 8  # of opset 17; readable by every ONNX Runtime since 1.14
_DOMAIN: Final = "assortment"  # of the operators that are ours
COMPACT_FROM: Final = 8_000
"""Products from which the compact scan is the faster one."""
NUM_COMPARED: Final = 768  # rows of the compact scan that are compared exactly
_QUERY_STEPS: Final = 63  # 7 bits and a sign, see scorer_text
_PRODUCT_STEPS: Final = 127
CANDIDATE_SCORER: Final = Model(
    (Tensor("QUERY_VECTOR", "FP32", (VECTOR_DIM,)), Tensor("INTENT", "FP32", (-1,)), Tensor("ROW", "INT32", (-1,))),
    (Tensor("RELEVANCE", "FP32", (-1,)),),
)


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
    places: npt.NDArray[np.int32]
    """(len(SORTS), N) as ``serving.sorting.places`` makes them."""

    def __len__(self) -> int:
        return len(self.product_vectors)


@dataclass(frozen=True, kw_only=True, slots=True)
class CompactVectors:
    """Product vectors in 8 bits, all in steps of one size, so that sums of steps rank as cosines do."""

    steps: npt.NDArray[np.int8]
    """(256, N) -127 to 127, a column a product: ONNX Runtime packs what stands on the right of a MatMulInteger as it loads."""
    step: float
    """What one step stands for."""

    @classmethod
    def of(cls, vectors: npt.NDArray[np.float32]) -> CompactVectors:
        """Of (N, 256) vectors; the largest component of all is 127 steps."""
        step = float(np.abs(vectors).max(initial=np.finfo(np.float32).tiny)) / _PRODUCT_STEPS
        return cls(steps=np.ascontiguousarray(np.rint(vectors / np.float32(step)).astype(np.int8).T), step=step)


def build(folder: Path, scoring: Path, tables: RowTables, *, version: int, compact_from: int = COMPACT_FROM) -> None:
    """Writes SCORER, CANDIDATE_SCORER, of a large catalogue SCORER_INT8, and the SCORER_DATA files they share into ``folder``.

    Args:
        folder: where to; it exists.
        scoring: the trained scoring function, exported as ``onnx_export.SCORING``.
        tables: the catalogue.
        version: the CATALOGUE_VERSION that the scorer answers.
        compact_from: products that make a catalogue large.

    Raises:
        StepError: when a graph is not what the contract says.
    """
    tables.product_vectors.tofile(folder / artefacts.PRODUCT_VECTORS)
    tables.label_vectors.tofile(folder / artefacts.LABEL_VECTORS)
    exported = onnx.load(str(scoring)).graph
    query = f"float[batch, {VECTOR_DIM}] QUERY_VECTOR, float[batch, {_num_categories(exported)}] INTENT"
    scorer = onnx.parser.parse_graph(scorer_text.scorer(query, compact=False))
    scorer.initializer.extend([*_tables(tables), *_constants(tables, version)])
    candidate_scorer = onnx.parser.parse_graph(scorer_text.candidate_scorer(query))
    constants = [_constant("zero", [0]), _constant("none", 0.0, np.float32)]
    candidate_scorer.initializer.extend([*_tables(tables), *constants])
    function = _function(exported)
    _save(scorer, function, folder / artefacts.SCORER, STEPS["scorer"])
    _save(candidate_scorer, function, folder / artefacts.CANDIDATE_SCORER, CANDIDATE_SCORER)
    if len(tables) >= compact_from:
        compact = CompactVectors.of(tables.product_vectors)
        compact.steps.tofile(folder / artefacts.COMPACT_VECTORS)
        scorer_int8 = onnx.parser.parse_graph(scorer_text.scorer(query, compact=True))
        scorer_int8.initializer.extend([*_tables(tables), *_constants(tables, version), *_compact_constants(compact)])
        _save(scorer_int8, function, folder / artefacts.SCORER_INT8, STEPS["scorer"])


def _function(exported: onnx.GraphProto) -> onnx.FunctionProto:
    """The scoring function as one operator, its weights inside."""
    weights = [onnx.helper.make_node("Constant", [], [tensor.name], value=tensor) for tensor in exported.initializer]
    return onnx.helper.make_function(
        _DOMAIN,
        "scoring",
        [tensor.name for tensor in SCORING.inputs],
        [tensor.name for tensor in SCORING.outputs],
        [*weights, *exported.node],
        [onnx.helper.make_opsetid("", OPSET)],
    )


def _tables(tables: RowTables) -> list[onnx.TensorProto]:
    return [
        _external("product_vectors", tables.product_vectors, artefacts.PRODUCT_VECTORS),
        _external("label_vectors", tables.label_vectors, artefacts.LABEL_VECTORS),
        numpy_helper.from_array(tables.categories, "categories"),
        numpy_helper.from_array(tables.features, "features"),
    ]


def _constants(tables: RowTables, version: int) -> list[onnx.TensorProto]:
    num_rows = len(tables)
    num_retrieved = min(NUM_RETRIEVED, num_rows)
    num_scored = min(NUM_SCORED, num_rows)
    num_bytes = -(-num_rows // 8)
    every_byte = np.arange(256, dtype=np.uint8)
    # A bitmap of up to 8 rows is one byte too; then NO_FILTER, all bits set, is simply read as one.
    bytes_of_no_filter = 1 if num_rows > 8 else 0
    return [
        _constant("zero", [0]),
        _constant("one", [1]),
        _constant("yes", True, np.bool_),
        _constant("flat", [0, -1]),
        _constant("column_shape", [VECTOR_DIM, -1]),
        _constant("num_rows", [num_rows]),
        _constant("num_bytes", [num_bytes]),
        _constant("byte_padding", [0, 0, 0, num_bytes]),
        _constant("no_bits", 0, np.uint8),
        _constant("bits_of_byte", np.unpackbits(every_byte[:, np.newaxis], axis=1, bitorder="little"), np.bool_),
        _constant("num_retrieved", [num_retrieved]),
        _constant("max_steps", max(1, -(-num_rows // num_retrieved) - 1)),  # outward; with none, a Loop gives no shapes
        _constant("num_scored", [num_scored]),
        _constant("padding", [0, 0, 0, NUM_SCORED - num_scored]),
        _constant("bytes_of_no_filter", [bytes_of_no_filter]),
        _constant("no_row", -1),
        _constant("version", [[version]]),
        _constant("hidden", [-4.0], np.float32),
        _constant("hidden_bound", [-3.0], np.float32),
        _constant("below_all", [-1.0], np.float32),
        _constant("none", 0.0, np.float32),
        _constant("by_relevance", SORTS.index("relevance"), np.int32),
        _constant("places", tables.places.reshape(-1), np.int32),
        _constant("least_share", LEAST_SHARE, np.float32),
        _constant("half", 0.5, np.float64),
        _constant("behind", num_rows + 1, np.float64),
    ]


def _compact_constants(compact: CompactVectors) -> list[onnx.TensorProto]:
    num_rows = compact.steps.shape[1]
    num_compared = min(NUM_COMPARED, num_rows)
    size = max(1, round(math.sqrt(num_rows / num_compared)))  # so many groups, and rows in the best ones, are least together
    num_groups = -(-num_rows // size)
    return [
        _external("compact_vectors", compact.steps, artefacts.COMPACT_VECTORS),
        _constant("query_steps", _QUERY_STEPS, np.float32),
        _constant("query_zero", _QUERY_STEPS + 1, np.uint8),
        _constant("query_zero_number", _QUERY_STEPS + 1, np.float32),
        _constant("product_step", compact.step / _QUERY_STEPS, np.float32),
        _constant("tiny", np.finfo(np.float32).tiny, np.float32),
        _constant("two", [2]),
        _constant("num_compared", [num_compared]),
        _constant("hidden_row", -4.0, np.float32),
        _constant("group_size", size),
        _constant("group_padding", [0, 0, 0, num_groups * size - num_rows]),
        _constant("group_shape", [0, num_groups, size]),
        _constant("num_best_groups", [min(num_compared, num_groups)]),
        _constant("last_row", num_rows - 1),
    ]


def _constant(name: str, values: npt.ArrayLike, dtype: type[np.generic] = np.int64) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(values, dtype=dtype), name)


def _external(name: str, array: npt.NDArray[np.float32] | npt.NDArray[np.int8], file: str) -> onnx.TensorProto:
    """A constant whose bytes are all of ``file``, which lies beside the model."""
    kind = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
    tensor = onnx.TensorProto(name=name, data_type=kind, dims=array.shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", file), ("offset", "0"), ("length", str(array.nbytes))):
        tensor.external_data.add(key=key, value=value)
    return tensor


def _num_categories(function: onnx.GraphProto) -> str:
    intent = next(value for value in function.input if value.name == "INTENT")
    dim = intent.type.tensor_type.shape.dim[1]
    return str(dim.dim_value) if dim.HasField("dim_value") else "categories"


def _save(graph: onnx.GraphProto, function: onnx.FunctionProto, path: Path, contract: Model) -> None:
    opsets = [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid(_DOMAIN, 1)]
    model = onnx.helper.make_model(
        graph, functions=[function], opset_imports=opsets, ir_version=IR_VERSION, producer_name="assortment"
    )
    onnx.save(model, str(path))
    check(path, contract)
