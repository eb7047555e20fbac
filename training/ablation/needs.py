"""What some variants need beside the catalogue: translators, a writer of queries. A report goes on without such a variant."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assortment.errors import InputError, StepError
from training.ablation.variants import Variant
from training.augmentation import seq2seq
from training.augmentation.back_translation import check

_THERE_AND_BACK: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a report was given, each an option of its own."""

    translators: str = ""
    """Folders of two sequence-to-sequence models, there and back, with a comma between; empty for apertium."""
    writer: str = ""
    """Folder of a sequence-to-sequence model that writes queries; empty for none."""

    def __post_init__(self) -> None:
        """Raises InputError for folders that are not there, StepError for those that hold no such model."""
        folders = [folder for folder in self.translators.split(",") if folder]
        if self.translators and (len(folders) != _THERE_AND_BACK or not all(Path(folder).is_dir() for folder in folders)):
            told = "allowed: two seq2seq folders, there and back, with a comma between"
            raise InputError("--translators", self.translators, told)
        if self.writer and not Path(self.writer).is_dir():
            told = "allowed: a seq2seq folder; `assortment augment --train-writer DIR` makes one"
            raise InputError("--writer", self.writer, told)
        if self.translators:
            check(self.translators)
        if self.writer:
            seq2seq.load(Path(self.writer))

    def options(self) -> str:
        """As they stand in a command, with a space in front of each."""
        return "".join(f" --{name} {shlex.quote(value)}" for name in self.__slots__ if (value := getattr(self, name)))

    def to(self, variant: Variant) -> Variant:
        """The variant with what it needs, where that was given."""
        given = getattr(self, variant.needs) if variant.needs else ""
        return replace(variant, changes={**variant.changes, variant.needs: given}) if given else variant

    def lacks(self, variant: Variant) -> str:
        """What a variant needs and does not get, with what to do; empty when it can be run."""
        if variant.needs == "writer" and not self.writer:
            return "it needs --writer DIR; `assortment augment --train-writer DIR` makes one"
        if variant.needs == "translators" and not self.translators:
            try:
                check("")
            except StepError as error:
                return f"it needs --translators THERE,BACK or apertium with eng-spa ({str(error).splitlines()[0]})"
        return ""
