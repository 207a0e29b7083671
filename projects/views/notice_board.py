from django.contrib import messages

from core.access import access, read_or_write
from projects import permissions, services
from projects.forms import BoardForm
from projects.pages import form_page, project_in_scope, refuse_unless
from projects.permissions import WRITERS


@read_or_write
@access(*WRITERS)
def board_add(request, project_pk):
    project = project_in_scope(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_edit(request.user, project)):
        return refused
    form = BoardForm(request.POST or None, request.FILES or None)

    def save():
        services.save_board(project, by=request.user, **form.cleaned_data)
        messages.success(request, "维权信息告示牌已登记。")
        return project

    return form_page(request, form, save, title="登记维权信息告示牌", project=project)
