"""The notice board of a site: on record with its photographs, by whoever may fill in the project."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core import attachments
from core.models import AuditEntry
from projects import services
from projects.enums import BoardItem, Status
from projects.models import ChangedProject, NoticeBoard, Project
from tests.organizations.factories import clerk, officer
from tests.projects.factories import notice_board, project

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n"


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 9, 0, tzinfo=timezone.get_default_timezone()))
    return timezone.localdate()


def save(one: Project, **fields) -> NoticeBoard:
    facts = {
        "checked_on": timezone.localdate(),
        "place": "工地大门",
        "items": ["units", "wages"],
        "photos": [("牌.pdf", PDF)],
    }
    return services.save_board(one, by=officer(), **(facts | fields))


def test_photographs_are_kept_the_act_on_record_and_the_rules_asked():
    board = save(project())
    assert attachments.of(board).get().name == "牌.pdf"
    assert AuditEntry.objects.filter(action="project.notice_board").count() == 1
    assert ChangedProject.objects.filter(project=board.project).exists()
    assert board.items_text == "参建单位、行业主管部门和劳资专管员、当地最低工资标准和工资支付日期"
    assert board.lacking_text == "投诉举报电话、调解仲裁、法律援助申请渠道和公共法律服务热线"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"photos": []}, "请上传告示牌照片"),
        ({"checked_on": date(2026, 11, 21)}, "不能晚于今天"),
        ({"items": ["weather"]}, "items"),
    ],
)
def test_refused(fields, said):
    with pytest.raises(ValidationError) as refused:
        save(project(), **fields)
    assert said in str(refused.value)
    assert not NoticeBoard.objects.exists()


@pytest.mark.parametrize("items", [[], ["weather"]])
def test_the_database_refuses_a_board_that_says_nothing_or_something_unknown(items):
    with pytest.raises(IntegrityError), transaction.atomic():
        notice_board(project(), items=items)


def test_a_completed_project_takes_no_more(today):
    with pytest.raises(services.ProjectClosed):
        save(project(status=Status.COMPLETED, completed_on=today))


def test_the_contractors_clerk_puts_it_on_record_and_the_page_shows_what_it_lacks(client, today):
    one = project()
    client.force_login(clerk(one.general_contractor))
    address = reverse("projects:board_add", args=[one.pk])
    assert "尚未登记维权信息告示牌" in client.get(one.get_absolute_url()).content.decode()
    photo = SimpleUploadedFile("牌.pdf", PDF)
    given = {"checked_on": today, "place": "大门", "items": [BoardItem.UNITS, BoardItem.COMPLAINTS], "photos": photo}
    assert client.post(address, given).url == one.get_absolute_url()
    page = client.get(one.get_absolute_url()).content.decode()
    assert "未写明：当地最低工资标准和工资支付日期、调解仲裁" in page
    assert client.post(address, given | {"checked_on": today + timedelta(days=1)}).status_code == 422
    assert NoticeBoard.objects.count() == 1


def test_the_page_shows_the_latest_three(client, today):
    one = project()
    for days in range(4):
        notice_board(one, checked_on=today - timedelta(days=days), place=f"{days}号门")
    client.force_login(officer("530902"))
    page = client.get(one.get_absolute_url()).content.decode()
    assert [days for days in range(4) if f"{days}号门" in page] == [0, 1, 2]
