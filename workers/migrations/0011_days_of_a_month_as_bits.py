from django.db import migrations, models

# Days of a span, within a month, as bits: the 1st is bit 0. An open end reaches beyond the month.
MONTH_BITS = """
CREATE FUNCTION month_bits(month date, since date, until date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN coalesce(until - month, 30) < greatest(coalesce(since - month, 0), 0)
                  OR coalesce(since - month, 0) > 30 THEN 0
           ELSE ((1::bigint << (least(coalesce(until - month, 30), 30) + 1))
                 - (1::bigint << greatest(coalesce(since - month, 0), 0)))::integer END
$$
"""
FILL = """
UPDATE workers_attendancemonth m SET day_bits = d.bits
FROM (
    SELECT engagement_id, date_trunc('month', day)::date AS month,
           bit_or(1 << (extract(day FROM day)::int - 1)) AS bits
    FROM workers_attendanceday WHERE units > 0 GROUP BY 1, 2
) d
WHERE d.engagement_id = m.engagement_id AND d.month = m.month
"""


class Migration(migrations.Migration):
    dependencies = [("workers", "0010_short_settlements")]

    operations = [
        migrations.AddField(
            model_name="attendancemonth",
            name="day_bits",
            field=models.IntegerField(
                db_default=0, default=0, editable=False, help_text="the days attended; bit 0: the 1st"
            ),
        ),
        migrations.RunSQL(MONTH_BITS, "DROP FUNCTION month_bits(date, date, date)"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
