"""One training run of one variant, and what it gives for each query. A finished run is a file, and is not repeated."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from assortment import manifest
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_QUERY_TOKENS
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.text import TextTokenizer
from training import backbones, dev_ranking, features
from training.ablation import baselines
from training.ablation.variants import Variant
from training.dev_ranking import QuerySet
from training.fit import Place, fit
from training.knowledge import steps as knowledge_steps
from training.objective import all_product_vectors
from training.settings import TrainingSettings
from training.text_encoder import TextEncoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """One ranking of a split's queries."""

    ndcg: Mapping[str, float]
    """ndcg@10 by query id."""
    alpha_ndcg: Mapping[str, float]
    """alpha_ndcg@10 by the id of an ambiguous query."""

    @classmethod
    def of(cls, queries: QuerySet, rows: Tensor) -> Scores:
        """Of ranked rows (Q, R)."""
        ids = [query.id for query in queries.queries]
        return cls(ndcg=dict(zip(ids, queries.ndcg(rows), strict=True)), alpha_ndcg=queries.alpha_ndcg(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one variant with one seed gave; a baseline has the seed 0."""

    name: str
    seed: int
    seconds: float
    dev: Scores
    test: Scores

    def write(self, file: Path) -> None:
        """As JSON; a killed process leaves no half of it."""
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(asdict(self)), encoding="utf-8")
        unfinished.replace(file)

    @classmethod
    def read(cls, file: Path) -> Run:
        """A finished run."""
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return cls(**{**told, "dev": Scores(**told["dev"]), "test": Scores(**told["test"])})


class Bench:
    """The subset that all variants are trained on and ranked over."""

    def __init__(self, paths: BuildPaths, base: TrainingSettings) -> None:
        """``paths``: of the subset, whose features are computed when they are not there. ``base``: of the default."""
        self._paths, self._base = paths, base
        self._catalogue, self._protocol = Catalogue.open(paths.catalogue), Protocol.open(paths.protocol)
        self._features = features.extract(paths, base)
        tokenizer = TextTokenizer(self._features.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)
        ids = [product.id for product in self._catalogue.products]
        self.dev = dev_ranking.query_set(self._protocol, "dev", ids, tokenizer)
        self.test = dev_ranking.query_set(self._protocol, "test", ids, tokenizer)
        self.num_products = len(ids)

    def file(self, variant: Variant, seed: int) -> Path:
        """Where the run of a variant is kept; another one when anything that it depends on changes."""
        settings = {name: value for name, value in variant.settings(self._base, seed).as_dict().items() if name != "threads"}
        made_from = [manifest.fingerprint(self._paths.protocol), settings, sorted(variant.hides)]
        key = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:16]
        return self._runs() / f"{variant.name.replace(' ', '_')}-{seed}-{key}.json"

    def run(self, variant: Variant, seed: int) -> Run:
        """Trains a variant and ranks both splits by its scorer, without diversification."""
        started = time.monotonic()
        settings = variant.settings(self._base, seed)
        state = self._runs() / "state"
        place = Place(folder=state, logs=state / "logs", key=self.file(variant, seed).stem)
        knowledge = knowledge_steps.build(self._paths, settings) if settings.domain_words else None
        train_rows = self._protocol.train_rows(self._catalogue).tolist()
        seen = variant.features(self._features)
        models, corpus = fit(self._catalogue.products, seen, train_rows, self._protocol, self.dev, settings, place, knowledge)
        vectors = all_product_vectors(models, corpus)

        def ranked(queries: QuerySet) -> Scores:
            rows, _ = dev_ranking.scored(models, corpus, dev_ranking.encode(models, queries), vectors)
            return Scores.of(queries, rows)

        done = Run(
            name=variant.name,
            seed=seed,
            seconds=round(time.monotonic() - started, 1),
            dev=ranked(self.dev),
            test=ranked(self.test),
        )
        done.write(self.file(variant, seed))
        shutil.rmtree(state, ignore_errors=True)
        return done

    def baselines(self) -> list[Run]:
        """What needs no training."""
        backbone = backbones.load_text(self._base.text_backbone)
        encoder = TextEncoder(backbone.model, hidden_size=backbone.model.config.hidden_size).eval()
        found = baselines.rankings(self._catalogue.products, self._features, encoder, self.dev, self.test)
        return [
            Run(
                name=name,
                seed=0,
                seconds=0.0,
                dev=Scores.of(self.dev, rows["dev"]),
                test=Scores.of(self.test, rows["test"]),
            )
            for name, rows in found.items()
        ]

    def _runs(self) -> Path:
        folder = self._paths.root / "runs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder
