"""Pictures that people upload: looked at as pixels, made small, and written anew, so that nothing else comes along."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from orderlane.kernel.errors import Refused

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 16_000_000
LARGEST = (480, 160)
"""Width and height of what is kept: twice what is shown, for dense screens."""


class NoPicture(Refused):
    """It cannot be read as one of the formats, or is larger than any logo."""

    reason = "no_picture"


def small_png(upload: BinaryIO) -> bytes:
    """Turn an uploaded picture into a small PNG without its metadata; raises NoPicture."""
    # The size is known before any pixel is unpacked: a small file can claim to be a very large picture.
    try:
        with Image.open(upload, formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NoPicture("the picture has too many pixels")
            shown = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise NoPicture("this cannot be read as a picture") from problem
    shown.thumbnail(LARGEST)
    written = BytesIO()
    shown.save(written, "PNG", optimize=True)
    return written.getvalue()
