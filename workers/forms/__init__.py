from workers.forms.attendance import CorrectionForm, DeviceForm, StandardForm, TeamDayForm
from workers.forms.contracts import ContractEndForm, ContractForm, ScansForm
from workers.forms.papers import AppraisalForm, CardForm, CertificateForm, InsuranceForm, PhotoForm, ReasonForm
from workers.forms.people import EngagementForm, EnrolForm
from workers.forms.stays import ExitForm, ExitManyForm, PaidForm, SignedSheetForm
from workers.forms.teams import MoveForm, TeamForm
from workers.forms.training import ResultsForm, TrainingForm

__all__ = [
    "AppraisalForm",
    "CardForm",
    "CertificateForm",
    "ContractEndForm",
    "ContractForm",
    "CorrectionForm",
    "DeviceForm",
    "EngagementForm",
    "EnrolForm",
    "ExitForm",
    "ExitManyForm",
    "InsuranceForm",
    "MoveForm",
    "PaidForm",
    "PhotoForm",
    "ReasonForm",
    "ResultsForm",
    "ScansForm",
    "SignedSheetForm",
    "StandardForm",
    "TeamDayForm",
    "TeamForm",
    "TrainingForm",
]
