"""合并项目 (P5): one transaction, journalled row by row, taken back within a day. See
docs/decisions/merging-projects.md."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Max
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from core import audit, formats, jobs
from core.scoping import unscoped
from core.triggers import bulk_history
from organizations.enums import RegionLevel
from organizations.models import User
from projects.enums import ImportState
from projects.models import ImportBatch, Project, ProjectMerge
from projects.permissions import can_merge
from projects.services import merge_moves
from projects.services.changes import ProjectClosed, ProjectMerged, mark_changed
from projects.services.merge_parts import linked_models, project_columns, staying_models
from projects.services.merge_plan import Planned, plan, refuse_if_any

TERM = timedelta(days=30)
LARGE = 20_000  # rows; more is a worker's business
ATTEMPTS = 3
UNTOLD = "系统内部约束不允许，数据没有任何变化，请联系系统管理员。"

# The facts in which two projects may differ, and of which one is kept; amounts of lots may also be added up.
FACTS = (
    "name",
    "category",
    "industry",
    "region",
    "address",
    "jurisdiction",
    "contract_start_on",
    "actual_start_on",
    "contract_signed_on",
    "contract_amount",
    "labour_cost_amount",
    "wage_pay_day",
    "is_linear",
    "supervised_from",
)
SUMMED = ("contract_amount", "labour_cost_amount")
TARGET, SOURCE, SUM = "target", "source", "sum"


@dataclass(frozen=True)
class Difference:
    """A fact in which the two differ; `proposed` is what is kept unless somebody says otherwise."""

    field: str
    label: str
    of_target: str
    of_source: str
    total: str
    proposed: str


def quiet(done: int, total: int, message: str = "") -> None:
    """Progress that nobody watches."""


# --- before ---------------------------------------------------------------------------------------------------------


def last_day(source: Project, target: Project) -> date:
    """Within 30 days of entering supervision: of that project of the two that entered it later."""
    return max(source.supervised_from, target.supervised_from) + TERM


def is_late(source: Project, target: Project, today: date) -> bool:
    return today > last_day(source, target)


def differences(source: Project, target: Project) -> list[Difference]:
    unlike = [name for name in FACTS if getattr(source, name) != getattr(target, name)]
    return [_difference(name, source, target) for name in unlike]


def _difference(name: str, source: Project, target: Project) -> Difference:
    ours, theirs = getattr(target, name), getattr(source, name)
    total = formats.money(ours + theirs) if name in SUMMED and ours and theirs else ""
    if name in ("supervised_from", "actual_start_on") and ours and theirs:
        proposed = SOURCE if theirs < ours else TARGET
    else:
        proposed = TARGET if ours not in (None, "") else SOURCE
    label = str(Project._meta.get_field(name).verbose_name)
    return Difference(name, label, _shown(name, target), _shown(name, source), total, proposed)


def _shown(name: str, project: Project) -> str:
    display = getattr(project, f"get_{name}_display", None)
    value = display() if display else getattr(project, name)
    if value in (None, ""):
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    return formats.money(value) if isinstance(value, Decimal) else str(value)


@transaction.atomic
def foresee(source: Project, target: Project) -> list[Planned]:
    """What would move and what would become one; nothing is written."""
    with unscoped("both projects are in the caller's scope"):
        return [planned for planned in plan(source, target) if planned.rows]


def contractors_differ(source: Project, target: Project) -> bool:
    return source.general_contractor != target.general_contractor


# --- merging --------------------------------------------------------------------------------------------------------


def merge_projects(
    source: Project, target: Project, *, by, reason: str = "", choices: dict[str, str] | None = None, watch=quiet
) -> ProjectMerge:
    """Everything of `source` goes over to `target`. `choices`: field → "target", "source" or "sum".

    Raises ValidationError where the two may not be merged (late, completed, merged already, wages of one person owed
    in both), and then nothing has changed.
    """
    return _patiently(lambda: _merge(source, target, by, reason.strip(), choices or {}, watch))


def _patiently(act: Callable[[], ProjectMerge]) -> ProjectMerge:
    """An upload that came between the locks may want the same rows in another order."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with unscoped("both projects are in the caller's scope"), transaction.atomic():
                return act()
        except OperationalError as error:
            last = attempt == ATTEMPTS or connection.in_atomic_block
            if last or not isinstance(error.__cause__, DeadlockDetected):
                raise
    raise AssertionError("unreachable")


def _merge(source: Project, target: Project, by, reason: str, choices: dict[str, str], watch) -> ProjectMerge:
    source, target = _locked(source, target)
    _check(source, target, by, reason)
    merge = ProjectMerge.objects.create(source=source, target=target, by=by, reason=reason, last_ids=_last_ids())
    with bulk_history(project_merge=merge.pk), _told_to_triggers(merge):
        planned = plan(source, target)
        refuse_if_any(planned)
        merge_moves.lead_on(merge)
        source.merged_into = target
        source.save(update_fields=["merged_into", "updated_at"])
        merge_moves.keep_facts(merge, _chosen(source, target, choices))
        merge_moves.carry_out(merge, planned, watch)
    moved = {item.part.label: item.rows for item in planned if item.rows}
    audit.record("project.merge", by=by, target=target, source=source.code, into=target.code, rows=sum(moved.values()))
    mark_changed([target.pk])
    return merge


