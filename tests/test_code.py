"""What a reviewer need not say: rules of tests.code_rules over the whole portal."""

import pytest

from tests import code_rules as rules

PYTHON = list(rules.python_files())
APP_CODE = list(rules.python_files(*rules.APPS))
TEMPLATES = rules.template_files()


@pytest.mark.parametrize(
    ("rule", "paths"),
    [
        (rules.too_long, [*PYTHON, *TEMPLATES, *rules.front_end_files()]),
        (rules.long_functions, PYTHON),
        (rules.wrong_days, APP_CODE),
        (rules.trusted_html, APP_CODE),
        (rules.put_off, [*PYTHON, *TEMPLATES, *rules.front_end_files()]),
        (rules.lost_reverses, APP_CODE),
        (rules.unnamed_details, APP_CODE),
        (rules.breaks_csp, TEMPLATES),
        (rules.trusted_in_template, TEMPLATES),
        (rules.homeless, TEMPLATES),
        (rules.lost_addresses, TEMPLATES),
        (rules.shown_in_clear, TEMPLATES),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_no_file_offends(rule, paths):
    assert paths
    assert not (found := rules.offences(rule, paths)), "\n".join(found)


def test_every_model_has_a_chinese_name():
    assert not rules.unnamed_models()
