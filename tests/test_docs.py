"""The documents name what is there."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)]*)?\)|src=\"([^\"]+)\"")
CODE = re.compile(r"`([A-Za-z_][\w.]*)`")
SIZE = 250 * 1024


def _sources() -> str:
    apps = ("core", "organizations", "projects", "workers", "accounts", "alerts", "reports", "wagemonitor")
    return "\n".join(file.read_text() for app in apps for file in (ROOT / app).rglob("*.py"))


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document):
    links = [link or source for link, _, source in LINK.findall(document.read_text())]
    ours = [link for link in links if "://" not in link]
    assert [link for link in ours if not (document.parent / link).exists()] == []


def test_every_identifier_of_the_glossary_is_in_the_code():
    rows = [line for line in (ROOT / "docs" / "glossary.md").read_text().splitlines() if line.startswith("|")]
    words = set(re.findall(r"\w+", _sources()))
    named = [name for row in rows for name in CODE.findall(row.split("|")[3])]
    assert len(named) > 80
    assert [name for name in named if not set(name.split(".")) <= words] == []


def test_every_button_of_the_manual_is_on_a_page():
    templates = "\n".join(file.read_text() for file in (ROOT / "templates").rglob("*.html"))
    pages = _sources() + templates
    named = set(re.findall(r"【([^】]+)】", (ROOT / "docs" / "manual.md").read_text()))
    assert len(named) > 40
    assert [name for name in named for part in re.split(r"\s*…\s*", name) if part and part not in pages] == []


def test_every_decision_is_in_the_list():
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\((\S+\.md)\)", (folder / "README.md").read_text()))
    assert listed == {file.name for file in folder.glob("*.md")} - {"README.md"}


def _commands_of_the_readme() -> dict[str, set[str]]:
    """Command → the options it is shown with."""
    table = (ROOT / "README.md").read_text().split("## Commands")[1].split("## Configuration")[0]
    rows = re.findall(r"^\| `(\w+) ?([^`]*)`", table, re.MULTILINE)
    return {name: set(re.findall(r"--[\w-]+", options)) for name, options in rows if name != "python"}


def test_every_command_is_in_the_readme():
    ours = {name for name, app in get_commands().items() if (ROOT / str(app)).is_dir()}
    assert set(_commands_of_the_readme()) == ours


@pytest.mark.parametrize("name", sorted(_commands_of_the_readme()))
def test_a_command_of_the_readme_has_the_options_it_is_shown_with(name):
    command = load_command_class(get_commands()[name], name)
    known = {flag for action in command.create_parser("manage.py", name)._actions for flag in action.option_strings}
    assert _commands_of_the_readme()[name] <= known


def test_every_setting_of_the_environment_is_in_the_example():
    asked = re.findall(r"env(?:\.\w+)?\(\s*\"(\w+)\"", (ROOT / "wagemonitor" / "settings.py").read_text())
    example = (ROOT / ".env.example").read_text()
    assert [name for name in asked if name not in example] == []


@pytest.mark.parametrize("picture", sorted((ROOT / "docs" / "screenshots").glob("*.png")), ids=lambda file: file.stem)
def test_screenshots_are_small(picture):
    assert picture.stat().st_size < SIZE
    assert Image.open(picture).mode == "P"
