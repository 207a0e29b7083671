from django.contrib import messages
from django.shortcuts import get_object_or_404

from core.access import access, read_or_write
from projects.pages import refuse_unless
from workers import permissions, services
from workers.enums import SPECIAL_TRADES, CertificateKind
from workers.forms import CertificateForm
from workers.models import Certificate, Engagement
from workers.pages import engagement_in_scope, form_page, own_engagement
from workers.permissions import WRITERS


@read_or_write
@access(*WRITERS)
def certificate_add(request, engagement_pk):
    engagement = engagement_in_scope(request, engagement_pk)
    special = engagement.trade in SPECIAL_TRADES
    initial = {"kind": CertificateKind.SPECIAL, "trade": engagement.trade} if special else {}
    return _form(request, engagement, None, "登记证书", initial)


@read_or_write
@access(*WRITERS)
def certificate_edit(request, pk):
    certificate = get_object_or_404(Certificate.objects.visible_to(request.user).select_related("worker"), pk=pk)
    return _form(request, own_engagement(request, certificate.worker), certificate, "编辑证书", {})


def _form(request, engagement: Engagement, certificate: Certificate | None, title: str, initial: dict):
    project = engagement.project
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    if certificate:
        initial = {"number": certificate.number}
    form = CertificateForm(request.POST or None, request.FILES or None, instance=certificate, initial=initial)

    def save():
        services.save_certificate(
            engagement, by=request.user, certificate=certificate, files=form.cleaned_data["scan"], **form.facts()
        )
        messages.success(request, "证书已保存。")
        return engagement.get_absolute_url()

    title, back = f"{title} · {engagement.worker.name}", engagement.get_absolute_url()
    return form_page(request, form, save, title=title, project=project, back=back)
