"""The server's work in one process: the same steps, the same files, without Triton.

The in-process side of the bench, the tuning of the default diversity, and the reference that tests hold the server against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assortment import artefacts
from assortment.errors import AssortmentError
from assortment.serving.candidate_scorer import CandidateScorerStep
from assortment.serving.catalogue_tables import Catalogues, newest
from assortment.serving.diversifier import DiversifierStep
from assortment.serving.onnx_step import ImageEncoderStep, OnnxStep
from assortment.serving.prepare import PrepareStep, tensors_of
from assortment.serving.request import Answer, SearchRequest
from assortment.serving.step import Step, Tensors
from assortment.serving.text_scorer import TextScorerStep


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineFiles:
    """Where the files of one catalogue version lie."""

    version: int
    """Of the catalogue."""
    tokenizer: Path
    text_encoder: Path
    image_encoder: Path
    fusion: Path
    scorer: Path
    candidate_scorer: Path
    """Folder of this version's keys and candidate scorer."""
    product_catalogues: Path
    """Folder of ``<version>/`` folders with the tables of products."""

    @classmethod
    def of_repository(cls, repository: Path) -> PipelineFiles:
        """Of an assembled model repository, its newest version."""
        return cls(
            version=int(newest(repository / "scorer").name),
            tokenizer=newest(repository / "prepare") / artefacts.TOKENIZER,
            text_encoder=artefacts.cpu_model(newest(repository / "text_encoder")),
            image_encoder=newest(repository / "image_encoder") / artefacts.MODEL,
            fusion=newest(repository / "fusion") / artefacts.MODEL,
            scorer=artefacts.cpu_model(newest(repository / "scorer")),
            candidate_scorer=newest(repository / "candidate_scorer"),
            product_catalogues=repository / "diversifier" / artefacts.CATALOGUES,
        )

    @classmethod
    def of_artefacts(cls, export: Path, index: Path) -> PipelineFiles:
        """Of the export step's folder and the index step's folder of versions, its newest one."""
        return cls(
            version=int(newest(index).name),
            tokenizer=export / artefacts.TOKENIZER,
            text_encoder=artefacts.cpu_model(export, artefacts.TEXT_ENCODER),
            image_encoder=export / artefacts.IMAGE_ENCODER,
            fusion=export / artefacts.FUSION,
            scorer=artefacts.cpu_model(newest(index), artefacts.SCORER),
            candidate_scorer=newest(index),
            product_catalogues=index,
        )


class Pipeline:
    """Search, with or without pictures and candidates, in one process. Models are loaded when first needed."""

    def __init__(self, files: PipelineFiles, *, threads: int = 1) -> None:
        """Remembers where the models lie.

        Args:
            files: see ``PipelineFiles``.
            threads: threads of each ONNX Runtime call.
        """
        self._files = files
        self._threads = threads

    @classmethod
    def open(cls, repository: Path, *, threads: int = 1) -> Pipeline:
        """The pipeline of an assembled model repository."""
        return cls(PipelineFiles.of_repository(repository), threads=threads)

    @classmethod
    def from_artefacts(cls, export: Path, index: Path, *, threads: int = 1) -> Pipeline:
        """The pipeline of ``build/<catalogue>/export`` and ``build/<catalogue>/index``, before they are assembled."""
        return cls(PipelineFiles.of_artefacts(export, index), threads=threads)

    def search(self, requests: Sequence[SearchRequest]) -> list[Answer]:
        """Answers requests of one kind as one batch: all with or all without candidates, pictures allowed in any.

        Raises:
            InputError: for the first request that the server would refuse, with the same message.
        """
        return [Answer.of(tensors) for tensors in self.diversify(self.score(requests))]

    def score(self, requests: Sequence[SearchRequest]) -> list[Tensors]:
        """Everything before the diversifier: its inputs, for tuning it on the same rows again and again."""
        batch = self._run(self._prepare, [tensors_of(request) for request in requests])
        if all(request.picture is None and request.candidates is None for request in requests):
            return self._run(self._text_scorer, batch)
        batch = self._run(self._text_encoder, batch)
        batch = self._run(self._image_encoder, batch)
        batch = self._run(self._fusion, batch)
        given = [request.candidates is not None for request in requests]
        if any(given) != all(given):
            raise ValueError("requests with and without candidates are different ensembles; search them separately")
        return self._run(self._candidate_scorer if any(given) else self._scorer, batch)

    def diversify(self, scored: Sequence[Tensors]) -> list[Tensors]:
        """The diversifier's outputs for what ``score`` gave, whose OPTIONS may have been replaced."""
        return self._run(self._diversifier, scored)

    @staticmethod
    def _run(step: Step, batch: Sequence[Tensors]) -> list[Tensors]:
        """One step; its outputs are added to its inputs."""
        outputs: list[Tensors] = []
        for tensors, outcome in zip(batch, step.run(batch), strict=True):
            if isinstance(outcome, AssortmentError):
                raise outcome
            outputs.append({**tensors, **outcome})
        return outputs

    @cached_property
    def _prepare(self) -> Step:
        table = self._catalogues.version(self._files.version)
        return PrepareStep(self._files.tokenizer, table.filters, table.words, table.spellings)

    @cached_property
    def _text_scorer(self) -> Step:
        return TextScorerStep(self._files.text_encoder, self._files.fusion, self._files.scorer, threads=self._threads)

    @cached_property
    def _text_encoder(self) -> Step:
        return OnnxStep("text_encoder", self._files.text_encoder, threads=self._threads)

    @cached_property
    def _image_encoder(self) -> Step:
        return ImageEncoderStep(self._files.image_encoder, threads=self._threads)

    @cached_property
    def _fusion(self) -> Step:
        return OnnxStep("fusion", self._files.fusion, threads=self._threads)

    @cached_property
    def _scorer(self) -> Step:
        return OnnxStep("scorer", self._files.scorer, threads=self._threads)

    @cached_property
    def _candidate_scorer(self) -> Step:
        return CandidateScorerStep(self._files.candidate_scorer, threads=self._threads)

    @cached_property
    def _diversifier(self) -> Step:
        return DiversifierStep(self._catalogues)

    @cached_property
    def _catalogues(self) -> Catalogues:
        return Catalogues(self._files.product_catalogues)
