import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import close_old_connections, connection

from alerts import permissions, selectors, services
from alerts.enums import Act, Conclusion, ReleaseKind, WarningState
from alerts.models import CaseLead, Disposal, Warning
from core import attachments
from core.models import AuditEntry
from organizations.enums import OrganizationKind, RegionLevel, Role
from projects.models import ChangedProject
from tests.alerts.factories import TODAY, setting, warning
from tests.organizations.factories import bank_clerk, clerk, industry_officer, officer, user
from tests.projects.factories import project

pytestmark = pytest.mark.django_db
PDF = ("支付凭证.pdf", b"%PDF-1.7 proof")


@pytest.fixture
def county(db):
    return officer("530902")


@pytest.fixture
def accepted(county):
    return services.accept(warning=warning(), by=county)


def last(of: Warning) -> Disposal:
    return of.disposals.order_by("-id").first()


# --- acts ------------------------------------------------------------------------------------------------------------


def test_accepting_names_the_handler_and_leaves_a_trace(county):
    accepted = services.accept(warning=warning(), by=county)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.handler) == (WarningState.ACCEPTED, county)
    assert (last(accepted).act, last(accepted).from_state, last(accepted).by) == (Act.ACCEPTED, "new", county)
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor, entry.object_id) == ("warning.accepted", county, str(accepted.pk))


def test_verifying_says_what_was_found(county, accepted):
    services.verify(warning=accepted, text="已到现场核对工资表。", by=county)
    accepted.refresh_from_db()
    assert accepted.state == WarningState.VERIFYING
    assert last(accepted).text == "已到现场核对工资表。"


def test_a_release_takes_evidence_and_keeps_it(county, accepted):
    services.release(warning=accepted, text="工资已补发。", files=[PDF], by=county, seen=accepted.state)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.release_kind) == (WarningState.RELEASED, ReleaseKind.EVIDENCE)
    assert accepted.released_at
    (file,) = attachments.of(last(accepted))
    assert (file.name, attachments.read(file)) == PDF
    assert ChangedProject.objects.filter(project=accepted.project).exists()


def test_a_release_without_a_file_is_refused(county, accepted):
    with pytest.raises(ValidationError, match="须上传证据材料"):
        services.release(warning=accepted, text="已补发。", files=[], by=county, seen=accepted.state)
    assert Warning.objects.get().state == WarningState.ACCEPTED


def test_a_file_that_is_not_what_it_says_undoes_the_release(county, accepted):
    with pytest.raises(ValidationError, match=r"内容不是 \.pdf"):
        services.release(
            warning=accepted, text="已补发。", files=[PDF, ("b.pdf", b"MZ")], by=county, seen=accepted.state
        )
    assert Warning.objects.get().state == WarningState.ACCEPTED
    assert not Disposal.objects.filter(act=Act.RELEASED).exists()


def test_case_leads_are_numbered_within_place_and_year(county):
    numbers = []
    for at in ("530902", "530902", "530921"):
        who = county if at == "530902" else officer(at)
        mine = services.accept(warning=warning(project(at=at)), by=who)
        lead = services.transfer(warning=mine, reason="涉嫌拖欠工资。", by=who, seen=mine.state)
        assert Warning.objects.get(pk=mine.pk).state == WarningState.TRANSFERRED
        numbers.append(lead.number)
    year = numbers[0][10:14]
    assert numbers == [f"AY-530902-{year}-0001", f"AY-530902-{year}-0002", f"AY-530921-{year}-0001"]


def test_a_case_lead_is_moved_on_in_its_warnings_thread(county, accepted):
    lead = services.transfer(warning=accepted, reason="涉嫌拖欠工资。", by=county, seen=accepted.state)
    services.move_case_lead(lead=lead, state=CaseLead.State.FILED, text="予以立案。", by=county)
    lead.refresh_from_db()
    assert lead.state == CaseLead.State.FILED
    assert last(accepted).text == f"案源 {lead.number} 已立案。予以立案。"


