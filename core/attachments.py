"""Files of records: content checked against their kind, size limited, stored encrypted under random names."""

import hashlib
from collections.abc import Iterable
from pathlib import PurePath

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from core import audit, crypto
from core.models.attachments import Attachment
from core.scoping import ScopedModel

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EVIDENCE = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}
SHEETS = {".xlsx": XLSX, ".xls": "application/vnd.ms-excel", ".csv": "text/csv", ".txt": "text/plain"}
_TEXT = {"text/csv", "text/plain"}


Files = Iterable[tuple[str, bytes]]  # name and content of each


def store(
    content: bytes, name: str, *, by, owner: models.Model | None = None, kinds: dict[str, str] = EVIDENCE
) -> Attachment:
    """Keep a file. Raises ValidationError (Chinese) for a wrong kind, a wrong content or a size above the limit."""
    content_type = check(content, name, kinds)
    attachment = Attachment(
        name=PurePath(name).name[-200:],
        content_type=content_type,
        size=len(content),
        sha256=digest(content),
        uploaded_by=by,
    )
    if owner is not None:
        attachment.owner_type, attachment.owner_id = ContentType.objects.get_for_model(owner), str(owner.pk)
    default_storage.save(attachment.path, ContentFile(crypto.encrypt_bytes(content)))
    attachment.save()
    return attachment


def store_all(files: Files | None, *, by, owner: models.Model) -> int:
    """Keep the files of an EvidenceField, which has checked them; answers how many."""
    files = list(files or ())
    for name, content in files:
        store(content, name, by=by, owner=owner)
    return len(files)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def check(content: bytes, name: str, kinds: dict[str, str]) -> str:
    """The content type that name and content agree on."""
    if not content:
        raise ValidationError("文件是空的，请重新选择。")
    if len(content) > settings.ATTACHMENT_MAX_BYTES:
        raise ValidationError(f"文件超过 {settings.ATTACHMENT_MAX_BYTES // 1024 // 1024} MB，请压缩或拆分后再上传。")
    suffix = PurePath(name).suffix.lower()
    if suffix not in kinds:
        allowed = "、".join(sorted(kinds))
        raise ValidationError(f"不支持 {suffix or '无扩展名'} 文件，请上传 {allowed}。")
    if not _agrees(content, kinds[suffix]):
        raise ValidationError(f"文件内容不是 {suffix} 格式，可能被改过扩展名，请另存为正确格式后再上传。")
    return kinds[suffix]


def _agrees(content: bytes, expected: str) -> bool:
    heads = {
        "application/pdf": b"%PDF-",
        "image/jpeg": b"\xff\xd8\xff",
        "image/png": b"\x89PNG\r\n\x1a\n",
        XLSX: b"PK\x03\x04",
        "application/vnd.ms-excel": b"\xd0\xcf\x11\xe0",
    }
    if expected in _TEXT:
        return b"\x00" not in content[:4096] or content[:2] in (b"\xff\xfe", b"\xfe\xff")
    return content.startswith(heads[expected])


def read(attachment: Attachment) -> bytes:
    with default_storage.open(attachment.path) as file:
        return crypto.decrypt_bytes(file.read())


def of(owner: models.Model) -> models.QuerySet[Attachment]:
    """The files of a record the caller has already been allowed to see."""
    kind = ContentType.objects.get_for_model(owner)
    return Attachment.objects.filter(owner_type=kind, owner_id=str(owner.pk)).order_by("id")


def of_all(owners: Iterable[models.Model]) -> dict[int, list[Attachment]]:
    """The files of records of one model, by their keys, in one query."""
    owners = list(owners)
    found: dict[int, list[Attachment]] = {}
    if owners:
        kind = ContentType.objects.get_for_model(owners[0])
        rows = Attachment.objects.filter(owner_type=kind, owner_id__in=[str(owner.pk) for owner in owners])
        for row in rows.order_by("id"):
            found.setdefault(int(row.owner_id), []).append(row)
    return found


def with_files(rows: Iterable[models.Model]) -> list[tuple[models.Model, list[Attachment]]]:
    """Rows of one model, each with the files that hang on it."""
    rows = list(rows)
    files = of_all(rows)
    return [(row, files.get(row.pk, [])) for row in rows]


def open_for(user, key) -> Attachment:
    """The attachment if this user may see the record it belongs to; Http404 otherwise."""
    attachment = Attachment.objects.select_related("owner_type").filter(key=key).first()
    if attachment is None or not may_open(user, attachment):
        raise Http404
    return attachment


def may_open(user, attachment: Attachment) -> bool:
    if attachment.owner_type is None:
        return attachment.uploaded_by_id == user.pk
    model = attachment.owner_type.model_class()
    if not issubclass(model, ScopedModel):
        return False
    owner = model.objects.visible_to(user).filter(pk=attachment.owner_id).first()
    return owner is not None and owner.may_open_files(user)


def response(attachment: Attachment, *, by) -> HttpResponse:
    """The file as a download; every download of a file is on record."""
    audit.record("attachment.download", by=by, target=attachment, name=attachment.name)
    return download(read(attachment), attachment.name, attachment.content_type)


def download(content: bytes, name: str, content_type: str = XLSX) -> HttpResponse:
    """To be kept as a file, never shown as a page."""
    answer = HttpResponse(content, content_type=content_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
