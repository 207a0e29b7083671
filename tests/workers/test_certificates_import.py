"""Certificates by sheet: a row a certificate, of people the register knows."""

import pytest

from tests.projects.factories import project
from tests.workers import factories
from tests.workers.sheets import Run, xlsx
from workers.enums import CertificateKind, Trade
from workers.imports import CertificateImport
from workers.models import Certificate

pytestmark = pytest.mark.django_db

HEAD = ["姓名", "身份证号", "证书类型", "操作类别", "证书编号", "发证机关", "发证日期", "有效期至"]


@pytest.fixture
def person():
    return factories.engagement(project(), factories.worker(name="岩温"), trade=Trade.SCAFFOLDER)


def run(person, *rows: list) -> Run:
    return Run(CertificateImport, person.project, xlsx([HEAD, *rows]))


def row(person, kind="特种作业操作资格证", title="建筑架子工（普通脚手架）", number="滇A0420110001", ends="2028-5-1"):
    return [person.worker.name, person.worker.id_number, kind, title, number, "省住建厅", "2026-05-01", ends]


def test_a_row_becomes_a_certificate_and_its_trade_is_read_from_the_title(person):
    done = run(person, row(person))
    assert done.messages() == []
    made = Certificate.objects.get()
    assert (made.worker, made.kind, made.trade) == (person.worker, CertificateKind.SPECIAL, Trade.SCAFFOLDER)
    assert made.number == "滇A0420110001"


def test_the_same_sheet_again_changes_nothing_and_a_new_end_updates(person):
    run(person, row(person))
    again = run(person, row(person)).outcome
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    assert run(person, row(person, ends="2030-05-01")).outcome.updated == 1
    assert Certificate.objects.get().expires_on.year == 2030


def test_what_is_wrong_is_said_at_its_row(person):
    stranger = factories.engagement(project(), factories.worker(name="陌生人"))
    done = run(
        person,
        row(person, ends=""),
        row(person, number="2", ends="2020-05-01"),
        row(stranger, number="3"),
        row(person, number="4"),
        row(person, number="4"),
    )
    assert "须填写有效期" in done.at(2)
    assert "不能早于发证日期" in done.at(3)
    assert "不在本项目花名册" in done.at(4)
    assert "是同一证书" in done.at(6)
    assert done.outcome.created == 1


def test_a_certificate_that_is_over_is_taken_with_a_notice(person):
    late = row(person, ends="2026-06-01")
    assert "已过有效期" in run(person, late).at(2)
    assert Certificate.objects.count() == 1