def _locked(*projects: Project) -> list[Project]:
    """First the sheets under way, then the projects, each in order: as an import takes them."""
    ids = [project.pk for project in projects]
    waiting = ImportBatch.objects.filter(project__in=ids).exclude(
        state__in=(ImportState.APPLIED, ImportState.DISCARDED)
    )
    list(waiting.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    rows = Project.every.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    found = {project.pk: project for project in rows}
    return [found[pk] for pk in ids]


def _check(source: Project, target: Project, by, reason: str) -> None:
    if source.pk == target.pk:
        raise ValidationError("不能与本项目合并。")
    for project in (source, target):
        if project.merged_into_id is not None:
            raise ProjectMerged(project.merged_into)
        if not project.is_open:
            raise ProjectClosed
    if by is not None and not can_merge(by, source, target):
        raise ValidationError("两个项目须都在本单位管辖范围内。")
    if is_late(source, target, timezone.localdate()):
        _check_late(by, reason)


def _check_late(by, reason: str) -> None:
    if by is not None and by.level != RegionLevel.PROVINCE:
        raise ValidationError("纳入监管已超过 30 日，须由省级人社部门办理合并。")
    if not reason:
        raise ValidationError({"reason": "纳入监管已超过 30 日，请填写合并原因。"})


def _chosen(source: Project, target: Project, choices: dict[str, str]) -> dict[str, object]:
    """Column → value, of those facts in which the target takes something else than its own."""
    taken = {}
    for name, choice in choices.items():
        column = Project._meta.get_field(name).attname
        if name not in FACTS or choice == TARGET:
            continue
        theirs = getattr(source, column)
        taken[column] = theirs if choice == SOURCE else (getattr(target, column) or 0) + (theirs or 0)
    return taken


def _last_ids() -> dict[str, int]:
    numbered = [model for model in linked_models() if not hasattr(model._meta.pk, "fields")]
    found = {model._meta.label: model._base_manager.aggregate(last=Max("pk"))["last"] for model in numbered}
    return {label: last for label, last in found.items() if isinstance(last, int)}


@jobs.job("project_merge", "合并项目")
def merge_job(progress, *, source: int, target: int, by_id: int, reason: str, choices: dict) -> None:
    projects = Project.every.unscoped("asked for by somebody who may").in_bulk([source, target])
    user = User.objects.get(pk=by_id)
    merge = merge_projects(projects[source], projects[target], by=user, reason=reason, choices=choices, watch=progress)
    progress.last_word = f"已并入“{merge.target.name}”。"


def merge_soon(source: Project, target: Project, *, by, reason: str, choices: dict[str, str]) -> jobs.Job:
    facts = {"source": source.pk, "target": target.pk, "by_id": by.pk, "reason": reason, "choices": choices}
    return jobs.start("project_merge", by=by, title=f"合并项目：{source.name}"[:200], **facts)


# --- undoing --------------------------------------------------------------------------------------------------------


def why_not_undone(merge: ProjectMerge) -> str:
    """Empty while it can still be undone: within a day, and the latest merge first."""
    if merge.is_undone:
        return "该合并已撤销。"
    if timezone.now() > merge.undo_until:
        return f"合并已超过 24 小时（{formats.moment(merge.undo_until)}），不能再撤销。"
    target = Project.every.unscoped("of a merge in the caller's scope").get(pk=merge.target_id)
    if target.merged_into_id is not None:
        return "保留项目其后又并入了其他项目，请先撤销那次合并。"
    if not target.is_open:
        return "保留项目已完工，不能撤销合并。"
    later = ProjectMerge.objects.unscoped("of the same project").filter(target=merge.target_id, undone_at__isnull=True)
    return "其后又有项目并入，请先撤销较晚的合并。" if later.filter(pk__gt=merge.pk).exists() else ""


def written_since(merge: ProjectMerge) -> list[tuple[str, int]]:
    """What came to the target after the merge, by kind: it stays there, but for what hangs on a returning row."""
    found = []
    with unscoped("of a merge in the caller's scope"):
        for model in _counted(merge):
            rows = model._base_manager.filter(project=merge.target_id, pk__gt=merge.last_ids.get(model._meta.label, 0))
            if count := rows.count():
                found.append((str(model._meta.verbose_name), count))
    return found


def _counted(merge: ProjectMerge) -> Iterable[type]:
    stay = set(staying_models())
    plain = [model for model in linked_models() if model not in stay and project_columns(model) == ("project_id",)]
    return [model for model in plain if not hasattr(model._meta.pk, "fields")]


def undo_merge(merge: ProjectMerge, *, by) -> ProjectMerge:
    """Exactly as it was, but for what changed since. Raises ValidationError once it is too late."""
    try:
        return _patiently(lambda: _undo(merge, by))
    except IntegrityError as error:
        raise ValidationError(f"合并后的资料有变动，无法退回：{UNTOLD}") from error


@contextmanager
def _told_to_triggers(merge: ProjectMerge) -> Iterator[None]:
    """Rows that are otherwise closed (a confirmed wage sheet's) let a merge of their project through."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('wagemonitor.merge', %s, true)", [str(merge.pk)])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('wagemonitor.merge', '', true)")


def _undo(merge: ProjectMerge, by) -> ProjectMerge:
    _locked(merge.source, merge.target)
    merge = ProjectMerge.objects.select_for_update(of=("self",)).select_related("source", "target").get(pk=merge.pk)
    if why := why_not_undone(merge):
        raise ValidationError(why)
    with bulk_history(project_merge_undone=merge.pk), _told_to_triggers(merge):
        merge_moves.take_back(merge)
        Project.every.filter(pk=merge.source_id).update(merged_into=None, updated_at=timezone.now())
    merge.undone_at, merge.undone_by = timezone.now(), by
    merge.save(update_fields=["undone_at", "undone_by"])
    audit.record("project.merge_undo", by=by, target=merge.target, source=merge.source.code, merge=merge.pk)
    mark_changed([merge.source_id, merge.target_id])
    return merge
