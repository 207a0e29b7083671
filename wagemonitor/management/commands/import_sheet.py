"""Import a sheet from the shell: the same checks, the same engine as in the browser.

Exit status 0 when the good rows were applied (also when they were there already), 1 when nothing was.
"""

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.spreadsheets import SheetError
from organizations.models import User
from projects import imports
from projects.enums import ImportState
from projects.imports.permissions import can_import
from projects.models import ImportBatch, ImportProblem, Project

DONE = {ImportState.APPLIED, ImportState.CHECKED}  # CHECKED: a dry run


class Command(BaseCommand):
    help = "导入花名册、考勤表、工资表、银行流水或施工许可清单（Excel 或 CSV）"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", required=True, choices=sorted(imports.kinds()))
        parser.add_argument("--project", metavar="CODE", help="项目编码；施工许可清单不属于项目，不填")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
        parser.add_argument("--user", metavar="USERNAME", help="以该用户的身份导入（默认为系统）")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不导入")

    def handle(self, *, file: Path, kind: str, project: str | None, user: str | None, dry_run: bool, **options):
        try:
            batch = self._import(file, kind, project, user, dry_run)
        except ValidationError as error:
            batch = ImportBatch(kind=kind, state=ImportState.REFUSED, message="；".join(error.messages))
        report = self._report(batch)
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._print(report, dry_run)
        if batch.state not in DONE:
            raise CommandError(batch.message)

    def _import(self, file: Path, kind: str, code: str | None, username: str | None, dry_run: bool) -> ImportBatch:
        project, by = self._project(kind, code), self._user(username)
        if by and not self._may(by, project, kind):
            raise SheetError(f"用户 {username} 无权导入{imports.kinds()[kind].title}。")
        if not dry_run:
            return imports.straight(self._receive(project, kind, file, by), by=by)
        with transaction.atomic():
            batch = imports.examine(self._receive(project, kind, file, by))
            batch.found = list(batch.problems.order_by("id"))
            transaction.set_rollback(True)
        default_storage.delete(batch.file.path)
        return batch

    @staticmethod
    def _receive(project: Project | None, kind: str, file: Path, by) -> ImportBatch:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise SheetError(f"无法读取文件 {file}：{error.strerror}。") from error
        return imports.receive(project, kind, content=content, filename=file.name, by=by)

    @staticmethod
    def _project(kind: str, code: str | None) -> Project | None:
        if imports.kinds()[kind].home:
            return None
        if not code:
            raise SheetError("请用 --project 指明项目编码。")
        found = Project.by_code(code)
        if found is None:
            raise SheetError(f"没有编码为 {code} 的项目。")
        return found

    @staticmethod
    def _user(username: str | None) -> User | None:
        if not username:
            return None
        found = User.objects.filter(username=username, is_active=True).select_related("organization__region").first()
        if found is None:
            raise SheetError(f"没有用户名为 {username} 的用户，或者已停用。")
        return found

    @staticmethod
    def _may(user: User, project: Project | None, kind: str) -> bool:
        visible = project is None or Project.objects.visible_to(user).filter(pk=project.pk).exists()
        return visible and can_import(user, project, kind)

    @staticmethod
    def _report(batch: ImportBatch) -> dict:
        problems = getattr(batch, "found", None) or (list(batch.problems.order_by("id")) if batch.pk else [])
        lines = {
            level: _by_row(problem for problem in problems if problem.level == level) for level in ("error", "notice")
        }
        done = batch.state in DONE
        report = {
            "accepted": batch.accepted if done else 0,
            "refused": lines["error"],
            "notices": lines["notice"],
            "outcome": batch.outcome,
        }
        return report if done else report | {"error": batch.message}

    def _print(self, report: dict, dry_run: bool) -> None:
        for title, lines in (("退回", report["refused"]), ("提示", report["notices"])):
            for line in lines:
                place = f"工作表“{line['sheet']}”第 {line['row']} 行"
                field = f"{line['field']}：" if line["field"] and line["field"] not in line["message"] else ""
                self.stdout.write(f"{title}  {place}  {field}{line['message']}")
        refused, noted = len(report["refused"]), len(report["notices"])
        self.stdout.write(f"合格 {report['accepted']} 行，退回 {refused} 行，提示 {noted} 行。")
        if outcome := report["outcome"]:
            self.stdout.write(
                f"{'预计' if dry_run else '已导入'}：新增 {outcome['created']}，更新 {outcome['updated']}，"
                f"不变 {outcome['unchanged']}。"
            )


def _by_row(problems: Iterable[ImportProblem]) -> list[dict]:
    """One line a row of the sheet, with all that is wrong with it."""
    lines = []
    for (sheet, row), own in groupby(problems, key=lambda problem: (problem.sheet, problem.row)):
        found = list(own)
        fields = "、".join(dict.fromkeys(problem.field for problem in found if problem.field))
        message = "；".join(problem.message.rstrip("。") for problem in found) + "。"
        lines.append({"sheet": sheet, "row": row, "field": fields, "message": message})
    return lines
