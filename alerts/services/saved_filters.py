"""Filters of the list of warnings that a user keeps under a name."""

from django.core.exceptions import ValidationError

from alerts.models import SavedFilter

MOST = 20


def save_filter(*, name: str, query: str, by, replace: bool = False) -> SavedFilter:
    """Under a name that is there already the new one takes its place only where that is asked for."""
    own = SavedFilter.objects.visible_to(by)
    if not query:
        raise ValidationError("请先选择筛选条件，再保存。")
    if not replace and own.filter(name=name).exclude(query=query).exists():
        raise ValidationError({"name": f"已有名为“{name}”的常用筛选。换一个名称，或勾选“替换同名的”。"})
    if own.exclude(name=name).count() >= MOST:
        raise ValidationError(f"最多保存 {MOST} 个常用筛选，请先删除不用的。")
    kept, _ = own.update_or_create(user=by, name=name, defaults={"query": query})
    return kept


def forget_filter(*, saved: SavedFilter) -> None:
    saved.delete()
