"""Does a sheet's title name this project? Sites shorten, lengthen and misspell names, and mix up their files."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

from django.db.models import F, TextField, Value
from django.db.models.functions import Length, Replace

from core.spreadsheets import SheetError
from projects.models import Project

_SPACES = re.compile(r"[\s\u3000“”\"'《》]+")
_LABELLED = re.compile(r"(?:项目|工程)名称[:：]?(.+?)(?=[,，;；]|[\u4e00-\u9fff（）()]{2,12}[:：]|$)")
_CODE = re.compile(r"项目(?:编码|编号|代码)[:：]?([0-9A-Za-z-]{6,32})")
_MONTH = re.compile(
    r"(?:20\d\d|[〇零一二三四五六七八九]{4})年度?(?:\d{1,2}|[十一二三四五六七八九]{1,2})月份?|20\d\d[-./]\d{1,2}"
)
_NAMED = re.compile(r"(.{3,}?(?:项目部|项目|工程|标段))(?=农民工|工人|务工|人员|工资|考勤|劳务|花名|实名|进场|专用|$)")
_GENERIC = re.compile(r"项目部|建设项目|项目|工程|建设|施工|标段|农民工|工资|专用账户|[（）()·、,，-]")
ALIKE = 0.6
SHORTEST = 4  # a name of three characters is found in too many titles


def check_project_title(project: Project, texts: Iterable[str]) -> None:
    """Raises SheetError when a title names another project of the portal, or clearly a different project."""
    lines = [plain for text in texts if (plain := _plain(text))]
    if not lines:
        return
    _check_code(project, lines)
    owns = [_plain(name) for name in (project.name, *_merged(project, "name"))]
    named_here = max((own for own in owns if any(own in line for line in lines)), key=len, default="")
    names = _names(lines)
    other = _longest_other(project, " ".join(lines))
    if len(other) > len(named_here) and (
        named_here or not any(n != other and alike(n, own) for n in names for own in owns)
    ):
        raise _wrong_project(other, project)
    wrong = [] if named_here else [name for name in names if not any(alike(name, own) for own in owns)]
    if wrong:
        raise _wrong_project(wrong[0], project)


def alike(name: str, own: str) -> bool:
    """Most of the telling characters of the shorter name stand in the longer one, in order."""
    name, own = (_GENERIC.sub("", text) for text in (name, own))
    if not name or not own:
        return True
    blocks = SequenceMatcher(None, name, own, autojunk=False).get_matching_blocks()
    same = sum(block.size for block in blocks if block.size > 1)
    return same >= ALIKE * min(len(name), len(own))


def _plain(text: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", str(text)))


def _names(lines: list[str]) -> list[str]:
    labelled = [found[1] for line in lines for found in _LABELLED.finditer(line)]
    if labelled:
        return labelled
    titles = (_MONTH.sub("", line) for line in lines if ":" not in line)
    return [found[1] for title in titles if (found := _NAMED.match(title))]


def _check_code(project: Project, lines: list[str]) -> None:
    codes = {found[1] for line in lines for found in _CODE.finditer(line)}
    if codes and not codes & {project.code, *_merged(project, "code")}:
        raise SheetError(
            f"表中的项目编码是 {min(codes)}，不是本项目（{project.code}）。请核对是否选错了项目或文件。",
            code="other_project",
        )


def _merged(project: Project, field: str) -> list[str]:
    """Of the projects that were merged into this one: sites go on writing them on their sheets."""
    return list(project.merged(manager="every").values_list(field, flat=True))


def _longest_other(project: Project, text: str) -> str:
    """The longest name of another project of the portal that the titles contain."""
    name = Replace(F("name"), Value(" "), Value(""))
    others = (
        Project.objects.unscoped("only whether the sheet's own words name another project")
        .exclude(pk=project.pk)
        .exclude(name=project.name)
        .annotate(plain_name=name, title=Value(text, output_field=TextField()))
        .filter(title__contains=F("plain_name"))
        .order_by(Length("plain_name").desc(), "pk")
    )
    found = others.values_list("plain_name", flat=True).first() or ""
    return found if len(found) >= SHORTEST else ""


def _wrong_project(name: str, project: Project) -> SheetError:
    return SheetError(
        f"表头写的项目是“{name[:60]}”，不是本项目（{project.name}）。请核对是否选错了项目或文件。",
        code="other_project",
    )
