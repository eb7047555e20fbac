"""What is asked: proportions, Zipf's law, files, and what is wrong with them."""

from __future__ import annotations

import collections
import math
from pathlib import Path

import pytest

from assortment.errors import InputError
from assortment.paths import BuildPaths
from perf.load_test.mix import PICTURE, RERANK, TEXT, Mix, MixSettings


def test_a_file_is_played_in_its_order(tmp_path: Path) -> None:
    (tmp_path / "queries.txt").write_text("blue shoes\n\n  red mug \n")
    mix = Mix(MixSettings(queries=tmp_path / "queries.txt"))
    asked = [mix.request(number) for number in range(4)]
    assert [(kind, request.query) for kind, request in asked] == [(TEXT, "blue shoes"), (TEXT, "red mug")] * 2


def test_a_long_log_is_played_to_its_end(tmp_path: Path) -> None:
    texts = [f"shoe {number}" for number in range(5_000)]
    (tmp_path / "queries.txt").write_text("\n".join(texts))
    words = Mix(MixSettings(queries=tmp_path / "queries.txt"))
    assert [words.request(number)[1].query for number in range(10_000)] == texts * 2


def test_a_short_log_keeps_its_frequencies(tmp_path: Path) -> None:
    (tmp_path / "queries.txt").write_text("a\nb\nc\n")
    mix = Mix(MixSettings(queries=tmp_path / "queries.txt"))
    asked = collections.Counter(mix.request(number)[1].query for number in range(3 * 4_096))
    assert asked == {"a": 4_096, "b": 4_096, "c": 4_096}


@pytest.mark.parametrize(("text", "told"), [("", "at least one"), ("x" * 5_000, "query 1")])
def test_a_file_that_cannot_be_asked(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "queries.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=told):
        Mix(MixSettings(queries=path))
    with pytest.raises(InputError, match="readable"):
        Mix(MixSettings(queries=tmp_path / "missing.txt"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("picture", -1.0), ("rerank", math.nan), ("text", math.nan), ("text", math.inf)),
        *(("zipf", -0.5), ("zipf", math.nan), ("zipf", math.inf), ("seed", -1)),
    ],
)
def test_a_mix_names_the_wrong_field_and_what_is_allowed(field: str, value: float) -> None:
    with pytest.raises(InputError, match=rf"^{field}: {value} is not allowed; allowed: 0 and above"):
        MixSettings(**{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("weights", [{"text": 0.0}, {"text": 1e308, "picture": 1e308}])
def test_weights_that_are_none(weights: dict[str, float]) -> None:
    with pytest.raises(InputError, match=r"weights: .* allowed: text, picture and rerank"):
        MixSettings(**weights)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_catalogue_is_asked_in_the_given_proportions(small_build: BuildPaths) -> None:
    settings = MixSettings(catalogue=small_build.root.name, build=small_build.root.parent, text=0.5, picture=0.3, rerank=0.2)
    mix = Mix(settings)
    asked = [mix.request(number) for number in range(4_096)]
    kinds = collections.Counter(kind for kind, _ in asked)
    assert kinds[TEXT] / 4_096 == pytest.approx(0.5, abs=0.04)
    assert kinds[RERANK] / 4_096 == pytest.approx(0.2, abs=0.03)
    assert all(request.image for kind, request in asked if kind == PICTURE)
    assert all(len(request.candidates or ()) == 200 for kind, request in asked if kind == RERANK)
    often = collections.Counter(request.query for kind, request in asked if kind == TEXT).most_common()
    assert often[0][1] > 3 * often[9][1]  # Zipf's law: ten times, of the ranks that were drawn
    again = Mix(settings)
    assert [request.query for _, request in asked] == [again.request(number)[1].query for number in range(4_096)]
