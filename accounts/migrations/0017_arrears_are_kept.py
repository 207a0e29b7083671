from django.db import migrations, models

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
TRIGGERS = """
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
CREATE TRIGGER marks_arrears_insert AFTER INSERT ON accounts_payrollline REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_delete AFTER DELETE ON accounts_payrollline REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_update AFTER UPDATE ON accounts_payrollline REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_insert AFTER INSERT ON accounts_payrollsheet REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_delete AFTER DELETE ON accounts_payrollsheet REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_update AFTER UPDATE ON accounts_payrollsheet REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_insert AFTER INSERT ON workers_attendancemonth REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_delete AFTER DELETE ON workers_attendancemonth REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_update AFTER UPDATE ON workers_attendancemonth REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_insert AFTER INSERT ON workers_labourcontract REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_delete AFTER DELETE ON workers_labourcontract REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_update AFTER UPDATE ON workers_labourcontract REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_insert AFTER INSERT ON workers_departure REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_delete AFTER DELETE ON workers_departure REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_update AFTER UPDATE ON workers_departure REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_insert AFTER INSERT ON workers_engagement REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_delete AFTER DELETE ON workers_engagement REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_update AFTER UPDATE ON workers_engagement REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_insert AFTER INSERT ON workers_team REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_delete AFTER DELETE ON workers_team REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_update AFTER UPDATE ON workers_team REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_insert AFTER INSERT ON projects_participation REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_delete AFTER DELETE ON projects_participation REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
CREATE TRIGGER marks_arrears_update AFTER UPDATE ON projects_participation REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION mark_arrears();
"""
UNDO = """
DROP FUNCTION mark_arrears, mark_arrears_of_project, mark_arrears_of_worker CASCADE;
DROP VIEW accounts_arrears;
DROP TABLE accounts_arrearsrow, accounts_arrearsmark;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_drafted_back_pay_is_not_owed"),
        ("projects", "0009_jurisdiction"),
        ("workers", "0009_exit_settlement"),
    ]

    operations = [
        migrations.CreateModel(
            name="Arrears",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("unpaid", "工资表未付清"),
                            ("paid", "已发放"),
                            ("unlisted", "有考勤无工资表"),
                            ("departure", "退场欠付"),
                        ],
                        verbose_name="情形",
                    ),
                ),
                ("month", models.DateField(verbose_name="工资月份")),
                ("person", models.TextField()),
                ("name", models.TextField(verbose_name="姓名")),
                ("days", models.DecimalField(decimal_places=1, max_digits=4, null=True, verbose_name="天数")),
                ("net", models.DecimalField(decimal_places=2, max_digits=16, null=True, verbose_name="应付")),
                ("paid", models.DecimalField(decimal_places=2, max_digits=16, null=True, verbose_name="已付")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16, null=True, verbose_name="尚欠")),
                ("due_on", models.DateField(verbose_name="应付日期")),
                ("last_paid_on", models.DateField(null=True, verbose_name="最后支付")),
                ("payroll_id", models.BigIntegerField(null=True)),
                ("departure_id", models.BigIntegerField(null=True)),
                ("is_drafted", models.BooleanField(verbose_name="工资表编制中")),
                ("is_kept", models.BooleanField()),
            ],
            options={
                "verbose_name": "拖欠工资",
                "verbose_name_plural": "拖欠工资",
                "db_table": "accounts_arrears",
                "ordering": ["due_on", "key"],
                "abstract": False,
                "managed": False,
            },
        ),
        migrations.RunSQL(TABLES + VIEW + ";" + TRIGGERS, UNDO),
    ]
