"""Photos: whatever comes in, a small upright JPEG without a word of where it was taken goes out."""

import io
import random

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from core import portraits
from core.portraits import portrait

ORIENTATION, GPS = 0x0112, 0x8825


def noise(width: int, height: int) -> Image.Image:
    """The hardest picture to compress."""
    return Image.frombytes("RGB", (width, height), random.Random(1).randbytes(width * height * 3))


def encoded(picture: Image.Image, form: str = "JPEG", **options) -> bytes:
    content = io.BytesIO()
    picture.save(content, form, **options)
    return content.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_the_hardest_picture_still_fits_fifty_kilobytes():
    made = portrait(encoded(noise(1200, 1600)))
    assert len(made) <= 50 * 1024
    assert opened(made).format == "JPEG"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_forms_of_phones_are_taken(form):
    assert opened(portrait(encoded(noise(300, 400), form))).size == (300, 400)


def test_where_it_was_taken_is_dropped_and_it_stands_upright():
    picture = Image.new("RGB", (400, 300), "white")
    picture.paste("red", (0, 0, 200, 300))  # the left half
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # turn clockwise
    exif.get_ifd(GPS)[1] = "N"
    made = opened(portrait(encoded(picture, exif=exif)))
    assert made.size == (300, 400)
    red, _, blue = made.getpixel((150, 50))
    assert red > 200 > 60 > blue  # on top now
    assert not dict(made.getexif())


def test_transparency_becomes_white():
    made = opened(portrait(encoded(Image.new("RGBA", (200, 200), (0, 0, 0, 0)), "PNG")))
    assert min(made.getpixel((100, 100))) > 250


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空的"),
        (b"%PDF-1.7\n", "无法识别"),
        (b"\xff\xd8\xff\xe0", "无法识别"),
        (encoded(Image.new("RGB", (400, 400)))[:300], "无法识别"),
        (encoded(Image.new("RGB", (100, 400))), "太小"),
        (b"\xff" * (portraits.MAX_UPLOAD + 1), "20 MB"),
    ],
    ids=["empty", "pdf", "stub", "cut off", "small", "large"],
)
def test_what_is_no_photo_is_refused(content, says):
    with pytest.raises(ValidationError, match=says):
        portrait(content)


@pytest.mark.parametrize("side", [4_500, 9_000, 20_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side):
    bomb = encoded(Image.new("1", (side, side)), "PNG")
    assert len(bomb) < 100_000
    with pytest.raises(ValidationError, match="像素过大"):
        portrait(bomb)
