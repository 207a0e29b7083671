import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from core import attachments
from core.models import AuditEntry
from tests.organizations import factories as who
from tests.projects.factories import project

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 evidence"


def test_a_file_is_kept_encrypted_under_a_random_name():
    stored = attachments.store(PDF, "../../核实情况.pdf", by=who.officer(), owner=project())
    assert stored.name == "核实情况.pdf"
    with default_storage.open(stored.path) as file:
        assert b"evidence" not in file.read()
    assert "核实" not in stored.path
    assert attachments.read(stored) == PDF


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "空.pdf", "空的"),
        (b"MZ\x90\x00", "照片.jpg", "不是 .jpg 格式"),
        (PDF, "证据.exe", "不支持 .exe"),
        (PDF, "证据", "无扩展名"),
        (b"<html><script>", "页面.png", "不是 .png"),
    ],
)
def test_name_and_content_must_agree(content, name, words):
    with pytest.raises(ValidationError, match=words):
        attachments.store(content, name, by=who.officer())


def test_a_file_too_large_is_refused(settings):
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    with pytest.raises(ValidationError, match="超过 1 MB"):
        attachments.store(b"%PDF-" + bytes(1024 * 1024), "大.pdf", by=who.officer())


def test_who_may_see_the_record_may_open_its_file_and_is_on_record(client):
    own = project(at="530902")
    stored = attachments.store(PDF, "许可证.pdf", by=who.officer(), owner=own)
    address = f"/attachments/{stored.key}/"
    for user, status in [
        (who.officer("530902"), 200),
        (who.officer("530900"), 200),
        (who.clerk(own.general_contractor), 200),
        (who.officer("530921"), 404),
        (who.clerk(), 404),
        (who.administrator(), 404),
    ]:
        client.force_login(user)
        assert client.get(address).status_code == status, user
    assert AuditEntry.objects.filter(action="attachment.download").count() == 3
    client.logout()
    assert client.get(address).status_code == 302


def test_a_download_is_never_shown_inline(client):
    own = project()
    stored = attachments.store(PDF, "许可证.pdf", by=who.officer(), owner=own)
    client.force_login(who.officer())
    answer = client.get(f"/attachments/{stored.key}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
