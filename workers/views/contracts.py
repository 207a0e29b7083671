"""Labour contracts of the people on site."""

from django.contrib import messages
from django.shortcuts import get_object_or_404

from core.access import access, read_or_write
from projects.pages import refuse_unless
from workers import permissions, services
from workers.forms import ContractForm
from workers.models import Engagement, LabourContract
from workers.pages import engagement_in_scope, form_page
from workers.permissions import WRITERS


@read_or_write
@access(*WRITERS)
def contract_add(request, engagement_pk):
    engagement = engagement_in_scope(request, engagement_pk)
    initial = {"starts_on": engagement.entered_on, "pay_day": engagement.project.wage_pay_day}
    return _contract_form(request, engagement, None, "登记劳动合同", initial)


@read_or_write
@access(*WRITERS)
def contract_edit(request, pk):
    contract = get_object_or_404(
        LabourContract.objects.visible_to(request.user).select_related("engagement__worker", "engagement__project"),
        pk=pk,
    )
    return _contract_form(request, contract.engagement, contract, "编辑劳动合同", {})


def _contract_form(request, engagement: Engagement, contract: LabourContract | None, title: str, initial: dict):
    project = engagement.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    form = ContractForm(
        request.POST or None, request.FILES or None, instance=contract, initial=initial, engagement=engagement
    )

    def save():
        services.sign_contract(
            engagement, by=request.user, contract=contract, scan=form.cleaned_data["scan"], **form.facts()
        )
        messages.success(request, "劳动合同已保存。")
        return engagement.get_absolute_url()

    title = f"{title} · {engagement.worker.name}"
    return form_page(request, form, save, title=title, project=project, back=engagement.get_absolute_url())
