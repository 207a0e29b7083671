import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0009_jurisdiction"),
        ("workers", "0009_exit_settlement"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="departure",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="departure",
            name="update_update",
        ),
        migrations.AddField(
            model_name="departure",
            name="is_signed",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="本人已签结算单"),
        ),
        migrations.AddField(
            model_name="departure",
            name="short_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("paid", "已用其他方式支付"),
                    ("advance", "扣回预支、借支"),
                    ("attendance", "考勤记录有误"),
                    ("rate", "工资标准有误"),
                    ("piece", "按计件、包干结算"),
                    ("disputed", "有争议，另行处理"),
                ],
                db_default="",
                max_length=10,
                verbose_name="少于核算的原因",
            ),
        ),
        migrations.AddField(
            model_name="departureevent",
            name="is_signed",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="本人已签结算单"),
        ),
        migrations.AddField(
            model_name="departureevent",
            name="short_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("paid", "已用其他方式支付"),
                    ("advance", "扣回预支、借支"),
                    ("attendance", "考勤记录有误"),
                    ("rate", "工资标准有误"),
                    ("piece", "按计件、包干结算"),
                    ("disputed", "有争议，另行处理"),
                ],
                db_default="",
                max_length=10,
                verbose_name="少于核算的原因",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="departure",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "workers_departureevent" ("by_id", "engagement_id", "entered_on", "exited_on", "id", "is_signed", "note", "owed_amount", "owed_due_on", "paid_before", "paid_by_wages", "paid_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "proposed_amount", "registered_at", "settlement", "short_reason") VALUES (NEW."by_id", NEW."engagement_id", NEW."entered_on", NEW."exited_on", NEW."id", NEW."is_signed", NEW."note", NEW."owed_amount", NEW."owed_due_on", NEW."paid_before", NEW."paid_by_wages", NEW."paid_on", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."project_id", NEW."proposed_amount", NEW."registered_at", NEW."settlement", NEW."short_reason"); RETURN NULL;',
                    hash="b9d05259b38caef3d6def698880b60e4b288daf8",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1b56e",
                    table="workers_departure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="departure",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "workers_departureevent" ("by_id", "engagement_id", "entered_on", "exited_on", "id", "is_signed", "note", "owed_amount", "owed_due_on", "paid_before", "paid_by_wages", "paid_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "proposed_amount", "registered_at", "settlement", "short_reason") VALUES (NEW."by_id", NEW."engagement_id", NEW."entered_on", NEW."exited_on", NEW."id", NEW."is_signed", NEW."note", NEW."owed_amount", NEW."owed_due_on", NEW."paid_before", NEW."paid_by_wages", NEW."paid_on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."project_id", NEW."proposed_amount", NEW."registered_at", NEW."settlement", NEW."short_reason"); RETURN NULL;',
                    hash="eef17af15cde96c6b5b75d5208ba755fea9b3b12",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_957f6",
                    table="workers_departure",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="departure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("short_reason", ""),
                    models.Q(
                        ("short_reason__in", ["paid", "advance", "attendance", "rate", "piece", "disputed"]),
                        models.Q(("note", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="departure_short_says_why",
            ),
        ),
    ]
