"""Photos of people: whatever a camera sends becomes one small upright JPEG that says nothing but the face.

The national standard takes at most 50 KB of jpg, jpeg or png (headImage). What the camera wrote beside the picture
(place, time, serial number of the phone) is dropped.
"""

import io
import warnings

from django.core.exceptions import ValidationError
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 50 * 1024
MAX_UPLOAD = 20 * 1024 * 1024
MAX_PIXELS = 64_000_000  # the largest cameras of telephones but two; a JPEG is decoded near the size it is needed in
MAX_PIXELS_WHOLE = 16_000_000  # of other formats, which are decoded whole and may hold this in a few kilobytes
MIN_SIDE, MAX_SIZE = 120, (480, 640)
FORMATS = ("JPEG", "PNG", "WEBP")
ACCEPT = "image/jpeg,image/png,image/webp"

_NO_PICTURE = "无法识别为照片，请上传 JPG、PNG 或 WEBP 格式的照片；苹果手机的 HEIC 照片请先转存为 JPG。"


def portrait(content: bytes) -> bytes:
    """A JPEG of at most 50 KB. Raises ValidationError (Chinese) for what is no picture, too big or too small."""
    if not content:
        raise ValidationError("照片是空的，请重新拍摄或选择。")
    if len(content) > MAX_UPLOAD:
        raise ValidationError("照片超过 20 MB，请压缩后再上传。")
    picture = _upright(content)
    if min(picture.size) < MIN_SIDE:
        raise ValidationError(f"照片太小（{picture.width}×{picture.height}），宽高均应不少于 {MIN_SIDE} 像素。")
    picture.thumbnail(MAX_SIZE, Image.Resampling.LANCZOS)
    return _small_enough(picture)


def _upright(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is judged below
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
        most = MAX_PIXELS if picture.format == "JPEG" else MAX_PIXELS_WHOLE
        if picture.width * picture.height > most:
            raise ValidationError("照片的像素过大，请用手机相机的普通模式重新拍摄。")
        picture.draft("RGB", (MAX_SIZE[0] * 2, MAX_SIZE[1] * 2))
        return _on_white(ImageOps.exif_transpose(picture))
    except Image.DecompressionBombError as error:
        raise ValidationError("照片的像素过大，请用手机相机的普通模式重新拍摄。") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise ValidationError(_NO_PICTURE) from error


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGB", "L"):
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _small_enough(picture: Image.Image) -> bytes:
    while True:
        for quality in (88, 80, 72, 64, 55, 45):
            made = io.BytesIO()
            picture.save(made, "JPEG", quality=quality, optimize=True)  # no exif= given: none is written
            if made.tell() <= MAX_BYTES:
                return made.getvalue()
        picture = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS)
