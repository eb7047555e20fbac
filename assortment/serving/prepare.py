"""``prepare``: checks a search request, reads its words, tokenises them, decodes the picture, resolves filters.

Words are read for those that were meant, and some of them as filters. It also finds the products that say the words as they
stand. Nothing behind this step checks a caller's values again. A query longer than MAX_QUERY_TOKENS tokens is cut there, which
is no error; one of more than MAX_QUERY_CHARACTERS characters is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment import image
from assortment.contract import MAX_QUERY_TOKENS, NO_FILTER, NUM_BY_WORDS, PICTURE_SIZE, VECTOR_DIM
from assortment.errors import InputError
from assortment.serving import checks, page_rules, sorting
from assortment.serving.filter_table import KNOWN, FilterTable
from assortment.serving.filters import NO_FILTERS
from assortment.serving.page_rules import NO_RULES, RELEVANCE, PageRules
from assortment.serving.product_words import ProductWords, words_said
from assortment.serving.request import SearchRequest
from assortment.serving.spelling import Spelling, Spelt
from assortment.serving.step import Outcome, Tensors, strings
from assortment.serving.understanding import value_words
from assortment.serving.understanding.understand import understand
from assortment.serving.understanding.value_words import ValueWords
from assortment.serving.word_list import WordList
from assortment.text import TextTokenizer
from assortment_client import contract as public

_NO_STRATEGY: Final = -1.0

# Constant outputs, made once.
NO_PIXELS: Final = np.zeros((1, 3, PICTURE_SIZE, PICTURE_SIZE), dtype=np.float32)
_NO_IMAGE_VECTOR: Final = np.zeros((1, VECTOR_DIM), dtype=np.float32)
_NO_CANDIDATES: Final = np.zeros((1, 0), dtype=np.int64)
_ALLOW_ALL: Final = np.full((1, 1), NO_FILTER, dtype=np.uint8)
_NO_VERSION: Final = np.zeros((1, 1), dtype=np.int64)
_NO_WORD_ROWS: Final = np.full((1, NUM_BY_WORDS), -1, dtype=np.int32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A checked search."""

    token_ids: npt.NDArray[np.int64]
    """(L,), the special tokens included; of the empty text when the picture is the query."""
    pixels: npt.NDArray[np.float32] | None
    """(3, PICTURE_SIZE, PICTURE_SIZE), or None without a picture."""
    has_text: bool
    candidates: npt.NDArray[np.int64] | None
    k: int
    diversity: float
    """NaN: the catalogue's default."""
    strategy: float
    """Index into STRATEGIES; -1: the catalogue's default."""
    max_relevance_loss: float
    """NaN: none."""
    rules: PageRules


