"""One class per kind of sheet. See the package's docstring for the whole."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import ClassVar

from django.utils.module_loading import autodiscover_modules

from core.spreadsheets import Column, Layout, ParsedRow, Problem, SheetError, Workbook, detect, read_rows, template
from organizations.enums import Role
from projects.imports.preview import describe
from projects.imports.titles import check_project_title
from projects.models import Project

MAX_QUESTIONS = 200
_kinds: dict[str, type["SheetImport"]] = {}


class Unanswered(SheetError):
    """Nothing of the sheet is taken before somebody has chosen in the preview: `questions` as `SheetImport.ask` makes
    them, of no row."""

    def __init__(self, message: str, questions: list[dict]):
        super().__init__(message, code="unanswered")
        self.questions = questions


@dataclass(frozen=True)
class Outcome:
    """What applying changed, in rows of the register, ledger, …"""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    remark: str = ""  # what was written besides the rows of the sheet
    month: str = ""  # YYYY-MM, of what belongs to a month: the next step opens there

    def facts(self) -> dict[str, int | str]:
        return {name: value for name, value in asdict(self).items() if value != ""}


class SheetImport:
    """
    class RosterImport(SheetImport):
        kind, title = "roster", "农民工花名册"
        columns = [Column("name", "姓名", …), …]

        def check(self, rows): …   # what only the whole sheet or the database can tell
        def apply(self, rows): …   # one set-based upsert of the good rows

    The engine calls `layout`, `read`, `check_title`, `check`, `apply` in this order, on one instance, with the scope
    guard lifted: a sheet is checked against the whole register. `apply` is also called on trial, and rolled back, to
    foretell its outcome; so it writes to the database and nowhere else. `by` is None when the shell imports.
    """

    do_not_call_in_templates = True  # pages show the class itself
    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""
    help: ClassVar[str] = ""  # one sentence for the upload page: what shapes of sheet are understood
    next_step: ClassVar[tuple[str, str] | None] = None  # (label, URL name taking the project's pk) for the result page
    columns: ClassVar[list[Column]] = []
    home: ClassVar[tuple[str, str] | None] = None  # (label, URL name) of the page of a sheet without a project
    order: ClassVar[int] = 100  # among the kinds, as a site makes them in a month
    roles: ClassVar[frozenset[Role]] = frozenset({Role.CLERK})

    def __init__(
        self, project: Project | None, *, by=None, batch=None, filename: str = "", options: dict | None = None
    ):
        self.project, self.by, self.batch, self.filename, self.options = project, by, batch, filename, options or {}
        self.found: Layout | None = None  # set by the engine once the layout is known
        self.resembles: type[SheetImport] | None = None  # set by the engine where a required column is missing
        self.questions: list[dict] = []  # what the sheet cannot tell, asked for in the preview
        self.remarks: list[Problem] = []  # what concerns no row that was read, e.g. a total below the table
        self.progress: Callable[[int, int, str], None] = lambda done, total, message="": None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if not cls.kind:
            raise ValueError(f"{cls.__name__} needs a kind.")
        if cls.kind in _kinds:
            raise ValueError(f"Two sheet kinds are called {cls.kind}.")
        _kinds[cls.kind] = cls

    # --- what a kind may override ------------------------------------------------------------------------------------

    @classmethod
    def may_upload(cls, user) -> bool:
        return user.role in cls.roles

    @classmethod
    def choices(cls, project: Project | None) -> dict[str, list[str]]:
        """Drop-downs of the template by column name, where they depend on the project (its teams, its units)."""
        return {}

    @classmethod
    def template(cls, project: Project | None = None) -> bytes:
        """An empty sheet to fill in and upload."""
        return template(cls.columns, cls.choices(project), title=cls.title)

    def other_projects(self) -> Iterable[Project]:
        """Those besides its own that the sheet may write for: held from the beginning."""
        return ()

    def layout(self, workbook: Workbook, mapping: dict[str, str] | None = None) -> Layout:
        return detect(workbook, self.columns, mapping)

    def read(self, workbook: Workbook, layout: Layout) -> list[ParsedRow]:
        return list(read_rows(workbook, layout, self.columns))

    def check_title(self, layout: Layout) -> None:
        """Refuse a sheet of another project: by default from the lines above the tables."""
        self.check_project_title([text for sheet in layout.sheets for text in sheet.titles])

    def check(self, rows: list[ParsedRow]) -> None:
        """Add problems to rows (`refuse`, `notice`); raise SheetError where the sheet as a whole is wrong."""

    def apply(self, rows: list[ParsedRow]) -> Outcome:
        """Write the good rows, set-based; called within a transaction."""
        raise NotImplementedError

    def describe(self, row: ParsedRow) -> dict[str, str]:
        """A row as the preview shows it, label → text. Numbers of IDs, cards, accounts and phones stay masked."""
        return describe(row, self.columns)

    def who(self, row: ParsedRow) -> str:
        """Whom the row is about, so that a problem can be understood without the sheet at hand."""
        return str(row.values.get("name") or "")

    # --- what a kind calls -------------------------------------------------------------------------------------------

    def check_project_title(self, texts: Iterable[str]) -> None:
        if self.project is not None:
            check_project_title(self.project, texts)

    def refuse(self, row: ParsedRow, field: str, message: str) -> None:
        """The row has an error at this column (its name, or "" for none) and will not be applied."""
        row.add(self._problem(row, field, message, "error"))

    def ask(self, row: ParsedRow, field: str, message: str, choices: list[tuple[str, str]]) -> None:
        """Refused until somebody has chosen in the preview; `answer_for` gives what they chose."""
        self.refuse(row, field, message)
        if len(self.questions) < MAX_QUESTIONS:
            shown = "，".join(text for text in self.describe(row).values() if text)
            self.questions.append({"key": _key(row), "row": row.row, "text": shown, "choices": choices})

    def answer_for(self, row: ParsedRow, choices: list[tuple[str, str]]) -> str:
        """The label chosen, "" for none."""
        return dict(choices).get(self.options.get("answers", {}).get(_key(row), ""), "")

    def notice(self, row: ParsedRow, field: str, message: str) -> None:
        """Worth a look; the row is applied all the same."""
        row.add(self._problem(row, field, message, "notice"))

    def _problem(self, row: ParsedRow, field: str, message: str, level: str) -> Problem:
        sheets = self.found.sheets if self.found else []
        column = next((sheet.mapping.get(field) for sheet in sheets if sheet.name == row.sheet), None)
        return Problem(row.sheet, row.row, field, message, level, column)

    def label_of(self, field: str) -> str:
        return next((column.label for column in self.columns if column.name == field), field)


def _key(row: ParsedRow) -> str:
    return f"{row.sheet}!{row.row}"


def project_kinds() -> dict[str, type[SheetImport]]:
    """Those that sites send, each for its project."""
    return {name: kind for name, kind in kinds().items() if kind.home is None}


def kinds() -> dict[str, type[SheetImport]]:
    """Every kind of sheet the apps define in their `imports` modules, by `order`."""
    autodiscover_modules("imports")
    return dict(sorted(_kinds.items(), key=lambda item: item[1].order))
