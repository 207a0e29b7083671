"""The portal's components as template tags. Parameters and examples: docs/components.md. Built in: no {% load %}."""

import re
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from core import formats

register = template.Library()

for _format in (
    formats.blank,
    formats.number,
    formats.money,
    formats.wan,
    formats.rate,
    formats.day,
    formats.moment,
    formats.month,
    formats.masked_id,
    formats.masked_card,
    formats.masked_phone,
    formats.masked_name,
):
    register.filter(_format)

ISO_DAY = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
TONES = {"red", "orange", "yellow", "blue", "green", "grey"}


def _render(component: str, **context: Any) -> SafeString:
    return get_template(f"components/{component}.html").render(context)


# --- small signs -----------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """A sign from static/icons.svg. With a label it speaks, without one it is decoration."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    href = static("icons.svg")
    return format_html('<svg class="icon {}" {}><use href="{}#{}"/></svg>', css, spoken, href, name)


@register.inclusion_tag("components/badge.html")
def badge(text: Any, tone: str = "", icon: str = "") -> dict:
    return {"text": text, "tone": tone if tone in TONES else "grey", "icon": icon}


@register.inclusion_tag("components/rate.html")
def rate_figure(numerator: Any, denominator: Any, unit: str = "") -> dict:
    top, bottom = formats.fraction(numerator, denominator)
    return {"rate": formats.rate(numerator, denominator), "numerator": top, "denominator": bottom, "unit": unit}


@register.inclusion_tag("components/progress.html")
def progress(value: Any, total: Any, label: str = "", tone: str = "") -> dict:
    return {"value": value or 0, "total": total or 0, "label": label, "tone": tone, "rate": formats.rate(value, total)}


@register.inclusion_tag("components/ago.html")
def ago(at: datetime | None) -> dict:
    return {"at": at, "iso": at.isoformat() if at else "", "text": formats.moment(at)}


@register.inclusion_tag("components/copy.html")
def copyable(code: Any, label: str = "复制") -> dict:
    return {"code": code, "label": label}


# --- page ------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/crumb.html")
def crumb(label: str, url: str = "") -> dict:
    return {"label": label, "url": url}


@register.simple_block_tag
def page_header(content: str, title: str, lead: str = "", badge_text: str = "", badge_tone: str = "") -> SafeString:
    """The content is the page's actions (buttons)."""
    return _render(
        "page_header", actions=content, title=title, lead=lead, badge_text=badge_text, badge_tone=badge_tone
    )


@register.simple_block_tag
def card(content: str, title: str = "", hint: str = "", link: str = "", link_text: str = "查看全部", css: str = ""):
    return _render("card", content=content, title=title, hint=hint, link=link, link_text=link_text, css=css)


@register.simple_block_tag
def notice(content: str, tone: str = "info", icon: str = "") -> SafeString:
    """A word above the page's content: info, success, warning or error."""
    sign = icon or {"success": "check", "warning": "alert", "error": "alert"}.get(tone, "info")
    return _render("notice", content=content, tone=tone, sign=sign)


@register.simple_block_tag
def tabs(content: str, label: str = "分栏") -> SafeString:
    return _render("tabs", content=content, label=label)


@register.inclusion_tag("components/tab.html", takes_context=True)
def tab(context, label: str, url: str, count: Any = None, active: bool | None = None) -> dict:
    """Active when the address is this page's, unless told."""
    if active is None:
        request = context.get("request")
        active = request is not None and url.split("?")[0] == request.path
    return {"label": label, "url": url, "count": count, "active": active}


@register.inclusion_tag("components/stat_tile.html")
def stat_tile(
    label: str,
    value: Any,
    unit: str = "",
    *,
    numerator: Any = None,
    denominator: Any = None,
    hint: str = "",
    url: str = "",
    tone: str = "",
) -> dict:
    """With a denominator the value may be left "" and is the rate of the two."""
    parts = formats.fraction(numerator, denominator) if denominator is not None else ()
    if denominator is not None and value in ("", None):
        value = formats.rate(numerator, denominator)
    return {"label": label, "value": value, "unit": unit, "parts": parts, "hint": hint, "url": url, "tone": tone}


@register.inclusion_tag("components/empty_state.html")
def empty_state(title: str, text: str = "", action: str = "", url: str = "", icon: str = "inbox") -> dict:
    return {"title": title, "text": text, "action": action, "url": url, "icon": icon}


@register.simple_block_tag
def definitions(content: str, columns: int = 2) -> SafeString:
    return _render("definitions", content=content, columns=columns)


@register.inclusion_tag("components/definition.html")
def definition(label: str, value: Any = None, hint: str = "", wide: bool = False, fix: str = "") -> dict:
    """`fix` is the address where an empty value can be filled in."""
    empty = value is None or value == ""
    return {"label": label, "value": value, "hint": hint, "wide": wide, "fix": fix, "empty": empty}


@register.simple_block_tag
def definition_block(content: str, label: str, hint: str = "", wide: bool = False) -> SafeString:
    value = mark_safe(content.strip())
    context = {"label": label, "value": value, "hint": hint, "wide": wide, "fix": "", "empty": not value}
    return _render("definition", **context)


@register.simple_block_tag
def timeline(content: str) -> SafeString:
    return _render("timeline", content=content)


@register.simple_block_tag
def act(content: str, title: str, at: datetime | None = None, by: Any = "", tone: str = "") -> SafeString:
    body = mark_safe(content.strip())  # rendered already: escaping it again would show its marks
    return _render("act", content=body, title=title, at=at, by=by, tone=tone)


# --- lists -----------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/data_table.html")
def data_table(table: Any, caption: str = "", pages: bool = True) -> dict:
    return {"table": table, "caption": caption or table.caption, "pages": pages}