class Preparer:
    """Turns a search as its caller wrote it into what the models take."""

    def __init__(
        self,
        tokenizer: Path,
        filters: FilterTable | None = None,
        words: ProductWords | None = None,
        spellings: WordList | None = None,
    ) -> None:
        """Reads a ``tokenizer.json`` and, where it lies beside it, VALUE_WORDS.

        Without ``filters``, words are words; without ``words``, none is compared with those of products; without ``spellings``,
        slips of the keyboard stay.

        Raises:
            StepError: when there are ``spellings`` and no DICTIONARY beside the tokenizer.
        """
        self._tokenizer = TextTokenizer(tokenizer, max_tokens=MAX_QUERY_TOKENS)
        self._filters, self._compares_words = filters, words is not None
        self._sorts = sorting.possible(filters.offers, least=KNOWN)[1:] if filters else []
        self._known = ValueWords(filters.values if filters else {}, value_words.read(tokenizer.parent))
        self._spelling = Spelling.open(tokenizer, words, spellings) if words and spellings else None

    def prepare(self, request: SearchRequest) -> Prepared:
        """Checks and converts one search.

        Raises:
            InputError: naming the first field that is wrong, its value and what is allowed.
        """
        query = checks.text(request.query, field=public.QUERY, limit=public.MAX_QUERY_CHARACTERS)
        candidates = None if request.candidates is None else checks.candidates(request.candidates)
        k = public.DEFAULT_K if request.k is None else checks.k(request.k)
        diversity = float("nan") if request.diversity is None else checks.diversity(request.diversity)
        max_relevance_loss = float("nan")
        if request.max_relevance_loss is not None:
            max_relevance_loss = checks.max_relevance_loss(request.max_relevance_loss, diversity=request.diversity)
        strategy = _NO_STRATEGY if request.strategy is None else checks.strategy(request.strategy)
        rules = NO_RULES if request.rules is None else page_rules.parse(request.rules)
        sorts = () if _says_how_to_order(rules, request) else self._sorts
        words, rules = self._understood(query, rules, sorts, may_be_empty=request.picture is not None)
        token_ids = self._tokenizer.encode(words)
        has_text = len(token_ids) > self._tokenizer.num_special
        if not has_text and request.picture is None:
            raise InputError(public.QUERY, query, "it has no words, and there is no PICTURE; allowed: words, a picture, or both")
        pixels = None if request.picture is None else image.pixels(checks.picture(request.picture))
        return Prepared(
            token_ids=token_ids,
            pixels=pixels,
            has_text=has_text,
            candidates=candidates,
            k=k,
            diversity=diversity,
            strategy=strategy,
            max_relevance_loss=max_relevance_loss,
            rules=replace(rules, said=words_said(words)) if self._compares_words else rules,
        )

    def _understood(self, query: str, rules: PageRules, sorts: Sequence[str], *, may_be_empty: bool) -> tuple[str, PageRules]:
        """The words to encode, and the rules with those that the other words stand for, of orders one of ``sorts``."""
        if rules.literal:
            return query, rules
        spelt = self._spelling.correct(query) if self._spelling else Spelt(text=query)
        rules = replace(rules, understood=spelt.told()) if spelt.changed else rules
        return self._without_filters(spelt.text, rules, sorts, may_be_empty=may_be_empty)

    def _without_filters(
        self, query: str, rules: PageRules, sorts: Sequence[str], *, may_be_empty: bool
    ) -> tuple[str, PageRules]:
        """As ``_understood``, of a query that is spelt right."""
        if self._filters is None:
            return query, rules
        asked = rules.filters
        has_prices = self._filters.has_prices and asked.price == NO_FILTERS.price and not asked.price_level
        understood = understand(query, self._known, has_prices=has_prices, sorts=sorts, may_be_empty=may_be_empty)
        if not understood:
            return query, rules
        told = "; ".join(each for each in (rules.understood, understood.told()) if each)
        sort = understood.sort or rules.sort
        return understood.text, replace(rules, filters=understood.added_to(asked), sort=sort, understood=told)


class PrepareStep:
    """``Preparer`` between tensors, and filters to bitmaps. Requests are independent: a wrong one fails alone."""

    def __init__(
        self,
        tokenizer: Path,
        filters: FilterTable | None = None,
        words: ProductWords | None = None,
        spellings: WordList | None = None,
        *,
        pad_tokens_to: int | None = None,
    ) -> None:
        """Reads the tokenizer.

        Args:
            tokenizer: a ``tokenizer.json``.
            filters: of the catalogue version that is served; without it, requests with filters are refused, and none are read in
                queries.
            words: of the same version; without it, words are not compared with those of products.
            spellings: of the same version; without it, slips of the keyboard stay.
            pad_tokens_to: pad token ids to this length, for encoders on backends that take no ragged batches.
        """
        self._preparer = Preparer(tokenizer, filters, words, spellings)
        self._filters, self._words = filters, words
        self._pad_tokens_to = pad_tokens_to

    def run(self, batch: Sequence[Tensors]) -> list[Outcome]:
        """See ``Step.run``."""
        outcomes: list[Outcome] = []
        for tensors in batch:
            try:
                outcomes.append(self._tensors(self._preparer.prepare(_request(tensors))))
            except InputError as error:
                outcomes.append(error)
        return outcomes

    def _tensors(self, prepared: Prepared) -> Tensors:
        token_ids, mask = padded(prepared.token_ids, self._pad_tokens_to)
        has_picture = prepared.pixels is not None
        allow, allow_version = self._allow(prepared)
        return {
            "TOKEN_IDS": token_ids,
            "MASK": mask,
            "PIXELS": NO_PIXELS if prepared.pixels is None else prepared.pixels[np.newaxis],
            "PRESENCE": np.array([[prepared.has_text, has_picture]], dtype=np.float32),
            "NO_IMAGE_VECTOR": _NO_IMAGE_VECTOR,
            "CANDIDATE_KEY": _NO_CANDIDATES if prepared.candidates is None else prepared.candidates[np.newaxis],
            "ALLOW": allow,
            "ALLOW_VERSION": allow_version,
            "SORT": np.array([[public.SORTS.index(prepared.rules.sort)]], dtype=np.int32),
            "WORD_ROW": self._word_rows(prepared, allow if allow_version.any() else None),
            "OPTIONS": _options(prepared),
            "RULES": strings([prepared.rules.canonical()]),
        }

    def _allow(self, prepared: Prepared) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        """ALLOW and ALLOW_VERSION. Given candidates are not looked up in a bitmap: the diversifier filters them."""
        filters = prepared.rules.filters
        if not filters or prepared.candidates is not None:
            return _ALLOW_ALL, _NO_VERSION
        if self._filters is None:
            raise InputError(f"{public.RULES}.filters", "a JSON object", "no catalogue is open here; allowed: no filters")
        return self._filters.bitmap(filters)[np.newaxis], np.array([[self._filters.version]], dtype=np.int64)

    def _word_rows(self, prepared: Prepared, allow: npt.NDArray[np.uint8] | None) -> npt.NDArray[np.int32]:
        """WORD_ROW; none beside given candidates, or for a page that is in another order than that of relevance."""
        rules = prepared.rules
        if self._words is None or not rules.said or rules.sort != RELEVANCE or prepared.candidates is not None:
            return _NO_WORD_ROWS
        found = self._words.find(rules.said, NUM_BY_WORDS, None if allow is None else allow[0])
        rows = _NO_WORD_ROWS.copy()
        rows[0, : len(found)] = found
        return rows


