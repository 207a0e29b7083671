from alerts.models.proposal import RuleProposal, RuleTrial, TrialFigure, TrialFinding
from alerts.models.rule import RuleRun, RuleSetting
from alerts.models.warning import CaseLead, Disposal, Warning

__all__ = [
    "CaseLead",
    "Disposal",
    "RuleProposal",
    "RuleRun",
    "RuleSetting",
    "RuleTrial",
    "TrialFigure",
    "TrialFinding",
    "Warning",
]