@register.inclusion_tag("components/pagination.html")
def pagination(table: Any) -> dict:
    return {"table": table}


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(context, form: forms.Form, count: Any = None, noun: str = "条记录") -> dict:
    """A search field must be named `q` to be found by the "/" key."""
    request = context["request"]
    return {"form": form, "count": count, "noun": noun, "path": request.path, "sort": request.GET.get("sort", "")}


# --- forms -----------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/form_page.html", takes_context=True)
def form_page(
    context,
    form: forms.Form,
    submit: str = "保存",
    cancel: str = "",
    action: str = "",
    note: str = "",
    guard: bool = True,
) -> dict:
    token = context.get("csrf_token")
    names = {"form": form, "submit": submit, "cancel": cancel, "action": action, "note": note, "guard": guard}
    return names | {"csrf_token": token}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: forms.Form) -> dict:
    errors = form.error_list() if hasattr(form, "error_list") else []
    return {"form": form, "errors": errors}


@register.simple_tag
def control(bound: forms.BoundField) -> SafeString:
    """The field's widget, dressed for its kind."""
    widget = bound.field.widget
    css = [widget.attrs.get("class", ""), _control_class(widget)]
    css += ["is-invalid"] if bound.errors else []
    return bound.as_widget(attrs={"class": " ".join(filter(None, css))})


def _control_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


@register.filter
def field_kind(bound: forms.BoundField) -> str:
    """How the field is laid out: check, group, file, long or plain."""
    widget = bound.field.widget
    kinds = {
        "group": forms.RadioSelect,  # CheckboxSelectMultiple is one as well
        "check": forms.CheckboxInput,
        "file": forms.FileInput,
        "long": forms.Textarea,
    }
    return next((kind for kind, family in kinds.items() if isinstance(widget, family)), "plain")


@register.filter
def choice_groups(bound: forms.BoundField) -> list[dict]:
    """The boxes of a field, by the heading its choices put them under; a heading with something chosen is open."""
    boxes = iter(bound)
    groups = []
    for name, choices in ((n, c) if isinstance(c, list | tuple) else ("", [n]) for n, c in bound.field.choices):
        own = [next(boxes) for _ in choices]
        chosen = any(box.data["selected"] for box in own)
        groups.append({"name": name, "choices": own, "is_chosen": chosen})
    return groups


@register.filter
def takes_photos(bound: forms.BoundField) -> bool:
    """A file field that takes anything, or pictures among others."""
    accept = bound.field.widget.attrs.get("accept", "")
    return not accept or any(word in accept for word in ("image", ".jpg", ".jpeg", ".png"))


@register.simple_block_tag(takes_context=True)
def dialog(
    context,
    content: str,
    id: str,
    title: str,
    action: str = "",
    submit: str = "确定",
    tone: str = "primary",
    text: str = "",
) -> SafeString:
    """A modal form sent by POST to `action`; the content is its fields. Opened by `dialog_button`."""
    names = {"id": id, "title": title, "action": action, "submit": submit, "tone": tone, "text": text}
    return _render("dialog", content=content, csrf_token=context.get("csrf_token"), **names)


@register.inclusion_tag("components/dialog_button.html")
def dialog_button(id: str, label: str, css: str = "", icon: str = "") -> dict:
    return {"id": id, "label": label, "css": css, "icon": icon}


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(
    context, label: str, action: str, css: str = "btn-primary", icon: str = "", name: str = "", value: Any = ""
) -> dict:
    """One act without questions: a form with a single button."""
    names = {"label": label, "action": action, "css": css, "icon": icon, "name": name, "value": value}
    return names | {"csrf_token": context.get("csrf_token")}


# --- figures and jobs ------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/chart.html")
def chart(chart: Any) -> dict:
    """A `core.charts.Chart`: the drawing and its table."""
    return {"chart": chart, "data_id": f"chart-{chart.id}-option", "library": static("echarts/echarts.min.js")}


@register.filter
def on_paper(value: Any) -> SafeString:
    """A day, or a text with days in it, as printed papers write them: 2026年11月29日, never broken over two lines."""
    text = formats.day(value) if isinstance(value, date) else str(value)
    return mark_safe(ISO_DAY.sub(_long_day, conditional_escape(text)))


def _long_day(match: re.Match) -> str:
    year, month, day = match.groups()
    return f'<span class="day">{year}年{int(month)}月{int(day)}日</span>'


@register.filter
def at(sequence: Any, index: int) -> Any:
    return sequence[index] if sequence and len(sequence) > index else ""


@register.inclusion_tag("components/job.html")
def job_progress(job: Any, then: str = "", asks: str = "") -> dict:
    """Asks every second until the job has ended. `then`: the address to go to once it is done; `asks`: the address
    that answers `components/job_progress.html` to others than the job's owner."""
    return {"job": job, "then": then, "asks": asks or reverse("core:job", args=[job.pk])}


@register.inclusion_tag("components/masked.html", takes_context=True)
def masked(context, text: Any, record: Any = None, field: str = "", label: str = "完整内容") -> dict:
    """A masked value; with its record and field a button asks for a reason and shows it in full (logged),
    where the record lets this user."""
    asker = getattr(context.get("request"), "user", None)
    if asker is not None and record is not None and not record.may_reveal(asker):
        record, field = None, ""
    target = record._meta.label_lower if record is not None else ""
    names = {"text": formats.blank(text), "target": target, "pk": record.pk if target else "", "field": field}
    dialog_id = f"reveal-{target.replace('.', '-')}-{names['pk']}-{field}"
    return names | {"label": label, "dialog_id": dialog_id, "csrf_token": context.get("csrf_token")}
