"""The ledger of arrears, kept: what the view of wages owed says of each project, until something of it changes.

Whatever moves a line, an exit, attendance or a contract marks its project, by triggers and in its own transaction; a
task makes the rows of marked projects anew (`services.keep_arrears`). Until then a marked project is read from the
view itself, so that nobody sees what is no longer so. No row depends on the day: what is past it is asked of `due_on`.
"""

from collections.abc import Collection
from datetime import date

from django.db import connection, models
from django.db.models import Q

from accounts.models.wage_due import WageDueFacts, past_due
from core.scoping import ScopedQuerySet

# Keys without constraints: rows that nobody writes but the task, from tables that have them.
TABLES = """
CREATE TABLE accounts_arrearsrow (LIKE accounts_wagedue, PRIMARY KEY (key));
CREATE INDEX arrears_row_of_project ON accounts_arrearsrow (project_id);
CREATE INDEX arrears_row_by_day ON accounts_arrearsrow (due_on);
CREATE TABLE accounts_arrearsmark (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, project_id bigint NOT NULL);
CREATE INDEX arrears_mark_of_project ON accounts_arrearsmark (project_id);
INSERT INTO accounts_arrearsmark (project_id) SELECT id FROM projects_project;
"""
VIEW = """
CREATE VIEW accounts_arrears AS
SELECT r.*, true AS is_kept FROM accounts_arrearsrow r
UNION ALL
SELECT w.*, false AS is_kept FROM accounts_wagedue w WHERE w.kind <> 'paid'
"""

# What the view reads, beside the pay day and people's names; each has its project.
SOURCES = (
    *("accounts_payrollline", "accounts_payrollsheet", "workers_attendancemonth", "workers_labourcontract"),
    *("workers_departure", "workers_engagement", "workers_team", "projects_participation"),
)
_ROWS = {
    "INSERT": "NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
}
FUNCTIONS = """
CREATE FUNCTION mark_arrears() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO accounts_arrearsmark (project_id) SELECT DISTINCT project_id FROM new_rows;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO accounts_arrearsmark (project_id) SELECT DISTINCT project_id FROM old_rows;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION mark_arrears_of_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_arrearsmark (project_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION mark_arrears_of_worker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_arrearsmark (project_id)
    SELECT DISTINCT project_id FROM workers_engagement WHERE worker_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER marks_arrears AFTER UPDATE OF wage_pay_day ON projects_project FOR EACH ROW
    WHEN (OLD.wage_pay_day IS DISTINCT FROM NEW.wage_pay_day) EXECUTE FUNCTION mark_arrears_of_project();
CREATE TRIGGER marks_arrears AFTER UPDATE OF name, id_number_index ON workers_worker FOR EACH ROW
    WHEN ((OLD.name, OLD.id_number_index) IS DISTINCT FROM (NEW.name, NEW.id_number_index))
    EXECUTE FUNCTION mark_arrears_of_worker();
"""
TRIGGERS = FUNCTIONS + "".join(
    f"CREATE TRIGGER marks_arrears_{act.lower()} AFTER {act} ON {table} REFERENCING {rows}"
    " FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();\n"
    for table in SOURCES
    for act, rows in _ROWS.items()
)


def marked(projects: Collection[int]) -> set[int]:
    """Of these, the ones whose kept rows may no longer be so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT project_id FROM accounts_arrearsmark")
        return {pk for (pk,) in cursor.fetchall()} & set(projects)


class ArrearsQuerySet(ScopedQuerySet):
    def of_projects(self, projects: Collection[int], today: date) -> "ArrearsQuerySet":
        """Owed past the day it was due: as `WageDue.arrears` says it, kept where it is still so. Each of the two is
        asked for its own projects by constants, which the planner follows into the view's halves."""
        stale = marked(projects)
        kept = Q(is_kept=True, project__in=set(projects) - stale, due_on__lt=today)
        return self.filter(kept | Q(is_kept=False, project__in=stale) & past_due(today))


class Arrears(WageDueFacts):
    """A row of the ledger of arrears."""

    is_kept = models.BooleanField()

    objects = ArrearsQuerySet.as_manager()

    class Meta(WageDueFacts.Meta):
        abstract = False
        managed = False
        db_table = "accounts_arrears"
        verbose_name = "拖欠工资"
        verbose_name_plural = verbose_name
