import pytest

from core.models import Attachment


@pytest.fixture
def file_of():
    """A file on record, without its content."""

    def make(name: str, by) -> Attachment:
        return Attachment.objects.create(name=name, content_type="text/csv", size=1, sha256="0" * 64, uploaded_by=by)

    return make
