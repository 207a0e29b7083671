"""Agreement banks (协议银行), and how well each bank pushes its data."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import permissions, selectors, services
from accounts.filters import BankFilters
from accounts.forms import BankAgreementForm
from accounts.models import BankAgreement
from accounts.permissions import BANK_READERS
from accounts.selectors.banks import WEIGHTS
from accounts.tables import BankAgreementTable, BankQualityTable
from core import attachments
from core.access import access, read_or_write
from organizations.enums import Role
from projects.pages import form_page


@require_GET
@access(*BANK_READERS)
def bank_list(request):
    today = timezone.localdate()
    filters = BankFilters(request.GET)
    month = filters.values.get("month") or today.replace(day=1)
    agreements = BankAgreement.objects.visible_to(request.user).select_related("bank", "office")
    context = {
        "filters": filters,
        "month": month,
        "qualities": BankQualityTable(selectors.bank_qualities(request.user, month, today), request),
        "agreements": BankAgreementTable(agreements, request, user=request.user),
        "weights": WEIGHTS,
        "may_sign": permissions.can_sign_with_banks(request.user),
    }
    return render(request, "accounts/bank_list.html", context)


@read_or_write
@access(Role.OFFICER)
def bank_agreement_add(request):
    return _form(request, BankAgreement(office=request.user.organization), "登记协议银行")


@read_or_write
@access(Role.OFFICER)
def bank_agreement_edit(request, pk):
    agreement = get_object_or_404(BankAgreement.objects.visible_to(request.user), pk=pk)
    if not permissions.can_edit_bank_agreement(request.user, agreement):
        raise PermissionDenied
    return _form(request, agreement, "修改协议银行", attachments.of(agreement))


def _form(request, agreement: BankAgreement, title: str, files=()):
    form = BankAgreementForm(request.POST or None, request.FILES or None, instance=agreement)
    back = reverse("accounts:bank_list")

    def save():
        services.save_bank_agreement(agreement, by=request.user, **form.cleaned_data)
        messages.success(request, "协议银行已保存。")
        return back

    extra = {"trail": [("协议银行", back)], "facts": "accounts/_files.html" if files else "", "files": files}
    return form_page(request, form, save, title=title, back=back, **extra)
