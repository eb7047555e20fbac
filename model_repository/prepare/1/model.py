"""Checks every field of a search request, reads its words, finds products by them, decodes the picture, resolves filters."""

from collections.abc import Mapping
from pathlib import Path

from assortment.artefacts import CATALOGUES, SPELLINGS, TOKENIZER
from assortment.serving.facet import read_facets
from assortment.serving.filter_table import FilterTable
from assortment.serving.prepare import PrepareStep
from assortment.serving.product_words import ProductWords
from assortment.serving.step import Step
from assortment.serving.triton_backend import TritonModel
from assortment.serving.word_list import WordList


class TritonPythonModel(TritonModel):
    """``prepare``; the parameter ``pad_tokens_to`` gives all texts one length."""

    def open(self, model: Path, version: Path, parameters: Mapping[str, str]) -> Step:
        """Reads the tokenizer, and the tables of the catalogue version that this version of the model is."""
        length = parameters.get("pad_tokens_to")
        tables = model / CATALOGUES / version.name
        filters = FilterTable.open(tables, read_facets(tables))
        words = ProductWords.open(tables, num_rows=len(filters))
        spellings = WordList.open(tables, SPELLINGS)
        return PrepareStep(version / TOKENIZER, filters, words, spellings, pad_tokens_to=int(length) if length else None)
