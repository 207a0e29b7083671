from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection

from core import attachments, audit, jobs
from core.models import AuditEntry, Job
from core.spreadsheets import Problem
from projects import imports
from projects.enums import ImportState, Status
from projects.imports import engine
from projects.imports.titles import alike, check_project_title
from projects.models import ChangedProject, ColumnMapping, ImportBatch, WageClerk
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.projects.sheets import HEAD, PEOPLE, sheet, toy  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy")]


@pytest.fixture
def site():
    return project(name="临翔区妇幼保健院迁建项目")


@pytest.fixture
def sender(site):
    return clerk(site.general_contractor)


def send(site, sender, content=None, filename="名单.xlsx") -> ImportBatch:
    content = sheet() if content is None else content
    return imports.examine(imports.receive(site, "toy", content=content, filename=filename, by=sender))


def wrong(batch) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.field, problem.column) for problem in batch.problems.order_by("id")]


# --- the straight way ------------------------------------------------------------------------------------------------


def test_examining_foretells_and_writes_nothing(site, sender):
    batch = send(site, sender)
    assert (batch.state, batch.accepted, batch.refused) == (ImportState.CHECKED, 3, 0)
    assert batch.outcome == {"created": 3, "updated": 0, "unchanged": 0}
    assert not WageClerk.objects.exists()
    assert not ChangedProject.objects.exists()


def test_good_rows_are_applied_beside_bad_ones(site, sender):
    rows = [*PEOPLE, ["4", "黄云发二", "530625198103215275", "", 1], ["5", "段文", "530625198103215276", "", 1.255]]
    batch = send(site, sender, sheet(rows))
    assert (batch.accepted, batch.refused, batch.notices) == (3, 2, 2)
    assert wrong(batch) == [
        (6, "公民身份号码", "C"),
        (6, "手机号码", "D"),
        (7, "公民身份号码", "C"),
        (7, "手机号码", "D"),
        (7, "补贴", "E"),
    ]
    batch = imports.apply(batch, by=sender)
    assert batch.state == ImportState.APPLIED
    assert set(WageClerk.objects.values_list("name", flat=True)) == {"黄云发", "朱华福", "毕文新"}
    assert ChangedProject.objects.get().project == site
    assert AuditEntry.objects.get(action="import.apply").detail["created"] == 3
    assert list(audit.broken_entries()) == []


def test_history_knows_the_import(site, sender):
    batch = imports.apply(send(site, sender), by=sender)
    contexts = WageClerk.pgh_event_model.objects.values_list("pgh_context__metadata", flat=True)
    assert {context["import_batch"] for context in contexts} == {batch.pk}


def test_triggers_of_history_catch_no_error_for_each_row(site, sender, toy, monkeypatch):  # noqa: F811
    """See core.triggers.bulk_history: each error caught costs a walk over all pending checks."""
    seen = []

    def apply(self, rows):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('pgtrigger.ignore')::text[]")
            seen.append(cursor.fetchone()[0])
        return imports.Outcome(unchanged=len(rows))

    monkeypatch.setattr(toy, "apply", apply)
    imports.apply(send(site, sender), by=sender)
    assert seen == [[], []]


def test_rows_with_notices_are_taken(site, sender):
    batch = send(site, sender, sheet([["1", "黄云发", "530625198103215275", "", 1]]))
    assert (batch.accepted, batch.refused, batch.notices) == (1, 0, 1)


def test_the_same_file_twice_changes_nothing(site, sender):
    imports.apply(send(site, sender), by=sender)
    ChangedProject.objects.all().delete()
    again = send(site, sender)
    assert again.outcome == {"created": 0, "updated": 0, "unchanged": 3}
    again = imports.apply(again, by=sender)
    assert again.state == ImportState.APPLIED
    assert again.outcome == {"created": 0, "updated": 0, "unchanged": 3}
    assert WageClerk.objects.count() == 3
    assert not ChangedProject.objects.exists()


def test_applying_twice_applies_once(site, sender):
    batch = send(site, sender)
    imports.apply(batch, by=sender)
    WageClerk.objects.all().delete()
    assert imports.apply(batch, by=sender).state == ImportState.APPLIED
    assert not WageClerk.objects.exists()


def test_applying_checks_against_the_database_as_it_is_by_then(site, sender):
    first, second = send(site, sender), send(site, sender)
    imports.apply(first, by=sender)
    second = imports.apply(second, by=sender)
    assert second.outcome == {"created": 0, "updated": 0, "unchanged": 3}


def test_a_discarded_batch_is_never_applied(site, sender):
    batch = imports.discard(send(site, sender), by=sender)
    assert (batch.state, batch.preview) == (ImportState.DISCARDED, [])
    assert imports.apply(batch, by=sender).state == ImportState.DISCARDED
    assert not WageClerk.objects.exists()


