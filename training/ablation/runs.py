"""One training run of one variant, and what it gives for each query. A finished run is a file, and is not repeated."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from torch import Tensor

from assortment.one_at_a_time import held
from assortment.paths import BuildPaths
from training import depends_on, dev_ranking
from training.ablation import baselines, side_by_side
from training.ablation.variants import Variant
from training.dev_ranking import QuerySet
from training.fit import Place
from training.objective import all_product_vectors
from training.prepared import Prepared
from training.settings import TrainingSettings

DEV: Final = "dev"
UNSEEN: Final = "unseen words"
"""Queries in words that no encoder learned, of ``training.unseen_words``: settings may be chosen by them and by dev."""
TEST: Final = "test"
_LAYOUT: Final = 4  # of a run's file; raised when the same training is measured otherwise
_HIDING: Final = 2  # in the key of a run that hides something; raised when it is hidden otherwise


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
    scores: Mapping[str, Scores]
    """By the name of a set of queries: DEV, UNSEEN where there are such, TEST."""

    def write(self, file: Path) -> None:
        """As JSON; a killed process leaves no half of it."""
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(asdict(self)), encoding="utf-8")
        unfinished.replace(file)

    @classmethod
    def read(cls, file: Path) -> Run:
        """A finished run."""
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return cls(**{**told, "scores": {name: Scores(**scores) for name, scores in told["scores"].items()}})


class Bench:
    """The subset that all variants are trained on and ranked over."""

    def __init__(self, paths: BuildPaths, base: TrainingSettings) -> None:
        """``paths``: of the subset, whose features are computed when they are not there. ``base``: of the default."""
        self._paths, self._base = paths, base
        self._prepared = Prepared.open(paths, base)
        unseen = self._prepared.unseen(base)
        self.queries = {DEV: self._prepared.dev, **({UNSEEN: unseen} if unseen else {}), TEST: self._prepared.test}
        self.num_products = len(self._prepared.catalogue)

    def file(self, variant: Variant, seed: int) -> Path:
        """Where the run of a variant is kept; another one when anything that it depends on changes."""
        settings = variant.settings(self._base, seed)
        hiding = [_HIDING] if variant.hides else []
        key = depends_on.key(self._paths, _LAYOUT, depends_on.chosen(settings), sorted(variant.hides), *hiding)[:16]
        return self._runs() / f"{variant.name.replace(' ', '_')}-{seed}-{key}.json"

    @contextlib.contextmanager
    def claimed(self, variant: Variant, seed: int) -> Iterator[bool]:
        """Keeps a run from other processes in this block; whether it is to be made here: it is neither there nor being made."""
        file = self.file(variant, seed)
        claim = file.with_suffix(".lock")
        with held(claim) as got:
            try:
                yield got and not file.is_file()
            finally:
                if got and file.is_file():  # who has opened it meanwhile finds the run
                    claim.unlink(missing_ok=True)

    def run(self, variant: Variant, seed: int) -> Run:
        """Trains a variant and ranks every set of queries by its scorer, without diversification."""
        started = time.monotonic()
        file = self.file(variant, seed)
        state = self._runs() / "state" / file.stem
        place = Place(folder=state, logs=state / "logs", key=file.stem)
        settings = variant.settings(self._base, seed)
        prepared = replace(self._prepared, paths=self._own(state / "build"))
        seen = prepared.seen(settings)
        models, corpus = prepared.fit(settings, place, seen, shown=variant.features(seen))
        vectors = all_product_vectors(models, corpus)

        def ranked(queries: QuerySet) -> Scores:
            rows, _ = dev_ranking.scored(models, corpus, dev_ranking.encode(models, queries), vectors)
            return Scores.of(queries, rows)

        seconds = round(time.monotonic() - started, 1)
        scores = {name: ranked(queries) for name, queries in self.queries.items()}
        done = Run(name=variant.name, seed=seed, seconds=seconds, scores=scores)
        done.write(file)
        shutil.rmtree(state, ignore_errors=True)
        return done

    def baselines(self) -> list[Run]:
        """What needs no training."""
        prepared, encoder = self._prepared, self._prepared.untrained(self._base)
        found = baselines.rankings(prepared.catalogue.products, prepared.features, encoder, self.queries, decides=DEV)
        return [
            Run(name=name, seed=0, seconds=0.0, scores={of: Scores.of(self.queries[of], ranked) for of, ranked in rows.items()})
            for name, rows in found.items()
        ]

    def _own(self, root: Path) -> BuildPaths:
        """Folders for one run: those that all runs read are linked; words, teacher and pre-trained encoder are its own."""
        own, shared = BuildPaths(root), self._paths
        root.mkdir(parents=True, exist_ok=True)
        for link, folder in (
            (own.catalogue, shared.catalogue),
            (own.protocol, shared.protocol),
            (own.features, shared.features),
        ):
            link.unlink(missing_ok=True)
            link.symlink_to(folder.resolve(), target_is_directory=True)
        shutil.rmtree(own.knowledge, ignore_errors=True)
        with side_by_side.one_at_a_time(shared.root):
            if shared.knowledge.is_dir():
                shutil.copytree(shared.knowledge, own.knowledge)
        return own

    def _runs(self) -> Path:
        folder = self._paths.root / "runs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder
