from alerts.models.case_lead import CaseLead
from alerts.models.demand import Demand, SavedFilter
from alerts.models.proposal import RuleProposal, RuleTrial, TrialFigure, TrialFinding, TrialRegrading, TrialStanding
from alerts.models.rule import RuleRun, RuleSetting
from alerts.models.warning import Disposal, Warning

__all__ = [
    "CaseLead",
    "Demand",
    "Disposal",
    "RuleProposal",
    "RuleRun",
    "RuleSetting",
    "RuleTrial",
    "SavedFilter",
    "TrialFigure",
    "TrialFinding",
    "TrialRegrading",
    "TrialStanding",
    "Warning",
]