def test_the_file_is_kept_encrypted_and_belongs_to_the_batch(site, sender):
    content = sheet()
    batch = send(site, sender, content)
    assert list(attachments.of(batch)) == [batch.file]
    assert attachments.read(batch.file) == content
    with default_storage.open(batch.file.path) as kept:
        assert b"PK" not in kept.read(4)


def test_the_preview_holds_no_personal_number(site, sender):
    batch = send(site, sender)
    batch.refresh_from_db()
    assert batch.preview[0] == {
        "sheet": "名单",
        "row": 3,
        "cells": [
            ["姓名", "黄云发"],
            ["公民身份号码", "530625********5275"],
            ["手机号码", "199****0464"],
            ["补贴", "7,150.00"],
            ["项目分类", ""],
        ],
    }


def test_messages_hold_no_personal_number(site, sender, toy, monkeypatch):  # noqa: F811
    def check(self, rows):
        self.remarks.append(Problem("名单", 0, "", "证号530625198103215275，卡号 6222023529790527225 有误", "notice"))

    monkeypatch.setattr(toy, "check", check)
    message = send(site, sender).problems.get().message
    assert "19810321" not in message
    assert "35297905" not in message


# --- columns ---------------------------------------------------------------------------------------------------------

OWN_HEAD = ["序号", "工友", "证号", "联络方式", "补助"]
MAPPING = {"工友": "name", "证号": "id_number", "联络方式": "phone", "补助": ""}


def test_unknown_columns_are_asked_for_once_and_remembered(site, sender):
    batch = send(site, sender, sheet(head=OWN_HEAD))
    assert batch.state == ImportState.MAPPING
    assert "姓名、公民身份号码" in batch.message
    batch = imports.examine(imports.remap(batch, MAPPING))
    assert (batch.state, batch.accepted) == (ImportState.CHECKED, 3)
    assert ColumnMapping.objects.get().organization == sender.organization
    later = send(site, sender, sheet(PEOPLE[:2], head=OWN_HEAD, titles=("别的标题", "又一行")))
    assert (later.state, later.accepted) == (ImportState.CHECKED, 2)


def test_a_mapping_is_not_another_organizations(site, sender):
    imports.remap(send(site, sender, sheet(head=OWN_HEAD)), MAPPING)
    other = project()
    assert send(other, clerk(other.general_contractor), sheet(head=OWN_HEAD)).state == ImportState.MAPPING


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "filename", "words"),
    [
        (b"", "a.xlsx", "空的"),
        (b"hello", "a.exe", "不支持"),
        (b"PK\x03\x04 not really", "a.xlsx", "xlsx"),
        (b"%PDF-1.7 \x00", "a.xlsx", "不是"),
        (b"\xff\xd8\xff\x00\x01", "a.csv", "不是"),
    ],
)
def test_no_sheet_at_all_is_refused_and_leaves_nothing(site, sender, content, filename, words):
    with pytest.raises(ValidationError) as refusal:
        imports.receive(site, "toy", content=content, filename=filename, by=sender)
    assert words in "".join(refusal.value.messages)
    assert not ImportBatch.objects.exists()


def test_a_file_above_the_limit_is_refused(site, sender, settings):
    settings.ATTACHMENT_MAX_BYTES = 1024
    with pytest.raises(ValidationError, match="超过"):
        imports.receive(site, "toy", content=sheet(), filename="a.xlsx", by=sender)


def test_a_completed_project_takes_nothing(site, sender):
    batch = send(site, sender)
    site.status, site.completed_on = Status.COMPLETED, "2026-11-01"
    site.save()
    with pytest.raises(ValidationError, match="确认完工"):
        imports.receive(site, "toy", content=sheet(), filename="a.xlsx", by=sender)
    batch = imports.apply(ImportBatch.objects.get(pk=batch.pk), by=sender)
    assert (batch.state, "确认完工" in batch.message) == (ImportState.REFUSED, True)
    assert not WageClerk.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: sheet([]), "没有数据行"),
        (lambda: sheet(head=["甲", "", "", "", ""], rows=[]), "没有找到表头"),
        (lambda: sheet([["1", "别月人员", "530625198103215275", "", 1]]), "别的月份"),
        (lambda: sheet(titles=("项目名称：昆明市轨道交通九号线工程",)), "昆明市轨道交通九号线工程"),
        (lambda: sheet([["1", "黄云发", "530625198103215276", "", 1]]), "1 行全部退回"),
    ],
)
def test_nothing_good_is_said_and_nothing_is_written(site, sender, content, words):
    batch = send(site, sender, content())
    assert batch.state == ImportState.REFUSED
    assert words in batch.message
    assert imports.apply(batch, by=sender).state == ImportState.REFUSED
    assert not WageClerk.objects.exists()


