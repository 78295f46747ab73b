"""``kws plan-data --check``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kws_data.cli.options import print_json, progress_bars, tell

if TYPE_CHECKING:
    from kws_data.coverage.data_plan.needs import Need
    from kws_data.coverage.data_plan.plan import DataPlan

_SHOWN = 20


def check(path: Path, recordings: Path, named: bool, as_json: bool) -> int:
    """Say what the catalogue lacks of a plan; 1 where that is anything.

    Raises:
        CatalogError: ``recordings`` were ``named`` and there is no catalogue. The usual folder may be to be filled.
    """
    from kws_data.catalog.catalog import Catalog
    from kws_data.cli.label.opened import catalog_here
    from kws_data.coverage.data_plan.document import read_plan
    from kws_data.coverage.data_plan.held import needs_of
    from kws_data.coverage.data_plan.needs import in_order

    plan, opened = read_plan(path), catalog_here if named else Catalog
    with progress_bars() as progress, opened(recordings) as catalog:
        needs = needs_of(plan, catalog, progress)
    missing = in_order(needs)
    if as_json:
        document = {"plan": plan.name, "recordings": str(recordings), "met": len(needs) - len(missing)}
        print_json({**document, "missing": [need.to_dict() for need in missing], "all": [n.to_dict() for n in needs]})
    else:
        _print(plan, missing, len(needs))
    return 1 if missing else 0


def _print(plan: DataPlan, missing: Sequence[Need], wanted: int) -> None:
    if not missing:
        tell(f"{plan.name}: all {wanted} wants are met")
        return
    tell(f"{plan.name}: {len(missing)} of {wanted} wants are not met, the most urgent first")
    for number, need in enumerate(missing[:_SHOWN], 1):
        limit = "at most " if need.at_most else ""
        tell(
            f"{number:2}. {need.what}: {_shown(need.found, need.unit)}, wanted {limit}{_shown(need.wanted, need.unit)}"
        )
        if need.note:
            tell(f"      {need.note}")
        for call in need.next:
            tell(f"      next: {call}")
    if len(missing) > _SHOWN:
        tell(f"… and {len(missing) - _SHOWN} more; --json lists all")


def _shown(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,.2f}".rstrip("0").rstrip(".") + (f" {unit}" if unit == "h" else "")
