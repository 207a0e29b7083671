"""What holds for a warning whoever writes it: officers, the rules' engine, a merge of projects, raw SQL."""

from pgtrigger import After, Before, Trigger, UpdateOf

# By an extension that the office above has granted, and in no other way (A4).
DEADLINE = """
IF NEW.due_on IS DISTINCT FROM OLD.due_on AND NOT EXISTS (
    SELECT 1 FROM alerts_demand d
    WHERE d.warning_id = NEW.id AND d.kind = 'extension' AND d.state = 'done' AND d.wished_on = NEW.due_on
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

# By hand only after the rule was asked, and what it still found only with a second officer's consent.
RELEASE = """
IF NEW.state = 'released' AND NEW.release_kind = 'evidence' AND OLD.state <> 'released' AND (
    NEW.still_found IS NULL OR NEW.still_found AND NOT EXISTS (
        SELECT 1 FROM alerts_demand d WHERE d.warning_id = NEW.id AND d.kind = 'release' AND d.state = 'done'
    )
) THEN
    RAISE EXCEPTION 'what the rule still finds of warning % takes two officers to release', NEW.id
        USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""

TRIGGERS = (
    Trigger(name="deadline_moves_by_extension", when=Before, operation=UpdateOf("due_on"), func=DEADLINE),
    Trigger(name="release_takes_two", when=Before, operation=UpdateOf("state"), func=RELEASE),
    Trigger(name="demands_end_with_it", when=After, operation=UpdateOf("state"), func=LAPSE),
)
