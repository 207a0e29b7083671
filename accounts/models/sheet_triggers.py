"""What holds a wage sheet against everybody, raw SQL included.

A sheet's state is changed by the trigger of its steps and by nothing else; a step is taken in turn (`STEPS`) or
refused; a worker's answer likewise. Lines can be written while their sheet is a draft, and what was paid stays.
The words after `refused:` reach the person who tried, see `services.sheets.refusal_of`.
"""

from pgtrigger import (
    After,
    Before,
    Condition,
    Deferred,
    Delete,
    Insert,
    Operation,
    Row,
    Trigger,
    Update,
    UpdateOf,
)

from accounts.enums import STEPS
from core.triggers import no_truncate

_RAISE = "USING ERRCODE = 'check_violation'"


def _sql_pairs() -> str:
    return ", ".join(f"('{before.value}', '{after.value}')" for before, after in STEPS)


# A step is the only way: its own trigger writes the state one level down.
_ONLY_BY_STEPS = f"""
IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
        RAISE EXCEPTION 'refused: 工资表须从编制开始' {_RAISE};
    END IF;
    RETURN NEW;
END IF;
IF pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'refused: 工资表状态只能由办理步骤改变' {_RAISE};
END IF;
RETURN NEW;
"""

_NEVER_LOST = f"""
IF OLD.state <> 'draft' OR EXISTS (SELECT 1 FROM accounts_payrollstep s WHERE s.sheet_id = OLD.id) THEN
    RAISE EXCEPTION 'refused: 已办理过的工资表不能删除' {_RAISE};
END IF;
RETURN OLD;
"""

_MOVE = f"""
SELECT * INTO sheet FROM accounts_payrollsheet WHERE id = NEW.sheet_id FOR UPDATE;
IF sheet.state <> NEW.from_state THEN
    RAISE EXCEPTION 'refused: 工资表刚刚由他人办理，请刷新后再试' {_RAISE};
END IF;
IF sheet.project_id <> NEW.project_id OR (NEW.from_state, NEW.to_state) NOT IN ({_sql_pairs()}) THEN
    RAISE EXCEPTION 'refused: 办理步骤不能跳过' {_RAISE};
END IF;
SELECT count(*) AS people, coalesce(sum(net), 0) AS net, coalesce(sum(paid), 0) AS paid,
       count(*) FILTER (WHERE answer = 'objected') AS objected, count(*) FILTER (WHERE answer = '') AS silent,
       count(*) FILTER (WHERE paid < net) AS owed,
       count(*) FILTER (WHERE wage_method = 'piece' AND quantity IS NULL AND due = 0) AS unmeasured,
       count(*) FILTER (WHERE deducted > 0 AND deduction_reason = '') AS unexplained,
       count(*) FILTER (WHERE difference_reason = '' AND paid = 0
                        AND (days <> coalesce(attended_days, 0) OR due IS DISTINCT FROM expected_due)) AS unlike
INTO found FROM accounts_payrollline WHERE sheet_id = NEW.sheet_id;
IF (NEW.people, NEW.net) IS DISTINCT FROM (found.people::int, found.net) THEN
    RAISE EXCEPTION 'refused: 工资表刚刚有变化，请刷新后再试' {_RAISE};
END IF;
IF NEW.to_state = 'confirming' AND found.people = 0 THEN
    RAISE EXCEPTION 'refused: 工资表没有人员，不能提交' {_RAISE};
END IF;
IF NEW.to_state = 'confirming' AND found.unexplained > 0 THEN
    RAISE EXCEPTION 'refused: 还有 % 人的扣款没有写明原因', found.unexplained {_RAISE};
END IF;
IF NEW.to_state = 'confirming' AND found.unmeasured > 0 THEN
    RAISE EXCEPTION 'refused: 还有 % 人的计件工资没有填完成工程量', found.unmeasured {_RAISE};
END IF;
IF NEW.to_state = 'confirming' AND found.unlike > 0 THEN
    RAISE EXCEPTION 'refused: 还有 % 人与考勤或合同不一致而没有写明原因', found.unlike {_RAISE};
END IF;
IF NEW.to_state = 'confirmed' AND found.objected > 0 THEN
    RAISE EXCEPTION 'refused: 还有 % 人有异议，请退回修改或请本人重新确认', found.objected {_RAISE};
END IF;
IF NEW.to_state = 'confirmed' AND NEW.means <> 'paper' AND found.silent > 0 THEN
    RAISE EXCEPTION 'refused: 还有 % 人没有确认，可上传签字工资表代替', found.silent {_RAISE};
END IF;
IF NEW.to_state = 'paid' AND found.owed > 0 OR NEW.to_state = 'partly' AND (found.owed = 0 OR found.paid = 0)
   OR NEW.to_state = 'refused' AND found.paid > 0 THEN
    RAISE EXCEPTION 'refused: 发放结果与工资明细不符' {_RAISE};
END IF;
IF NEW.to_state = 'draft' AND found.paid > 0 THEN
    RAISE EXCEPTION 'refused: 已有人员发放，不能退回编制' {_RAISE};
END IF;
UPDATE accounts_payrollsheet SET state = NEW.to_state WHERE id = NEW.sheet_id;
IF NEW.to_state = 'draft' THEN
    UPDATE accounts_payrollline SET answer = '', answered_at = NULL WHERE sheet_id = NEW.sheet_id AND answer <> '';
END IF;
RETURN NEW;
"""

