"""The step ``knowledge``: domain lists, WordNet and other catalogues where given, and the catalogue itself, as one readable file.

A hand-written word is dropped for a value where the catalogue has another value of that very name: in a shop with Trainers,
sports shoes are not called trainers. Words that dev or test keep for themselves are dropped too and counted, so that the
frozen test stays a test of words that training never saw. ``held_out_words`` lets them in, WordNet's and the lexicon's own, for
models that serve.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from assortment import manifest
from assortment.catalogue.product import Product
from assortment.catalogue.progress import progress
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_QUERY_TOKENS
from assortment.errors import InputError
from assortment.paths import BuildPaths
from assortment.protocol.lexicon import fold, is_held_out, kept_words, train_words
from assortment.protocol.store import Protocol
from assortment.text import TextTokenizer
from training import backbones, depends_on, features
from training.knowledge.articles import OtherCatalogues
from training.knowledge.base import Knowledge, Source, Word
from training.knowledge.co_occurrence import candidates
from training.knowledge.rings import HEAD, OCCASION, Ring, domain_rings
from training.knowledge.senses import SenseChooser, Vectors
from training.knowledge.titles import type_facts
from training.knowledge.wordnet import WordNet
from training.settings import TrainingSettings
from training.text_encoder import TextEncoder
from training.text_features import encode_texts

STEP: Final = "knowledge"
FACETS: Final = ("type", "colour", "gender", "usage", "pattern", "material", "diet", "audience", "connection", "format", "genre")
"""The facets whose values have words of their own; brands, sizes and numbers have none."""
_MOST_VALUES: Final = 400  # a facet with more is a text, not a list
_MOST_CO_OCCURRING: Final = 5  # words of other catalogues for one value


def build(paths: BuildPaths, settings: TrainingSettings) -> Knowledge:
    """Makes ``paths.knowledge``, unless it is current, and reads it.

    Raises:
        InputError: when ``settings.wordnet`` is no WordNet folder, or ``settings.knowledge_from`` names no other catalogue.
        ManifestError: when the catalogue, protocol or features are not finished.
    """
    wordnet = WordNet(Path(settings.wordnet)) if settings.wordnet else None
    if paths.catalogue.resolve() in [folder.resolve() for folder in depends_on.other_catalogues(settings)]:
        raise InputError("knowledge_from", settings.knowledge_from, f"allowed: catalogues other than {paths.catalogue} itself")
    inputs = {"catalogue": paths.catalogue, "protocol": paths.protocol, "features": paths.features}
    chosen: dict[str, Any] = {
        "text_backbone": settings.text_backbone,
        "held_out_words": settings.held_out_words,
        **depends_on.words(settings),
    }
    if not manifest.is_current(paths.knowledge, step=STEP, inputs=inputs, settings=chosen):
        made_from = manifest.fingerprints(inputs)
        made, results = _gather(paths, settings, wordnet)
        paths.knowledge.mkdir(parents=True, exist_ok=True)
        (paths.knowledge / manifest.FILENAME).unlink(missing_ok=True)
        made.write(paths.knowledge)
        manifest.write(paths.knowledge, step=STEP, inputs=made_from, settings=chosen, results=results)
    return Knowledge.read(paths.knowledge)


def _gather(paths: BuildPaths, settings: TrainingSettings, wordnet: WordNet | None) -> tuple[Knowledge, dict[str, Any]]:
    catalogue, protocol = Catalogue.open(paths.catalogue), Protocol.open(paths.protocol)
    rows = protocol.train_rows(catalogue)
    products = [catalogue.products[row] for row in rows]
    cached = features.load(paths.features)
    encoder = TextEncoder.of(backbones.load_text(settings.text_backbone).model)
    tokenizer = TextTokenizer(cached.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)

    def encode(texts: Sequence[str]) -> Vectors:
        return encode_texts(encoder, tokenizer, texts, precision=settings.precision)

    folders = depends_on.other_catalogues(settings)
    others = OtherCatalogues(folders, catalogue.products, FACETS) if folders else None
    left_out: Counter[str] = Counter()
    words: dict[str, dict[str, tuple[Word, ...]]] = {}
    for facet in progress(FACETS, doing="finding words of other catalogues", total=len(FACETS)) if others else FACETS:
        values = sorted({value for product in products if (value := product.facets().get(facet))})
        names = {fold(value) for product in catalogue.products if (value := product.facets().get(facet))}
        if 1 < len(values) <= _MOST_VALUES:
            vectors = _type_vectors(values, products, cached.product_text[rows]) if facet == "type" else encode(values)
            chooser = SenseChooser(values, vectors, encode)
            words[facet] = _words_of(facet, chooser, wordnet if facet == "type" else None, others, names, settings, left_out)
            left_out += chooser.left_out
    types = {fold(value): value for value in sorted({product.type for product in products if product.type})}
    rings = _rings(settings)
    made = Knowledge(
        words=words, heads=_pointing(HEAD, rings, types), occasions=_pointing(OCCASION, rings, types), types=type_facts(products)
    )
    sources = Counter(word.source for values in words.values() for found in values.values() for word in found)
    return made, {
        "words": dict(sources),
        "left_out": dict(left_out),
        "values": {facet: len(found) for facet, found in words.items()},
    }


def _type_vectors(values: Sequence[str], products: Sequence[Product], text: Vectors) -> Vectors:
    """(V, H) mean of the text vectors of each type's products."""
    number = {value: i for i, value in enumerate(values)}
    codes = np.array([number.get(product.type, -1) for product in products])
    return np.stack([text[codes == code].mean(0) for code in range(len(values))])


