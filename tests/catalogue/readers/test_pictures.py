"""Paths of pictures that a table gives: found where they may be, refused where they lead out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from assortment.catalogue.readers.paths import file_inside, relative_path
from assortment.catalogue.readers.pictures import PictureSource
from assortment.catalogue.summary import BAD_PICTURE, NO_PICTURE, REFUSED_PATH, ReadSummary
from assortment_client.contract import MAX_PICTURE_BYTES


def jpeg(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), colour).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture(params=["folder", "pictures.zip"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """red.jpg and shoes/blue.jpg, and one name twice."""
    files = {"red.jpg": "red", "shoes/blue.jpg": "blue", "a/twice.jpg": "green", "b/twice.jpg": "white"}
    (tmp_path / "secret.jpg").write_bytes(jpeg("black"))
    path = tmp_path / str(request.param)
    if path.suffix:
        with zipfile.ZipFile(path, "w") as archive:
            for name, colour in files.items():
                archive.writestr(name, jpeg(colour))
    else:
        for name, colour in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(jpeg(colour))
    return path


def written(place: Path, path: str) -> tuple[str, bytes | None, ReadSummary]:
    summary = ReadSummary(source="table")
    return (*PictureSource([place]).written(path, line=3, summary=summary), summary)


@pytest.mark.parametrize(
    ("path", "name", "colour"),
    [
        ("red.jpg", "red.jpg", "red"),
        ("./red.jpg", "red.jpg", "red"),
        ("shoes/blue.jpg", "shoes/blue.jpg", "blue"),
        ("shoes\\blue.jpg", "shoes/blue.jpg", "blue"),
        ("blue.jpg", "shoes/blue.jpg", "blue"),
        ("b/twice.jpg", "b/twice.jpg", "white"),
    ],
)
def test_a_path_or_an_unmistakable_name_is_found(place: Path, path: str, name: str, colour: str) -> None:
    assert written(place, path)[:2] == (name, jpeg(colour))


@pytest.mark.parametrize("path", ["green.jpg", "twice.jpg", "hats/blue.jpg", "https://shop.example/red.jpg"])
def test_what_is_not_there_is_counted(place: Path, path: str) -> None:
    name, data, summary = written(place, path)
    assert (name, data, summary.count(NO_PICTURE)) == ("", None, 1)


@pytest.mark.parametrize(
    "path", ["../secret.jpg", "shoes/../../secret.jpg", "/etc/passwd", "C:\\secret.jpg", "..\\secret.jpg", "a\0.jpg"]
)
def test_a_path_that_leads_out_is_refused_and_counted(place: Path, path: str) -> None:
    name, data, summary = written(place, path)
    assert (name, data) == ("", None)
    assert [(finding.line, finding.value) for finding in summary.findings[REFUSED_PATH]] == [(3, path)]


def test_a_picture_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.jpg", b"\0" * (MAX_PICTURE_BYTES * 3))
    name, data, summary = written(tmp_path / "pictures.zip", "bomb.jpg")
    assert (name, data) == ("", None)
    assert f"{MAX_PICTURE_BYTES + 1} bytes" in summary.findings[BAD_PICTURE][0].value


def test_files_are_read_inside_their_folder_only(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    (inside / "open.txt").write_text("open", encoding="utf-8")
    assert file_inside(inside, "open.txt") == inside / "open.txt"
    assert [file_inside(inside, path) for path in ("link.txt", "../secret.txt", "none.txt", "")] == [None] * 4


def test_an_empty_path_is_none() -> None:
    assert relative_path("") is None
