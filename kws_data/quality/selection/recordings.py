"""What to record next: subgroups that are thin in the catalogue, and slices on which a run fails."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from kws_data.catalog.catalog import Catalog
from kws_data.coverage.crosstab import crosstab
from kws_data.slices.record_next import RecordNext
from kws_data.slices.slice_report import SLICES_FILE, SliceReport

PERSONAL = ("accent", "gender", "age", "device_model", "room")
FLOOR = 5  # speakers of a subgroup below which it is thin, where so many are expected
MOST_THIN = 5


def failing_slices(run: Path) -> tuple[RecordNext, ...]:
    """What ``runs/<name>/report/slices.json`` says is to be recorded; nothing where it was not written.

    Raises:
        DataError: it is damaged.
    """
    folder = run / "report"
    return SliceReport.load(folder).record_next if (folder / SLICES_FILE).exists() else ()


def thin_subgroups(catalog: Catalog) -> tuple[str, ...]:
    """Sentences on subgroups of the catalogue's people that lack speakers, those that lack most first."""
    found = []
    for by in combinations(PERSONAL, 2):
        for named in crosstab(catalog, by, floor=FLOOR).thin:
            missing = max(FLOOR, round(named.cell.expected_speakers)) - named.cell.speakers
            group = ", ".join(f"{name} {value}" for name, value in zip(by, named.values, strict=True))
            found.append((-missing, f"record {missing} more people of {group}: {named.cell.speakers} are there"))
    return tuple(sentence for _, sentence in sorted(found)[:MOST_THIN])
