"""System checks: what a reviewer would otherwise have to remember."""

from django.apps import apps
from django.core.checks import Error, register
from django.core.exceptions import FieldDoesNotExist
from pghistory.models import Event

from core.scoping import ScopedModel

OUR_APPS = {"core", "organizations", "projects", "workers", "accounts", "alerts", "reports"}


@register()
def every_model_has_a_scope(app_configs, **kwargs) -> list[Error]:
    """A model is supervised (ScopedModel) or says in `shared_because` why everybody may read it."""
    models = [model for model in apps.get_models() if model._meta.app_label in OUR_APPS]
    return [error for model in models for error in _scope_errors(model)]


def _scope_errors(model) -> list[Error]:
    if issubclass(model, Event):  # row history: read only beside the row itself
        return []
    if not issubclass(model, ScopedModel):
        said = getattr(model, "shared_because", "").strip()
        return [] if said else [Error("Neither a ScopedModel nor shared_because.", obj=model, id="core.E001")]
    try:
        last = model.scope_chain()[-1]
    except FieldDoesNotExist as broken:
        return [Error(f"scope_through is broken: {broken}", obj=model, id="core.E002")]
    if last.scope_q.__func__ is ScopedModel.scope_q.__func__:
        return [Error(f"The chain ends at {last.__name__}, which decides nothing.", obj=model, id="core.E003")]
    return []
