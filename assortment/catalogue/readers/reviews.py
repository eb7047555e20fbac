"""Ratings of products from a file of single reviews (sku, rating_value, review ...), as Magento keeps beside its products."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assortment.catalogue.fields import parse_price, tidy
from assortment.catalogue.product import MAX_RATING
from assortment.catalogue.readers.delimited import DelimitedTable
from assortment.catalogue.summary import Problem, ReadSummary

UNKNOWN_PRODUCT: Final = Problem(name="review of a product that is not here", effect="review left out", serious=False)
REPEATED: Final = Problem(name="review said before of the same product", effect="counted once", serious=False)
BAD_REVIEW: Final = Problem(name="review whose rating is no number from 1 to 5", effect="review left out", serious=False)


@dataclass(slots=True)
class Ratings:
    """The ratings of one product while they are read."""

    values: list[float] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)

    @property
    def mean(self) -> float | None:
        """None when there are none."""
        return round(sum(self.values) / len(self.values), 2) if self.values else None


def read_reviews(path: Path, known: Container[str], summary: ReadSummary) -> dict[str, Ratings]:
    """The ratings of each sku among ``known``. Rows that do not count are reported with the line of this file.

    The same words about the same product count once: the public file has two such pairs, under two names each.

    Raises:
        DataError: when the file lacks the columns sku or rating_value.
    """
    rows = ReadSummary(source=path.name)  # rows of this file are no products: their number stays apart
    found: dict[str, Ratings] = {}
    for line, values in DelimitedTable(path, required=("sku", "rating_value")).rows(rows):
        sku = tidy(values["sku"])
        text = tidy(values.get("review", "")).casefold()
        value = parse_price(tidy(values["rating_value"]))
        ratings = found.get(sku, Ratings())
        if sku not in known:
            summary.report(UNKNOWN_PRODUCT, line=line, value=f"{path.name}: {sku}")
        elif value is None or not 1 <= value <= MAX_RATING:
            summary.report(BAD_REVIEW, line=line, value=f"{path.name}: {values['rating_value']}")
        elif text and text in ratings.texts:
            summary.report(REPEATED, line=line, value=f"{path.name}: {sku}")
        else:
            ratings.values.append(value)
            ratings.texts.add(text)
            found[sku] = ratings
    for problem, findings in rows.findings.items():
        for finding in findings:
            summary.report(problem, line=finding.line, value=f"{path.name}: {finding.value}")
    counted = sum(len(ratings.values) for ratings in found.values())
    summary.notes.append(f"{path.name}: {rows.read:,} reviews read, {counted:,} counted, for {len(found):,} articles")
    return found
