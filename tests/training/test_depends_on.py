"""What makes another training, and what does not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assortment import manifest
from assortment.errors import InputError
from assortment.paths import BuildPaths
from training import depends_on
from training.settings import TrainingSettings

SETTINGS = TrainingSettings()


def test_what_lies_in_a_folder_counts_and_not_its_name_alone(tiny_bert: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_bert, folder)
    settings = replace(SETTINGS, text_backbone=str(folder))
    before = depends_on.chosen(settings)
    assert depends_on.chosen(settings) == before
    (folder / "model.safetensors").write_bytes(b"other weights")
    assert depends_on.chosen(settings) != before


def test_word_lists_count_where_they_are_read() -> None:
    assert "0/clothing.txt" in depends_on.contents(SETTINGS)["domain_files"]
    assert depends_on.contents(replace(SETTINGS, domain_words=False)) == {}


def test_another_catalogue_with_the_same_protocol_is_another_key(tmp_path: Path) -> None:
    keys = []
    for name in ("one", "two"):
        paths = BuildPaths(tmp_path / name)
        for folder, text in ((paths.catalogue, name), (paths.protocol, "queries")):
            folder.mkdir(parents=True)
            (folder / "file").write_text(text, encoding="utf-8")
            manifest.write(folder, step="any", inputs={}, settings={})
        keys.append(depends_on.key(paths))
    assert manifest.fingerprint(tmp_path / "one" / "protocol") == manifest.fingerprint(tmp_path / "two" / "protocol")
    assert keys[0] != keys[1]


def test_each_translator_counts_though_both_are_called_alike(tmp_path: Path) -> None:
    folders = [tmp_path / way / "model" for way in ("there", "back")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "weights").write_text(str(folder), encoding="utf-8")
    settings = replace(SETTINGS, back_translated=0.1, translators=",".join(map(str, folders)))
    before = depends_on.chosen(settings)
    (folders[0] / "weights").write_text("others", encoding="utf-8")
    assert depends_on.chosen(settings) != before
    assert depends_on.words(settings) == depends_on.words(SETTINGS)


def test_other_catalogues_count_by_what_they_hold_and_only_where_they_are_named(tmp_path: Path) -> None:
    folders = [tmp_path / name / "catalogue" for name in ("one", "two")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "products").write_text(str(folder), encoding="utf-8")
        manifest.write(folder, step="catalogue", inputs={}, settings={})
    settings = replace(SETTINGS, knowledge_from=", ".join(map(str, folders)))
    before = depends_on.chosen(settings)
    assert before["other_catalogues"].keys() == {"0", "1"}
    assert not {"knowledge_from", "other_catalogues"} & depends_on.chosen(SETTINGS).keys()
    (folders[1] / "products").write_text("others", encoding="utf-8")
    manifest.write(folders[1], step="catalogue", inputs={}, settings={})
    assert depends_on.chosen(settings) != before
    with pytest.raises(InputError, match=r"knowledge_from.*each catalogue once"):
        depends_on.chosen(replace(SETTINGS, knowledge_from=f"{folders[0]},{tmp_path / 'two' / '..' / 'one' / 'catalogue'}"))
    (folders[1] / manifest.FILENAME).unlink()
    with pytest.raises(InputError, match="knowledge_from"):
        depends_on.chosen(settings)
