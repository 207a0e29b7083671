"""The indicators every app serves, against the annex as published."""

import subprocess
import sys

import pytest

from accounts.enums import AccountStatus, DepositForm, MovementDirection
from core import annex, indicators
from projects.enums import Category, ParticipationStatus, Status

ANNEX = {line.number: line for line in annex.lines()}
OURS = [(group, item) for group in indicators.groups() for item in group.indicators]
IDS = [f"{item.number}-{item.path}" for _, item in OURS]

# What the annex's words mean in our models: the path a condition must have, and the values it must name.
CONDITIONS = {
    "always": None,
    "building_or_municipal": ("project__category", {Category.BUILDING, Category.MUNICIPAL}),
    "progress_completed": ("status", {Status.COMPLETED}),
    "status_exited": ("status", {ParticipationStatus.EXITED}),
    "status_left": ("engagement__has_left", {True}),
    "status_cancelled": ("status", {AccountStatus.CANCELLED}),
    "direction_in": ("direction", {MovementDirection.IN}),
    "form_bank_deposit": ("form", {DepositForm.BANK}),
    "form_bank_guarantee": ("form", {DepositForm.GUARANTEE}),
    "form_insurance": ("form", {DepositForm.INSURANCE}),
}

# Fields that serve several purposes, and go by the name of another of them.
SYNONYMS = {46: "退场日期", 67: "专户名称", 75: "银行账号"}


def test_the_transcribed_annex_counts_as_the_notice_does():
    assert list(ANNEX) == list(range(1, 145))
    totals = {category: total for category, (_, total) in annex.served_by_category().items()}
    assert totals == {
        "project": 34,
        "employment": 22,
        "account": 7,
        "funds": 19,
        "deposit": 57,
        "payment_guarantee": 5,
    }


def test_the_whole_annex_is_served():
    lacking = {category for category, (served, total) in annex.served_by_category().items() if served < total}
    assert lacking == set()
    assert len(annex.served()) == 144


def test_every_apps_groups_are_known_without_being_imported():
    """A fresh process that imports nothing but the kernel."""
    asked = "import django; django.setup(); from core import annex; print(*sorted(annex.served()))"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert {int(number) for number in answer.stdout.split()} == annex.served() >= set(range(1, 35))


def test_no_number_is_served_twice():
    numbers = [item.number for _, item in OURS]
    assert len(numbers) == len(set(numbers))
    assert annex.served() <= set(ANNEX)


@pytest.mark.parametrize(("group", "item"), OURS, ids=IDS)
def test_label_is_the_annexs_own_word(group, item):
    assert group.label(item) == SYNONYMS.get(item.number, ANNEX[item.number].name)


@pytest.mark.parametrize(("group", "item"), OURS, ids=IDS)
def test_condition_is_the_annexs_own(group, item):
    expected = CONDITIONS[ANNEX[item.number].collected_when]
    ours = item.condition and (_path(item.condition.path), set(item.condition.values))
    assert ours == expected


def _path(path: str) -> str:
    """The form of a deposit is its instrument's, however far off that is."""
    return "form" if path.endswith("instrument__form") else path
