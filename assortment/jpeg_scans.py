"""How many scans a JPEG file has: each is a pass over the whole picture, so a small file of many takes hours to decode.

A scan begins with the marker SOS (ITU-T T.81, annex B). Markers of segments are followed by the segment's length; inside a
scan's data 0xFF is followed by 0x00 or a restart marker.
"""

from __future__ import annotations

import re
from typing import Final

_START_OF_SCAN: Final = 0xDA
_END_OF_IMAGE: Final = 0xD9
# A marker of a segment, or the end: not stuffing (00), TEM (01), a restart (D0 to D7), a start (D8) or a fill byte (FF).
_MARKER: Final = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")


def count(data: bytes, *, most: int) -> int:
    """Number of scans of the first picture in a JPEG file; counting stops above ``most``."""
    scans, position = 0, 0
    while scans <= most and (found := _MARKER.search(data, position)):
        marker, body = data[found.end() - 1], found.end()
        if marker == _END_OF_IMAGE:
            break
        scans += marker == _START_OF_SCAN
        position = body + int.from_bytes(data[body : body + 2], "big")
    return scans
