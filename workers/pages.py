"""What the pages about people on site share."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from projects import pages
from projects.models import Project
from workers import selectors
from workers.models import Engagement


def engagement_in_scope(request, pk) -> Engagement:
    engagements = selectors.engagements_for(request.user).select_related("worker", "team", "project__jurisdiction")
    return get_object_or_404(engagements, pk=pk)


def form_page(request, form, save, *, project: Project, back: str = "", **extra):
    """`projects.pages.form_page`, with the register on the way back."""
    register = reverse("workers:register", args=[project.pk])
    extra = {"trail": [("花名册", register)]} | extra
    return pages.form_page(request, form, save, project=project, back=back or register, **extra)
