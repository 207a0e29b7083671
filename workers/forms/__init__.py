from workers.forms.attendance import CorrectionForm
from workers.forms.contracts import ContractForm
from workers.forms.people import EngagementForm, EnrolForm, ExitForm

__all__ = ["ContractForm", "CorrectionForm", "EngagementForm", "EnrolForm", "ExitForm"]
