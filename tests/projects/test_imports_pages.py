import datetime
import time
import zipfile
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import jobs
from core.models import AuditEntry
from core.spreadsheets import open_workbook
from organizations.enums import OrganizationKind
from projects import imports
from projects.enums import ImportState, ParticipantType, ParticipationStatus, Status
from projects.models import ImportBatch, WageClerk
from projects.tables.imports import BatchTable, SiteTable
from tests.accounts.factories import special_account
from tests.organizations.factories import bank_clerk, clerk, industry_officer, officer, organization
from tests.projects.factories import participation, project
from tests.projects.sheets import PEOPLE, sheet, toy  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy")]

ONE_BAD = [*PEOPLE, ["4", "段文", "530625198103215276", "", 1]]


@pytest.fixture
def site():
    return project(name="临翔区妇幼保健院迁建项目")


@pytest.fixture
def sender(site, client):
    user = clerk(site.general_contractor)
    client.force_login(user)
    return user


def upload(client, site, content=None, filename="名单.xlsx", kind="toy"):
    content = sheet() if content is None else content
    file = SimpleUploadedFile(filename, content)
    return client.post(reverse("imports:upload", args=[site.pk, kind]), {"file": file}, follow=True)


def text(response) -> str:
    return response.content.decode()


def test_a_clerk_uploads_looks_and_imports(client, site, sender):
    page = text(upload(client, site, sheet(ONE_BAD)))
    batch = ImportBatch.objects.get()
    assert "导入合格的 3 行" in page
    assert "530625********5275" in page
    assert "530625198103215275" not in page
    assert "校验位" in page
    assert "C6" in page
    done = text(client.post(reverse("imports:apply", args=[batch.pk]), follow=True))
    assert "已导入 3 行" in done
    assert "还有 1 行退回" in done
    assert WageClerk.objects.count() == 3


def test_the_same_file_again_says_so(client, site, sender):
    upload(client, site)
    client.post(reverse("imports:apply", args=[ImportBatch.objects.get().pk]))
    assert "再次导入不会有任何变化" in text(upload(client, site))
    latest = ImportBatch.objects.first()
    done = text(client.post(reverse("imports:apply", args=[latest.pk]), follow=True))
    assert "均已在册，没有任何变化" in done


def test_a_second_click_imports_nothing_more(client, site, sender):
    upload(client, site)
    address = reverse("imports:apply", args=[ImportBatch.objects.get().pk])
    client.post(address)
    assert "已导入 3 行" in text(client.post(address, follow=True))
    assert AuditEntry.objects.filter(action="import.apply").count() == 1


def test_what_is_imported_cannot_be_given_up_or_examined_again(client, site, sender):
    upload(client, site)
    batch = ImportBatch.objects.get()
    client.post(reverse("imports:apply", args=[batch.pk]))
    for name in ("discard", "examine", "columns"):
        page = client.post(reverse(f"imports:{name}", args=[batch.pk]), follow=True)
        assert "已导入 3 行" in text(page)
    batch.refresh_from_db()
    assert batch.state == ImportState.APPLIED


def test_a_zip_bomb_is_refused_quickly(client, site, sender):
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive, zipfile.ZipFile(BytesIO(sheet())) as real:
        for member in real.namelist():
            filling = bytes(64 * 1024 * 1024) if member.endswith("sheet1.xml") else b""
            archive.writestr(member, real.read(member) + filling)
    started = time.monotonic()
    answer = upload(client, site, content.getvalue())
    assert "解压后过大" in answer.context["form"].errors["file"][0]
    assert time.monotonic() - started < 5
    assert not ImportBatch.objects.exists()


def test_giving_up_imports_nothing(client, site, sender):
    upload(client, site)
    batch = ImportBatch.objects.get()
    assert "没有导入任何数据" in text(client.post(reverse("imports:discard", args=[batch.pk]), follow=True))
    batch.refresh_from_db()
    assert (batch.state, WageClerk.objects.count()) == (ImportState.DISCARDED, 0)


