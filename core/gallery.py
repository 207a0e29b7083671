"""Every component on one page, for those who write pages and for the browser test. Answers only under DEBUG."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.access import access
from core.charts import line_chart, rank_chart
from core.forms import FilterForm, IdNumberInput, MoneyField, MonthField, PortalForm, Section
from core.models import Job
from core.tables import BadgeColumn, CodeColumn, Column, DayColumn, MoneyColumn, NumberColumn, RateColumn, Table

LEVELS = [("red", "红色"), ("orange", "橙色"), ("yellow", "黄色"), ("blue", "蓝色")]


class SampleFilters(FilterForm):
    q = forms.CharField(label="项目名称或编号")
    level = forms.ChoiceField(label="级别", choices=[("", ""), *LEVELS])
    month = MonthField(label="月份")
    overdue = forms.BooleanField(label="仅看超期")


class SampleForm(PortalForm):
    sections = [
        Section("基本信息", ["name", "industry", "started_on", "month"], "取得施工许可后 10 个工作日内填报。"),
        Section("负责人与金额", ["id_number", "amount", "paid_by", "notified"]),
        Section("材料", ["note", "evidence"]),
    ]
    name = forms.CharField(label="项目名称", help_text="与施工许可证一致。")
    industry = forms.ChoiceField(label="行业", choices=[("", ""), ("housing", "房屋建筑"), ("water", "水利")])
    started_on = forms.DateField(label="开工日期")
    month = MonthField(label="首次发放月份", required=False)
    id_number = forms.CharField(label="劳资专管员身份证号码", widget=IdNumberInput)
    amount = MoneyField(label="合同价", help_text="精确到分。")
    paid_by = forms.ChoiceField(
        label="发放方式", choices=[("bank", "银行代发"), ("cash", "现金")], widget=forms.RadioSelect
    )
    notified = forms.BooleanField(label="已在施工现场公示", required=False)
    note = forms.CharField(label="说明", widget=forms.Textarea({"rows": 3}), required=False)
    evidence = forms.FileField(label="佐证材料", help_text="PDF、图片或 Excel，不超过 20 MB。", required=False)


class SampleTable(Table):
    caption = "预警列表"
    default_order = "-raised_on"

    name = Column("项目", primary=True, sort="name")
    code = CodeColumn("编号", minor=True)
    level = BadgeColumn("级别", value="level_text", tone=lambda row: row["level"], sort="level")
    raised_on = DayColumn("生成日期", sort="-raised_on")
    workers = NumberColumn("涉及人数")
    amount = MoneyColumn("涉及金额（元）", sort="-amount")
    paid = RateColumn("代发率", hint="分子：已代发笔数；分母：应发笔数")

    def row_url(self, record) -> str:
        return f"?open={record['code']}"


def _records(today: date) -> list[dict]:
    names = [
        "昆明市呈贡区彩云北路综合管廊工程（二标段）",
        "曲靖市第三人民医院门诊楼",
        "大理至丽江高速公路土建 4 标",
        "普洱市思茅河治理工程",
    ]
    return [
        {
            "name": name,
            "code": f"5301{number:08d}",
            "level": LEVELS[number % 4][0],
            "level_text": LEVELS[number % 4][1],
            "raised_on": today - timedelta(days=3 * number),
            "workers": 12 * number + 7,
            "amount": Decimal("183250.40") * (number + 1),
            "paid": (40 + number, 57),
        }
        for number, name in enumerate(names * 3)
    ]


def _charts() -> list:
    places = [
        ("昆明市", 48, 31),
        ("曲靖市", 33, 25),
        ("大理白族自治州", 21, 19),
        ("玉溪市", 17, 9),
        ("保山市", 12, 12),
    ]
    months = [("6月", 52, 40), ("7月", 61, 55), ("8月", 47, 58), ("9月", 66, 49), ("10月", 58, 63)]
    return [
        line_chart("trend", "预警生成与解除", ["月份", "生成", "解除"], months),
        rank_chart("places", "各州市未办结预警", ["州市", "生成", "解除"], places, links=["?place=1"] * 5),
    ]


def _job(pk: int, state: str, title: str, done: int = 0, total: int = 0, message: str = "") -> SimpleNamespace:
    """A job that stands still: a real one would be asked for its progress every second."""
    facts = {"pk": pk, "state": state, "title": title, "done": done, "total": total, "message": message}
    return SimpleNamespace(**facts, is_finished=True, result=None, get_state_display=Job.State(state).label)


@access.signed_in
def gallery(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    now = timezone.now()
    wrong = SampleForm({"wrong-amount": "12.345", "wrong-industry": "mine", "wrong-started_on": ""}, prefix="wrong")
    context = {
        "table": SampleTable(_records(timezone.localdate()), request),
        "empty": SampleTable([], request, empty_action=("新建项目", "?new")),
        "filters": SampleFilters(request.GET),
        "form": SampleForm(),
        "wrong": wrong,
        "charts": _charts(),
        "now": now,
        "earlier": now - timedelta(days=2, hours=3),
        "job_running": _job(1, "running", "月度统计表", done=4200, total=9800, message="正在汇总曲靖市"),
        "job_failed": _job(2, "failed", "导入花名册", message="文件不是有效的 Excel 工作簿。"),
    }
    return render(request, "components/gallery.html", context)