def _says_how_to_order(rules: PageRules, request: SearchRequest) -> bool:
    """Whether the caller says how the page is to be ordered or diversified.

    Raises:
        InputError: when both, for a sorted page is not diversified.
    """
    asked = {
        public.DIVERSITY: request.diversity,
        public.MAX_RELEVANCE_LOSS: request.max_relevance_loss,
        public.STRATEGY: request.strategy,
    }
    given = [name for name, value in asked.items() if value is not None]
    if rules.sort != RELEVANCE and given:
        allowed = f"{given[0]} is given too, and a sorted page is not diversified; allowed: one of the two"
        raise InputError(f"{public.RULES}.sort", rules.sort, allowed)
    return rules.ordered or bool(given)


def _options(prepared: Prepared) -> npt.NDArray[np.float32]:
    values = [prepared.k, prepared.diversity, prepared.strategy, prepared.max_relevance_loss]
    return np.array([values], dtype=np.float32)


def padded(token_ids: npt.NDArray[np.int64], length: int | None) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Token ids and mask, both [1, L], L = ``length`` or as long as the ids."""
    ids = np.zeros((1, length or len(token_ids)), dtype=np.int64)
    mask = np.zeros_like(ids)
    ids[0, : len(token_ids)] = token_ids
    mask[0, : len(token_ids)] = 1
    return ids, mask


def _request(tensors: Tensors) -> SearchRequest:
    """Reads the tensors of one request."""
    checks.one_per_request(list(tensors.values()))
    keys = tensors.get(public.CANDIDATE_KEY)
    return SearchRequest(
        query=checks.single(tensors.get(public.QUERY), public.QUERY) or b"",
        picture=checks.single(tensors.get(public.PICTURE), public.PICTURE),
        candidates=None if keys is None else keys[0],
        k=checks.single(tensors.get(public.K), public.K),
        diversity=checks.single(tensors.get(public.DIVERSITY), public.DIVERSITY),
        max_relevance_loss=checks.single(tensors.get(public.MAX_RELEVANCE_LOSS), public.MAX_RELEVANCE_LOSS),
        strategy=checks.single(tensors.get(public.STRATEGY), public.STRATEGY),
        rules=checks.single(tensors.get(public.RULES), public.RULES),
    )


def tensors_of(request: SearchRequest) -> Tensors:
    """The tensors that a client would send for ``request``."""
    tensors: Tensors = {public.QUERY: _string(request.query)}
    if request.picture is not None:
        tensors[public.PICTURE] = _string(request.picture)
    if request.candidates is not None:
        tensors[public.CANDIDATE_KEY] = request.candidates[np.newaxis]
    if request.k is not None:
        tensors[public.K] = np.array([[request.k]], dtype=np.int32)
    if request.diversity is not None:
        tensors[public.DIVERSITY] = np.array([[request.diversity]], dtype=np.float32)
    if request.max_relevance_loss is not None:
        tensors[public.MAX_RELEVANCE_LOSS] = np.array([[request.max_relevance_loss]], dtype=np.float32)
    if request.strategy is not None:
        tensors[public.STRATEGY] = _string(request.strategy)
    if request.rules is not None:
        tensors[public.RULES] = _string(request.rules)
    return tensors


def _string(value: bytes | str) -> npt.NDArray[np.object_]:
    tensor = np.empty((1, 1), dtype=np.object_)
    tensor[0, 0] = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return tensor