def test_empty_rows_between_people_are_passed_over(site, sender):
    rows = [PEOPLE[0], [], ["", " "], PEOPLE[1], [], []]
    assert send(site, sender, sheet(rows)).accepted == 2


def test_formulas_count_by_their_result(site, sender):
    batch = send(site, sender, sheet(formulas={(2, 4): "=7000+150", (3, 4): "=INDIRECT(A1)*1.005"}))
    assert (batch.accepted, batch.preview[0]["cells"][3]) == (3, ("补贴", "7,150.00"))


def test_a_crash_is_recorded_and_leaves_nothing_half_written(site, sender, toy, monkeypatch):  # noqa: F811
    batch = send(site, sender)

    def crash(self, rows):
        WageClerk.objects.create(project=self.project, name="半途")
        raise RuntimeError("a defect")

    monkeypatch.setattr(toy, "apply", crash)
    batch = imports.apply(batch, by=sender)
    assert (batch.state, batch.message) == (ImportState.REFUSED, engine.CRASHED)
    assert not WageClerk.objects.exists()


def test_an_xlsx_named_xls_is_read(site, sender):
    assert send(site, sender, filename="名单.xls").accepted == 3


# --- large ones ------------------------------------------------------------------------------------------------------


def test_large_sheets_go_to_a_worker_and_only_once(site, sender, monkeypatch):
    monkeypatch.setattr("projects.models.imports.LARGE_ROWS", 5)
    batch = imports.receive(site, "toy", content=sheet(), filename="a.xlsx", by=sender)
    busy = imports.examine_soon(batch, by=sender)
    assert (busy.state, busy.is_busy) == (ImportState.UPLOADED, True)
    assert imports.examine_soon(batch, by=sender).job == busy.job
    done = jobs.run(busy.job_id)
    assert done.state == Job.State.DONE
    batch.refresh_from_db()
    assert batch.state == ImportState.CHECKED
    jobs.run(imports.apply_soon(batch, by=sender).job_id)
    batch.refresh_from_db()
    assert (batch.state, WageClerk.objects.count()) == (ImportState.APPLIED, 3)


# --- whose sheet -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "2026年9月农民工工资发放表",
        "临翔区妇幼保健院迁建项目2026年9月农民工考勤表",
        "临沧市临翔区妇幼保健院整体迁建工程（一标段）农民工花名册",
        "妇幼保健院项目部花名册",
        "项目名称：临翔区妇幼保健院 迁建项目    施工总承包单位：云南滇西恒筑建设工程有限公司",
        "工程名称：区妇幼保健院迁建",
        "户名：云南滇西恒筑建设工程有限公司临翔区妇幼保健院迁建项目农民工工资专用账户",
        "总承包单位：云南滇西恒筑建设工程有限公司        填表日期：2026年9月3日",
    ],
)
def test_titles_of_this_project_pass(site, title):
    project(name="凤庆县人民医院迁建项目")
    check_project_title(site, [title])


@pytest.mark.parametrize(
    "title",
    [
        "凤庆县滇红大道改扩建工程农民工花名册",
        "2026年9月凤庆县滇红大道改扩建工程考勤表",
        "项目名称：凤庆县滇红大道改扩建工程    施工总承包单位：甲公司",
        "项目编码：530921202600009999",
        "凤庆县人民医院考勤表",  # of the portal, though nothing in the title says that it is a project
        "临翔区妇幼保健院迁建项目二期花名册",
    ],
)
def test_titles_of_another_project_are_refused(site, title):
    project(name="凤庆县人民医院")
    project(name="临翔区妇幼保健院迁建项目二期")
    with pytest.raises(ValidationError, match="不是本项目"):
        check_project_title(site, [title])


def test_likeness_needs_most_of_the_telling_characters():
    assert alike("区妇幼保健院迁建", "临翔区妇幼保健院迁建项目")
    assert not alike("区人民医院迁建", "临翔区妇幼保健院扩建项目")


def test_the_annotated_copy_mends_into_a_good_file(site, sender):
    rows = [PEOPLE[0], ["2", "朱华福", "530923199801254932", "19993599199", 1]]
    batch = send(site, sender, sheet(rows))
    book = openpyxl.load_workbook(BytesIO(imports.annotated(batch)))
    page = book.active
    assert "校验" in page["C4"].comment.text
    assert HEAD[1] == page["B2"].value
    page["C4"] = PEOPLE[1][2]
    buffer = BytesIO()
    book.save(buffer)
    assert send(site, sender, buffer.getvalue()).accepted == 2


def test_a_problem_says_whom_it_is_about(site, sender):
    batch = send(site, sender, sheet([["1", "段文", "530625198103215276", "", 1], ["2", "4", "", "", 1]]))
    assert list(batch.problems.filter(level="error").values_list("row", "who")) == [(3, "段文"), (4, ""), (4, "")]
