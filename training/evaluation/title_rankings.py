"""Words of titles by what needs no training, by the trained models alone, and as a built shop serves them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch

from assortment import manifest
from assortment.catalogue.progress import progress
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_BATCH_SIZE, MAX_QUERY_TOKENS
from assortment.metrics import ndcg, paired_bootstrap
from assortment.paths import BuildPaths
from assortment.protocol.grades import MAX_GRADE
from assortment.protocol.splits import Split
from assortment.protocol.store import Protocol, Query
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import Answer, SearchRequest
from assortment.text import TextTokenizer, pad
from training import backbones, dev_ranking, features
from training.ablation import baselines
from training.dev_ranking import K, QuerySet
from training.evaluation.built_shop import check_products
from training.evaluation.figures import Figure
from training.evaluation.title_words import Drawn
from training.settings import TrainingSettings
from training.text_encoder import TextEncoder

_MODELS: Final = "models alone"
_SERVED: Final = "served, by relevance"
_DIVERSIFIED: Final = "served, diversified"
_DECIDES: Final[Split] = "dev"
_CHANCE: Final = "random"  # of the baselines; nothing to compare with here
_EVERY_VARIANT: Final = b'{"collapse": false}'  # each of them answers

Values = dict[str, list[float]]
"""ndcg@10 of each query, by what ranks them."""


def compared(paths: BuildPaths, pipeline: Pipeline, drawn: Sequence[Drawn]) -> tuple[list[Figure], list[str]]:
    """The figures of each kind of queries, and what they do not say.

    Args:
        paths: with a catalogue, a protocol and, unless they are to be made, features.
        pipeline: of this catalogue, as ``built_shop.open_shop`` gives it.
        drawn: kinds with at least one query each.

    Raises:
        StepError, ManifestError: when a step before was not done, or its folder is damaged or of other products.
    """
    finished = (paths.features / manifest.FILENAME).is_file()
    check_products(paths, {"protocol": paths.protocol, **({"train": paths.features} if finished else {})})
    catalogue, protocol = Catalogue.open(paths.catalogue), Protocol.open(paths.protocol)
    cached = features.load(paths.features) if finished else features.extract(paths, TrainingSettings())
    tokenizer = TextTokenizer(cached.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)
    ids = [product.id for product in catalogue.products]
    asked = {each.kind.name: query_set(each, ids, tokenizer) for each in drawn}
    asked[_DECIDES] = dev_ranking.query_set(protocol, _DECIDES, ids, tokenizer)
    encoder = TextEncoder.of(backbones.load_text(cached.text_backbone).model)
    untrained = baselines.rankings(catalogue.products, cached, encoder, asked, decides=_DECIDES)
    figures: list[Figure] = []
    notes: list[str] = []
    for each in drawn:
        name, queries = each.kind.name, asked[each.kind.name]
        values = {by: queries.ndcg(rows[name]) for by, rows in untrained.items() if by != _CHANCE}
        of_shop, num_filtered = served(pipeline, queries)
        figures += [Figure.of(name, by, of_queries) for by, of_queries in {**values, **of_shop}.items()]
        gained = paired_bootstrap(of_shop[_SERVED], of_shop[_MODELS])
        figures.append(Figure(question=name, shown=f"{_SERVED}, less {_MODELS}", measure="ndcg@10 more", value=gained))
        notes.append(f"{each.told()} Filters were read in the words of {num_filtered:,}.")
    return figures, notes


def query_set(drawn: Drawn, ids: list[str], tokenizer: TextTokenizer) -> QuerySet:
    """The queries of one kind with their answers, for a catalogue's product ids by row."""
    queries = [
        Query(id=f"{number}", split="test", kind="unambiguous", open=(), query=each.text, wish={}, seed_product=ids[each.row])
        for number, each in enumerate(drawn.queries)
    ]
    answers = [{ids[row]: MAX_GRADE for row in each.answers} for each in drawn.queries]
    judgments = {query.id: graded for query, graded in zip(queries, answers, strict=True)}
    token_ids, mask = pad(tokenizer.encode_batch([query.query for query in queries]))
    return QuerySet(queries, judgments, {}, ids, torch.from_numpy(token_ids), torch.from_numpy(mask))


def served(pipeline: Pipeline, queries: QuerySet) -> tuple[Values, int]:
    """By the models alone and as the shop answers, and of how many queries it reads some words as filters.

    These filters are the models' too.
    """
    values: Values = {_MODELS: [], _SERVED: [], _DIVERSIFIED: []}
    num_filtered = 0
    batches = [queries.queries[start : start + MAX_BATCH_SIZE] for start in range(0, len(queries.queries), MAX_BATCH_SIZE)]
    for batch in progress(batches, doing=f"{len(queries.queries):,} queries in words of titles", total=len(batches)):
        scored = pipeline.score([SearchRequest(query=query.query, k=K, diversity=0.0, rules=_EVERY_VARIANT) for query in batch])
        by_models = [[queries.product_ids[row] for row in tensors["ROW"][0].tolist() if row >= 0] for tensors in scored]
        by_relevance = [Answer.of(tensors) for tensors in pipeline.diversify(scored)]
        diversified = pipeline.search([SearchRequest(query=query.query, k=K, rules=_EVERY_VARIANT) for query in batch])
        num_filtered += sum(bool(answer.understood) for answer in by_relevance)
        lists = {
            _MODELS: by_models,
            _SERVED: [each.ids for each in by_relevance],
            _DIVERSIFIED: [each.ids for each in diversified],
        }
        for by, of_batch in lists.items():
            values[by] += [ndcg(ranked, queries.judgments[query.id], K) for query, ranked in zip(batch, of_batch, strict=True)]
    return values, num_filtered
