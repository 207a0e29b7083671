from django.core.checks import run_checks
from django.db import models
from django.test.utils import isolate_apps

from core.checks import _scope_errors
from core.scoping import ScopedModel


def ids(model) -> list[str]:
    return [error.id for error in _scope_errors(model)]


def test_the_portal_itself_passes():
    assert [error for error in run_checks() if error.id.startswith("core.")] == []


@isolate_apps("core")
def test_a_model_neither_scoped_nor_shared_is_refused():
    class Secret(models.Model):
        class Meta:
            app_label = "core"

    class Excused(models.Model):
        shared_because = "  "

        class Meta:
            app_label = "core"

    assert ids(Secret) == ids(Excused) == ["core.E001"]


@isolate_apps("core")
def test_a_broken_chain_and_one_that_decides_nothing_are_refused():
    class Lost(ScopedModel):
        scope_through = "nowhere"

        class Meta:
            app_label = "core"

    class Silent(ScopedModel):
        class Meta:
            app_label = "core"

    assert ids(Lost) == ["core.E002"]
    assert ids(Silent) == ["core.E003"]
