from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import MinValueValidator
from django.template import Context, Template
from django.utils.datastructures import MultiValueDict

from core.forms import EvidenceField, FilterForm, MoneyField, MonthField, PortalForm, PortalModelForm, Section
from organizations.models import Organization

CHOICES = [("", "---------"), ("housing", "房屋建筑"), ("water", "水利")]


class Filing(PortalForm):
    sections = [Section("基本信息", ["name", "industry"], "按施工许可证填写。"), Section("金额", ["amount"])]

    name = forms.CharField(label="项目名称", help_text="与许可证一致")
    industry = forms.ChoiceField(label="行业", choices=CHOICES)
    amount = MoneyField(label="合同价")
    started_on = forms.DateField(label="开工日期", required=False)


class Filters(FilterForm):
    q = forms.CharField(label="名称")
    industry = forms.ChoiceField(label="行业", choices=CHOICES)
    month = MonthField(label="月份")
    overdue = forms.BooleanField(label="仅看超期")


def errors_of(field, value):
    with pytest.raises(forms.ValidationError) as caught:
        field.clean(value)
    return caught.value.messages


@pytest.mark.parametrize("text", ["1234.50", "1,234.50", "1，234.50", "￥1234.5", " 1234.50 元", "１，２３４．５０"])
def test_money_is_read_as_people_write_it(text):
    assert MoneyField().clean(text) == Decimal("1234.50")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1.234", "金额最多保留 2 位小数。"),
        ("１２３，４５６．７８９", "金额最多保留 2 位小数。"),
        ("一百", "金额不正确，请填写数字，例如 12345.60。"),
        ("9" * 20, "金额过大，请核对单位是否为元。"),
        ("NaN", "金额不正确，请填写数字，例如 12345.60。"),
    ],
)
def test_money_refuses_what_is_no_amount(text, message):
    assert errors_of(MoneyField(), text) == [message]


@pytest.mark.parametrize("text", ["2026-10", "2026/10", "2026年10月", "2026.10", date(2026, 10, 31)])
def test_a_month_is_its_first_day(text):
    assert MonthField().clean(text) == date(2026, 10, 1)


@pytest.mark.parametrize("text", ["2026-13", "2026", "十月", "0000-01", "2026-10-05"])
def test_a_month_that_is_none_is_refused(text):
    assert errors_of(MonthField(), text) == ["请输入正确的月份，例如 2026-10。"]


def test_a_month_comes_back_into_its_input():
    assert 'type="month"' in (shown := str(Filters({"month": "2026-10"})["month"]))
    assert 'value="2026-10"' in shown


def test_the_empty_choice_asks_to_choose():
    assert dict(Filing().fields["industry"].choices)[""] == "请选择"
    assert dict(Filters().fields["industry"].choices)[""] == "全部"


def test_model_forms_get_the_same_dress():
    class UnitForm(PortalModelForm):
        class Meta:
            model = Organization
            fields = ("name", "kind")

    form = UnitForm({})
    assert dict(form.fields["kind"].choices)[""] == "请选择"
    assert form.errors["name"] == ["请填写单位名称。"]
    assert form.errors["kind"] == ["请选择类别。"]


def test_dates_use_the_browser_s_calendar():
    assert 'type="date"' in str(Filing()["started_on"])


def test_fields_outside_the_sections_come_last():
    sections = list(Filing().section_list())
    assert [section.title for section in sections] == ["基本信息", "金额", "其他信息"]
    assert [bound.name for bound in sections[-1].fields] == ["started_on"]


def test_a_form_without_sections_has_one_untitled():
    assert [section.title for section in Filters().section_list()] == [""]


def test_every_error_leads_to_its_field():
    form = Filing({"industry": "water", "amount": "1.234"})
    found = [(error.target, str(error)) for error in form.error_list()]
    assert found == [("id_name", "请填写项目名称。"), ("id_amount", "合同价：金额最多保留 2 位小数。")]
    shown = form.render()
    assert '<a href="#id_name">' in shown


def test_an_error_of_the_whole_form_is_shown_once():
    form = Filing({"name": "甲", "industry": "water", "amount": "1"})
    form.add_error(None, "开工日期早于许可日期。")
    assert form.render().count("开工日期早于许可日期。") == 1


def test_the_first_wrong_field_gets_the_focus():
    form = Filing({"name": "甲", "industry": "", "amount": ""})
    assert "autofocus" in str(form["industry"])
    assert "autofocus" not in str(form["amount"])


def test_help_and_error_are_tied_to_the_control():
    shown = Filing({"name": ""})["name"].as_field_group()
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_helptext"' in shown
    assert 'id="id_name_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert '<label class="field-label" for="id_name">' in shown


def test_a_label_is_escaped():
    class Odd(PortalForm):
        name = forms.CharField(label="<script>")

    assert "<script>" not in Odd({}).render()


def test_filters_give_only_what_was_asked_and_is_valid():
    filters = Filters(MultiValueDict({"q": [" 医院 "], "industry": ["mine"], "month": ["2026-10"], "overdue": [""]}))
    assert filters.values == {"q": "医院", "month": date(2026, 10, 1)}
    assert filters.active_count == 2


def test_an_untouched_filter_asks_for_nothing():
    assert Filters({}).values == {}
    assert Filters().values == {}


def test_a_ticked_box_is_a_filter():
    assert Filters({"overdue": "on"}).values == {"overdue": True}


def test_file_forms_are_multipart_and_sent_once():
    class Upload(PortalForm):
        sheet = forms.FileField(label="花名册")

    page = Template("{% form_page form %}").render(Context({"form": Upload(), "csrf_token": "t"}))
    assert 'enctype="multipart/form-data"' in page
    assert "data-once" in page
    assert 'name="csrfmiddlewaretoken"' in page
    assert "data-drop" in page


def test_a_limit_is_told_in_plain_words_and_own_words_stay():
    class Limited(PortalForm):
        day = forms.IntegerField(label="发放日", max_value=31, min_value=1)
        wage = forms.IntegerField(label="工资", validators=[MinValueValidator(1, "工资应大于零。")])

    form = Limited({"day": "32", "wage": "-5"})
    assert form.errors == {"day": ["不能大于 31。"], "wage": ["工资应大于零。"]}


def test_a_box_that_must_be_ticked_says_so_in_its_words():
    class Exit(PortalForm):
        confirmed = forms.BooleanField(label="已核对：工资均已结清")

    form = Exit(MultiValueDict())
    assert form.errors["confirmed"] == ["请勾选“已核对：工资均已结清”。"]


def test_the_empty_one_of_several_files_is_named():
    class Proof(PortalForm):
        files = EvidenceField(label="证据材料")

    files = [SimpleUploadedFile("承诺书.pdf", b"%PDF-1.7 proof"), SimpleUploadedFile("空白.pdf", b"")]
    assert Proof({}, MultiValueDict({"files": files})).errors["files"] == ["空白.pdf：文件是空的，请重新选择。"]
