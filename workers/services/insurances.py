from django.db import transaction

from core import attachments, audit
from projects.models import Project
from projects.services import lock_open, mark_changed
from workers.models import Insurance
from workers.services.people import refuse


@transaction.atomic
def save_insurance(project: Project, *, by, insurance: Insurance | None = None, files=(), **facts) -> Insurance:
    """Refused: a completed project, an end before the start, a person of another project."""
    lock_open(project)
    insurance = insurance or Insurance(project=project, registered_by=by)
    person = facts.get("engagement")
    if person is not None and person.project_id != project.pk:
        refuse({"engagement": "所选人员不在本项目花名册中。"})
    if facts["ends_on"] < facts["starts_on"]:
        refuse({"ends_on": "终止日期不能早于生效日期。"})
    for name, value in facts.items():
        setattr(insurance, name, value)
    insurance.full_clean(exclude=["project", "engagement", "registered_by"])
    insurance.save()
    scans = attachments.store_all(files, by=by, owner=insurance)
    mark_changed([project.pk])
    audit.record("insurance.save", by=by, target=insurance, project=project.code, scans=scans)
    return insurance
