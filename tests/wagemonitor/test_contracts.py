"""The import rule bites on planted offenders."""

import pytest
from grimp import ImportGraph

from tests.contracts import PublicModules

OPTIONS = {"apps": ["alerts", "projects"], "public": ["models", "selectors"]}


def _check(importer: str, imported: str):
    graph = ImportGraph()
    graph.add_import(importer=importer, imported=imported, line_number=3, line_contents="from … import …")
    contract = PublicModules(name="public", session_options={}, contract_options=OPTIONS)
    return contract.check(graph, verbose=False)


@pytest.mark.parametrize("imported", ["projects.views", "projects.forms.filing", "projects.tables", "projects"])
def test_another_apps_private_module_is_refused_with_its_line(imported):
    check = _check("alerts.rules.money", imported)
    assert not check.kept
    assert check.metadata["offences"] == [f"alerts.rules.money imports {imported} (line 3)"]


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("alerts.views", "projects.models"),
        ("alerts.views", "projects.models.permits"),
        ("alerts.views", "alerts.forms"),
        ("alerts.views", "core.forms"),
        ("wagemonitor.seed", "projects.demo"),
    ],
)
def test_public_modules_the_own_app_the_kernel_and_the_composition_are_free(importer, imported):
    assert _check(importer, imported).kept
