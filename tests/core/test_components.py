"""Components as text, and the whole gallery in a browser."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings as django_settings
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from core import formats
from core.charts import line_chart, rank_chart
from core.navigation import navigation_items
from tests.organizations import factories

SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def render(source, **context):
    return Template(source).render(Context(context))


# --- how values are written ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.money(Decimal("1234567.8")), "1,234,567.80"),
        (formats.money(Decimal("-0.005")), "-0.01"),
        (formats.money(0), "0.00"),
        (formats.money(None), "—"),
        (formats.money("abc"), "—"),
        (formats.wan(Decimal("1234567")), "123.46 万"),
        (formats.number(12345), "12,345"),
        (formats.rate(1, 3), "33.3%"),
        (formats.rate(0, 5), "0.0%"),
        (formats.rate(5043, 5044), "99.9%"),
        (formats.rate(1, 5044), "0.1%"),
        (formats.rate(5044, 5044), "100.0%"),
        (formats.rate(0, 0), "—"),
        (formats.rate(None, 5), "—"),
        (formats.day(date(2026, 10, 1)), "2026-10-01"),
        (formats.day(datetime(2026, 9, 30, 16, 30, tzinfo=UTC)), "2026-10-01"),
        (formats.moment(datetime(2026, 9, 30, 16, 30, tzinfo=UTC)), "2026-10-01 00:30"),
        (formats.month(date(2026, 10, 1)), "2026年10月"),
        (formats.month(None), "—"),
    ],
)
def test_values_are_written_in_house_style(written, expected):
    assert written == expected


@pytest.mark.parametrize(
    ("masked", "expected"),
    [
        (formats.masked_id("530102199001011234"), "530102********1234"),
        (formats.masked_card("6222020200001234567"), "6222***********4567"),
        (formats.masked_phone("13800001234"), "138****1234"),
        (formats.masked_name("王小明"), "王**"),
        (formats.masked_name("王"), "王*"),
        (formats.masked_id("12345678"), "********"),
        (formats.masked_id(None), "—"),
    ],
)
def test_masking_shows_only_the_ends(masked, expected):
    assert masked == expected


def test_days_on_paper_are_long_and_never_broken():
    shown = render("{{ text|on_paper }}", text="于2026-11-09 前改正 <b>编码 AY-530902-2026-0001")
    assert shown == '于<span class="day">2026年11月9日</span> 前改正 &lt;b&gt;编码 AY-530902-2026-0001'
    assert render("{{ day|on_paper }}", day=date(2026, 11, 29)) == '<span class="day">2026年11月29日</span>'


# --- components ------------------------------------------------------------------------------------------------------


def test_a_rate_is_never_shown_without_its_parts():
    shown = render('{% rate_figure 382 386 unit=" 人" %}')
    assert "99.0%" in shown
    assert "382" in shown
    assert "386" in shown


def test_a_tile_without_denominator_shows_no_rate():
    shown = render('{% stat_tile "覆盖率" "" numerator=0 denominator=0 %}')
    assert "—" in shown
    assert "0 / 0" in shown


def test_an_unknown_tone_is_grey():
    assert "tone-grey" in render('{% badge "待核实" "red\\"><script>" %}')


def test_texts_from_people_are_escaped():
    evil = "<img src=x onerror=alert(1)>"
    source = """{% badge x %}{% definition x x hint=x %}{% page_header x lead=x %}{% endpage_header %}{% masked x %}
    {% stat_tile x x unit=x hint=x %}{% empty_state x x %}{% copyable x %}{% crumb x %}{% icon "user" x %}
    {% timeline %}{% act x by=x %}{{ x }}{% endact %}{% endtimeline %}{% card title=x hint=x %}{{ x }}{% endcard %}
    {% notice x %}{{ x }}{% endnotice %}{% dialog "d" x text=x submit=x %}{{ x }}{% enddialog %}
    {% dialog_button "d" x %}{% post_button x "/" %}"""
    assert "<img" not in render(source, x=evil)


def test_chart_data_cannot_leave_its_script():
    chart = line_chart("c", "趋势", ["月", "数"], [("</script><b>", 1)])
    shown = render("{% chart chart %}", chart=chart)
    assert "</script><b>" not in shown


def test_a_chart_has_the_same_figures_in_its_table():
    chart = rank_chart("c", "排名", ["地区", "生成", "解除"], [("临沧市", 1200, Decimal("3.5"))], links=["/530900/"])
    shown = render("{% chart chart %}", chart=chart)
    assert [series["data"] for series in chart.option["series"]] == [[1200], [3.5]]
    assert "1,200" in shown
    assert '<a href="/530900/">临沧市</a>' in shown


def test_a_chart_without_rows_is_drawn_empty():
    chart = line_chart("c", "趋势", ["月", "数"], [])
    assert chart.option["series"] == [{"name": "数", "type": "line", "data": [], "showSymbol": True, "symbolSize": 6}]


def test_an_empty_fact_leads_to_where_it_is_filled():
    assert 'href="/edit/#id_permit"' in render('{% definition "许可证" "" fix="/edit/#id_permit" %}')
    assert "待填写" not in render('{% definition "许可证" 0 fix="/edit/" %}')


def test_a_masked_value_asks_for_a_reason_by_post():
    record = SimpleNamespace(pk=7, _meta=SimpleNamespace(label_lower="workers.worker"))
    shown = render('{% masked "530***" record "id_number" label="身份证号码" %}', record=record)
    assert 'method="post" action="/reveal/"' in shown
    assert 'name="model" value="workers.worker"' in shown
    assert 'name="pk" value="7"' in shown
    assert 'name="field" value="id_number"' in shown
    assert 'name="reason"' in shown


def job(state, **fields):
    facts = {"pk": 3, "title": "月度统计表", "done": 1, "total": 4, "message": "", "result": None}
    finished = state in ("done", "failed")
    return SimpleNamespace(**(facts | fields), state=state, is_finished=finished, get_state_display=state)


@pytest.mark.parametrize(("state", "asks"), [("waiting", True), ("running", True), ("done", False), ("failed", False)])
def test_a_job_is_asked_until_it_has_ended(state, asks):
    shown = render("{% job_progress job %}", job=job(state))
    assert ('hx-get="/jobs/3/"' in shown) == asks
    assert 'aria-live="polite"' in shown


def test_a_running_job_says_how_far_it_is():
    assert "25.0%" in render("{% job_progress job %}", job=job("running"))


def test_a_finished_job_offers_its_file():
    result = SimpleNamespace(key="0b5e3f0e-7a0c-4f52-9d6e-2d3f6f1b8a11", name="统计.xlsx")
    assert "下载 统计.xlsx" in render("{% job_progress job %}", job=job("done", result=result))


def test_a_tab_is_active_on_its_own_page():
    source = '{% tab "概况" "/projects/1/?x=1" %}{% tab "工人" "/projects/1/workers/" %}'
    shown = render(source, request=RequestFactory().get("/projects/1/"))
    assert shown.count("aria-current") == 1
    assert shown.index("aria-current") < shown.index("工人")


def test_every_icon_that_is_used_is_drawn():
    drawn = set(re.findall(r'<symbol id="(\w+)"', (django_settings.BASE_DIR / "static" / "icons.svg").read_text()))
    used = {item.icon for item in navigation_items()}
    for path in (django_settings.BASE_DIR / "templates").rglob("*.html"):
        used |= set(re.findall(r"""(?:{% icon |icon=)["'](\w+)["']""", path.read_text()))
    assert used - drawn == set()


# --- pages that must stand alone -------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["400", "413", "500"])
def test_error_pages_need_no_context(code):
    shown = get_template(f"{code}.html").render()
    assert 'lang="zh-Hans"' in shown
    assert "返回首页" in shown


@pytest.mark.parametrize("code", ["403", "404", "403_csrf"])
def test_error_pages_say_what_to_do(code):
    shown = render_to_string(f"{code}.html", request=RequestFactory().get("/"))
    assert "请" in shown
    assert django_settings.PORTAL_NAME in shown


def test_templates_hold_nothing_that_the_content_policy_forbids():
    for path in (django_settings.BASE_DIR / "templates").rglob("*.html"):
        text = path.read_text()
        for forbidden in (
            "<style",
            'style="',
            " onclick=",
            " onchange=",
            " onsubmit=",
            "javascript:",
            "hx-on",
            "<script>",
        ):
            assert forbidden not in text, f"{path.name}: {forbidden}"


# --- the gallery in a browser ----------------------------------------------------------------------------------------


@pytest.fixture
def officer(db):
    return factories.officer()


@pytest.fixture
def gallery(visitor, officer, settings, request):
    settings.DEBUG = True
    visitor.page.set_viewport_size(SIZES[getattr(request, "param", "desk")])
    visitor.sign_in(officer)
    visitor.open("/gallery/")
    return visitor


def test_the_gallery_is_for_developers(client, officer):
    client.force_login(officer)
    assert client.get("/gallery/").status_code == 404


@pytest.mark.parametrize("gallery", SIZES, indirect=True)
def test_every_component_is_accessible_and_keeps_the_content_policy(gallery):
    gallery.page.wait_for_selector(".chart canvas")
    gallery.check_accessible()


@pytest.mark.parametrize("gallery", SIZES, indirect=True)
def test_nothing_is_wider_than_the_screen(gallery):
    gallery.page.wait_for_selector(".chart canvas")
    assert gallery.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("gallery", ["phone"], indirect=True)
def test_controls_are_large_enough_for_a_thumb(gallery):
    small = """() => [...document.querySelectorAll("button, .btn, select, summary, textarea, input")]
        .filter(e => e.checkVisibility() && !["hidden", "checkbox", "radio", "file"].includes(e.type))
        .filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 120))"""
    assert gallery.page.evaluate(small) == []


def test_dialog_opens_takes_focus_and_closes(gallery):
    page = gallery.page
    page.get_by_role("button", name="解除预警").click()
    dialog = page.get_by_role("dialog", name="解除预警")
    assert dialog.is_visible()
    assert dialog.get_by_label("解除理由").evaluate("e => e === document.activeElement")
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    gallery.check_accessible(".page-head")


def test_keys_walk_the_table_and_find_the_search(gallery):
    page = gallery.page
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "?open=530100000001"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_a_chosen_filter_is_applied_and_empty_ones_stay_out(gallery):
    gallery.page.get_by_label("级别").select_option("orange")
    gallery.page.wait_for_url("**/gallery/?level=orange")
    assert gallery.page.get_by_label("级别").input_value() == "orange"


@pytest.mark.parametrize("gallery", ["phone"], indirect=True)
def test_a_phone_sorts_without_a_table_head(gallery):
    gallery.page.get_by_role("navigation", name="排序").get_by_role("link", name="项目").click()
    gallery.page.wait_for_url("**/gallery/?sort=name")


def test_paper_shows_tables_and_nothing_to_click(gallery):
    page = gallery.page
    page.wait_for_selector(".chart canvas")
    page.set_viewport_size({"width": 703, "height": 1000})  # A4 within its margins
    page.emulate_media(media="print")
    assert not page.locator(".masthead").is_visible()
    assert not page.locator(".nav-desk").is_visible()
    assert not page.locator(".chart canvas").first.is_visible()
    assert page.locator(".chart-table").first.is_visible()
    assert page.locator(".data-table thead").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_chosen_file_is_named(gallery):
    file = {"name": "花名册.xlsx", "mimeType": "application/octet-stream", "buffer": b"0" * 3000}
    gallery.page.locator("#id_evidence").set_input_files(file)
    gallery.page.get_by_text("花名册.xlsx（3 KB）").wait_for()


def test_unsaved_changes_are_not_lost_by_accident(gallery):
    page, asked = gallery.page, []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("#id_name").fill("某项目")
    page.get_by_role("link", name="首页").first.evaluate("link => { link.href = '/gallery/'; link.click(); }")
    page.wait_for_load_state()
    assert asked == ["beforeunload"]


def test_without_scripts_lists_forms_and_tables_still_work(browser, live_server, officer, settings):
    settings.DEBUG = True
    context = browser.new_context(java_script_enabled=False)
    from tests.browser import Visitor

    visitor = Visitor(context.new_page(), live_server.url)
    visitor.sign_in(officer)
    visitor.open("/gallery/?level=red")
    page = visitor.page
    assert page.get_by_role("button", name="查询").is_visible()
    assert page.get_by_role("link", name="清除筛选").is_visible()
    assert page.locator(".chart-table").first.is_visible()
    assert not page.locator(".chart").first.is_visible()
    page.get_by_text("用户菜单").or_(page.locator(".user-menu summary")).first.click()
    assert page.get_by_role("button", name="退出登录").is_visible()
    context.close()


@pytest.mark.parametrize(
    ("accept", "photos"), [(".xlsx,.csv", False), (".pdf,.jpg", True), ("image/*", True), ("", True)]
)
def test_a_file_field_offers_the_camera_only_where_pictures_are_taken(accept, photos):
    form = forms.Form()
    form.fields["file"] = forms.FileField(widget=forms.FileInput(attrs={"accept": accept}))
    assert ("或拍照" in form["file"].as_field_group()) == photos
