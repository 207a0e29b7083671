"""What holds for a warning whoever writes it: officers, the rules' engine, a merge of projects, raw SQL."""

from pgtrigger import After, Before, Trigger, UpdateOf

# By an extension that the office above has granted, and in no other way (A4).
DEADLINE = """
IF NEW.due_on IS DISTINCT FROM OLD.due_on AND NOT EXISTS (
    SELECT 1 FROM alerts_demand d
    WHERE d.warning_id = NEW.id AND d.kind = 'extension' AND d.state = 'done' AND d.due_on = NEW.due_on
) THEN
    RAISE EXCEPTION 'the deadline of warning % moves only by an extension', NEW.id USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""

# Nobody owes an answer about what has ended. An interview is held all the same.
LAPSE = """
IF NEW.state IN ('released', 'transferred') AND OLD.state NOT IN ('released', 'transferred') THEN
    UPDATE alerts_demand SET state = 'lapsed'
    WHERE warning_id = NEW.id AND state IN ('open', 'answered') AND kind <> 'interview';
END IF;
RETURN NULL;
"""

TRIGGERS = (
    Trigger(name="deadline_moves_by_extension", when=Before, operation=UpdateOf("due_on"), func=DEADLINE),
    Trigger(name="demands_end_with_it", when=After, operation=UpdateOf("state"), func=LAPSE),
)