@pytest.mark.parametrize(
    ("content", "filename", "words"),
    [
        (b"", "a.xlsx", "空的"),
        (b"x", "a.docx", "不支持 .docx"),
        (b"PK\x03\x04zzz", "a.xlsx", "文件"),
        (b"MZ\x00", "a.xlsx", "不是 .xlsx 格式"),
    ],
)
def test_what_is_no_sheet_is_said_at_the_field(client, site, sender, content, filename, words):
    answer = upload(client, site, content, filename)
    assert answer.status_code == 200
    assert words in answer.context["form"].errors["file"][0]
    assert not ImportBatch.objects.exists()


def test_a_file_above_the_limit_is_said_at_the_field(client, site, sender, settings):
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    answer = upload(client, site, b"PK\x03\x04" + bytes(1024 * 1024))
    assert "超过 1 MB" in answer.context["form"].errors["file"][0]


def test_a_sheet_of_another_project_is_refused_in_words(client, site, sender):
    page = text(upload(client, site, sheet(titles=("项目名称：昆明市轨道交通九号线工程",))))
    assert "昆明市轨道交通九号线工程" in page
    assert "未导入" in page


def test_unknown_columns_are_mapped_on_their_screen(client, site, sender):
    answer = upload(client, site, sheet(head=["序号", "工友", "证号", "联络方式", "补助"]))
    batch = ImportBatch.objects.get()
    address = reverse("imports:columns", args=[batch.pk])
    assert answer.redirect_chain[-1][0] == address
    page = text(answer)
    assert "530625********5275" in page
    assert "19810321" not in page
    fields = {header: name for name, (header, *_) in answer.context["form"].headers.items()}
    twice = {fields["工友"]: "name", fields["证号"]: "name"}
    assert "只能对应一列" in text(client.post(address, twice))
    assert "还没有指定必填项：公民身份号码" in text(client.post(address, {fields["工友"]: "name"}))
    chosen = {fields["工友"]: "name", fields["证号"]: "id_number", fields["联络方式"]: "phone"}
    assert "导入全部 3 行" in text(client.post(address, chosen, follow=True))
    assert "导入全部 3 行" in text(upload(client, site, sheet(head=["序号", "工友", "证号", "联络方式", "补助"])))


def test_problems_are_filtered_and_paged(client, site, sender):
    rows = [[str(n), f"工人{chr(0x4E00 + n)}", "530625198103215276", "", 1] for n in range(60)]
    upload(client, site, sheet([*rows, PEOPLE[0]]))
    address = reverse("imports:batch", args=[ImportBatch.objects.get().pk])
    table = client.get(address, {"level": "notice"}).context["table"]
    assert {problem.level for problem in table.page} == {"notice"}
    assert table.next_url


def test_the_template_can_be_filled_and_uploaded(client, site, sender):
    answer = client.get(reverse("imports:template", args=[site.pk, "toy"]))
    book = openpyxl.load_workbook(BytesIO(answer.content))
    page = book["专管员名单"]
    head = [cell.value for cell in page[3]]
    assert "姓名*" in head
    assert page.data_validations.dataValidation
    for column, value in enumerate(["黄云发", "530625198103215275", "19913360464", 1, "房屋建筑工程"], 1):
        page.cell(4, column, value)
    buffer = BytesIO()
    book.save(buffer)
    assert "导入全部 1 行" in text(upload(client, site, buffer.getvalue()))


def test_large_sheets_show_their_progress(client, site, sender, monkeypatch):
    monkeypatch.setattr("projects.models.imports.LARGE_ROWS", 5)
    assert "在后台处理" in text(upload(client, site, sheet(ONE_BAD)))
    batch = ImportBatch.objects.get()
    address = reverse("imports:batch", args=[batch.pk])
    jobs.run(batch.job_id)
    page = text(client.get(address))
    assert "导入合格的 3 行" in page
    assert "生成标注副本" in page
    assert "在后台处理" in text(client.post(reverse("imports:apply", args=[batch.pk]), follow=True))
    batch.refresh_from_db()
    jobs.run(batch.job_id)
    assert "已导入 3 行" in text(client.get(address))
    answer = client.post(reverse("imports:annotated", args=[batch.pk]))
    job = jobs.run(int(answer.url.strip("/").split("/")[-1]))
    assert job.result.name == "名单（问题标注）.xlsx"