_ANSWER = f"""
SELECT l.net, l.engagement_id, l.project_id, s.state INTO line
FROM accounts_payrollline l JOIN accounts_payrollsheet s ON s.id = l.sheet_id WHERE l.id = NEW.line_id
FOR UPDATE OF l, s;
IF line.state <> 'confirming' OR line.project_id <> NEW.project_id THEN
    RAISE EXCEPTION 'refused: 这份工资表现在不需要确认' {_RAISE};
END IF;
IF NOT EXISTS (
    SELECT 1 FROM workers_engagement e JOIN workers_worker w ON w.id = e.worker_id
    WHERE e.id = line.engagement_id AND w.user_id = NEW.by_id
) THEN
    RAISE EXCEPTION 'refused: 只能由本人确认' {_RAISE};
END IF;
IF line.net <> NEW.net THEN
    RAISE EXCEPTION 'refused: 工资金额刚刚有变化，请核对后再确认' {_RAISE};
END IF;
UPDATE accounts_payrollline SET answer = NEW.answer, answered_at = NEW.at WHERE id = NEW.line_id;
RETURN NEW;
"""

# Ciphertexts differ each time: the same number is told by its index. A merge of projects, which says so in its
# transaction, may make one line of two.
_WRITTEN_IN_DRAFTS = f"""
IF TG_OP = 'UPDATE' THEN
    IF (OLD.due, OLD.deducted, OLD.net, OLD.days, OLD.rate, OLD.quantity, OLD.advance_deducted, OLD.name,
        OLD.id_number_index, OLD.card_number_index, OLD.month, OLD.sheet_id, OLD.is_back_pay, OLD.deduction_reason,
        OLD.difference_reason)
       IS NOT DISTINCT FROM
       (NEW.due, NEW.deducted, NEW.net, NEW.days, NEW.rate, NEW.quantity, NEW.advance_deducted, NEW.name,
        NEW.id_number_index, NEW.card_number_index, NEW.month, NEW.sheet_id, NEW.is_back_pay, NEW.deduction_reason,
        NEW.difference_reason) THEN
        IF (OLD.answer, OLD.answered_at) IS DISTINCT FROM (NEW.answer, NEW.answered_at) AND pg_trigger_depth() < 2 THEN
            RAISE EXCEPTION 'refused: 工人答复只能由本人作出' {_RAISE};
        END IF;
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT 1 FROM projects_projectmerge m
        WHERE m.id = nullif(current_setting('wagemonitor.merge', true), '')::bigint
          AND OLD.project_id IN (m.source_id, m.target_id)
    ) THEN
        RETURN NEW;
    END IF;
END IF;
IF TG_OP <> 'INSERT' AND OLD.paid > 0 THEN
    RAISE EXCEPTION 'refused: 已发放的工资不能再改' {_RAISE};
END IF;
SELECT state INTO was FROM accounts_payrollsheet WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.sheet_id
                                                                        ELSE NEW.sheet_id END FOR SHARE;
IF was <> 'draft' OR TG_OP = 'UPDATE' AND OLD.sheet_id <> NEW.sheet_id
   AND EXISTS (SELECT 1 FROM accounts_payrollsheet WHERE id = OLD.sheet_id AND state <> 'draft') THEN
    RAISE EXCEPTION 'refused: 已提交的工资表不能再改，请先退回编制' {_RAISE};
END IF;
RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
"""

# At the end of the transaction: what the sheets take back of somebody's advances is never more than was advanced.
_NEVER_MORE = f"""
IF (SELECT coalesce(sum(l.advance_deducted), 0) FROM accounts_payrollline l WHERE l.engagement_id = NEW.engagement_id)
   > (SELECT coalesce(sum(a.amount), 0) FROM accounts_wageadvance a WHERE a.engagement_id = NEW.engagement_id) THEN
    RAISE EXCEPTION 'refused: 扣回的预支超过已预支的工资' {_RAISE};
END IF;
RETURN NULL;
"""


def of_sheets() -> list[Trigger]:
    return [
        _before("state_by_steps", Insert | UpdateOf("state"), _ONLY_BY_STEPS),
        _before("never_lost", Delete, _NEVER_LOST),
        no_truncate(),
    ]


def of_steps() -> list[Trigger]:
    return [_before("moves_the_sheet", Insert, _MOVE, ("sheet", "RECORD"), ("found", "RECORD"))]


def of_answers() -> list[Trigger]:
    return [_before("answers_the_line", Insert, _ANSWER, ("line", "RECORD"))]


def of_lines() -> list[Trigger]:
    written = Insert | Update | Delete
    return [
        _before("written_in_drafts", written, _WRITTEN_IN_DRAFTS, ("was", "TEXT")),
        _at_the_end(Insert | UpdateOf("advance_deducted", "engagement_id"), "NEW.advance_deducted > 0"),
        no_truncate(),
    ]


def of_advances() -> list[Trigger]:
    return [_at_the_end(Insert, "NEW.amount < 0")]


def _before(name: str, operation: Operation, func: str, *declare: tuple[str, str]) -> Trigger:
    return Trigger(name=name, when=Before, operation=operation, func=func, declare=list(declare))


def _at_the_end(operation: Operation, condition: str) -> Trigger:
    return Trigger(
        name="advances_taken_back_once",
        level=Row,
        when=After,
        operation=operation,
        timing=Deferred,
        condition=Condition(condition),
        func=_NEVER_MORE,
    )
