"""The wage-affairs clerk's photo and papers (W2)."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from core import attachments
from projects.models import WageClerk
from tests.organizations.factories import bank_clerk, officer
from tests.projects.factories import project

pytestmark = pytest.mark.django_db


def photo(width: int = 600, height: int = 800) -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(content, "JPEG")
    return SimpleUploadedFile("IMG_0001.JPG", content.getvalue(), "image/jpeg")


def test_photo_and_letter_of_appointment_are_kept_with_the_clerk(client):
    site = project()
    client.force_login(officer(site.jurisdiction_id))
    letter = SimpleUploadedFile("任命书.pdf", b"%PDF-1.7\n")
    facts = {"name": "周晓燕", "registered_on": "2026-06-01", "photo": photo(), "papers": letter}
    assert client.post(reverse("projects:clerk_add", args=[site.pk]), facts).status_code == 302
    clerk = WageClerk.objects.get()
    assert {file.name for file in attachments.of(clerk)} == {"照片.jpg", "任命书.pdf"}
    shown = client.get(reverse("projects:clerk_photo", args=[clerk.pk]))
    assert Image.open(io.BytesIO(shown.content)).size == (480, 640)
    client.post(reverse("projects:clerk_edit", args=[clerk.pk]), {"name": "周晓燕", "registered_on": "2026-06-01"})
    clerk.refresh_from_db()
    assert clerk.photo is not None  # blank leaves it


def test_what_is_no_photo_is_refused_at_its_field(client):
    site = project()
    client.force_login(officer(site.jurisdiction_id))
    facts = {"name": "周晓燕", "registered_on": "2026-06-01"}
    answer = client.post(
        reverse("projects:clerk_add", args=[site.pk]), facts | {"photo": SimpleUploadedFile("a.jpg", b"no picture")}
    )
    assert answer.status_code == 422
    assert "无法识别为照片" in answer.content.decode()
    small = client.post(reverse("projects:clerk_add", args=[site.pk]), facts | {"photo": photo(80, 80)})
    assert "照片太小" in small.content.decode()
    assert not WageClerk.objects.exists()


def test_the_bank_has_no_part_in_it(client):
    site = project()
    clerk = WageClerk.objects.create(project=site, name="周晓燕")
    user = bank_clerk()
    assert not clerk.may_open_files(user)
    client.force_login(user)
    assert client.get(reverse("projects:clerk_photo", args=[clerk.pk])).status_code == 403
