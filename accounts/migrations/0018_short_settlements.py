from importlib import import_module

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

BEFORE = import_module("accounts.migrations.0016_drafted_back_pay_is_not_owed").VIEW
ARREARS = import_module("accounts.migrations.0017_arrears_are_kept").VIEW

DROP = "DROP VIEW accounts_arrears; DROP VIEW accounts_wagedue;"
MARK = "INSERT INTO accounts_arrearsmark (project_id) SELECT id FROM projects_project"
VIEW = """
CREATE VIEW accounts_wagedue AS
SELECT 'l' || l.id AS key, 'unpaid'::text AS kind, l.project_id, l.month, l.engagement_id,
    (SELECT e.worker_id FROM workers_engagement e WHERE e.id = l.engagement_id) AS worker_id, encode(l.id_number_index, 'hex')
    AS person, l.name::text AS name,
    coalesce(l.team_id, (SELECT e.team_id FROM workers_engagement e WHERE e.id = l.engagement_id)) AS team_id,
    (SELECT u.organization_id FROM workers_team t JOIN projects_participation u ON u.id = t.employer_id
     WHERE t.id = coalesce(l.team_id, (SELECT e.team_id FROM workers_engagement e WHERE e.id = l.engagement_id)))
    AS unit_id, (SELECT c.organization_id FROM projects_participation c
     WHERE c.project_id = l.project_id AND c.participant_type = '009' ORDER BY c.is_lead DESC, c.id LIMIT 1) AS contractor_id, l.days, l.net, l.paid,
    l.net - l.paid AS amount, (SELECT wage_due_on(l.month, p.wage_pay_day) FROM projects_project p WHERE p.id = l.project_id) AS due_on,
    (SELECT max(p.paid_on) FROM accounts_payout p WHERE p.line_id = l.id AND p.returned_id IS NULL) AS last_paid_on,
    l.payroll_id, NULL::bigint AS departure_id,
    (SELECT h.state = 'draft' FROM accounts_payrollsheet h WHERE h.id = l.sheet_id) AS is_drafted
FROM accounts_payrollline l WHERE l.paid < l.net AND (NOT l.is_back_pay OR l.paid > 0 OR wage_sheet_is_out(l.sheet_id))
 UNION ALL
SELECT 'l' || l.id AS key, 'paid'::text AS kind, l.project_id, l.month, l.engagement_id,
    (SELECT e.worker_id FROM workers_engagement e WHERE e.id = l.engagement_id) AS worker_id, encode(l.id_number_index, 'hex')
    AS person, l.name::text AS name,
    coalesce(l.team_id, (SELECT e.team_id FROM workers_engagement e WHERE e.id = l.engagement_id)) AS team_id,
    (SELECT u.organization_id FROM workers_team t JOIN projects_participation u ON u.id = t.employer_id
     WHERE t.id = coalesce(l.team_id, (SELECT e.team_id FROM workers_engagement e WHERE e.id = l.engagement_id)))
    AS unit_id, (SELECT c.organization_id FROM projects_participation c
     WHERE c.project_id = l.project_id AND c.participant_type = '009' ORDER BY c.is_lead DESC, c.id LIMIT 1) AS contractor_id, l.days, l.net, l.paid,
    l.net - l.paid AS amount, (SELECT wage_due_on(l.month, p.wage_pay_day) FROM projects_project p WHERE p.id = l.project_id) AS due_on,
    (SELECT max(p.paid_on) FROM accounts_payout p WHERE p.line_id = l.id AND p.returned_id IS NULL) AS last_paid_on,
    l.payroll_id, NULL::bigint AS departure_id,
    (SELECT h.state = 'draft' FROM accounts_payrollsheet h WHERE h.id = l.sheet_id) AS is_drafted
FROM accounts_payrollline l WHERE l.paid >= l.net AND (NOT l.is_back_pay OR l.paid > 0 OR wage_sheet_is_out(l.sheet_id))
 UNION ALL
SELECT 'a' || a.id AS key, 'unlisted'::text AS kind, a.project_id, a.month, a.engagement_id,
    (SELECT e.worker_id FROM workers_engagement e WHERE e.id = a.engagement_id) AS worker_id,
    (SELECT encode(w.id_number_index, 'hex') FROM workers_engagement e JOIN workers_worker w ON w.id = e.worker_id
     WHERE e.id = a.engagement_id) AS person,
    (SELECT w.name FROM workers_engagement e JOIN workers_worker w ON w.id = e.worker_id
     WHERE e.id = a.engagement_id)::text AS name,
    (SELECT e.team_id FROM workers_engagement e WHERE e.id = a.engagement_id) AS team_id,
    (SELECT u.organization_id FROM workers_team t JOIN projects_participation u ON u.id = t.employer_id
     WHERE t.id = (SELECT e.team_id FROM workers_engagement e WHERE e.id = a.engagement_id)) AS unit_id,
    (SELECT c.organization_id FROM projects_participation c
     WHERE c.project_id = a.project_id AND c.participant_type = '009' ORDER BY c.is_lead DESC, c.id LIMIT 1) AS contractor_id, a.days, NULL::numeric AS net, NULL::numeric AS paid,
    (SELECT round(CASE c.wage_method WHEN 'day' THEN a.days * c.wage_rate
        WHEN 'month' THEN least(c.wage_rate, a.days * c.wage_rate / 21.75) END, 2)
     FROM workers_labourcontract c
     WHERE c.engagement_id = a.engagement_id AND c.starts_on <= a.last_day
     ORDER BY c.starts_on DESC, c.id DESC LIMIT 1) AS amount,
    (SELECT wage_due_on(a.month, p.wage_pay_day) FROM projects_project p WHERE p.id = a.project_id) AS due_on, NULL::date AS last_paid_on,
    NULL::bigint AS payroll_id, NULL::bigint AS departure_id, false AS is_drafted
FROM workers_attendancemonth a WHERE a.days > 0
    AND NOT EXISTS (
        SELECT 1 FROM accounts_payrollline l
        WHERE l.engagement_id = a.engagement_id AND l.month = a.month AND (NOT l.is_back_pay OR l.paid > 0 OR wage_sheet_is_out(l.sheet_id))
    )
    AND NOT EXISTS (
        SELECT 1 FROM accounts_payrollline l
        JOIN workers_worker w ON w.id_number_index = l.id_number_index
        JOIN workers_engagement e ON e.worker_id = w.id
        WHERE l.engagement_id IS NULL AND l.project_id = a.project_id AND l.month = a.month AND e.id = a.engagement_id
            AND (NOT l.is_back_pay OR l.paid > 0 OR wage_sheet_is_out(l.sheet_id))
    )
    AND NOT EXISTS (
        SELECT 1 FROM workers_departure d
        WHERE d.engagement_id = a.engagement_id AND d.exited_on >= a.last_day AND d.settlement = 'owed'
    AND (d.is_signed OR d.proposed_amount IS NULL OR d.owed_amount >= d.proposed_amount)
    )
 UNION ALL
SELECT 'd' || d.id AS key, 'departure'::text AS kind, d.project_id, date_trunc('month', d.exited_on)::date AS month,
    d.engagement_id, (SELECT e.worker_id FROM workers_engagement e WHERE e.id = d.engagement_id) AS worker_id,
    (SELECT encode(w.id_number_index, 'hex') FROM workers_engagement e JOIN workers_worker w ON w.id = e.worker_id
     WHERE e.id = d.engagement_id) AS person,
    (SELECT w.name FROM workers_engagement e JOIN workers_worker w ON w.id = e.worker_id
     WHERE e.id = d.engagement_id)::text AS name,
    (SELECT e.team_id FROM workers_engagement e WHERE e.id = d.engagement_id) AS team_id,
    (SELECT u.organization_id FROM workers_team t JOIN projects_participation u ON u.id = t.employer_id
     WHERE t.id = (SELECT e.team_id FROM workers_engagement e WHERE e.id = d.engagement_id)) AS unit_id,
    (SELECT c.organization_id FROM projects_participation c
     WHERE c.project_id = d.project_id AND c.participant_type = '009' ORDER BY c.is_lead DESC, c.id LIMIT 1) AS contractor_id, NULL::numeric AS days, d.owed_amount AS net,
    NULL::numeric AS paid, greatest(0, d.owed_amount + d.paid_before - (
        SELECT coalesce(sum(l.net), 0) FROM accounts_payrollline l
        WHERE l.engagement_id = d.engagement_id AND l.project_id = d.project_id
    AND l.month <= d.exited_on AND NOT EXISTS (
        SELECT 1 FROM workers_departure o
        WHERE o.engagement_id = d.engagement_id AND o.exited_on < d.exited_on AND l.month <= o.exited_on
            AND o.settlement = 'owed'
    AND (o.is_signed OR o.proposed_amount IS NULL OR o.owed_amount >= o.proposed_amount)
    ) AND (NOT l.is_back_pay OR l.paid > 0 OR wage_sheet_is_out(l.sheet_id))
    )) AS amount, d.owed_due_on AS due_on, NULL::date AS last_paid_on, NULL::bigint AS payroll_id,
    d.id AS departure_id, false AS is_drafted
FROM workers_departure d WHERE d.settlement = 'owed'
    AND (d.is_signed OR d.proposed_amount IS NULL OR d.owed_amount >= d.proposed_amount) AND d.paid_on IS NULL
"""


