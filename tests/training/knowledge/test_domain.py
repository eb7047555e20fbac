"""The hand-written lists: well-formed, and without a word that dev or test keep for themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from assortment.errors import DataError
from assortment.protocol.lexicon import is_held_out
from training.knowledge.rings import HEAD, OCCASION, domain_rings


def test_no_word_is_kept_for_dev_or_test() -> None:
    said = {
        word for ring in domain_rings() for word in (ring.left if ring.section in (HEAD, OCCASION) else ring.right)
    }  # what stands on the other side are names of catalogues
    assert {word for word in said if is_held_out(word)} == set()
    assert len(said) > 1000


def test_a_name_stands_in_one_line_of_a_facet() -> None:
    names = [(ring.section, name) for ring in domain_rings() for name in ring.left if ring.section not in (HEAD, OCCASION)]
    assert {name for name in names if names.count(name) > 1} == set()


@pytest.mark.parametrize("line", ["shoes, boots", "shoes :", ": boots", "shoes : boots"])
def test_a_line_that_is_no_ring_is_refused_by_number(tmp_path: Path, line: str) -> None:
    (tmp_path / "wrong.txt").write_text(f"# a comment\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 2"):
        domain_rings(tmp_path)
