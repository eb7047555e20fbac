"""Pictures that nobody should decode, and odd ones that decode as people see them."""

import io
import struct
import subprocess
import sys
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assortment import image, jpeg_scans
from assortment.errors import InputError


def encoded(picture: Image.Image, file_format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def flat_png(width: int, height: int, *, extra: bytes = b"", deflated: bytes | None = None) -> bytes:
    """RGBA zeros, with chunks of one's own before the pixels."""
    if deflated is None:
        packer = zlib.compressobj(9)
        deflated = b"".join(packer.compress(bytes(1 + 4 * width)) for _ in range(height)) + packer.flush()
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + _chunk(b"IDAT", deflated) + _chunk(b"IEND", b"")


def many_scans(size: int, more: int) -> bytes:
    """A progressive JPEG whose last scan is there ``more`` times more."""
    whole = encoded(Image.new("RGB", (size, size), "red"), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * more + whole[-2:]


BOMBS = {
    "an RGBA PNG of 5,000 x 5,000": flat_png(5_000, 5_000),
    "a PNG that says 100,000 x 100,000": flat_png(100_000, 100_000, deflated=b""),
    "a lossless WebP of 5,000 x 5,000": encoded(Image.new("RGB", (5_000, 5_000)), "WEBP", lossless=True),
    "a GIF of 5,000 x 5,000": encoded(Image.new("P", (5_000, 5_000)), "GIF"),
    "a progressive JPEG of 5,000 x 5,000": many_scans(5_000, 0),
    "a JPEG of 1,000 scans": many_scans(1_000, 1_000),
    "a PNG with 1 GB of text": flat_png(2, 2, extra=_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(10**7), 9)) * 100),
    "a PNG with 100 MB of colour profile": flat_png(2, 2, extra=_chunk(b"iCCP", b"k\0\0" + zlib.compress(bytes(10**8), 9))),
    "9 MB of nothing": bytes(9 * 2**20),
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) (r) file\n",
    "TIFF": encoded(Image.new("RGB", (8, 8)), "TIFF"),
    "ICO": encoded(Image.new("RGB", (16, 16)), "ICO"),
    "a JPEG behind a PDF header": b"%PDF-1.7\n" + encoded(Image.new("RGB", (8, 8)), "JPEG"),
    "a path": b"/etc/passwd",
    "nothing": b"",
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_nobody_should_decode_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"^PICTURE: .* is not allowed; .*allowed: a JPEG, PNG, WEBP, GIF, BMP file of at most"):
        image.decode(BOMBS[name])


def test_a_large_photo_is_decoded_at_a_smaller_scale() -> None:
    photo = encoded(Image.new("RGB", (6_300, 6_300), "navy"), "JPEG")
    assert max(image.decode(photo).size) < 1_000


def test_the_largest_picture_takes_a_bounded_amount_of_memory() -> None:
    script = """
import resource, sys
from assortment import image
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
image.pixels(image.decode(sys.stdin.buffer.read()))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    worst = flat_png(4_000, 4_000)
    told = subprocess.run([sys.executable, "-c", script], input=worst, capture_output=True, check=True)
    assert int(told.stdout) * 1_024 < 5 * 4 * image.MAX_PIXELS_AT_ONCE


def test_scans_are_counted() -> None:
    picture = Image.new("RGB", (64, 64), "red")
    assert jpeg_scans.count(encoded(picture, "JPEG"), most=32) == 1
    progressive = jpeg_scans.count(many_scans(64, 0), most=32)
    assert 5 < progressive < 20
    assert jpeg_scans.count(many_scans(64, 7), most=32) == progressive + 7
    assert jpeg_scans.count(many_scans(64, 500), most=32) == 33
    thumbnail = encoded(picture, "JPEG", comment=encoded(picture, "JPEG", progressive=True))
    assert jpeg_scans.count(thumbnail, most=32) == 1
    assert jpeg_scans.count(b"\xff" * 100, most=32) == 0


def _red_and_blue() -> Image.Image:
    picture = Image.new("RGB", (40, 20), (200, 0, 0))
    picture.paste((0, 0, 200), (20, 0, 40, 20))
    return picture


def test_odd_pictures_decode_as_people_see_them() -> None:
    upright = Image.Exif()
    upright[0x0112] = 6  # lies on its side
    turned = image.decode(encoded(_red_and_blue(), "JPEG", exif=upright, quality=95))
    assert turned.size == (20, 40)
    grey = np.linspace(0, 65_535, 100 * 100).astype(np.uint16).reshape(100, 100)
    assert image.decode(encoded(Image.fromarray(grey), "PNG")).getpixel((50, 50)) == pytest.approx((129, 129, 129), abs=2)
    ink = image.decode(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")).getpixel((4, 4))
    assert ink == pytest.approx((255, 0, 0), abs=40)
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    for file_format in ("PNG", "WEBP"):
        assert image.decode(encoded(clear, file_format)).getpixel((4, 4)) == (255, 255, 255)
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for file_format in ("GIF", "WEBP", "PNG"):
        animated = encoded(frames[0], file_format, save_all=True, append_images=frames[1:])
        red, _, blue = np.asarray(image.decode(animated))[4, 4]
        assert red > 200 > 50 > blue


@pytest.mark.parametrize("size", [(1, 1), (1, 5_000), (5_000, 1), (96, 96)])
def test_any_shape_becomes_the_encoders_input(size: tuple[int, int]) -> None:
    pixels = image.pixels(image.decode(encoded(Image.new("RGB", size, "navy"), "PNG")))
    assert pixels.shape == (3, 96, 96)
    assert np.isfinite(pixels).all()


def _with_exif(exif: bytes) -> bytes:
    """A JPEG of 4 x 2 whose EXIF is these bytes."""
    plain = encoded(Image.new("RGB", (4, 2), "red"), "JPEG")
    marked = b"Exif\0\0" + exif
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(marked) + 2) + marked + plain[2:]


def _orientation(value: int, *, count: int = 1, kind: int = 3) -> bytes:
    return b"MM\0*" + struct.pack(">IH", 8, 1) + struct.pack(">HHIHHI", 0x0112, kind, count, value, 0, 0)


@pytest.mark.parametrize(("value", "size"), [(1, (4, 2)), (3, (4, 2)), (6, (2, 4)), (8, (2, 4)), (99, (4, 2))])
def test_a_picture_is_turned_as_its_exif_says(value: int, size: tuple[int, int]) -> None:
    assert image.decode(_with_exif(_orientation(value))).size == size


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("exif", [b"", b"MM\0*", b"II*\0" + b"\xff" * 40, _orientation(6, count=2**31), _orientation(6, kind=99)])
def test_a_damaged_exif_costs_no_picture(exif: bytes) -> None:
    assert image.decode(_with_exif(exif)).size in {(4, 2), (2, 4)}
