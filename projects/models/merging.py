"""What becomes of a model's rows when their project is merged into another, said on the model itself as `on_merge`.

Said nothing, rows go over to the target. A model with a unique constraint that a move could break says for each of
them, by its name ("pk" for a composite primary key), what becomes of a row the target has already; see
docs/decisions/merging-projects.md. In the SQL given here `s` is the source's row and `t` the target's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pgtrigger import Before, Delete, Trigger, Update

from core.triggers import no_truncate


@dataclass(frozen=True)
class Stays:
    """The rows belong to the project they were written for and stay there."""

    because: str


@dataclass(frozen=True)
class Fold:
    """The target has the same thing: the source's row stays behind, what hangs on it goes over to the target's.

    `into`: what the target's row takes over, column → SQL. `refuse_when`: a condition on the pair under which the
    two projects cannot be merged yet, and `message` why. `rebuild`: of rows that are sums of others, the SQL that
    makes them anew for `%(rows)s`, ids of the rows they hang on by the foreign key `of`. `is_exact`: what the target's
    row took over can only be taken back from a row that has not changed since; else the merge is not undone.
    """

    into: Mapping[str, str] = field(default_factory=dict)
    refuse_when: str = ""
    message: str = ""
    rebuild: str = ""
    of: str = ""
    is_exact: bool = False


@dataclass(frozen=True)
class Change:
    """The row goes over, but altered (column → SQL), so that it no longer stands against the target's."""

    to: Mapping[str, str]


@dataclass(frozen=True)
class Refuse:
    """The two projects cannot be merged as long as both have it."""

    message: str


Rule = Fold | Change | Refuse


def filled(*columns: str) -> dict[str, str]:
    """Blanks of the target's row are filled from the source's."""
    return {name: f"coalesce(nullif(t.{name}, ''), s.{name})" for name in columns}


# Between a project and the one it was merged into, and of the row nothing but its project.
_MOVES_ONLY = """
IF TG_OP = 'UPDATE' THEN
    {also}as_it_was := NEW;
    as_it_was.project_id := OLD.project_id;{columns}
    IF as_it_was IS NOT DISTINCT FROM OLD AND EXISTS (
        SELECT 1 FROM projects_project p
        WHERE (p.id = OLD.project_id AND p.merged_into_id = NEW.project_id)
           OR (p.id = NEW.project_id AND p.merged_into_id = OLD.project_id)
    ) THEN
        RETURN NEW;
    END IF;
END IF;
RAISE EXCEPTION 'append-only: cannot update or delete rows of %', TG_TABLE_NAME;
"""


def append_only_but_for_merges(*columns: str, also: str = "") -> list[Trigger]:
    """As `core.triggers.append_only`, for rows with a `project`: that alone may change, between the two projects of a
    merge, and with it keys to rows that fold (`columns`). Not for tables with generated columns, which a BEFORE
    trigger does not see. `also`: SQL that returns NEW for one more UPDATE that may pass, with `as_it_was` to compare
    in."""
    return [
        Trigger(
            name="append_only",
            when=Before,
            operation=Update | Delete,
            declare=[("as_it_was", "RECORD")],
            func=_MOVES_ONLY.replace("{also}", also).replace(
                "{columns}", "".join(f"\n    as_it_was.{column} := OLD.{column};" for column in columns)
            ),
        ),
        no_truncate(),
    ]
