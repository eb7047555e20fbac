"""The step ``teacher``: fine-tunes a cross-encoder on graded lists, lets it judge others, and keeps what it said.

queries.json  texts of the judged queries
rows.npy      (Q, C) int64 catalogue rows of their candidates
logits.npy    (Q, C) float32, the teacher's

The judged queries are not those that it learned from, so its logits say more than the grades it was shown. Its weights are not
kept: nothing serves them. The manifest tells how it ranks dev queries beside the untrained encoder.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from assortment import manifest
from assortment.catalogue.facets import FacetTable
from assortment.contract import MAX_QUERY_TOKENS
from assortment.paths import BuildPaths
from assortment.text import TextTokenizer, pad
from training import backbones, dev_ranking, zero_shot
from training.dev_ranking import QuerySet
from training.features import Features
from training.grammars import Grammars
from training.settings import TrainingSettings
from training.teacher.candidates import Drawer, Lists
from training.teacher.cross_encoder import PRODUCT_TOKENS, QUERY_TOKENS, CrossEncoder, shown
from training.teacher.learning import Teacher
from training.teacher.lessons import Lessons
from training.text_encoder import TextEncoder
from training.text_features import encode_texts

STEP: Final = "teacher"
LIST_LENGTH: Final = 16
_JUDGED: Final = 2  # queries that are judged, for each one that is learned from
_RERANKED: Final = 20  # products of each dev query
_SETTINGS: Final = ("text_backbone", "precision", "seed", "teacher_queries", "type_balance", "domain_words", "held_out_words")


def build(paths: BuildPaths, settings: TrainingSettings, grammars: Grammars, features: Features, dev: QuerySet) -> Lessons:
    """Makes ``paths.teacher``, unless it is current, and reads it.

    Args:
        paths: of the catalogue.
        settings: of the run.
        grammars: of the same run.
        features: ``paths.features``, under the encoder as it comes.
        dev: queries that tell how well the teacher ranks; it learns nothing of them.
    """
    shares = settings.query_shares()
    if not settings.replaced:
        del shares["replaced"]  # off: the same as before there was such a kind
    chosen: dict[str, Any] = {name: getattr(settings, name) for name in _SETTINGS} | {"shares": shares}
    inputs = {"catalogue": paths.catalogue, "protocol": paths.protocol, "features": paths.features}
    if grammars.knowledge is not None:
        inputs["knowledge"] = paths.knowledge
    folder = paths.teacher
    if not manifest.is_current(folder, step=STEP, inputs=inputs, settings=chosen):
        made_from = manifest.fingerprints(inputs)
        start = time.monotonic()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / manifest.FILENAME).unlink(missing_ok=True)
        results = _teach(folder, settings, grammars, features, dev)
        results["seconds"] = round(time.monotonic() - start, 1)
        manifest.write(folder, step=STEP, inputs=made_from, settings=chosen, results=results)
    return _read(folder, TextTokenizer(features.tokenizer_file, max_tokens=MAX_QUERY_TOKENS))


def _teach(folder: Path, settings: TrainingSettings, grammars: Grammars, features: Features, dev: QuerySet) -> dict[str, Any]:
    torch.manual_seed(settings.seed)
    generator = np.random.default_rng([settings.seed, 7])
    backbone = backbones.load_text(settings.text_backbone).model
    size: int = backbone.config.hidden_size
    untrained = TextEncoder.of(backbone)
    text = np.array(features.product_text)
    tokenizer = TextTokenizer(features.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)

    def encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return encode_texts(untrained, tokenizer, texts, precision=settings.precision)

    table = FacetTable.from_products(grammars.products)
    drawer = Drawer(grammars.texts("encoder"), table, np.asarray(grammars.train_rows), text, encode)
    learned = drawer.draw(settings.teacher_queries, LIST_LENGTH, generator)
    judged = drawer.draw(_JUDGED * settings.teacher_queries, LIST_LENGTH, generator)
    nearest = dev_ranking.nearest(zero_shot.encode_queries(untrained, dev), torch.from_numpy(text), _RERANKED)

    read = TextTokenizer(features.tokenizer_file, max_tokens=PRODUCT_TOKENS)
    teacher = Teacher(
        CrossEncoder(backbone, hidden_size=size),
        TextTokenizer(features.tokenizer_file, max_tokens=QUERY_TOKENS),
        read.encode_batch([shown(product) for product in grammars.products]),
    )
    loss = teacher.learn(learned, generator)
    logits = teacher.judge(judged, doing="the teacher judges")
    (folder / "queries.json").write_text(json.dumps(judged.texts, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    np.save(folder / "rows.npy", judged.rows)
    np.save(folder / "logits.npy", logits)
    asked = Lists([query.query for query in dev.queries], nearest.numpy(), np.zeros(nearest.shape, dtype=np.int8))
    order = torch.from_numpy(teacher.judge(asked, doing="the teacher ranks dev")).argsort(dim=1, descending=True, stable=True)
    return {
        "learned_queries": len(learned.texts),
        "judged_queries": len(judged.texts),
        "products_per_query": int(judged.rows.shape[1]),
        "loss": loss,
        "dev_ndcg@10": dev.measure(nearest.gather(1, order))["ndcg@10"],
        "dev_ndcg@10_of_the_untrained_encoder": dev.measure(nearest)["ndcg@10"],
    }


def _read(folder: Path, tokenizer: TextTokenizer) -> Lessons:
    texts: list[str] = json.loads((folder / "queries.json").read_text(encoding="utf-8"))
    ids, mask = pad(tokenizer.encode_batch(texts))
    return Lessons(
        token_ids=torch.from_numpy(ids),
        mask=torch.from_numpy(mask),
        rows=torch.from_numpy(np.load(folder / "rows.npy")),
        logits=torch.from_numpy(np.load(folder / "logits.npy")),
        figures=manifest.read(folder).results,
    )
