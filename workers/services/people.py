"""What the writers of papers about people share."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from projects.services import mark_changed
from workers.models import Engagement, Worker


def mark_sites_of(worker: Worker) -> None:
    """Something about the person changed: for every project they are, or were, at."""
    mark_changed(Engagement._base_manager.filter(worker=worker).values_list("project_id", flat=True))


def not_later_than_today(field: str, day, what: str) -> dict[str, str]:
    return {field: f"{what}不能晚于今天。"} if day and day > timezone.localdate() else {}


def refuse(problems: dict[str, str]) -> None:
    if problems:
        raise ValidationError(problems)
