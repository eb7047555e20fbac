"""Picture preprocessing, the same in training and in serving, and the refusal of pictures nobody should decode."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from assortment.contract import PICTURE_SIZE
from assortment.errors import InputError
from assortment_client.contract import MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit says no size; ours is checked from the header, before any pixel is decoded
_ALLOWED: Final = f"allowed: a {', '.join(FORMATS)} file of at most {MAX_PICTURE_BYTES} bytes and {MAX_PICTURE_PIXELS} pixels"


def decode(data: bytes, *, field: str = "PICTURE") -> Image.Image:
    """Decodes an encoded picture to RGB on white, upright.

    The size in the header is checked before any pixel is decoded.

    Raises:
        InputError: when the bytes are no picture of an allowed format, are cut short, or are larger than the limits.
    """
    if len(data) > MAX_PICTURE_BYTES:
        raise InputError(field, f"{len(data)} bytes", _ALLOWED)
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > MAX_PICTURE_PIXELS:
            raise InputError(field, f"{picture.width} x {picture.height} pixels", _ALLOWED)
        picture.draft("RGB", (PICTURE_SIZE, PICTURE_SIZE))  # JPEG: decode at a smaller scale
        return _on_white(ImageOps.exif_transpose(picture))
    except InputError:
        raise
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise InputError(field, f"{len(data)} bytes", f"they cannot be decoded ({type(error).__name__}); {_ALLOWED}") from None


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return picture.convert("RGB")


def pixels(picture: Image.Image) -> npt.NDArray[np.float32]:
    """The image encoder's input: (3, PICTURE_SIZE, PICTURE_SIZE) float32, RGB, (value - 127) / 128, padded square with white."""
    square = ImageOps.pad(picture, (PICTURE_SIZE, PICTURE_SIZE), method=Image.Resampling.BILINEAR, color="white")
    values = np.asarray(square, dtype=np.float32)
    return np.ascontiguousarray(((values - 127.0) / 128.0).transpose(2, 0, 1))