def _words_of(
    facet: str,
    chooser: SenseChooser,
    wordnet: WordNet | None,
    others: OtherCatalogues | None,
    names: Collection[tuple[str, ...]],
    settings: TrainingSettings,
    left_out: Counter[str],
) -> dict[str, tuple[Word, ...]]:
    """Each value's words, the hand-written first; values without any are left out. ``names`` are those of all values, folded."""
    found: dict[str, dict[tuple[str, ...], Word]] = {value: {} for value in chooser.values}
    listed = _listed(facet, _rings(settings), chooser.values)
    kept_back = {value: kept_words(facet, value) for value in chooser.values} if settings.held_out_words else {}
    sources: dict[Source, Mapping[str, Sequence[str]]] = {"domain": listed, "lexicon": kept_back}
    offered: list[tuple[Source, str, str]] = [
        (source, value, text) for source, of in sources.items() for value, texts in of.items() for text in texts
    ]
    for (source, value, text), likeness in zip(offered, chooser.likeness([text for *_, text in offered]), strict=True):
        found[value].setdefault(fold(text), Word(text, source, round(float(likeness[chooser.values.index(value)]), 3)))
    known = {value: [value.lower(), *listed.get(value, ()), *train_words(facet, value)] for value in chooser.values}
    more = [chooser.words(wordnet, known)] if wordnet is not None else []
    if others is not None:
        told = candidates(others.articles(facet), known)
        more.append(chooser.near([(value, text) for value, texts in told.items() for text in texts], "co-occurrence"))
    for value, new in (item for words_of in more for item in words_of.items()):
        for word in new:
            found[value].setdefault(fold(word.text), word)
    kept: dict[str, tuple[Word, ...]] = {}
    for value, new_words in found.items():
        reasons = {key: _refuses(word, names, settings) for key, word in new_words.items()}
        left_out.update(reason for reason in reasons.values() if reason)
        if words := _few_co_occurring([word for key, word in new_words.items() if not reasons[key]], left_out):
            kept[value] = words
    return kept


def _few_co_occurring(words: Sequence[Word], left_out: Counter[str]) -> tuple[Word, ...]:
    """Words of other catalogues come last, most certain first; those behind the first few are counted and left out."""
    first = sum(word.source != "co-occurrence" for word in words)
    few = tuple(words[: first + _MOST_CO_OCCURRING])
    left_out.update(["words of other catalogues behind the first few of a value"] * (len(words) - len(few)))
    return few


def _refuses(word: Word, names: Collection[tuple[str, ...]], settings: TrainingSettings) -> str:
    """Why a word is not taken, empty when it is."""
    if fold(word.text) in names:
        return "words that are a value's own name"
    if is_held_out(word.text) and not settings.held_out_words:
        return f"{word.source} words that dev or test keep for themselves"
    return ""


def _rings(settings: TrainingSettings) -> Sequence[Ring]:
    return domain_rings() if settings.domain_words else ()


def _listed(facet: str, rings: Sequence[Ring], values: Sequence[str]) -> dict[str, list[str]]:
    """The hand-written words of each value that some line names."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for ring in rings:
        if ring.section == facet:
            for name in ring.left:
                lines.setdefault(fold(name), []).extend(ring.right)
    return {value: list(dict.fromkeys(lines[fold(value)])) for value in values if fold(value) in lines}


def _pointing(section: str, rings: Sequence[Ring], types: Mapping[tuple[str, ...], str]) -> dict[str, tuple[str, ...]]:
    """Words of a section to the types of this catalogue that they point to."""
    found: dict[str, tuple[str, ...]] = {}
    for ring in rings:
        meant = _meant(ring, types) if ring.section == section else ()
        if meant:
            for word in ring.left:
                found[word] = tuple(dict.fromkeys((*found.get(word, ()), *meant)))
    return found


def _meant(ring: Ring, types: Mapping[tuple[str, ...], str]) -> tuple[str, ...]:
    return tuple(types[fold(name)] for name in ring.right if fold(name) in types)
