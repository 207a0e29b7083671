from alerts.models.rule import RuleRun, RuleSetting
from alerts.models.warning import CaseLead, Disposal, Warning

__all__ = ["CaseLead", "Disposal", "RuleRun", "RuleSetting", "Warning"]
