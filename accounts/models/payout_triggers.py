"""What holds a batch of payments against everybody, raw SQL included: it is fixed once it is made, each payment ends
once, and what it pays is owed by a sheet that went through all its steps."""

from pgtrigger import After, Before, Deferred, Delete, Insert, Referencing, Row, Statement, Trigger, Update

from core.triggers import no_truncate

_RAISE = "USING ERRCODE = 'check_violation'"

_BATCH_STAYS = f"""
IF TG_OP = 'DELETE' OR OLD.state = 'done' AND NEW.state <> 'done'
   OR (OLD.account_id, OLD.number, OLD.layout, OLD.count, OLD.total, OLD.made_by_id, OLD.made_at)
      IS DISTINCT FROM
      (NEW.account_id, NEW.number, NEW.layout, NEW.count, NEW.total, NEW.made_by_id, NEW.made_at) THEN
    RAISE EXCEPTION 'refused: 代发批次提交后不能修改' {_RAISE};
END IF;
RETURN NEW;
"""

# At the end of the transaction: the control totals of the file are those of its payments.
_TOTALS_AGREE = f"""
IF (SELECT (count(*)::int, coalesce(sum(o.amount), 0)) FROM accounts_payoutorder o
    WHERE o.batch_id = NEW.id AND o.refusal IN ('', 'bank'))
   IS DISTINCT FROM (SELECT (b.count, b.total) FROM accounts_payoutbatch b WHERE b.id = NEW.id) THEN
    RAISE EXCEPTION 'refused: 代发批次的笔数或金额与明细不符' {_RAISE};
END IF;
RETURN NULL;
"""

# Nothing is slipped into a batch afterwards.
_NO_MORE_THAN_STATED = f"""
IF EXISTS (
    SELECT 1 FROM accounts_payoutbatch b
    JOIN (SELECT o.batch_id, count(*) AS orders, sum(o.amount) AS amount FROM accounts_payoutorder o
          WHERE o.batch_id IN (SELECT batch_id FROM new_rows) AND o.refusal IN ('', 'bank') GROUP BY o.batch_id) o
      ON o.batch_id = b.id
    WHERE o.orders > b.count OR o.amount > b.total
) THEN
    RAISE EXCEPTION 'refused: 代发批次的笔数或金额与明细不符' {_RAISE};
END IF;
RETURN NULL;
"""

_ORDER_IN_TURN = f"""
SELECT l.net - l.paid AS owed, l.project_id, s.state AS state INTO line
FROM accounts_payrollline l JOIN accounts_payrollsheet s ON s.id = l.sheet_id WHERE l.id = NEW.line_id;
SELECT b.project_id, b.state INTO batch
FROM accounts_payoutbatch b WHERE b.id = NEW.batch_id;
IF batch.project_id <> NEW.project_id OR line.project_id <> NEW.project_id OR batch.state <> 'sent' THEN
    RAISE EXCEPTION 'refused: 代发明细不属于本批次的项目' {_RAISE};
END IF;
IF NEW.state = 'paid' OR NEW.state = 'waiting' AND (
    line.state NOT IN ('approved', 'at_bank', 'partly', 'refused') OR NEW.amount <> line.owed
) THEN
    RAISE EXCEPTION 'refused: 工资表未经全部审核，或金额与尚欠工资不同' {_RAISE};
END IF;
RETURN NEW;
"""

_ORDER_ENDS_ONCE = f"""
IF TG_OP = 'DELETE' OR OLD.state <> 'waiting'
   AND (OLD.state, OLD.refusal, OLD.reason, OLD.serial, OLD.settled_at)
       IS DISTINCT FROM (NEW.state, NEW.refusal, NEW.reason, NEW.serial, NEW.settled_at)
   OR (OLD.batch_id, OLD.number, OLD.first_id, OLD.attempt, OLD.name, OLD.card_number_index, OLD.amount)
      IS DISTINCT FROM
      (NEW.batch_id, NEW.number, NEW.first_id, NEW.attempt, NEW.name, NEW.card_number_index, NEW.amount) THEN
    RAISE EXCEPTION 'refused: 代发明细只办结一次，提交后不能修改' {_RAISE};
END IF;
RETURN NEW;
"""


def of_batches() -> list[Trigger]:
    return [
        Trigger(name="fixed_when_made", when=Before, operation=Update | Delete, func=_BATCH_STAYS),
        Trigger(name="totals_agree", level=Row, when=After, operation=Insert, timing=Deferred, func=_TOTALS_AGREE),
        no_truncate(),
    ]


def of_orders() -> list[Trigger]:
    records = [("line", "RECORD"), ("batch", "RECORD")]
    return [
        Trigger(
            name="no_more_than_stated",
            level=Statement,
            when=After,
            operation=Insert,
            referencing=Referencing(new="new_rows"),
            func=_NO_MORE_THAN_STATED,
        ),
        Trigger(name="in_turn", when=Before, operation=Insert, declare=records, func=_ORDER_IN_TURN),
        Trigger(name="ends_once", when=Before, operation=Update | Delete, func=_ORDER_ENDS_ONCE),
        no_truncate(),
    ]
