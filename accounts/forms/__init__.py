from accounts.forms.accounts import (
    AccountForm,
    BankAccountForm,
    CancelForm,
)
from accounts.forms.advances import (
    AdvanceForm,
    RecoverForm,
    ThresholdForm,
    UndoForm,
)
from accounts.forms.deposit_decisions import (
    ConfirmForm,
    OpinionForm,
    PaymentForm,
    ReasonForm,
    RefillForm,
    RefundDoneForm,
    RefundForm,
    UseForm,
)
from accounts.forms.deposits import (
    ApplyForm,
    AssessForm,
    DepositStandardForm,
    InstrumentForm,
)
from accounts.forms.notices import (
    PostingForm,
    WithdrawForm,
)
from accounts.forms.sheets import (
    AnswerForm,
    BackForm,
    BackPayForm,
    CorrectAdvanceForm,
    ExplainForm,
    LineForm,
    MakeForm,
    ObjectionForm,
    StepForm,
    WageAdvanceForm,
)

__all__ = [
    "AccountForm",
    "AdvanceForm",
    "AnswerForm",
    "ApplyForm",
    "AssessForm",
    "BackForm",
    "BackPayForm",
    "BankAccountForm",
    "CancelForm",
    "ConfirmForm",
    "CorrectAdvanceForm",
    "DepositStandardForm",
    "ExplainForm",
    "InstrumentForm",
    "LineForm",
    "MakeForm",
    "ObjectionForm",
    "OpinionForm",
    "PaymentForm",
    "PostingForm",
    "ReasonForm",
    "RecoverForm",
    "RefillForm",
    "RefundDoneForm",
    "RefundForm",
    "StepForm",
    "ThresholdForm",
    "UndoForm",
    "UseForm",
    "WageAdvanceForm",
    "WithdrawForm",
]