def test_a_case_is_dealt_with_before_it_is_closed_and_taken_up_again_by_its_office_only(county, accepted):
    lead = services.transfer(warning=accepted, reason="涉嫌拖欠工资。", by=county, seen=accepted.state)
    with pytest.raises(ValidationError, match="不能直接登记为“已结案”"):
        services.move_case_lead(lead=lead, state=CaseLead.State.CLOSED, text="了结。", by=county)
    lead = services.move_case_lead(lead=lead, state=CaseLead.State.MEDIATED, text="办理。", by=county)
    with pytest.raises(ValidationError, match="请选择结案方式"):
        services.move_case_lead(lead=lead, state=CaseLead.State.CLOSED, text="了结。", by=county)
    closing = {"state": CaseLead.State.CLOSED, "conclusion": Conclusion.MEDIATED}
    lead = services.move_case_lead(lead=lead, text="办理。", by=county, **closing)
    above, colleague = officer("530900"), user(Role.OFFICER, county.organization)
    with pytest.raises(PermissionDenied):
        services.move_case_lead(lead=lead, state=CaseLead.State.FILED, text="重办。", by=above)
    with pytest.raises(ValidationError):
        services.move_case_lead(lead=lead, state=CaseLead.State.OPEN, text="重办。", by=colleague)
    lead = services.move_case_lead(lead=lead, state=CaseLead.State.FILED, text="发现新线索。", by=colleague)
    assert (lead.state, lead.closed_by) == (CaseLead.State.FILED, None)
    assert last(accepted).text == f"案源 {lead.number} 撤销结案，恢复为已立案。发现新线索。"


def test_many_are_accepted_at_once_and_those_taken_are_left(county):
    free, taken, elsewhere = warning(), warning(), warning(project(at="530921"))
    services.accept(warning=taken, by=officer("530902"))
    assert services.accept_many(warnings=[free, taken, elsewhere], by=county) == (1, 2)
    free.refresh_from_db()
    assert (free.state, free.handler) == (WarningState.ACCEPTED, county)
    assert last(free).act == Act.ACCEPTED


# --- two officers ----------------------------------------------------------------------------------------------------


def test_the_slower_officer_is_told_who_was_quicker(county, accepted):
    with pytest.raises(services.Overtaken, match=f"刚由{county.name}处理，现为“已签收”"):
        services.accept(warning=accepted, by=officer("530902"))
    assert accepted.disposals.count() == 2


def test_an_act_on_a_state_seen_too_early_changes_nothing(county, accepted):
    services.verify(warning=accepted, text="核实中。", by=county)
    with pytest.raises(services.Overtaken):
        services.transfer(warning=accepted, reason="…", by=county, seen=WarningState.ACCEPTED)
    assert not CaseLead.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_one_wins_one_is_told(monkeypatch):
    monkeypatch.setattr("projects.services.changes.current_app.send_task", lambda *args, **kwargs: None)
    made, people = warning(), [officer("530902"), officer("530902")]
    barrier, outcomes = threading.Barrier(2), []

    def work(who):
        barrier.wait()
        try:
            services.accept(warning=made, by=who)
            outcomes.append("won")
        except services.Overtaken:
            outcomes.append("told")
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=work, args=[who]) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told", "won"]
    assert Disposal.objects.filter(act=Act.ACCEPTED).count() == 1


# --- who may ---------------------------------------------------------------------------------------------------------


def test_only_the_county_office_handles_a_warning_in_time(county):
    made = warning()
    assert permissions.can_accept(county, made)
    others = [
        officer("530900"),
        officer("530000"),
        officer("530921"),
        industry_officer("530902"),
        clerk(made.project.general_contractor),
        bank_clerk(),
    ]
    assert not any(permissions.can_accept(other, made) for other in others)
    with pytest.raises(PermissionDenied):
        services.accept(warning=made, by=others[0])


def test_after_escalation_the_office_above_may_act_too(county):
    made = warning(office_level=RegionLevel.PREFECTURE)
    assert permissions.can_accept(county, made)
    assert permissions.can_accept(officer("530900"), made)
    assert not permissions.can_accept(officer("530100"), made)
    assert not permissions.can_accept(officer("530000"), made)


