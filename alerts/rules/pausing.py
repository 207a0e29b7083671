"""How a suspension counts. Why each rule pauses or runs on: docs/decisions/suspended-projects.md."""

# Whole days from `since` up to yesterday on which the project did not stand still.
RUNNING_DAYS = """(
    %(today)s::date - {since} - coalesce((
        SELECT sum(upper(stood.days) - lower(stood.days)) FROM (
            SELECT daterange(s.began_on, s.ended_on)
                   * daterange(least({since}, %(today)s::date), %(today)s::date) AS days
            FROM projects_suspension s WHERE s.project_id = {project}
        ) stood
        WHERE NOT isempty(stood.days)
    ), 0)
)"""

# Whether the project stood still on every day of a month.
STOOD_ALL_MONTH = """coalesce((
    SELECT range_agg(daterange(s.began_on, s.ended_on)) FROM projects_suspension s WHERE s.project_id = {project}
) @> daterange({month}, ({month} + interval '1 month')::date), false)"""
