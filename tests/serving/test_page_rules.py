"""Page rules: what is wrong is told by place, what is right has one canonical spelling."""

import contextlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assortment.errors import InputError
from assortment.serving.filters import NO_FILTERS, Filters
from assortment.serving.page_rules import NO_RULES, PageRules, parse
from assortment_client import contract as public

ids = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)


values = st.lists(st.text(st.characters(exclude_categories=("Cs", "Z", "C")), min_size=1, max_size=9), max_size=4).map(tuple)


@st.composite
def some_filters(draw: st.DrawFn) -> Filters:
    ends = draw(st.lists(st.none() | st.floats(0, public.MAX_PRICE), min_size=2, max_size=2))
    low, high = ends if None in ends else sorted(ends)
    return Filters(
        price=(low, high),
        price_level=draw(st.sampled_from(("", *public.PRICE_LEVELS))),
        department=draw(values),
        category=draw(values),
        brand=draw(values),
        attributes=draw(st.dictionaries(ids, values.filter(bool), max_size=3)),
        in_stock=draw(st.booleans()),
        min_rating=draw(st.none() | st.floats(0, 5)),
    )


@st.composite
def page_rules(draw: st.DrawFn) -> PageRules:
    some = draw(st.lists(ids, unique=True, max_size=40))
    cut = draw(st.integers(0, min(len(some), public.MAX_PINNED)))
    facets = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=public.MAX_FACET_CHARACTERS)
    return PageRules(
        collapse=draw(st.none() | st.booleans()),
        near_duplicate=draw(st.none() | st.floats(0, 1, exclude_min=True)),
        caps=draw(st.dictionaries(facets, st.integers(1, public.MAX_K), max_size=public.MAX_CAPS)),
        pinned=tuple(some[:cut]),
        excluded=tuple(some[cut:]),
        shown=tuple(draw(st.lists(ids, unique=True, max_size=10))),
        filters=draw(st.just(NO_FILTERS) | some_filters()),
        sort=draw(st.sampled_from(public.SORTS)),
    )


@settings(max_examples=150, deadline=None)
@given(page_rules())
def test_canonical_rules_read_back_as_they_were(rules: PageRules) -> None:
    canonical = rules.canonical()
    assert PageRules.of(canonical) == rules
    if rules == NO_RULES:
        assert canonical == b""
        return
    assert parse(canonical) == rules
    assert parse(canonical.decode()) == rules
    respelt = json.dumps(dict(reversed(json.loads(canonical).items())), indent=1)  # another order, spaces and escapes
    assert parse(respelt).canonical() == canonical


def test_no_rules_are_the_same_object_whenever_asked() -> None:
    assert PageRules.of(b"") is NO_RULES
    assert parse(b'{"caps": {}, "pinned": []}') == parse(b" {} ") == NO_RULES


