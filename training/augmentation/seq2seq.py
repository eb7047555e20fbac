"""Sequence-to-sequence models of Hugging Face folders: text in, text out, in batches. Translators and the writer of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer
from transformers.utils import logging

from assortment.catalogue.progress import progress
from assortment.contract import MAX_PRODUCT_TOKENS
from assortment.errors import StepError

MAX_TOKENS: Final = 32  # of what is written
BATCH: Final = 64  # texts at once; all of them together would need some 3.5 MB each
_log: Any = logging  # its functions are untyped


@dataclass(frozen=True, slots=True)
class Seq2Seq:
    """A model and its tokenizer."""

    tokenizer: Any
    model: Any

    def generate(self, texts: Sequence[str], *, doing: str = "", **how: Any) -> list[str]:
        """One text in lower case for each of ``texts``, which are read up to MAX_PRODUCT_TOKENS.

        ``doing`` names the work for the progress line; ``how`` is for ``GenerationMixin.generate``, as ``do_sample=True``.
        """
        starts = range(0, len(texts), BATCH)
        shown = progress(starts, doing=f"{doing} ({len(texts):,} texts)", total=len(starts)) if doing else iter(starts)
        made: list[str] = []
        for start in shown:
            batch = list(texts[start : start + BATCH])
            given = self.tokenizer(batch, return_tensors="pt", padding=True, truncation=True, max_length=MAX_PRODUCT_TOKENS)
            read = {"input_ids": given["input_ids"], "attention_mask": given["attention_mask"]}
            with torch.inference_mode():
                written = self.model.generate(**read, max_new_tokens=MAX_TOKENS, **how)
            made += self.tokenizer.batch_decode(written, skip_special_tokens=True)
        return [" ".join(text.lower().split()) for text in made]


def load(folder: Path) -> Seq2Seq:
    """A folder that AutoModelForSeq2SeqLM and AutoTokenizer can load.

    Raises:
        StepError: when it is none, or needs a package that is not installed, with what to install.
    """
    verbosity = _log.get_verbosity()
    _log.disable_progress_bar()
    _log.set_verbosity_error()  # its report of a pooler that generating does not use would look like a fault
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(str(folder))
        model: Any = AutoModelForSeq2SeqLM.from_pretrained(str(folder)).eval()
    except ImportError as error:
        raise StepError(
            f"{folder}: its tokenizer needs a package that is not installed ({_first_line(error)}): pip install sentencepiece"
        ) from None
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise StepError(f"{folder} is no sequence-to-sequence model: {_first_line(error)}") from None
    finally:
        _log.enable_progress_bar()
        _log.set_verbosity(verbosity)
    return Seq2Seq(tokenizer, model)


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