def test_the_annotated_copy_is_downloaded_on_record(client, site, sender):
    upload(client, site, sheet(ONE_BAD))
    batch = ImportBatch.objects.get()
    answer = client.get(reverse("imports:annotated", args=[batch.pk]))
    rows = dict(open_workbook(BytesIO(answer.content), "a.xlsx").sheets[0].rows())
    assert "校验位" in rows[6][-1]
    assert AuditEntry.objects.filter(action="import.annotated", object_id=str(batch.pk)).exists()


# --- who -------------------------------------------------------------------------------------------------------------

GETS = ["batch", "columns", "annotated", "file"]
POSTS = ["examine", "apply", "discard", "annotated", "columns"]


@pytest.fixture
def batch(site):
    sent = imports.receive(site, "toy", content=sheet(ONE_BAD), filename="a.xlsx", by=clerk(site.general_contractor))
    return imports.examine(sent)


def answers(client, user, batch) -> dict[str, int]:
    client.force_login(user)
    address = {name: reverse(f"imports:{name}", args=[batch.pk]) for name in {*GETS, *POSTS}}
    found = {f"GET {name}": client.get(address[name]).status_code for name in GETS}
    found |= {f"POST {name}": client.post(address[name]).status_code for name in POSTS}
    for name, kind in (("center", ()), ("upload", ("toy",)), ("template", ("toy",))):
        found[f"GET {name}"] = client.get(reverse(f"imports:{name}", args=[batch.project_id, *kind])).status_code
    return found


def test_another_contractors_clerk_finds_nothing(client, batch):
    assert set(answers(client, clerk(), batch).values()) == {404}
    assert client.get(reverse("core:attachment", args=[batch.file.key])).status_code == 404
    assert "临翔区" not in text(client.get(reverse("imports:batch_list")))
    assert ImportBatch.objects.get().state == ImportState.CHECKED


def test_a_subcontractors_clerk_finds_nothing(client, batch):
    unit = organization(OrganizationKind.ENTERPRISE)
    participation(batch.project, unit, ParticipantType.LABOUR_SUBCONTRACTOR)
    assert set(answers(client, clerk(unit), batch).values()) == {404}


@pytest.mark.parametrize("role", [officer, industry_officer])
def test_officers_look_and_open_no_file(client, batch, role):
    found = answers(client, role(), batch)
    seen = {name for name, status in found.items() if status == 200}
    assert seen == {"GET batch", "GET center", "GET template"}
    assert {status for name, status in found.items() if name not in seen} == {403}
    page = text(client.get(reverse("imports:batch", args=[batch.pk])))
    assert "530625********5275" in page
    assert "导入合格的" not in page


def test_officers_of_another_county_find_nothing(client, batch):
    found = answers(client, officer("530921"), batch)
    assert not {name for name, status in found.items() if status == 200}
    assert found["GET batch"] == 404


def test_a_bank_sees_only_what_it_sent(client, site, batch):
    found = answers(client, bank_clerk(special_account(site).bank), batch)
    assert (found["GET center"], found["GET batch"], found["GET file"], found["GET upload"]) == (200, 404, 404, 403)


def test_a_completed_project_takes_nothing(client, site, sender):
    site.status, site.completed_on = Status.COMPLETED, datetime.date(2026, 11, 1)
    site.save()
    assert "确认完工" in text(client.get(reverse("imports:center", args=[site.pk])))
    assert "确认完工" in text(client.get(reverse("imports:upload", args=[site.pk, "toy"])))
    assert "确认完工" in text(upload(client, site))
    assert not ImportBatch.objects.exists()


def test_an_unknown_kind_is_not_found(client, site, sender):
    assert client.get(reverse("imports:upload", args=[site.pk, "nothing"])).status_code == 404


def test_every_kind_names_a_next_step_that_exists():
    for kind in imports.kinds().values():
        if kind.next_step:
            assert reverse(kind.next_step[1], args=[] if kind.home else [1])


