"""The rules: one class in one file each. A module put into this package is a rule of the portal."""

from importlib import import_module
from pkgutil import iter_modules

from alerts.rules.base import Column, Facts, Parameter, Rule, Sql, rule_of, rules

for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)

__all__ = ["Column", "Facts", "Parameter", "Rule", "Sql", "rule_of", "rules"]
