"""How what was not used is told: by reason, with two examples, and where the whole list is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

EXAMPLES = 2
REASONS = 12  # so many reasons are told apart; the rest is in the list


def told(pairs: Iterable[tuple[str, str]], all_of_them: str, verb: str = "set aside") -> list[str]:
    """Lines for a person; none when nothing was set aside.

    Args:
        pairs: (place, reason) of each; of a reason ``what: remedy`` the part before the colon tells kinds apart.
        all_of_them: the command or file that lists every one.
        verb: what was done with them.
    """
    kinds: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for place, reason in pairs:
        what, _, remedy = reason.partition(": ")
        kinds[without_ids(what)].append((place, remedy))
    ordered = sorted(kinds.items(), key=lambda kind: (-len(kind[1]), kind[0]))
    lines = [f"{verb}, {len(places):,}: {what}, such as {_examples(places)}" for what, places in ordered[:REASONS]]
    if len(ordered) > REASONS:
        rest = sum(len(places) for _, places in ordered[REASONS:])
        lines.append(f"{verb}, {rest:,}: for {len(ordered) - REASONS:,} other reasons")
    return [*lines, f"all of them: {all_of_them}"] if lines else []


def without_ids(reason: str) -> str:
    """A reason that names another clip, as it is for all such clips."""
    return re.sub(r"\b[0-9a-f]{16}\b", "another clip", reason)


def _examples(places: Sequence[tuple[str, str]]) -> str:
    shown = [f"{place} ({remedy})" if remedy else place for place, remedy in places[:EXAMPLES]]
    return ", ".join(shown)
