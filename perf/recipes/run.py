"""One run: makes every recipe, measures it, and holds every way against PyTorch."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

from assortment import artefacts
from assortment.catalogue.progress import progress
from assortment.catalogue.store import Catalogue
from assortment.protocol.store import Protocol
from assortment.serving.pipeline import PipelineFiles
from assortment_client import SearchClient
from deploy.local.server import LocalServer
from export import steps
from export.gpu_twins import FLOAT16, KEPT_IN_FLOAT32
from export.precision import float16, fused
from export.pruning.recovery import Recovery
from export.recipes import RECIPES, Kitchen
from perf.assembled import finished
from perf.recipes import congruence, feeds, found, questions, speed, ways
from perf.recipes.feeds import Feed
from perf.recipes.found import Found
from perf.recipes.made import FLOAT32, IMAGE_RECIPES, Made, make
from perf.recipes.picture_quality import PictureQuality
from perf.recipes.ranker import Ranker
from perf.recipes.settings import RecipesSettings
from training import checkpoint
from training.checkpoint import TrainedModels

TEXT_BATCHES: Final = (1, 16)
IMAGE_BATCHES: Final = (1, 8)


class Run:
    """Everything that the parts of a run share. What is found stands in ``found`` as soon as it is known."""

    def __init__(self, settings: RecipesSettings) -> None:
        """Opens the shop.

        Raises:
            StepError: when it is not trained, exported and assembled.
            ManifestError: when one of its folders is damaged.
        """
        paths = settings.paths
        for folder in (paths.checkpoints, paths.export, paths.model_repository):
            finished(folder, paths)
        self.settings, self.paths = settings, paths
        self.catalogue, self.protocol = Catalogue.open(paths.catalogue), Protocol.open(paths.protocol)
        self.models: TrainedModels = checkpoint.load(paths.checkpoints)
        self.found = Found(products=len(self.catalogue))

    def go(self) -> None:
        """Fills ``found``.

        Raises:
            AssortmentError: when something cannot be made or the server fails.
        """
        with tempfile.TemporaryDirectory() as scratch:
            recovery = Recovery(steps=self.settings.recovery_steps)
            kitchen = Kitchen(self.paths.export, self.models, self.catalogue, self.protocol, Path(scratch), recovery=recovery)
            made = make(self.settings.recipes, kitchen, self.catalogue, self.paths.export, Path(scratch))
            self.found.recovery_loss = {str(size): loss for size, loss in kitchen.recovery_loss.items()}
            self._texts(made)
            self._images(made)
            self._congruence(made, Path(scratch))

    def _texts(self, made: Made) -> None:
        dev = [query.query for query in self.protocol.queries("dev")]
        number, tokenizer = self.settings.block_queries, self.models.tokenizer_file
        calls = {batch: feeds.texts(tokenizer, dev, batch=batch, number=number) for batch in TEXT_BATCHES}
        speeds = self._speeds(made.texts, calls)
        with steps.dev_quality(self.paths, self.models, self.catalogue) as quality:
            self.found.queries = quality.num_queries
            shown = progress(made.texts.items(), doing="dev queries, text encoder", total=len(made.texts))
            ndcg = {name: quality.each(path) for name, path in shown}
        operators = {name: fused.in_session(path) for name, path in made.texts.items()}
        told = {name: recipe.told for name, recipe in RECIPES.items()}
        self.found.texts = found.rows(told, made.texts, speeds, ndcg, operators, against=FLOAT32)
        num_layers = cast(Any, self.models.text_encoder.backbone).config.num_hidden_layers
        fused.check(operators[FLOAT32], fused.PER_LAYER, layers=num_layers, what="a session of the float32 text encoder")
        fused.check(operators["fused"], fused.OFFLINE_PER_LAYER, layers=num_layers, what="the offline optimiser")

    def _images(self, made: Made) -> None:
        number = max(1, self.settings.block_queries // 4)
        calls = {batch: feeds.pictures(self.catalogue, batch=batch, number=number) for batch in IMAGE_BATCHES}
        speeds = self._speeds(made.images, calls)
        files = PipelineFiles.of_artefacts(self.paths.export, self.paths.index)
        quality = PictureQuality(files, self.catalogue, self.protocol)
        self.found.picture_queries = quality.num_queries
        shown = progress(made.images.items(), doing="dev queries, image encoder", total=len(made.images))
        ndcg = {name: quality.each(path) for name, path in shown}
        self.found.images = found.rows(IMAGE_RECIPES, made.images, speeds, ndcg, {}, against=FLOAT32)

    def _speeds(self, files: Mapping[str, Path], calls: Mapping[int, Sequence[Feed]]) -> dict[int, dict[str, speed.Speed]]:
        return {
            batch: speed.measure(files, block, blocks=self.settings.blocks, against=FLOAT32) for batch, block in calls.items()
        }

    def _congruence(self, made: Made, scratch: Path) -> None:
        ranker = Ranker(self.paths.export, self.paths.index)
        texts = [query.query for query in self.protocol.queries("test")]
        asked = questions.prepare(texts, self.catalogue, ranker.pipeline, self.paths.export, number=self.settings.queries)
        exact = ways.float32_files(self.paths.export)
        reference = congruence.answers(ways.pytorch(self.models), asked, ranker)
        eight = {**exact, "text_encoder": made.texts["int8-smooth"], "image_encoder": made.images["int8-static"]}
        for way in (
            ways.onnx("ONNX float32", "float32", exact),
            ways.onnx("ONNX float16", "float16", self._float16(scratch)),
            ways.onnx("ONNX int8", "int8", eight),
        ):
            given = congruence.answers(way, asked, ranker)
            self.found.congruence.append(congruence.compare(way, given, reference))
        with self._server() as address, SearchClient(address) as client:
            way = ways.served(address, self.paths.export)
            given = congruence.by_ensembles(congruence.answers(way, asked, ranker), client, asked)
            self.found.congruence.append(congruence.compare(way, given, reference))

    def _float16(self, scratch: Path) -> dict[str, Path]:
        files = {name: scratch / artefacts.fp16(file) for name, file in FLOAT16.items()}
        for name, target in files.items():
            float16.convert(self.paths.export / FLOAT16[name], target, keep=KEPT_IN_FLOAT32.get(name, ()))
        return files

    @contextlib.contextmanager
    def _server(self) -> Iterator[str]:
        """host:port of the one that was given, or of one of our own."""
        if self.settings.endpoint:
            yield self.settings.endpoint
            return
        with LocalServer(self.paths.model_repository) as server:
            yield server.grpc_address
