"""The 19 indicators of people, attendance and contracts (35–53)."""

from django.db.models import Q

from core.indicators import Indicator, IndicatorGroup, only_when
from projects.enums import Status
from workers.models import AttendanceMonth, Engagement, LabourContract

# Before work begins, and after it ended, a project need have nobody.
IN_PROGRESS = Q(status=Status.IN_PROGRESS)

WORKER = IndicatorGroup(
    "worker",
    "务工人员信息",
    Engagement,
    [
        Indicator(35, "worker__name"),
        Indicator(36, "worker__id_number"),
        Indicator(37, "worker__domicile_code"),
        Indicator(38, "worker__ethnicity"),
        Indicator(39, "worker__native_place"),
        Indicator(40, "worker__gender"),
        Indicator(41, "worker__address"),
        Indicator(42, "worker__education"),
        Indicator(43, "trade"),
    ],
    expected=IN_PROGRESS,
    edit="workers:engagement_edit",
    add="workers:enrol",
    row_label="worker__name",
)

ATTENDANCE = IndicatorGroup(
    "attendance",
    "考勤信息",
    AttendanceMonth,
    [
        Indicator(44, "days"),
        Indicator(45, "month"),
        Indicator(46, "engagement__exited_on", only_when("engagement__has_left", True)),
    ],
    expected=IN_PROGRESS,
    add="workers:attendance",
)

CONTRACT = IndicatorGroup(
    "contract",
    "劳动合同信息",
    LabourContract,
    [
        Indicator(47, "signed_on"),
        Indicator(48, "kind"),
        Indicator(49, "starts_on"),
        Indicator(50, "ends_on"),
        Indicator(51, "wage_method"),
        Indicator(52, "wage_rate"),
        Indicator(53, "pay_day"),
    ],
    expected=IN_PROGRESS,
    edit="workers:contract_edit",
    add="workers:register",
    row_label="engagement__worker__name",
)

EMPLOYMENT_GROUPS = (WORKER, ATTENDANCE, CONTRACT)
