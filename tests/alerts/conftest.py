from tests.terms import _calendar

__all__ = ["_calendar"]
