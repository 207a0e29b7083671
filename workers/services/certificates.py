from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db import transaction

from core import attachments, audit, crypto
from projects.models import Project
from projects.services import lock_open, mark_changed
from workers.enums import SPECIAL_TRADES, CertificateKind, CertificateStatus
from workers.models import Certificate, Engagement
from workers.services.people import mark_sites_of, not_later_than_today, refuse


def why_not_certify(facts: dict) -> dict[str, str]:
    """What is wrong with a certificate in itself, by field: issued in the future, expired before it was issued, one of
    a special trade that names no such trade or no end."""
    issued, expires = facts.get("issued_on"), facts.get("expires_on")
    problems = not_later_than_today("issued_on", issued, "发证日期")
    if issued and expires and expires < issued:
        problems["expires_on"] = "有效期不能早于发证日期，请对照证书核对。"
    if facts.get("kind") == CertificateKind.SPECIAL:
        if facts.get("trade") not in SPECIAL_TRADES:
            names = "、".join(trade.label for trade in SPECIAL_TRADES)
            problems["trade"] = f"特种作业操作证须选择对应的特种工种：{names}。"
        if not expires:
            problems.setdefault("expires_on", "特种作业操作证须填写有效期。")
    return problems


@transaction.atomic
def save_certificate(
    engagement: Engagement, *, by, certificate: Certificate | None = None, files=(), **facts
) -> Certificate:
    """A certificate of the person, registered at the project where they are. Refused: a completed project, what
    `why_not_certify` says, the same number twice."""
    lock_open(engagement.project)
    certificate = certificate or Certificate(worker_id=engagement.worker_id, registered_by=by)
    refuse(why_not_certify(facts))
    for name, value in facts.items():
        setattr(certificate, name, value)
    certificate.full_clean(exclude=["worker", "registered_by"], validate_constraints=False)
    same = Certificate._base_manager.filter(
        worker=engagement.worker_id, kind=certificate.kind, number_index=crypto.blind_index(certificate.number)
    )
    refuse({"number": "该人员的这一证书已登记。"} if same.exclude(pk=certificate.pk).exists() else {})
    certificate.save()
    scans = attachments.store_all(files, by=by, owner=certificate)
    mark_sites_of(engagement.worker)
    audit.record("certificate.save", by=by, target=certificate, project=engagement.project.code, scans=scans)
    return certificate


class CertificateEntry(NamedTuple):
    """A row of the sheet; blank leaves what is known."""

    worker_id: int
    kind: str
    number: str
    title: str = ""
    trade: str = ""
    issuer: str = ""
    issued_on: date | None = None
    expires_on: date | None = None
    status: str = ""


def write_certificates(project: Project, entries: Iterable[CertificateEntry]) -> tuple[int, int, int]:
    """(created, updated, unchanged). A certificate is known by person, kind and number."""
    lock_open(project)
    entries = list(entries)
    known = {
        (row.worker_id, row.kind, bytes(row.number_index)): row
        for row in Certificate._base_manager.filter(worker__in={entry.worker_id for entry in entries})
    }
    fresh, changed = [], []
    for entry in entries:
        found = known.get((entry.worker_id, entry.kind, crypto.blind_index(entry.number)))
        if found is None:
            fresh.append(_new(entry))
        elif _update(found, entry):
            changed.append(found)
    for row in fresh:
        row.number_index = crypto.blind_index(row.number)
    Certificate.objects.bulk_create(fresh, batch_size=500)
    for row in changed:
        row.save()
    if people := {row.worker_id for row in [*fresh, *changed]}:
        mark_changed(Engagement._base_manager.filter(worker__in=people).values_list("project_id", flat=True))
    return len(fresh), len(changed), len(entries) - len(fresh) - len(changed)


def _new(entry: CertificateEntry) -> Certificate:
    return Certificate(**entry._asdict() | {"status": entry.status or CertificateStatus.VALID})


def _update(row: Certificate, entry: CertificateEntry) -> bool:
    told = {name: value for name, value in entry._asdict().items() if value and name not in ("worker_id", "number")}
    before = {name: getattr(row, name) for name in told}
    for name, value in told.items():
        setattr(row, name, value)
    return before != told
