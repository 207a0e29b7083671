from workers.forms.attendance import CorrectionForm, DeviceForm, StandardForm, TeamDayForm
from workers.forms.contracts import ContractForm
from workers.forms.papers import AppraisalForm, CardForm, CertificateForm, InsuranceForm, PhotoForm, ReasonForm
from workers.forms.people import EngagementForm, EnrolForm, ExitForm
from workers.forms.training import ResultsForm, TrainingForm

__all__ = [
    "AppraisalForm",
    "CardForm",
    "CertificateForm",
    "ContractForm",
    "CorrectionForm",
    "DeviceForm",
    "EngagementForm",
    "EnrolForm",
    "ExitForm",
    "InsuranceForm",
    "PhotoForm",
    "ReasonForm",
    "ResultsForm",
    "StandardForm",
    "TeamDayForm",
    "TrainingForm",
]
