"""Who speaks in a data set, and who is missing: two sections of its datasheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from kws_data.coverage.subgroups import Subgroups
from kws_data.release.datasheet.blocks import Block, Table, listed

HIDDEN = "suppressed"
_MOST_ROWS, _MOST_COLUMNS = 60, 15


def who(groups: Sequence[Subgroups]) -> tuple[Block, ...]:
    """How many speak, and of each attribute that anything is known of, how many have each value."""
    blocks: list[Block] = []
    for group in groups:
        unknown = f" Nothing is known of their {listed(group.unknown)}." if group.unknown else ""
        pseudonyms = " under pseudonyms" if group.kind == "people" else ""
        blocks.append(f"{group.speakers:,} {group.kind}{pseudonyms}.{unknown}")
        if group.table.k or group.table.epsilon:
            blocks.append(f"Counts of {group.kind} below: {group.table.method()}.")
        for name in group.known:
            rows = tuple((value, _count(people)) for value, people in group.totals(name))
            blocks.append(Table((name, group.kind), rows))
        blocks += _crossed(group)
    return tuple(blocks) or ("Nobody: there is no clip of a word.",)


def _crossed(group: Subgroups) -> list[Block]:
    """All known attributes against each other, thin cells marked; nothing for one, or where it would fill pages."""
    *down, across = group.known or ("",)
    columns = group.levels(across) if down else []
    rows: list[tuple[str, ...]] = []
    marked: set[tuple[int, int]] = set()
    for values in product(*(group.levels(name) for name in down)):
        cells = [dict(zip(group.known, (*values, column), strict=True)) for column in columns]
        marked |= {(len(rows), len(down) + n) for n, cell in enumerate(cells) if group.is_thin(cell)}
        rows.append((*values, *(_count(group.count(cell)) for cell in cells)))
    if not down or len(rows) > _MOST_ROWS or len(columns) > _MOST_COLUMNS:
        return []
    told = f"{group.kind.capitalize()} by {listed(group.known)}" + ("; thin cells are marked." if marked else ".")
    return [told, Table((*down, *columns), tuple(rows), frozenset(marked))]


def _count(people: int | None) -> str:
    return HIDDEN if people is None else f"{people:,}"


def gaps(groups: Sequence[Subgroups], info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    """What is missing: combinations of attributes, attributes of which nothing is known, people, boards."""
    blocks: list[Block] = []
    for group in groups:
        blocks += _thin(group)
        if group.unknown:
            blocks.append(
                f"No claim can be made about {group.kind} by {listed(group.unknown)}: a detector trained on this may"
                " fail for some groups without anybody noticing."
            )
    if all(row["synthetic"] for row in rows):
        blocks.append("No person speaks in this data set: what it measures says little about people.")
    heard = {row["device"] for row in rows} - {""}
    if not heard:
        blocks.append("No clip was recorded through the board on which the detector will run.")
    if info.get("not_yet_recorded"):
        blocks.append(f"{info['not_yet_recorded']:,} clips are still to be recorded through the board.")
    return tuple(blocks) or ("None were found.",)


def _thin(group: Subgroups) -> list[Block]:
    blocks: list[Block] = []
    if group.table.suppressed:
        blocks.append(
            f"{group.table.suppressed} counts of {group.kind} are suppressed: these combinations hold too few to"
            " measure anything on, or protect others that do."
        )
    if not group.thin:
        none = f"No {'other ' if blocks else ''}combination of these attributes is thin among the {group.kind}."
        return [*blocks, *([none] if len(group.known) > 1 else [])]
    rows = tuple(
        (*values, f"{cell.speakers:,}", f"{cell.expected_speakers:.1f}", cell.reason)
        for values, cell in group.thin[:_MOST_ROWS]
    )
    more = f" The {_MOST_ROWS} worst of {len(group.thin)} are listed." if len(group.thin) > _MOST_ROWS else ""
    return [
        *blocks,
        f"Combinations with far fewer {group.kind} than the totals of each attribute lead one to expect (below), than"
        f" even the totals of each pair do (combination), or too few to measure on (few).{more}",
        Table((*group.known, group.kind, "expected", "why"), rows),
    ]
