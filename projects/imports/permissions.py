"""Who may send, confirm and take back which sheets. Officers look; they write nothing for a contractor or a bank."""

from organizations.enums import Role
from projects.enums import ImportState
from projects.imports.base import SheetImport, kinds, project_kinds
from projects.models import ImportBatch, Project
from projects.permissions import is_contractor


def can_import(user, project: Project | None, kind: str) -> bool:
    """A role that sends this kind; whether the project is seen is the scope's answer. None once it is closed."""
    if kind not in kinds() or not kinds()[kind].may_upload(user):
        return False
    if project is None or kinds()[kind].home:
        return project is None and kinds()[kind].home is not None
    return project.is_open and may_send(user, project)


def may_send(user, project: Project) -> bool:
    """A contractor that has left still sees the project, but writes nothing for it any more."""
    return user.role != Role.CLERK or is_contractor(user, project)


def importable(user) -> list[type[SheetImport]]:
    """The kinds of sheets this user's role sends."""
    return [kind for kind in project_kinds().values() if kind.may_upload(user)]


def can_decide(user, batch: ImportBatch) -> bool:
    """Map its columns, import it, give it up: whoever may upload it, so a colleague may finish it."""
    return not batch.is_settled and can_import(user, batch.project, batch.kind)


def resembling(user, batch: ImportBatch) -> type[SheetImport] | None:
    """The kind a sheet without our columns seems to be, where this user may send it there."""
    may = batch.state == ImportState.MAPPING and can_decide(user, batch)
    return kinds()[batch.resembles] if may and can_import(user, batch.project, batch.resembles) else None


def can_apply(user, batch: ImportBatch) -> bool:
    return batch.state == ImportState.CHECKED and not batch.is_busy and can_decide(user, batch)


def can_open_file(user, batch: ImportBatch) -> bool:
    """The file holds IDs and cards in clear: only those who send such files open it; others see it masked."""
    return batch.kind in kinds() and kinds()[batch.kind].may_upload(user)