def test_a_warning_about_the_office_is_not_the_offices_to_close(county):
    made = warning(office_level=RegionLevel.PREFECTURE, home_level=RegionLevel.PREFECTURE)
    assert not permissions.can_handle(county, made)
    assert permissions.can_handle(officer("530900"), made)


def test_industry_officers_add_notes_to_their_own_industry():
    made = warning()
    services.note(warning=made, text="已约谈。", by=industry_officer("530902"))
    assert last(made).text == "已约谈。"
    with pytest.raises(PermissionDenied):
        services.note(warning=made, text="…", by=industry_officer("530902", OrganizationKind.WATER))
    with pytest.raises(PermissionDenied):
        services.note(warning=made, text="…", by=clerk(made.project.general_contractor))


def test_contractors_read_the_thread_without_the_officers_notes(county, accepted):
    services.note(warning=accepted, text="内部意见", files=[PDF], by=county)
    own = clerk(accepted.project.general_contractor)
    assert Act.NOTED not in {act.act for act in selectors.thread(accepted, with_notes=False)}
    assert selectors.thread(accepted, with_notes=True)[0].files[0].name == "支付凭证.pdf"
    assert {act.act for act in Disposal.objects.visible_to(own)} == {Act.RAISED}
    (file,) = attachments.of(last(accepted))
    assert attachments.may_open(county, file)
    assert not attachments.may_open(own, file)


def test_the_projects_clerk_replies_and_officers_read_it(county, accepted):
    services.note(warning=accepted, text="内部意见", files=[PDF], by=county)
    own = clerk(accepted.project.general_contractor)
    said = services.reply(warning=accepted, text="已于昨日补发。", files=[("回单.pdf", PDF[1])], by=own)
    accepted.refresh_from_db()
    assert accepted.state == WarningState.ACCEPTED
    assert accepted.handler == county
    for notes in (True, False):
        told = {act.text for act in selectors.thread(accepted, with_notes=notes) if act.told}
        assert said.text in told
        assert ("内部意见" in told) == notes
    assert said in Disposal.objects.visible_to(own)
    assert said not in Disposal.objects.visible_to(clerk())
    assert said not in Disposal.objects.visible_to(bank_clerk())
    assert attachments.may_open(own, attachments.of(said).get())
    assert AuditEntry.objects.filter(action="warning.replied", actor=own).exists()


def test_only_a_clerk_replies_and_only_until_the_release(county, accepted):
    own = clerk(accepted.project.general_contractor)
    for other in (county, bank_clerk(), industry_officer("530902")):
        assert not permissions.can_reply(other, accepted)
    services.release(warning=accepted, text="已补发。", files=[PDF], by=county, seen=accepted.state)
    with pytest.raises(PermissionDenied):
        services.reply(warning=Warning.objects.get(), text="…", by=own)


# --- overdue ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late", "level", "steps"), [(0, 6, 0), (1, 4, 1), (30, 4, 1), (31, 2, 2), (400, 2, 2)], ids=str
)
def test_overdue_goes_up_one_level_for_every_term(db, late, level, steps):
    made = warning(due_on=TODAY - timedelta(days=late), setting=setting(disposal_days=30))
    assert services.escalate_overdue(today=TODAY) == steps
    assert services.escalate_overdue(today=TODAY) == 0
    made.refresh_from_db()
    assert (made.office_level, made.home_level, made.due_on) == (level, 6, TODAY - timedelta(days=late))
    acts = made.disposals.filter(act=Act.ESCALATED)
    assert acts.count() == steps
    assert [office in act.text for office, act in zip(("市级", "省级"), acts, strict=False)] == [True] * steps


def test_the_way_up_takes_its_time(db):
    made = warning(due_on=TODAY, setting=setting(disposal_days=10))
    seen = []
    for day in (0, 1, 10, 11, 12):
        services.escalate_overdue(today=TODAY + timedelta(days=day))
        seen.append(Warning.objects.get(pk=made.pk).office_level)
    assert seen == [6, 4, 4, 2, 2]


def test_what_is_settled_does_not_go_up(db):
    warning(due_on=TODAY - timedelta(days=1), state="transferred")
    assert services.escalate_overdue(today=TODAY) == 0
