import contextlib
import io
import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from assortment.contract import MAX_QUERY_TOKENS, STEPS
from assortment.errors import InputError
from assortment.serving import checks
from assortment.serving.catalogue_tables import Catalogues
from assortment.serving.filters import Filters
from assortment.serving.page_rules import NO_RULES, PageRules
from assortment.serving.prepare import Preparer, PrepareStep, tensors_of
from assortment.serving.request import SearchRequest
from assortment_client.contract import SORTS


@pytest.fixture(scope="module")
def preparer(tokenizer_file: Path) -> Preparer:
    return Preparer(tokenizer_file)


def _huge_png() -> bytes:
    """The header of a PNG of 20,000 x 20,000 pixels; nobody should try to decode what follows."""
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def _jpeg() -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (80, 80, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "JPEG")
    return file.getvalue()


BAD = [
    ({}, "QUERY: '' is not allowed; it has no words, and there is no PICTURE; allowed: words, a picture, or both"),
    ({"query": " \t\n"}, "QUERY: ' \\t\\n' is not allowed; it has no words"),
    ({"query": "\u200b"}, "it has no words"),
    ({"query": "a" * 100_000}, "QUERY: '100000 characters' is not allowed; allowed: at most 1000 characters"),
    ({"query": b"blue \xff\xfe"}, "is not allowed; it is no UTF-8 from position 5 on; allowed: UTF-8 text"),
    ({"query": "blue \ud800"}, "it is no UTF-8 from position 5 on"),
    ({"query": "blue\0shoes"}, "it has NUL at character 4; allowed: text without NUL"),
    ({"picture": b""}, "PICTURE: '0 bytes' is not allowed; they cannot be decoded"),
    ({"picture": b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n"}, "allowed: a JPEG, PNG, WEBP, GIF, BMP file"),
    ({"picture": _jpeg()[:400]}, "PICTURE: '400 bytes' is not allowed; they cannot be decoded"),
    ({"picture": _huge_png()}, "PICTURE: '20000 x 20000 pixels' is not allowed; allowed: a JPEG"),
    ({"picture": b"\0" * (8 * 2**20 + 1)}, "PICTURE: '8388609 bytes' is not allowed; allowed:"),
    ({"k": 0}, "K: 0 is not allowed; allowed: 1 to 100"),
    ({"k": -3}, "K: -3 is not allowed; allowed: 1 to 100"),
    ({"k": 101}, "K: 101 is not allowed; allowed: 1 to 100"),
    ({"diversity": 1.5}, "DIVERSITY: 1.5 is not allowed; allowed: 0 (pure relevance) to 1 (pure diversity)"),
    ({"diversity": -0.1}, "DIVERSITY: -0.1 is not allowed"),
    ({"diversity": float("nan")}, "DIVERSITY: nan is not allowed"),
    ({"diversity": float("inf")}, "DIVERSITY: inf is not allowed"),
    ({"strategy": "best"}, "STRATEGY: 'best' is not allowed; allowed: mmr, dpp"),
    ({"strategy": ""}, "STRATEGY: '' is not allowed; allowed: mmr, dpp"),
    ({"strategy": b"\xff"}, "STRATEGY: b'\\xff' is not allowed; it is no UTF-8"),
    ({"max_relevance_loss": np.float32(1.1)}, "MAX_RELEVANCE_LOSS: 1.1 is not allowed; allowed: 0 to 1, a share"),
    ({"max_relevance_loss": float("nan")}, "MAX_RELEVANCE_LOSS: nan is not allowed"),
    ({"max_relevance_loss": 0.1, "diversity": 0.0}, "MAX_RELEVANCE_LOSS: 0.1 is not allowed; DIVERSITY is given too"),
    ({"rules": b'{"caps": {"brand": 0}}'}, "RULES.caps.brand: 0 is not allowed; allowed: a whole number from 1 to 100"),
    ({"rules": b"\xff"}, "RULES: b'\\xff' is not allowed; it is no UTF-8 from position 0 on"),
    ({"rules": '{"\ud800": 1}'}, "it is no UTF-8 from position 2 on"),
    ({"rules": b'{"sort": "newest"}', "diversity": 0.0}, "RULES.sort: 'newest' is not allowed; DIVERSITY is given too"),
    ({"rules": b'{"sort": "newest"}', "strategy": "mmr"}, "RULES.sort: 'newest' is not allowed; STRATEGY is given too"),
    ({"rules": b'{"sort": "newest"}', "max_relevance_loss": 0.1}, "RULES.sort: 'newest' is not allowed; MAX_RELEVANCE_LOSS is"),
    ({"candidates": np.zeros(0, np.int64)}, "CANDIDATE_KEY: '0 candidates' is not allowed; allowed: 1 to 1000 candidates"),
    ({"candidates": np.arange(1001)}, "CANDIDATE_KEY: '1001 candidates' is not allowed"),
    ({"candidates": np.array([5, 7, 8, 7])}, "CANDIDATE_KEY: 7 is not allowed; it stands at positions 1 and 3; allowed: every"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "message"), BAD)
def test_a_wrong_field_is_told_with_its_value_and_what_is_allowed(
    preparer: Preparer, fields: dict[str, Any], message: str
) -> None:
    wrong = fields if "query" in fields or not fields or "picture" in fields else {"query": "blue shoes", **fields}
    with pytest.raises(InputError) as caught:
        preparer.prepare(SearchRequest(**wrong))
    assert message in str(caught.value)


def test_left_out_options_take_their_defaults(preparer: Preparer) -> None:
    prepared = preparer.prepare(SearchRequest(query="blue shoes"))
    assert prepared.token_ids.tolist() == [2, 4, 5, 3]
    assert (prepared.k, prepared.strategy, prepared.pixels, prepared.candidates) == (10, -1, None, None)
    assert np.isnan([prepared.diversity, prepared.max_relevance_loss]).all()
    assert prepared.rules is NO_RULES


def test_page_rules_go_on_in_one_spelling(tokenizer_file: Path) -> None:
    spellings = (
        '{"shown": ["\\u00fc"],\n "caps": {"b": 2, "a": 1}, "near_duplicate": 1}',
        '{"caps":{"a":1,"b":2},"near_duplicate":1.0,"pinned":[],"shown":["ü"]}',
    )
    requests = [tensors_of(SearchRequest(query="blue", rules=rules)) for rules in (*spellings, b"{}", None)]
    outcomes = PrepareStep(tokenizer_file).run(requests)
    canonical = '{"caps":{"a":1,"b":2},"near_duplicate":1.0,"shown":["ü"]}'.encode()
    assert [outcome["RULES"].tolist() for outcome in outcomes] == [[[canonical]], [[canonical]], [[b""]], [[b""]]]


FILTERED = b'{"filters": {"attributes": {"colour": ["BLUE"]}}}'


def test_filters_become_a_bitmap_of_the_versions_rows(tokenizer_file: Path, catalogues: Path) -> None:
    step = PrepareStep(tokenizer_file, Catalogues(catalogues).version(2).filters)
    rules = (FILTERED, b'{"filters": {"brand": ["Puma"]}}', None, b'{"sort": "newest"}')
    outcomes = step.run([tensors_of(SearchRequest(query="blue", rules=value)) for value in rules])
    assert [outcome["ALLOW"].tolist() for outcome in outcomes] == [[[0b010101]], [[0]], [[255]], [[255]]]
    assert [outcome["ALLOW_VERSION"].tolist() for outcome in outcomes] == [[[2]], [[2]], [[0]], [[0]]]
    assert [outcome["SORT"].tolist() for outcome in outcomes] == [[[0]], [[0]], [[0]], [[SORTS.index("newest")]]]


def test_filters_on_given_candidates_are_left_to_the_diversifier(tokenizer_file: Path, catalogues: Path) -> None:
    step = PrepareStep(tokenizer_file, Catalogues(catalogues).version(2).filters)
    (outcome,) = step.run([tensors_of(SearchRequest(query="blue", rules=FILTERED, candidates=np.array([3])))])
    assert (outcome["ALLOW"].tolist(), outcome["ALLOW_VERSION"].tolist()) == ([[255]], [[0]])
    assert outcome["RULES"].tolist() == [[b'{"filters":{"attributes":{"colour":["BLUE"]}}}']]


def test_a_filter_that_cannot_be_resolved_fails_alone(tokenizer_file: Path, catalogues: Path) -> None:
    unknown = SearchRequest(query="blue", rules=b'{"filters": {"attributes": {"size": ["XL"]}}}')
    good = SearchRequest(query="blue", rules=FILTERED)
    requests = [tensors_of(unknown), tensors_of(good)]
    wrong, right = PrepareStep(tokenizer_file, Catalogues(catalogues).version(2).filters).run(requests)
    assert str(wrong).startswith(
        "RULES.filters.attributes: 'size' is not allowed; allowed: an attribute of this catalogue: colour, price_band"
    )
    assert isinstance(right, dict)
    assert "no catalogue is open here" in str(PrepareStep(tokenizer_file).run(requests)[1])


def test_slips_are_read_as_what_was_meant_and_told(letters_tokenizer: Path, catalogues: Path) -> None:
    table = Catalogues(catalogues).version(2)
    step = PrepareStep(letters_tokenizer, table.filters, table.words, table.spellings)
    asked = (
        SearchRequest(query="kite harbour"),
        SearchRequest(query="kite harbuor"),
        SearchRequest(query="kite harbuor not blue"),
        SearchRequest(query="kite harbuor", rules=b'{"literal": true}'),
    )
    right, slip, filtered, literal = step.run([tensors_of(request) for request in asked])
    assert slip["TOKEN_IDS"].tolist() == right["TOKEN_IDS"].tolist() == filtered["TOKEN_IDS"].tolist()
    assert slip["WORD_ROW"][0, :4].tolist() == right["WORD_ROW"][0, :4].tolist() == [1, 0, 2, 3]
    rules = [PageRules.of(outcome["RULES"][0, 0]) for outcome in (right, slip, filtered, literal)]
    told = '"harbuor" read as "harbour"'
    assert [each.understood for each in rules] == ["", told, f"{told}; colour other than blue", ""]
    assert [each.said for each in rules] == [("kite", "harbour")] * 3 + [("kite", "harbuor")]
    assert literal["TOKEN_IDS"].tolist() != right["TOKEN_IDS"].tolist()
    without = PrepareStep(letters_tokenizer, table.filters, table.words).run([tensors_of(asked[1])])[0]
    assert without["TOKEN_IDS"].tolist() == literal["TOKEN_IDS"].tolist()


def test_filters_in_the_words_are_resolved_and_told_and_their_words_not_encoded(tokenizer_file: Path, catalogues: Path) -> None:
    filters = Catalogues(catalogues).version(2).filters
    step = PrepareStep(tokenizer_file, filters)
    asked = (
        SearchRequest(query="shirt not blue under 25"),
        SearchRequest(query="shirt"),
        SearchRequest(query="shirt not blue under 25", rules=b'{"literal": true}'),
        SearchRequest(query="shirt not blue", rules=FILTERED),
    )
    understood, plain, literal, contradicted = step.run([tensors_of(request) for request in asked])
    assert understood["TOKEN_IDS"].tolist() == plain["TOKEN_IDS"].tolist() != literal["TOKEN_IDS"].tolist()
    assert understood["ALLOW"].tolist() == [[0b100010]]  # red ones that cost no more than 25
    rules = PageRules.of(understood["RULES"][0, 0])
    assert rules.understood == "a price up to 25; colour other than blue"
    assert rules.filters == Filters(price=(None, 25.0), without={"colour": ("blue",)})
    assert (literal["ALLOW"].tolist(), literal["RULES"].tolist()) == ([[255]], [[b""]])
    assert contradicted["ALLOW"].tolist() == [[0]]
    without_a_catalogue = PrepareStep(tokenizer_file).run([tensors_of(asked[0])])[0]
    assert without_a_catalogue["RULES"].tolist() == [[b""]]


def test_words_for_an_order_sort_the_page_unless_the_caller_says_how(tokenizer_file: Path, catalogues: Path) -> None:
    step = PrepareStep(tokenizer_file, Catalogues(catalogues).version(2).filters)
    asked = (
        ("cheapest blue shirt", {}),
        ("cheapest blue shirt", {"diversity": 0.5}),
        ("cheapest blue shirt", {"rules": b'{"sort": "rating"}'}),
    )
    asked += (("cheapest blue shirt", {"rules": b'{"sort": "relevance"}'}),)
    sorted_page, diversified, rated, relevant = step.run(
        [tensors_of(SearchRequest(query=query, **more)) for query, more in asked]
    )
    plain = step.run([tensors_of(SearchRequest(query="blue shirt"))])[0]
    assert sorted_page["TOKEN_IDS"].tolist() == plain["TOKEN_IDS"].tolist()
    assert SORTS[sorted_page["SORT"][0, 0]] == "price_ascending"
    assert PageRules.of(sorted_page["RULES"][0, 0]).understood == "cheapest first"
    assert SORTS[diversified["SORT"][0, 0]] == "relevance"
    assert SORTS[rated["SORT"][0, 0]] == "rating"
    assert SORTS[relevant["SORT"][0, 0]] == "relevance"
    assert diversified["TOKEN_IDS"].tolist() == rated["TOKEN_IDS"].tolist() != plain["TOKEN_IDS"].tolist()


def test_words_for_a_level_of_the_price_filter(tokenizer_file: Path, catalogues: Path) -> None:
    step = PrepareStep(tokenizer_file, Catalogues(catalogues).version(2).filters)
    queries = (
        SearchRequest(query="cheap shirt"),
        SearchRequest(query="cheap shirt", rules=b'{"filters": {"price_level": "high"}}'),
    )
    cheap, contradicted = step.run([tensors_of(request) for request in queries])
    assert PageRules.of(cheap["RULES"][0, 0]).filters == Filters(price_level="low")
    assert PageRules.of(contradicted["RULES"][0, 0]).filters == Filters(price_level="high")


def test_a_band_of_the_price_is_filtered_by_but_no_word_means_one(tokenizer_file: Path, catalogues: Path) -> None:
    step = PrepareStep(tokenizer_file, Catalogues(catalogues).version(2).filters)
    asked, words = step.run(
        [
            tensors_of(SearchRequest(query="shirt", rules=b'{"filters": {"attributes": {"price_band": ["low"]}}}')),
            tensors_of(SearchRequest(query="shirt not high")),
        ]
    )
    assert asked["ALLOW"].tolist() == [[0b100010]]  # the cheaper shirt and the cheapest shoe
    assert words["RULES"].tolist() == [[b""]]


def test_what_was_understood_is_not_for_callers_to_say(preparer: Preparer) -> None:
    with pytest.raises(InputError, match=r"^RULES.understood: 'x' is not allowed; it is no page rule"):
        preparer.prepare(SearchRequest(query="blue", rules=b'{"understood": "x"}'))


def test_a_relevance_loss_stands_behind_the_other_options(tokenizer_file: Path) -> None:
    (outputs,) = PrepareStep(tokenizer_file).run([tensors_of(SearchRequest(query="blue", max_relevance_loss=0.25))])
    k, diversity, strategy, loss = outputs["OPTIONS"][0].tolist()
    assert (k, strategy, loss) == (10, -1, 0.25)
    assert np.isnan(diversity)


def test_a_picture_alone_is_a_query(preparer: Preparer, png: bytes) -> None:
    prepared = preparer.prepare(SearchRequest(picture=png))
    assert not prepared.has_text
    assert prepared.pixels is not None
    assert prepared.pixels.shape == (3, 96, 96)


def test_a_long_query_is_cut_at_the_token_limit(preparer: Preparer) -> None:
    assert len(preparer.prepare(SearchRequest(query="blue " * 150)).token_ids) == MAX_QUERY_TOKENS


def test_a_wrong_request_fails_alone(tokenizer_file: Path) -> None:
    step = PrepareStep(tokenizer_file)
    requests = [SearchRequest(query="blue"), SearchRequest(query="blue", k=0), SearchRequest(query="red shirt")]
    good, bad, other = step.run([tensors_of(request) for request in requests])
    assert isinstance(bad, InputError)
    assert isinstance(good, dict)
    assert isinstance(other, dict)
    assert other["TOKEN_IDS"].tolist() == [[2, 7, 6, 3]]


_DTYPES = {"INT64": np.int64, "INT32": np.int32, "FP32": np.float32, "UINT8": np.uint8, "STRING": np.object_}


def test_outputs_keep_the_contract(tokenizer_file: Path, png: bytes) -> None:
    request = SearchRequest(query="blue", picture=png, candidates=np.array([3, 4]), k=5, diversity=0.5, strategy="dpp")
    for step in (PrepareStep(tokenizer_file), PrepareStep(tokenizer_file, pad_tokens_to=32)):
        (outputs,) = step.run([tensors_of(request)])
        assert isinstance(outputs, dict)
        for tensor in STEPS["prepare"].outputs:
            values = outputs[tensor.name]
            assert values.dtype == _DTYPES[tensor.dtype]
            assert len(values) == 1
            assert all(size in (-1, actual) for size, actual in zip(tensor.dims, values.shape[1:], strict=True))
    assert outputs["TOKEN_IDS"].shape == (1, 32)
    assert outputs["MASK"].sum() == 3
    assert outputs["OPTIONS"][0, :3].tolist() == [5, 0.5, 1]
    assert np.isnan(outputs["OPTIONS"][0, 3])


def test_two_queries_in_one_request_are_refused(tokenizer_file: Path) -> None:
    two = {"QUERY": np.array([[b"blue"], [b"red"]], dtype=np.object_)}
    (outcome,) = PrepareStep(tokenizer_file).run([two])
    assert str(outcome).startswith("batch: 2 is not allowed; allowed: 1;")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(("PNG", "GIF", "BMP", "WEBP", "JPEG")), st.floats(0, 1))
def test_damaged_pictures_raise_nothing_but_an_input_error(noise: bytes, file_format: str, place: float) -> None:
    """Real files with a stretch of them overwritten; some are still pictures."""
    file = io.BytesIO()
    Image.effect_mandelbrot((32, 32), (-2, -1, 1, 1), 20).save(file, file_format)
    damaged = bytearray(file.getvalue())
    start = int(place * len(damaged))
    damaged[start : start + len(noise)] = noise
    with warnings.catch_warnings(), contextlib.suppress(InputError):
        warnings.simplefilter("ignore")
        assert checks.picture(bytes(damaged)).mode == "RGB"
