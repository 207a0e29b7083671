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
from accounts.forms.banks import (
    BankAgreementForm,
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
from accounts.forms.labour_cost import (
    MeasuredForm,
    TermForm,
)
from accounts.forms.ledger import (
    AgreementForm,
    ClosingForm,
    ReclassifyForm,
    ReverseForm,
    SurplusForm,
)
from accounts.forms.notices import (
    PostingForm,
    WithdrawForm,
)
from accounts.forms.payouts import (
    HandOverForm,
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
    "AgreementForm",
    "AnswerForm",
    "ApplyForm",
    "AssessForm",
    "BackForm",
    "BackPayForm",
    "BankAccountForm",
    "BankAgreementForm",
    "CancelForm",
    "ClosingForm",
    "ConfirmForm",
    "CorrectAdvanceForm",
    "DepositStandardForm",
    "ExplainForm",
    "HandOverForm",
    "InstrumentForm",
    "LineForm",
    "MakeForm",
    "MeasuredForm",
    "ObjectionForm",
    "OpinionForm",
    "PaymentForm",
    "PostingForm",
    "ReasonForm",
    "ReclassifyForm",
    "RecoverForm",
    "RefillForm",
    "RefundDoneForm",
    "RefundForm",
    "ReverseForm",
    "StepForm",
    "SurplusForm",
    "TermForm",
    "ThresholdForm",
    "UndoForm",
    "UseForm",
    "WageAdvanceForm",
    "WithdrawForm",
]