BAD: list[tuple[bytes | str, str]] = [
    (b"", "RULES: '' is not allowed; it is no JSON: Expecting value at character 0; allowed: a JSON object"),
    (b"{'pinned': []}", "it is no JSON: Expecting property name enclosed in double quotes at character 1"),
    (b'{"pinned": []} {}', "it is no JSON: Extra data at character 15"),
    (b'{"pinned": ["\xe9"]}', "it is no UTF-8 from position 13 on; allowed: UTF-8 text"),
    ('{"\udc80": 1}', "it is no UTF-8 from position 2 on"),
    (b"\xef\xbb\xbf{}", "it is no JSON"),
    (b"null", "RULES: None is not allowed; allowed: a JSON object of page rules"),
    (b"[1]", "RULES: 'a JSON list' is not allowed; allowed: a JSON object of page rules"),
    (b"{}" + b" " * 131_071, "RULES: '131073 bytes' is not allowed; allowed: at most 131072 bytes"),
    ("☂" * 46_000, "RULES: '138000 bytes' is not allowed"),
    (b'{"collapse": true, "collapse": true}', "RULES: 'collapse' is not allowed; it stands twice; allowed: every name"),
    (b'{"caps": {"brand": 1, "brand": 2}}', "RULES: 'brand' is not allowed; it stands twice"),
    (b'{"colapse": true}', "RULES.colapse: True is not allowed; it is no page rule; allowed: collapse, near_duplicate, caps, "),
    (b'{"a\\nb\\ud800": {}}', "RULES.a\\nb\\ud800: 'a JSON object' is not allowed; it is no page rule"),
    (b'{"collapse": 1}', "RULES.collapse: 1 is not allowed; allowed: true or false"),
    (b'{"collapse": null}', "RULES.collapse: None is not allowed; allowed: true or false"),
    (b'{"near_duplicate": true}', "RULES.near_duplicate: True is not allowed; allowed: a cosine, above 0 and at most 1"),
    (b'{"near_duplicate": 0}', "RULES.near_duplicate: 0 is not allowed"),
    (b'{"near_duplicate": 1.01}', "RULES.near_duplicate: 1.01 is not allowed"),
    (b'{"near_duplicate": 1e999}', "RULES.near_duplicate: inf is not allowed"),
    (b'{"near_duplicate": NaN}', "RULES: 'NaN' is not allowed; it is no JSON; allowed: finite numbers"),
    (b'{"near_duplicate": "0.9"}', "RULES.near_duplicate: '0.9' is not allowed"),
    (b'{"caps": [["brand", 2]]}', "RULES.caps: 'a JSON list' is not allowed; allowed: an object from facet to number, as in"),
    (json.dumps({"caps": {str(i): 1 for i in range(9)}}), "RULES.caps: '9 facets' is not allowed; allowed: at most 8 facets"),
    (b'{"caps": {"": 1}}', "RULES.caps: '' is not allowed; allowed: a facet's name of 1 to 64 characters"),
    (json.dumps({"caps": {"f" * 65: 1}}), "allowed: a facet's name of 1 to 64 characters"),
    (b'{"caps": {"\\ud800": 1}}', "allowed: a facet's name of 1 to 64 characters"),
    (b'{"caps": {"brand": 0}}', "RULES.caps.brand: 0 is not allowed; allowed: a whole number from 1 to 100"),
    (b'{"caps": {"brand": 101}}', "RULES.caps.brand: 101 is not allowed"),
    (b'{"caps": {"brand": true}}', "RULES.caps.brand: True is not allowed"),
    (b'{"caps": {"brand": 2.0}}', "RULES.caps.brand: 2.0 is not allowed"),
    (b'{"caps": {"brand": {"Acme": 2}}}', "RULES.caps.brand: 'a JSON object' is not allowed"),
    (b'{"sort": "cheapest"}', "RULES.sort: 'cheapest' is not allowed; allowed: relevance, price_ascending, price_desc"),
    (b'{"sort": ["rating"]}', "RULES.sort: 'a JSON list' is not allowed; allowed: relevance"),
    (b'{"pinned": "17"}', "RULES.pinned: '17' is not allowed; allowed: at most 20 distinct product ids, as a list of strings"),
    (b'{"pinned": {"17": 1}}', "RULES.pinned: 'a JSON object' is not allowed"),
    (json.dumps({"pinned": list(map(str, range(21)))}), "RULES.pinned: '21 product ids' is not allowed; allowed: at most 20"),
    (json.dumps({"excluded": list(map(str, range(101)))}), "RULES.excluded: '101 product ids' is not allowed; allowed:"),
    (json.dumps({"shown": list(map(str, range(201)))}), "RULES.shown: '201 product ids' is not allowed; allowed: at most 200"),
    (b'{"shown": ["a", 17]}', "RULES.shown[1]: 17 is not allowed; allowed: a product id, a string of 1 to 256 characters"),
    (b'{"shown": [""]}', "RULES.shown[0]: '' is not allowed"),
    (json.dumps({"shown": ["a" * 257]}), "RULES.shown[0]: 'aaa"),
    (b'{"shown": ["\\ud800"]}', "RULES.shown[0]: '\\ud800' is not allowed"),
    (b'{"pinned": ["a", "b", "a"]}', "RULES.pinned[2]: 'a' is not allowed; allowed: at most 20 distinct product ids; it stands"),
    (b'{"pinned": ["b"], "excluded": ["a", "b"]}', "RULES.excluded[1]: 'b' is not allowed; it is pinned too; allowed: pinned or"),
    (b"[" * 60_000, "its numbers are too long or its brackets too deep"),
    (b'{"near_duplicate": ' + b"9" * 60_000 + b"}", "its numbers are too long or its brackets too deep"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "message"), BAD)
def test_a_wrong_rule_is_told_by_its_place(value: bytes | str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(value)
    assert message in str(caught.value)


def test_pinned_products_may_have_been_shown() -> None:
    assert parse(b'{"pinned": ["a"], "shown": ["a"]}') == PageRules(pinned=("a",), shown=("a",))


def test_limits_are_inside() -> None:
    told = {
        "near_duplicate": 1,
        "caps": {str(i) * 64: public.MAX_K for i in range(public.MAX_CAPS)},
        "pinned": [f"p{i}" for i in range(public.MAX_PINNED)],
        "excluded": [f"x{i:0255}" for i in range(public.MAX_EXCLUDED)],
        "shown": [f"s{i:0255}" for i in range(public.MAX_SHOWN)],
    }
    assert len(parse(json.dumps(told)).shown) == public.MAX_SHOWN


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 200) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
almost_filters = st.dictionaries(st.sampled_from((*public.FILTER_FIELDS, "other")), json_values, max_size=4)
almost_rules = st.dictionaries(st.sampled_from((*public.RULE_FIELDS, "other")), json_values | almost_filters, max_size=4).map(
    json.dumps
)


@settings(max_examples=300, deadline=None)
@given(almost_rules | st.binary(max_size=80) | st.text(max_size=80) | json_values.map(json.dumps), st.data())
def test_malformed_rules_raise_nothing_but_an_input_error(value: Any, data: st.DataObject) -> None:
    """Random bytes, JSON of wrong shapes, and both cut short."""
    cut = value[: data.draw(st.integers(0, len(value)))]
    for given_value in (value, cut):
        with contextlib.suppress(InputError):
            rules = parse(given_value)
            assert PageRules.of(rules.canonical()) == replace(rules, literal=False)  # which is for prepare alone
