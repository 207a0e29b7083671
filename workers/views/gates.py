"""What stands at the gates: devices, clockings of unknown people, and by what standard clockings make a day."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.access import access, read_or_write
from core.months import previous_month
from organizations.enums import AUTHORITIES, Role
from projects.pages import project_in_scope, refuse_unless
from workers import permissions, services
from workers.forms import DeviceForm, StandardForm
from workers.models import AttendanceStandard, Device, StrayPunch
from workers.pages import attendance_trail, form_page, month_asked
from workers.permissions import READERS, WRITERS
from workers.tables import DeviceTable, StandardTable, StrayTable

SHOWN_CHANGES = 300


@require_GET
@access(*READERS)
def device_list(request, project_pk):
    project = project_in_scope(request, project_pk)
    may_keep = permissions.can_keep_devices(request.user, project)
    devices = list(Device.objects.visible_to(request.user).filter(project=project))
    context = {
        "project": project,
        "table": DeviceTable(devices, request, may_keep=may_keep),
        "may_keep": may_keep,
        "silent": [device for device in devices if device.is_silent(timezone.now())],
    }
    return render(request, "workers/device_list.html", context)


def _device_form(request, device: Device, title: str):
    project = device.project
    if refused := refuse_unless(request, project, permissions.can_keep_devices(request.user, project)):
        return refused
    form = DeviceForm(request.POST or None, instance=device)
    back = reverse("workers:device_list", args=[project.pk])

    def save():
        services.save_device(form.instance, by=request.user)
        messages.success(request, f"已保存设备 {device.serial_number}。")
        return back

    return form_page(request, form, save, title=title, project=project, back=back, trail=attendance_trail(project))


@read_or_write
@access(*WRITERS)
def device_add(request, project_pk):
    return _device_form(request, Device(project=project_in_scope(request, project_pk)), "登记考勤设备")


@read_or_write
@access(*WRITERS)
def device_edit(request, pk):
    devices = Device.objects.visible_to(request.user).select_related("project")
    return _device_form(request, get_object_or_404(devices, pk=pk), "编辑考勤设备")


@require_GET
@access(*READERS)
def stray_list(request, project_pk):
    project = project_in_scope(request, project_pk)
    strays = StrayPunch.objects.visible_to(request.user).filter(project=project).select_related("device")
    context = {
        "project": project,
        "table": StrayTable(strays.defer("id_number"), request),
        "people": strays.order_by().values("id_number_index").distinct().count(),
        "may_keep": permissions.can_keep_register(request.user, project),
    }
    return render(request, "workers/stray_list.html", context)


@require_POST
@access(*WRITERS)
def stray_take_in(request, project_pk):
    project = project_in_scope(request, project_pk)
    if refused := refuse_unless(request, project, permissions.can_keep_register(request.user, project)):
        return refused
    taken = services.take_in_strays(project)
    messages.info(request, f"{taken} 条打卡已计入考勤。" if taken else "没有可计入的打卡：这些人员尚未登记。")
    return redirect("workers:stray_list", project.pk)


# --- standards -------------------------------------------------------------------------------------------------------


@require_GET
@access(*READERS)
def standard_list(request):
    standards = AttendanceStandard.objects.select_related("region", "created_by").order_by("-version")
    context = {
        "table": StandardTable(list(standards), request),
        "can_change": permissions.can_change_standards(request.user),
    }
    return render(request, "workers/standard_list.html", context)


@read_or_write
@access(Role.OFFICER)
def standard_change(request):
    if not permissions.can_change_standards(request.user):
        raise PermissionDenied
    form = StandardForm(request.POST or None, user=request.user, today=timezone.localdate())
    back = reverse("workers:standard_list")

    def save():
        standard = services.change_standard(by=request.user, **form.values())
        messages.success(
            request, f"已保存{standard}。此后收到的打卡按新标准认定；已生成的考勤在各项目“重新计算”后更新。"
        )
        return back

    return form_page(request, form, save, title="调整考勤认定标准", back=back, trail=[("考勤认定标准", back)])


@read_or_write
@access(*AUTHORITIES, Role.CLERK)
def attendance_recompute(request, project_pk):
    """What a month's days become by the standards in force now; nothing changes before it is confirmed."""
    project, month = project_in_scope(request, project_pk), month_asked(request)
    if refused := refuse_unless(request, project, permissions.can_recompute(request.user, project)):
        return refused
    if request.method == "POST":
        try:
            written = services.recompute(project, month, by=request.user)
            messages.success(
                request, f"{month.year}年{month.month}月已重新计算，{written.created + written.updated} 天有变化。"
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('workers:attendance', args=[project.pk])}?month={month:%Y-%m}")
    changes = services.changes_of(project, month)
    context = {
        "project": project,
        "month": month,
        "previous": previous_month(month),
        "changes": changes[:SHOWN_CHANGES],
        "count": len(changes),
        "trail": attendance_trail(project),
    }
    return render(request, "workers/attendance_recompute.html", context)