# Of exits before: whose settlement sheet was uploaded.
SIGNED = """
UPDATE workers_departure d SET is_signed = true
WHERE EXISTS (
    SELECT 1 FROM core_attachment a JOIN django_content_type t ON t.id = a.owner_type_id
    WHERE t.app_label = 'workers' AND t.model = 'departure' AND a.owner_id = d.id::text
)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_arrears_are_kept"),
        ("workers", "0010_short_settlements"),
    ]

    operations = [
        migrations.RunSQL(SIGNED, migrations.RunSQL.noop),
        migrations.RunSQL(f"{DROP}{VIEW};{ARREARS};{MARK}", f"{DROP}{BEFORE};{ARREARS};{MARK}"),
        pgtrigger.migrations.RemoveTrigger(
            model_name="payrollline",
            name="settles_departures",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payrollline",
            trigger=pgtrigger.compiler.Trigger(
                name="settles_departures",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nWITH moved AS (\n    SELECT DISTINCT n.engagement_id FROM new_rows n JOIN old_rows o ON o.id = n.id\n    WHERE n.engagement_id IS NOT NULL AND n.paid <> o.paid AND n.net = o.net\n), standing AS (\n    SELECT d.id, d.exited_on, d.owed_amount + d.paid_before <= coalesce(\n               (SELECT sum(l.paid) FROM accounts_payrollline l WHERE l.engagement_id = d.engagement_id AND l.project_id = d.project_id\n    AND l.month <= d.exited_on AND NOT EXISTS (\n        SELECT 1 FROM workers_departure o\n        WHERE o.engagement_id = d.engagement_id AND o.exited_on < d.exited_on AND l.month <= o.exited_on\n            AND o.settlement = 'owed'\n    AND (o.is_signed OR o.proposed_amount IS NULL OR o.owed_amount >= o.proposed_amount)\n    )), 0) AS is_paid,\n           (SELECT max(p.paid_on) FROM accounts_payrollline l\n            JOIN accounts_payout p ON p.line_id = l.id AND p.returned_id IS NULL\n            WHERE l.engagement_id = d.engagement_id AND l.project_id = d.project_id\n    AND l.month <= d.exited_on AND NOT EXISTS (\n        SELECT 1 FROM workers_departure o\n        WHERE o.engagement_id = d.engagement_id AND o.exited_on < d.exited_on AND l.month <= o.exited_on\n            AND o.settlement = 'owed'\n    AND (o.is_signed OR o.proposed_amount IS NULL OR o.owed_amount >= o.proposed_amount)\n    )) AS last_paid_on\n    FROM moved JOIN workers_departure d ON d.engagement_id = moved.engagement_id AND d.settlement = 'owed'\n)\nUPDATE workers_departure d\nSET paid_on = CASE WHEN s.is_paid THEN greatest(s.exited_on, s.last_paid_on) END, paid_by_wages = s.is_paid\nFROM standing s\nWHERE d.id = s.id AND (s.is_paid AND d.paid_on IS NULL OR NOT s.is_paid AND d.paid_by_wages);\nRETURN NULL;\n",
                    hash="768bc450b0e4b7fff43a65db8cd160e352a26365",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_settles_departures_b4523",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="accounts_payrollline",
                    when="AFTER",
                ),
            ),
        ),
    ]
