"""A batch of payments as the file its bank reads: one class per layout, defining it is registering it."""

from accounts.bank_files.base import BankLayout, layout_for, layout_of
from accounts.bank_files.generic import GenericLayout
from accounts.bank_files.icbc import IcbcLayout

__all__ = ["BankLayout", "GenericLayout", "IcbcLayout", "layout_for", "layout_of"]
