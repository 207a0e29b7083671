"""Rows that only the database refuses: named and sent back, the good ones kept."""

import pytest
from django.db import connection, transaction
from structlog.testing import capture_logs

from projects import imports
from projects.enums import ImportState
from projects.imports import net
from projects.models import ColumnMapping, WageClerk
from tests.accounts.factories import special_account
from tests.organizations.factories import clerk
from tests.projects.factories import project
from tests.projects.sheets import HEAD, PEOPLE, sheet, toy  # noqa: F401
from tests.projects.test_imports import send
from tests.workers.factories import id_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return project(name="临翔区妇幼保健院迁建项目")


@pytest.fixture
def sender(site):
    return clerk(site.general_contractor)


@pytest.fixture
def unchecked(toy):  # noqa: F811
    """The toy kind with a check forgotten: telephone numbers of any length go to the database."""

    def apply(self, rows):
        WageClerk.objects.bulk_create(
            WageClerk(
                project=self.project,
                name=row.values["name"],
                id_number=row.values["id_number"],
                phone="1" * 99 if row.values["name"].startswith("超长") else "13887771234",
            )
            for row in rows
        )
        if self.foreign_key_broken and any(row.values["name"] == "无主" for row in rows):
            with connection.cursor() as cursor:
                cursor.execute("UPDATE projects_wageclerk SET project_id = 0 WHERE name = '无主'")
        return imports.Outcome(created=len(rows))

    toy.apply, toy.foreign_key_broken = apply, True
    return toy


def people(*names: str) -> bytes:
    return sheet([[str(n), name, id_number(), "13887771234", 1] for n, name in enumerate(names, 1)], head=HEAD)


def refused(batch) -> list[tuple[int, str]]:
    return list(batch.problems.filter(level="error").order_by("row").values_list("row", "message"))


@pytest.mark.parametrize("bad", [[0], [5], [2, 3], [0, 4, 5], [1, 3]])
def test_rows_the_database_refuses_are_named_and_the_others_are_imported(site, sender, unchecked, bad):
    names = [f"{'超长' if n in bad else '好人'}{'甲乙丙丁戊己'[n]}" for n in range(6)]
    batch = send(site, sender, people(*names))
    assert (batch.state, batch.accepted, batch.outcome["created"]) == (ImportState.CHECKED, 6 - len(bad), 6 - len(bad))
    assert refused(batch) == [(n + 3, net.UNFIT) for n in bad]
    assert not WageClerk.objects.exists()
    assert imports.apply(batch, by=sender).state == ImportState.APPLIED
    assert WageClerk.objects.count() == 6 - len(bad)


def test_a_foreign_key_that_is_judged_only_at_the_end_is_caught_too(site, sender, unchecked):
    batch = send(site, sender, people("好人甲", "无主", "好人乙"))
    assert (batch.state, refused(batch)) == (ImportState.CHECKED, [(4, net.UNFIT)])


def test_what_is_refused_is_logged_without_anybodys_data(site, sender, unchecked):
    with capture_logs() as logs:
        send(site, sender, people("好人甲", "超长乙"))
    said = next(entry for entry in logs if entry["event"] == "import_row_refused_by_database")
    assert (said["row"], said["code"]) == (4, "22001")
    assert "1111" not in str(logs)


def test_a_sheet_of_nothing_but_such_rows_is_refused_after_some(site, sender, unchecked):
    batch = send(site, sender, people(*(f"超长{chr(0x4E00 + n)}" for n in range(net.MOST_ROWS + 5))))
    assert batch.state == ImportState.REFUSED
    assert f"已有 {net.MOST_ROWS} 行" in batch.message


def test_an_only_row_that_is_refused_leaves_nothing_to_import(site, sender, unchecked):
    batch = send(site, sender, people("超长甲"))
    assert (batch.state, refused(batch)) == (ImportState.REFUSED, [(3, net.UNFIT)])


def test_a_constraint_says_in_its_own_words_what_is_wrong(site, sender):
    account = special_account(site)
    shape = {"organization": sender.organization, "kind": "toy", "fingerprint": "x", "mapping": {}}
    ColumnMapping.objects.create(**shape)
    assert _words(lambda: account.__class__.objects.filter(pk=account.pk).update(status="cancelled")) == (
        f"{net.UNFIT}注销的账户须填注销日期。"
    )
    assert _words(lambda: ColumnMapping.objects.create(**shape)) == f"{net.UNFIT}资料类型、表头指纹与已登记的重复。"
    assert net.reason(net.IntegrityError()) == net.UNFIT


def _words(act) -> str:
    with pytest.raises(net.IntegrityError) as caught, transaction.atomic():
        act()
    return net.reason(caught.value)


def test_the_straight_way_tries_once(site, sender, toy):  # noqa: F811
    tries, plain = [], toy.apply
    toy.apply = lambda self, rows: tries.append(len(rows)) or plain(self, rows)
    imports.apply(send(site, sender, sheet(PEOPLE)), by=sender)
    assert tries == [3, 3]
