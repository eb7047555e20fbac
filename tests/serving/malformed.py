"""Requests of which one thing is wrong, drawn by Hypothesis: bytes, tensors, rules and pictures that no client sends."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from assortment.contract import ENSEMBLES
from assortment.errors import InputError
from assortment.serving import checks, page_rules
from assortment_client import contract as public

_SIZES = {"BYTES": 0, "FP32": 4, "INT32": 4, "INT64": 8, "UINT8": 1, "FP64": 8, "BOOL": 1}
_WIRE = {"STRING": "BYTES"}
Input = tuple[str, str, list[int], bytes]
"""Name, datatype, shape and raw bytes of one input."""


def _strings(*values: bytes) -> bytes:
    return b"".join(struct.pack("<I", len(value)) + value for value in values)


def _text(name: str, value: bytes) -> Input:
    return name, "BYTES", [1, 1], _strings(value)


_QUERY = _text("QUERY", b"blue shoes")


# Each strategy draws a model and inputs of which at least one is wrong.

_ENSEMBLE = st.sampled_from([public.SEARCH, public.SEARCH_MULTIMODAL])
_ANY_BYTES = st.binary(max_size=300)
_NO_UTF8 = st.tuples(
    _ANY_BYTES, st.sampled_from([b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"]), _ANY_BYTES
).map(b"".join)
_NUL = st.text(max_size=50).map(lambda text: f"{text}\0{text[::-1]}".encode())
_TOO_LONG = st.integers(public.MAX_QUERY_CHARACTERS + 1, 20_000).map(lambda n: b"ab " * (n // 3 + 1))
_BLANK = st.text(" \t\n\u00a0\u3000", max_size=20).map(str.encode)


def _of_query(values: st.SearchStrategy[bytes]) -> st.SearchStrategy[tuple[str, list[Input]]]:
    return st.tuples(_ENSEMBLE, values.map(lambda value: [_text("QUERY", value)]))


def _optional(name: str, datatype: str, code: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, list[Input]]]:
    return st.tuples(_ENSEMBLE, values.map(lambda value: [_QUERY, (name, datatype, [1, 1], struct.pack(f"<{code}", value))]))


_K = _optional("K", "INT32", "i", st.integers(-(2**31), 0) | st.integers(public.MAX_K + 1, 2**31 - 1))
_SHARES = st.floats(width=32).filter(lambda value: not 0 <= value <= 1)
_NUMBERS = st.sampled_from(["DIVERSITY", "MAX_RELEVANCE_LOSS"]).flatmap(lambda name: _optional(name, "FP32", "f", _SHARES))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
_FIELDS = st.dictionaries(st.sampled_from([*public.RULE_FIELDS, "Caps", "rules", ""]), _JSON, min_size=1, max_size=3)


def _wrong_rules(text: bytes) -> bool:
    """Whether the parser refuses these rules: what random JSON happens to be right is no malformed request."""
    try:
        page_rules.parse(text)
    except InputError:
        return True
    return False


_RULES = (
    st.one_of(_ANY_BYTES, _NO_UTF8, _JSON.map(lambda j: json.dumps(j).encode()), _FIELDS.map(lambda j: json.dumps(j).encode()))
).filter(_wrong_rules)
_STRATEGY = st.one_of(_ANY_BYTES, st.text(max_size=20).map(str.encode), st.just(b"../../mmr")).filter(
    lambda value: value.decode(errors="replace") not in public.STRATEGIES
)


def _bytes_of(name: str, values: st.SearchStrategy[bytes]) -> st.SearchStrategy[tuple[str, list[Input]]]:
    return st.tuples(_ENSEMBLE, values.map(lambda value: [_QUERY, _text(name, value)]))


@st.composite
def _tensors(draw: st.DrawFn) -> tuple[str, list[Input]]:
    """One input with a wrong datatype, rank, shape, amount of data, or name; or twice; or a missing one."""
    model = draw(st.sampled_from(sorted(ENSEMBLES)))
    tensor = draw(st.sampled_from(ENSEMBLES[model].inputs))
    right = _WIRE.get(tensor.dtype, tensor.dtype)
    others: list[Input] = [
        (other.name, "BYTES", [1, 1], _strings(b"shoes"))
        for other in ENSEMBLES[model].inputs
        if other.name in ("QUERY", "TEXT") and other is not tensor
    ]
    how = draw(st.sampled_from(["datatype", "rank", "shape", "negative", "data", "name", "missing"]))
    datatype, shape, name = right, [1, 1], tensor.name
    if how == "datatype":
        datatype = draw(st.sampled_from([other for other in _SIZES if other != right]))
    elif how == "rank":
        shape = draw(st.sampled_from([[], [1], [1, 1, 1], [1] * 9]))
    elif how == "shape":
        shape = draw(st.sampled_from([[2, 1], [17, 1]]))  # not [0, 1], which Triton 2.51 reads as [1, 1] and answers
    elif how == "negative":
        shape = draw(st.sampled_from([[1, -1], [-1, 1], [1, -(2**40)]]))
    elif how == "name":
        name = draw(
            st.text("ABCXYZ_./\\%s\x01é", min_size=1, max_size=30).filter(
                lambda n: n not in {t.name for t in ENSEMBLES[model].inputs}
            )
        )
    elif how == "missing":
        optional = [t for t in ENSEMBLES[model].inputs if t.name not in ("QUERY", "TEXT")]
        extra: list[Input] = [("K", "INT32", [1, 1], struct.pack("<i", 5))] if any(t.name == "K" for t in optional) else []
        return model, extra
    count = 1
    for size in shape:
        count *= max(1, min(abs(size), 20))
    raw = _strings(*[b"shoes"] * count) if datatype == "BYTES" else bytes(_SIZES[datatype] * count)
    if how == "data":
        raw = draw(st.sampled_from([raw[:-1], raw + b"\0", raw[: len(raw) // 2], b""]).filter(lambda cut: cut != raw))
    return model, [*others, (name, datatype, shape, raw)]


def _pictures() -> dict[str, bytes]:
    drawn = Image.effect_mandelbrot((80, 60), (-3, -2.5, 2, 2.5), 30).convert("RGB")
    files = {}
    for file_format in ("JPEG", "PNG", "WEBP", "GIF", "BMP"):
        file = io.BytesIO()
        drawn.save(file, file_format)
        files[file_format] = file.getvalue()
    return files


_PICTURES = _pictures()


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """A picture with bytes changed, cut out, put in, or its end missing; of those that no longer decode."""
    data = bytearray(_PICTURES[draw(st.sampled_from(sorted(_PICTURES)))])
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, min(len(data) - 1, 400)))
        how = draw(st.sampled_from(["change", "cut", "insert", "end"]))
        if how == "change":
            data[place] = draw(st.integers(0, 255))
        elif how == "cut":
            del data[place : place + draw(st.integers(1, 40))]
        elif how == "insert":
            data[place:place] = draw(st.binary(min_size=1, max_size=40))
        else:
            del data[max(place, 1) :]
        if not data:
            return b""
    return bytes(data)


def _does_not_decode(data: bytes) -> bool:
    try:
        checks.picture(data)
    except InputError:
        return True
    return False


def _of_rerank(keys: st.SearchStrategy[list[int]]) -> st.SearchStrategy[tuple[str, list[Input]]]:
    return st.tuples(
        st.just(public.RERANK),
        keys.map(lambda drawn: [_QUERY, ("CANDIDATE_KEY", "INT64", [1, len(drawn)], struct.pack(f"<{len(drawn)}q", *drawn))]),
    )


_INT64 = st.integers(-(2**63), 2**63 - 1)
_CANDIDATES = _of_rerank(st.lists(_INT64, max_size=50) | st.integers(1_001, 3_000).map(lambda n: list(range(n))))

_PICTURE = st.tuples(
    st.just(public.SEARCH_MULTIMODAL),
    _mutated().filter(_does_not_decode).map(lambda data: [_QUERY, _text("PICTURE", data)]),
)

KINDS: dict[str, tuple[int, st.SearchStrategy[tuple[str, list[Input]]]]] = {
    "tensors": (1_000, _tensors()),
    "query that is no UTF-8": (250, _of_query(_NO_UTF8)),
    "query with NUL": (150, _of_query(_NUL)),
    "query too long": (50, _of_query(_TOO_LONG)),
    "blank query": (50, _of_query(_BLANK)),
    "k": (250, _K),
    "diversity and relevance loss": (300, _NUMBERS),
    "strategy": (250, _bytes_of("STRATEGY", _STRATEGY)),
    "rules": (500, _bytes_of("RULES", _RULES)),
    "candidates": (250, _CANDIDATES),
    "picture": (500, _PICTURE),
}
"""How many of each are drawn, and what draws a model and its inputs."""
