"""Periods of time as statistics write them: a year, a month or a day."""

import re
from calendar import monthrange
from datetime import date

_PERIOD = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


def is_period(text: str) -> bool:
    """Return whether a text is a period that exists."""
    if not _PERIOD.fullmatch(text):
        return False
    try:
        date.fromisoformat(first_day(text))
    except ValueError:
        return False
    return True


def first_day(period: str) -> str:
    """Return the first day of a period."""
    return period + "-01-01"[len(period) - 4 :] if len(period) < 10 else period


def last_day(period: str) -> str:
    """Return the last day of a period."""
    if len(period) == 10:
        return period
    year, _, month = period.partition("-")
    return f"{year}-{month or 12}-{monthrange(int(year), int(month or 12))[1]:02}"