def test_list_pages_cost_the_same_however_long(client, site, sender, django_assert_max_num_queries):
    for _ in range(5):
        imports.receive(site, "toy", content=sheet(), filename="a.xlsx", by=sender)
    client.get(reverse("imports:batch_list"))
    with django_assert_max_num_queries(12):
        client.get(reverse("imports:batch_list"))
    with django_assert_max_num_queries(12):
        client.get(reverse("imports:center", args=[site.pk]))


def test_who_only_looks_is_not_asked_to_upload_more(client, site, sender):
    upload(client, site)
    batch = ImportBatch.objects.get()
    assert "继续上传资料" in text(client.post(reverse("imports:apply", args=[batch.pk]), follow=True))
    client.force_login(officer())
    page = text(client.get(reverse("imports:batch", args=[batch.pk])))
    assert "已导入 3 行" in page
    assert "继续上传资料" not in page


def test_the_preview_names_the_sheet_only_where_there_are_several(client, site, sender):
    upload(client, site)
    batch = ImportBatch.objects.get()
    address = reverse("imports:batch", args=[batch.pk])
    assert "工作表</th>" not in text(client.get(address)).split("import-preview")[1].split("</table>")[0]
    batch.preview = [row | {"sheet": f"班组{n}"} for n, row in enumerate(batch.preview)]
    batch.save()
    assert "<td>班组1</td>" in text(client.get(address))


def test_a_contractor_that_left_looks_on_but_sends_nothing(client, site):
    left = organization(name="已退场")
    participation(site, left, status=ParticipationStatus.EXITED, exited_on=datetime.date(2026, 8, 1))
    client.force_login(clerk(left))
    address = reverse("imports:upload", args=[site.pk, "toy"])
    assert f'href="{address}"' not in text(client.get(reverse("imports:center", args=[site.pk])))
    assert upload(client, site).status_code == 403
    assert not ImportBatch.objects.exists()


@pytest.fixture
def banker(client, site):
    user = bank_clerk(special_account(site).bank)
    client.force_login(user)
    return user


def test_a_bank_with_many_projects_finds_the_oldest_to_upload_for(client, site, banker, monkeypatch):
    for number in range(13):
        special_account(project(name=f"后来的项目{number}"), bank=banker.organization)
    assert site.name not in text(client.get(reverse("imports:batch_list")))
    monkeypatch.setattr(SiteTable, "page_size", 10)
    address = reverse("imports:site_list")
    first = client.get(address)
    assert site.name not in text(first)
    later = text(client.get(address + first.context["table"].next_url))
    assert site.name in later
    assert reverse("imports:center", args=[site.pk]) in later
    found = text(client.get(address, {"q": "妇幼"}))
    assert site.name in found
    assert "后来的项目" not in found
    assert 'value="妇幼"' in found  # the search stands in the address and in its field


def test_an_old_upload_is_found_by_page_project_file_and_day(client, site, banker, monkeypatch):
    monkeypatch.setattr(BatchTable, "page_size", 5)
    old = imports.receive(site, "toy", content=sheet(), filename="三月对账单.xlsx", by=banker)
    ImportBatch.objects.filter(pk=old.pk).update(created_at=datetime.datetime(2026, 3, 9, 1, tzinfo=datetime.UTC))
    other = project(name="后来的项目")
    special_account(other, bank=banker.organization)
    for _ in range(6):
        imports.receive(other, "toy", content=sheet(), filename="a.xlsx", by=banker)
    address = reverse("imports:batch_list")
    shown = lambda query: [one.pk for one in client.get(address, query).context["table"].page]  # noqa: E731
    assert old.pk not in shown({})
    following = client.get(address).context["table"].next_url
    assert old.pk in [one.pk for one in client.get(address + following).context["table"].page]
    for query in (
        {"q": "妇幼"},
        {"q": "三月"},
        {"until": "2026-03-09"},
        {"since": "2026-03-09", "until": "2026-03-09"},
    ):
        assert shown(query) == [old.pk], query
    assert shown({"since": "2026-03-10", "q": "妇幼"}) == []
    kept = client.get(address, {"q": "后来"}).context["table"].next_url
    assert "q=" in kept  # the next page asks the same


def test_authorities_have_no_projects_to_upload_for(client, site):
    client.force_login(officer())
    assert client.get(reverse("imports:site_list")).status_code == 403
