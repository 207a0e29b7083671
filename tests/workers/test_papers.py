"""What a person can show: certificates, training, insurance; and what follows when it is missing."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from core import attachments
from projects.enums import Status
from projects.services import CLOSED
from tests.organizations.factories import clerk, officer
from tests.projects.factories import project
from tests.workers import factories
from workers import services
from workers.enums import CertificateKind, CertificateStatus, Trade, TrainingKind
from workers.models import Certificate, Engagement, Insurance, Training
from workers.selectors import lacks

pytestmark = pytest.mark.django_db

DAY = date(2026, 10, 1)


@pytest.fixture
def site():
    return project()


@pytest.fixture
def user(site):
    return clerk(site.general_contractor)


@pytest.fixture
def person(site):
    return factories.engagement(site, trade=Trade.SCAFFOLDER)


@pytest.fixture
def signed_in(client, user):
    client.force_login(user)
    return client


def special(person, **facts):
    return factories.certificate(person.worker, kind=CertificateKind.SPECIAL, **facts)


def lacking(key: str, day: date = DAY) -> set[int]:
    return set(lacks.lacking(Engagement.objects.all(), key, day).values_list("pk", flat=True))


# --- special trades --------------------------------------------------------------------------------------------------


def test_a_special_trade_without_certificate_is_shown(person, site):
    mason = factories.engagement(site, trade=Trade.MASON)
    assert lacking("special") == {person.pk}
    assert mason.pk not in lacking("special")


def test_a_certificate_in_force_answers_it_until_its_last_day(person):
    special(person, expires_on=DAY)
    assert lacking("special") == set()
    assert lacking("special", DAY + timedelta(days=1)) == {person.pk}


@pytest.mark.parametrize("status", [s for s in CertificateStatus if s != CertificateStatus.VALID])
def test_a_certificate_that_was_taken_away_does_not(person, status):
    special(person, status=status)
    assert lacking("special") == {person.pk}


def test_a_certificate_of_another_trade_does_not(person):
    special(person, trade=Trade.WELDER)
    assert lacking("special") == {person.pk}


def test_whose_certificate_ends_within_thirty_days_is_shown(person):
    special(person, expires_on=DAY + timedelta(days=30))
    assert lacking("expiring") == {person.pk}
    assert lacking("expiring", DAY - timedelta(days=1)) == set()
    assert lacking("expiring", DAY + timedelta(days=31)) == set()  # it is over: lacking, no longer ending


def test_a_special_certificate_names_its_trade_and_end(user, person):
    with pytest.raises(ValidationError) as refused:
        services.save_certificate(person, by=user, kind="special", number="滇A01", trade=Trade.MASON)
    assert set(refused.value.message_dict) == {"trade", "expires_on"}
    special(person)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE workers_certificate SET expires_on = NULL")


def test_a_certificate_is_registered_once(user, person):
    services.save_certificate(person, by=user, kind="skill", number="0001")
    with pytest.raises(ValidationError, match="已登记"):
        services.save_certificate(person, by=user, kind="skill", number="0001")


def test_a_certificate_number_that_is_an_id_number_stays_masked(person):
    number = person.worker.id_number
    assert factories.certificate(person.worker, number=f"T{number}").shown_number == f"T{'*' * 14}{number[-4:]}"
    assert factories.certificate(person.worker, number="滇A042011000123").shown_number == "滇A042011000123"


def test_a_completed_project_takes_no_paper(site, user, person):
    site.status = Status.COMPLETED
    site.completed_on = DAY
    site.save()
    with pytest.raises(ValidationError, match=CLOSED[:10]):
        services.save_certificate(person, by=user, kind="skill", number="1")
    with pytest.raises(ValidationError, match=CLOSED[:10]):
        services.save_training(site, by=user, people=[person.pk], name="教育", held_on=DAY, hours=1)


# --- training --------------------------------------------------------------------------------------------------------


def test_only_a_passed_entry_training_counts(person):
    factories.training(person, kind=TrainingKind.SKILL)
    factories.training(person, passed=False)
    assert lacking("training") == {person.pk}
    factories.training(person)
    assert lacking("training") == set()


def test_results_are_recorded_person_by_person(signed_in, person, site):
    other = factories.engagement(site)
    training = factories.training(person, other)
    first, second = training.records.order_by("id")
    posted = {f"passed-{first.pk}": "on", f"score-{first.pk}": "92.5", f"score-{second.pk}": "41"}
    assert signed_in.post(training.get_absolute_url(), posted).status_code == 302
    assert [(r.passed, r.score) for r in training.records.order_by("id")] == [(True, 92.5), (False, 41)]


def test_a_score_beyond_a_hundred_changes_nothing(signed_in, person):
    training = factories.training(person)
    record = training.records.get()
    answer = signed_in.post(training.get_absolute_url(), {f"score-{record.pk}": "101"}, follow=True)
    assert "0 至 100" in answer.content.decode()
    assert training.records.get().passed


def test_a_training_is_registered_with_who_took_part(signed_in, person, site):
    gone = factories.engagement(site, entered_on=date(2026, 8, 1), exited_on=date(2026, 8, 20))
    page = reverse("workers:training_add", args=[site.pk])
    assert gone.worker.name not in signed_in.get(page).content.decode()
    facts = {"kind": TrainingKind.ENTRY, "name": "三级教育", "held_on": "2026-08-02", "hours": "8"}
    assert "请勾选参加培训的人员" in signed_in.post(page, facts).content.decode()
    scan = SimpleUploadedFile("签到表.pdf", b"%PDF-1.7\n")
    assert signed_in.post(page, facts | {"people": [person.pk], "files": scan}).status_code == 302
    training = Training.objects.get()
    assert [record.engagement for record in training.records.all()] == [person]
    assert attachments.of(training).count() == 1


def test_a_training_long_before_the_site_opened_is_a_slip_of_the_pen(signed_in, person, site):
    posted = {"kind": "003001", "name": "安全教育", "held_on": "2016-08-10", "hours": "8", "people": [person.pk]}
    answer = signed_in.post(reverse("workers:training_add", args=[site.pk]), posted)
    assert answer.status_code == 422
    assert "比项目开工" in answer.content.decode()


def test_people_of_another_project_cannot_be_ticked(user, site):
    stranger = factories.engagement(project())
    with pytest.raises(ValidationError, match="不在本项目花名册"):
        services.save_training(site, by=user, people=[stranger.pk], name="教育", held_on=DAY, hours=1)


# --- insurance -------------------------------------------------------------------------------------------------------


def test_the_projects_insurance_covers_everybody_and_a_persons_only_that_one(person, site):
    other = factories.engagement(site)
    factories.insurance(person, alone=True)
    assert lacking("insurance") == {other.pk}
    factories.insurance(person)
    assert lacking("insurance") == set()
    assert lacking("insurance", date(2028, 1, 1)) == {person.pk, other.pk}


def test_insurance_is_registered_by_the_clerk(signed_in, site):
    page = reverse("workers:insurance_add", args=[site.pk])
    facts = {"kind": "injury", "insurer": "工伤保险经办机构", "starts_on": "2026-08-01", "ends_on": "2026-07-01"}
    assert "终止日期不能早于生效日期" in signed_in.post(page, facts).content.decode()
    assert signed_in.post(page, facts | {"ends_on": "2027-08-01"}).status_code == 302
    assert Insurance.objects.get().engagement is None


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_register_is_filtered_by_what_is_lacking(signed_in, site, person):
    covered = factories.engagement(site, trade=Trade.SCAFFOLDER)
    special(covered)
    page = signed_in.get(reverse("workers:register", args=[site.pk]), {"lacks": "special"}).content.decode()
    assert person.worker.name in page
    assert covered.worker.name not in page


def test_the_officer_finds_them_over_all_projects(client, site, person):
    client.force_login(officer("530000"))
    assert person.worker.name in client.get(reverse("workers:worker_list"), {"lacks": "special"}).content.decode()


def test_a_persons_page_says_what_is_missing_with_the_way_to_fill_it(signed_in, person):
    page = signed_in.get(person.get_absolute_url()).content.decode()
    for name in ("certificate_add", "contract_add", "card_bind", "photo_edit", "training_of", "insurance_of"):
        assert reverse(f"workers:{name}", args=[person.pk]) in page, name


def test_the_summary_counts_who_is_on_site(signed_in, site, person):
    factories.engagement(site, trade=Trade.WELDER, entered_on=date(2026, 8, 1), exited_on=date(2026, 8, 20))
    counts = lacks.counts(Engagement.objects.filter(project=site), timezone.localdate())
    assert (counts["total"], counts["special"], counts["bound"]) == (1, 1, 0)
    assert "特种作业无有效证书" in signed_in.get(reverse("workers:people_summary", args=[site.pk])).content.decode()


def test_managers_that_are_missing_are_named(signed_in, site):
    page = reverse("workers:managers", args=[site.pk])
    assert "尚未登记项目经理、安全员、劳资专管员" in signed_in.get(page).content.decode()
    boss = factories.engagement(site, post="03", trade=Trade.MANAGEMENT, work_role="10")
    factories.certificate(boss.worker, kind="registered", number="云1532020")
    shown = signed_in.get(page).content.decode()
    assert "尚未登记安全员、劳资专管员" in shown
    assert "云1532020" in shown


def test_a_manager_is_enrolled_with_the_post(signed_in, site):
    page = reverse("workers:enrol", args=[site.pk])
    assert '<option value="03" selected>' in signed_in.get(page, {"post": "03"}).content.decode()
    facts = {"name": "王经理", "id_type": "01", "id_number": factories.id_number(), "trade": "900", "post": "12"}
    signed_in.post(page, facts | {"entered_on": "2026-09-01", "work_role": ""})
    assert Engagement.objects.get().post == "12"
    assert Engagement.objects.get().work_role == "10"


def test_a_scan_hangs_on_the_certificate(signed_in, person):
    page = reverse("workers:certificate_add", args=[person.pk])
    facts = {"kind": "special", "trade": "030", "number": "滇A01", "expires_on": "2028-01-01", "status": "1"}
    scan = SimpleUploadedFile("证书.pdf", b"%PDF-1.7\n")
    assert signed_in.post(page, facts | {"scan": scan}).status_code == 302
    assert attachments.of(Certificate.objects.get()).count() == 1
    edit = reverse("workers:certificate_edit", args=[Certificate.objects.get().pk])
    assert signed_in.post(edit, facts | {"status": "3"}).status_code == 302
    assert Certificate.objects.get().status == "3"
