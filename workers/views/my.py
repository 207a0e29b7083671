"""A worker's own pages: attendance, contracts, whom to turn to, the own login. Only own rows, by their scope."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from core import attachments
from core.access import access, read_or_write
from core.months import next_month, previous_month
from organizations.enums import Role
from workers.forms.pin import PinForm
from workers.grid import Calendar
from workers.models import AttendanceDay, BankCard, Engagement, LoginIssue, Worker
from workers.pages import day_asked, month_asked
from workers.selectors import own
from workers.selectors.days import punches_of
from workers.services.logins import set_pin

SITES_WITH_CLERKS = 3  # of whose clerks the help page tells


@require_GET
@access(Role.WORKER)
def attendance(request):
    """The present site's month; without any site, a word about it."""
    stays = own.own_stays(request.user)
    if not stays:
        return render(request, "my/attendance_none.html")
    return _month(request, stays[0], stays)


@require_GET
@access(Role.WORKER)
def attendance_month(request, pk):
    stays = own.own_stays(request.user)
    return _month(request, _stay(request, pk), stays)


def _stay(request, pk) -> Engagement:
    stays = Engagement.objects.visible_to(request.user).select_related("project", "team", "worker")
    return get_object_or_404(stays, pk=pk)


def _month(request, stay: Engagement, stays: list[Engagement]):
    month, today = month_asked(request), timezone.localdate()
    if "month" not in request.GET and stay.exited_on:
        month = min(month, stay.exited_on.replace(day=1))
    following = next_month(month)
    context = {
        "stay": stay,
        "stays": stays,
        "calendar": Calendar.of(stay, month, today),
        "previous": previous_month(month),
        "next": following if following <= today else None,
        "months": own.months_of(request.user, stay),
    }
    return render(request, "my/attendance.html", context)


@require_GET
@access(Role.WORKER)
def attendance_day(request, pk, day):
    """What was counted on a day, the clockings, and who entered what by hand."""
    stay, day = _stay(request, pk), day_asked(day)
    context = {
        "stay": stay,
        "day": day,
        "known": AttendanceDay.objects.visible_to(request.user).filter(engagement=stay, day=day).first(),
        "punches": punches_of(stay, day),
        "corrections": own.corrections_of_day(request.user, stay, day),
    }
    return render(request, "my/attendance_day.html", context)


@require_GET
@access(Role.WORKER)
def contracts(request):
    today = timezone.localdate()
    rows = attachments.with_files(own.own_contracts(request.user))
    signed = {contract.engagement_id for contract, _ in rows}
    context = {
        "contracts": [(contract, files, contract.is_over(today)) for contract, files in rows],
        "without": [stay for stay in own.own_stays(request.user) if not stay.exited_on and stay.pk not in signed],
    }
    return render(request, "my/contracts.html", context)


@require_GET
@access(Role.WORKER)
def help_page(request):
    stays = own.own_stays(request.user)[:SITES_WITH_CLERKS]
    clerks = own.wage_clerks_of(stay.project for stay in stays)
    context = {"sites": [(stay, clerks.get(stay.project_id, [])) for stay in stays]}
    return render(request, "my/help.html", context)


@require_GET
@access(Role.WORKER)
def account(request):
    """The person as the register knows them, the wage cards, and who had a hand in the login."""
    user = request.user
    issues = LoginIssue.objects.visible_to(user).select_related("by__organization", "project")
    context = {
        "worker": get_object_or_404(Worker.objects.visible_to(user), user=user),
        "cards": BankCard.objects.visible_to(user),
        "issues": issues[:10],
        "logins": own.own_logins(user),
    }
    return render(request, "my/account.html", context)


@never_cache
@read_or_write
@access(Role.WORKER)
def pin(request):
    """The own six digits: due after a one-time password, possible at any time."""
    user = request.user
    form = PinForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        set_pin(user, form.cleaned_data["pin"])
        update_session_auth_hash(request, user)
        messages.success(request, "密码设好了。下次用身份证号码和这 6 位数字登录。")
        return redirect("/")
    context = {"form": form, "first": user.must_change_password}
    return render(request, "my/pin.html", context, status=422 if form.errors else 200)
