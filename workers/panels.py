"""The register's own cards on a person's page."""

from django.urls import reverse
from django.utils import timezone

from core import attachments
from workers import permissions
from workers.forms import ReasonForm
from workers.grid import Calendar
from workers.models import Appraisal, BankCard, Certificate, Engagement, Insurance, TrainingRecord, Worker
from workers.models.worker import PAPER_READERS
from workers.pages import WorkerPanel


def kept(user, stays: list[Engagement]) -> Engagement | None:
    """The stay at which this user keeps the register: papers of the person are registered there."""
    return next((stay for stay in stays if permissions.can_keep_register(user, stay.project)), None)


class AttendanceOfMonth(WorkerPanel):
    """This month at the latest stay; earlier months and other sites are reached from there."""

    order, template = 5, "workers/_attendance_panel.html"

    def facts(self, user, worker: Worker, stays: list[Engagement]) -> dict | None:
        if not stays:
            return None
        latest, today = max(stays, key=lambda stay: (stay.entered_on, stay.pk)), timezone.localdate()
        return {"calendar": Calendar.of(latest, today.replace(day=1), today)}


class Certificates(WorkerPanel):
    order, template = 10, "workers/_certificates.html"

    def facts(self, user, worker: Worker, stays: list[Engagement]) -> dict | None:
        if user.role not in PAPER_READERS:
            return None
        rows = Certificate.objects.visible_to(user).filter(worker=worker)
        own = kept(user, stays)
        add = reverse("workers:certificate_add", args=[own.pk]) if own else ""
        return {"certificates": attachments.with_files(rows), "add_url": add}


class Trainings(WorkerPanel):
    order, template = 20, "workers/_trainings.html"

    def facts(self, user, worker: Worker, stays: list[Engagement]) -> dict | None:
        if user.role not in PAPER_READERS:
            return None
        records = TrainingRecord.objects.visible_to(user).filter(engagement__worker=worker)
        own = kept(user, stays)
        add = reverse("workers:training_of", args=[own.pk]) if own else ""
        records = records.select_related("training", "project").order_by("-training__held_on", "-id")
        return {"records": records, "add_url": add}


class Insurances(WorkerPanel):
    order, template = 30, "workers/_insurances.html"

    def facts(self, user, worker: Worker, stays: list[Engagement]) -> dict | None:
        if user.role not in PAPER_READERS:
            return None
        covering = Insurance.objects.visible_to(user).filter(project__in=[stay.project_id for stay in stays])
        covering = covering.filter(engagement__isnull=True) | covering.filter(engagement__worker=worker)
        rows = covering.select_related("project").order_by("-ends_on", "-id")
        own = kept(user, stays)
        add = reverse("workers:insurance_of", args=[own.pk]) if own else ""
        return {"insurances": attachments.with_files(rows), "add_url": add}


class Appraisals(WorkerPanel):
    order, template = 60, "workers/_appraisals.html"

    def facts(self, user, worker: Worker, stays: list[Engagement]) -> dict | None:
        if user.role not in PAPER_READERS:
            return None
        rows = Appraisal.objects.visible_to(user).filter(engagement__worker=worker)
        rows = rows.select_related("project__jurisdiction", "by__organization", "withdrawn_by")
        mine = next((stay for stay in stays if permissions.can_appraise(user, stay.project)), None)
        in_scope = {stay.project_id for stay in stays}
        appraisals = [
            {
                "appraisal": row,
                "project": row.project if row.project_id in in_scope else None,
                "files": files,
                "may_state": not row.statement
                and not row.withdrawn_at
                and row.project_id in in_scope
                and permissions.can_appraise(user, row.project),
                "state_form": ReasonForm(prefix=f"statement-{row.pk}", label="本人陈述", max_length=500),
                "withdraw_form": ReasonForm(prefix=f"withdraw-{row.pk}"),
                "may_withdraw": row.project_id in in_scope and permissions.can_withdraw(user, row),
            }
            for row, files in attachments.with_files(rows)
        ]
        add = reverse("workers:appraisal_add", args=[mine.pk]) if mine else ""
        return {"appraisals": appraisals, "add_url": add}


def cards_of(user, worker: Worker) -> list[tuple[BankCard, ReasonForm | None]]:
    """With the form that unbinds it, for who may."""
    may_unbind = permissions.can_change_card(user, worker)
    cards = BankCard.objects.visible_to(user).filter(worker=worker).defer("number")
    forms = {card.pk: ReasonForm(prefix=f"unbind-{card.pk}") for card in cards if may_unbind and card.is_current}
    return [(card, forms.get(card.pk)) for card in cards]
