"""What a line is said to be paid is what its payouts come to: checked when the transaction ends, so that a cent is
neither lost nor invented between the two, whoever writes either of them."""

from pgtrigger import After, Condition, Deferred, Delete, Insert, Row, Trigger, Update, UpdateOf

# A row that stayed behind at a merged project keeps its sum while its payouts went on with the other one.
_SAME = """
IF EXISTS (
    SELECT 1 FROM accounts_payrollline l JOIN projects_project p ON p.id = l.project_id
    WHERE l.id IN ({lines}) AND p.merged_into_id IS NULL AND l.paid <> (
        SELECT coalesce(sum(o.amount), 0) FROM accounts_payout o WHERE o.line_id = l.id AND o.returned_id IS NULL
    )
) THEN
    RAISE EXCEPTION 'refused: 已发放金额与工资发放记录不符' USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


def of_lines() -> list[Trigger]:
    changed = Condition("OLD.paid IS DISTINCT FROM NEW.paid")
    return [
        _at_the_end("paid_is_paid_out", Insert, "NEW.id", Condition("NEW.paid <> 0")),
        _at_the_end("paid_stays_paid_out", UpdateOf("paid"), "NEW.id", changed),
    ]


def of_payouts() -> list[Trigger]:
    return [
        _at_the_end("counted_when_made", Insert, "NEW.line_id"),
        _at_the_end("counted_when_changed", Update, "OLD.line_id, NEW.line_id", Condition(_COUNTS)),
        _at_the_end("counted_when_gone", Delete, "OLD.line_id"),
    ]


_COUNTS = "((OLD.line_id, OLD.amount, OLD.returned_id) IS DISTINCT FROM (NEW.line_id, NEW.amount, NEW.returned_id))"


def _at_the_end(name: str, operation, lines: str, condition: Condition | None = None) -> Trigger:
    return Trigger(
        name=name,
        level=Row,
        when=After,
        operation=operation,
        timing=Deferred,
        condition=condition,
        func=_SAME.replace("{lines}", lines),
    )
