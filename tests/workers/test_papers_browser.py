"""A clerk on a phone: photo, card, certificate, training."""

import io

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from core import attachments
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.workers import factories
from tests.workers.test_browser import overflow
from workers.enums import Trade
from workers.models import BankCard, Certificate, TrainingRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person():
    return factories.engagement(project(), factories.worker(name="岩温"), trade=Trade.SCAFFOLDER)


@pytest.fixture
def phone(visitor, person):
    visitor.sign_in(clerk(person.project.general_contractor))
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    return visitor


def taken_by_a_phone() -> bytes:
    content = io.BytesIO()
    Image.effect_noise((3000, 4000), 80).convert("RGB").save(content, "JPEG", quality=92)
    return content.getvalue()


def test_what_is_missing_leads_to_the_forms_that_fill_it(phone, person):
    page = phone.page
    phone.open(person.get_absolute_url())
    assert overflow(page) <= 0
    page.get_by_role("link", name="有效的特种作业操作证").click()
    page.get_by_label("证书编号").fill("滇A042026000001")
    page.get_by_label("有效期至").fill("2028-05-01")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("证书已保存")).to_be_visible()
    expect(page.get_by_role("link", name="有效的特种作业操作证")).to_have_count(0)
    assert Certificate.objects.get().trade == Trade.SCAFFOLDER
    page.get_by_role("link", name="工资卡", exact=True).click()
    page.get_by_label("银行卡号").fill(factories.card_number())
    page.get_by_role("button", name="绑定").click()
    expect(page.get_by_text("已绑定 工商银行 尾号")).to_be_visible()
    assert BankCard.objects.get().is_current
    phone.check_accessible()


def test_a_photo_is_made_small_on_the_phone_and_shown(phone, person):
    page, original = phone.page, taken_by_a_phone()
    phone.open(reverse("workers:photo_edit", args=[person.pk]))
    phone.check_accessible()
    photo = {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": original}
    page.get_by_label("拍照").set_input_files(photo)
    expect(page.get_by_text("photo.jpg")).to_be_visible()
    sent = page.evaluate("document.querySelector('#id_camera').files[0].size")
    assert sent < len(original) / 3
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("img", name="岩温的照片")).to_be_visible()
    person.worker.refresh_from_db()
    assert len(attachments.read(person.worker.photo)) <= 50 * 1024


def test_a_training_is_ticked_and_its_results_entered(phone, person):
    page = phone.page
    phone.open(reverse("workers:training_of", args=[person.pk]))
    expect(page.get_by_role("checkbox", name="岩温")).to_be_checked()
    page.get_by_label("培训名称").fill("进场三级教育")
    page.get_by_label("培训学时").fill("8")
    page.get_by_role("button", name="保存").click()
    page.get_by_label("岩温的成绩").fill("95")
    page.get_by_role("button", name="保存成绩").click()
    expect(page.get_by_text("已保存 1 人的成绩")).to_be_visible()
    assert TrainingRecord.objects.get().score == 95
    assert overflow(page) <= 0
    phone.check_accessible()
