"""Numbers of papers and movements, without gaps or doubles within their series."""

from datetime import date

from django.db import connection

from organizations.models import Organization
from projects.models import Project

_NEXT = """
INSERT INTO accounts_depositserial (series, last) VALUES (%s, 1)
ON CONFLICT (series) DO UPDATE SET last = accounts_depositserial.last + 1 RETURNING last
"""


def _next(series: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [series])
        return cursor.fetchone()[0]


def movement_number(project: Project, day: date) -> str:
    """收支编号: place, day, number of that place and year."""
    place = project.jurisdiction_id
    return f"BZJ{place}{day:%Y%m%d}{_next(f'movement:{place}:{day.year}'):05d}"


def notice_number(office: Organization, word: str, day: date) -> str:
    """文号 of a notice of this office: 临翔区人社保支〔2026〕1号."""
    number = _next(f"{word}:{office.pk}:{day.year}")
    return f"{office.region.name}人社保{word}〔{day.year}〕{number}号"
