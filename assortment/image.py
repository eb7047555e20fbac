"""Picture preprocessing, the same in training and in serving, and the refusal of pictures nobody should decode."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps

from assortment import jpeg_scans
from assortment.contract import PICTURE_SIZE
from assortment.errors import InputError
from assortment_client.contract import MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
MAX_PIXELS_AT_ONCE: Final = 16_000_000
"""Of what has to be decoded in full size, 64 MB: anything but a JPEG of one scan, which is decoded at a smaller scale."""
MAX_SCANS: Final = 32
"""Of a progressive JPEG, each a pass over the whole picture; encoders write about ten."""
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by the orientation that its EXIF tells."""
Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit says no size; ours is checked from the header, before any pixel is decoded
_ALLOWED: Final = (
    f"allowed: a {', '.join(FORMATS)} file of at most {MAX_PICTURE_BYTES} bytes and {MAX_PIXELS_AT_ONCE} pixels, "
    f"or {MAX_PICTURE_PIXELS} of a JPEG that is not progressive"
)


def decode(data: bytes, *, field: str = "PICTURE") -> Image.Image:
    """Decodes an encoded picture to RGB on white, upright; the first frame of several.

    Size and scans are checked before any pixel is decoded, so that a small file cannot ask for much time or memory.

    Raises:
        InputError: when the bytes are no picture of an allowed format, are cut short, or are larger than the limits.
    """
    if len(data) > MAX_PICTURE_BYTES:
        raise InputError(field, f"{len(data)} bytes", _ALLOWED)
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(picture, data, field)
        picture.draft("RGB", (PICTURE_SIZE, PICTURE_SIZE))  # JPEG: decode at a smaller scale
        return _on_white(_upright(picture))
    except InputError:
        raise
    except Exception as error:  # whatever a decoder raises that trips over hostile bytes: it is this picture that fails
        raise InputError(field, f"{len(data)} bytes", f"they cannot be decoded ({type(error).__name__}); {_ALLOWED}") from None


def _check_size(picture: Image.Image, data: bytes, field: str) -> None:
    scans = jpeg_scans.count(data, most=MAX_SCANS) if picture.format in ("JPEG", "MPO") else 0
    if picture.width * picture.height > (MAX_PICTURE_PIXELS if scans == 1 else MAX_PIXELS_AT_ONCE):
        raise InputError(field, f"{picture.width} x {picture.height} pixels", _ALLOWED)
    if scans > MAX_SCANS:
        raise InputError(field, f"a JPEG of more than {MAX_SCANS} scans", _ALLOWED)


def _upright(picture: Image.Image) -> Image.Image:
    """Pillow's own ``exif_transpose`` writes the EXIF anew, and fails on many a damaged one beside a good picture."""
    try:
        turn = _UPRIGHT.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # an EXIF that cannot be read tells no orientation
        return picture
    return picture if turn is None else picture.transpose(turn)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits of grey: Pillow would clip, not scale
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8)).convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        white = Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer.getchannel("A"))
        return white
    return picture.convert("RGB")


def pixels(picture: Image.Image) -> npt.NDArray[np.float32]:
    """The image encoder's input: (3, PICTURE_SIZE, PICTURE_SIZE) float32, RGB, (value - 127) / 128, padded square with white."""
    square = ImageOps.pad(picture, (PICTURE_SIZE, PICTURE_SIZE), method=Image.Resampling.BILINEAR, color="white")
    values = np.asarray(square, dtype=np.float32)
    return np.ascontiguousarray(((values - 127.0) / 128.0).transpose(2, 0, 1))
