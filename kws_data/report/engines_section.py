"""The same clips in every engine: does the board run what was measured, and what did int8 cost?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kws_data.evaluation.predictions import BEFORE_REFIT, DEVICE, ENGINE_C, FLOAT, INT8
from kws_data.pages.html import Verdict, says, table, text
from kws_data.pages.numbers import interval, percent

#: How engines are called on the page.
NAMES = {
    FLOAT: "float",
    INT8: "int8 (TensorFlow Lite Micro)",
    ENGINE_C: "C engine",
    DEVICE: "board",
    BEFORE_REFIT: "int8 before the refit",
}
_P = 0.05


def engines_section(engines: Mapping[str, Any]) -> str:
    """A sentence, how many clips each engine gets right, and pair by pair what differs.

    Args:
        engines: block of report.json.
    """
    sentence, verdict = _sentence(engines)
    rows = [
        (NAMES[name], f"{one['clips']:,}", percent(one["right"]), interval(one["right_ci95"]))
        for name, one in engines["each"].items()
    ]
    caption = "Test clips that are right at the threshold: their keyword detected, or rightly nothing"
    listed = table(rows, ("engine", "clips", "right", "95 %"), (1, 2, 3), caption=caption)
    head = ("", "clips", "equal scores", "largest difference", "only the first right", "only the second", "p", "differ")
    pairs = table(map(_row, engines["pairs"]), head, range(1, 8), caption="Pairs of engines, McNemar's exact test")
    return says(sentence, verdict) + listed + pairs + "".join(map(_differing, engines["pairs"]))


def _sentence(engines: Mapping[str, Any]) -> tuple[str, Verdict]:
    alike = [pair for pair in engines["pairs"] if pair["expected_equal"]]
    broken = [pair for pair in alike if not pair["as_expected"]]
    if broken:
        one = broken[0]
        other = round((1 - one["equal_scores"]) * one["clips"])
        return (
            f"{NAMES[one['first']]} and {NAMES[one['second']]} give {other:,} of {one['clips']:,} clips different "
            "scores, where not a bit may differ: do not ship this, what was measured is not what runs.",
            "bad",
        )
    if not alike:
        return "Nothing tells whether the board would do as was measured: no clip went through its code.", "doubt"
    names = " and ".join(NAMES[pair["second"]] for pair in alike)
    said = f"Bit for bit, the {names} give{'s' if len(alike) == 1 else ''} every clip the scores of int8, "
    said += "so what was measured here is what runs on the board"
    cost = next((pair for pair in engines["pairs"] if (pair["first"], pair["second"]) == (FLOAT, INT8)), None)
    if cost is None:
        return f"{said}.", "good"
    if not cost["only_first"] and not cost["only_second"]:
        differ = cost["decisions_differ"]
        all_clips = f"{cost['clips']:,} clips"
        where = f"all but {differ:,} of {all_clips}, wrong in both" if differ else f"all {all_clips}"
        return f"{said}; float and int8 decide alike on {where}.", "good"
    lost = f"int8 loses {cost['only_first']:,} clips that float gets right and gains {cost['only_second']:,}"
    if cost["p"] < _P and cost["only_first"] > cost["only_second"]:
        return f"{said}; but {lost}, more than chance (p {_p(cost['p'])}): int8 costs something.", "doubt"
    return f"{said}; {lost}, which may be chance (p {_p(cost['p'])}).", "good"


def _row(pair: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"{NAMES[pair['first']]}, {NAMES[pair['second']]}",
        f"{pair['clips']:,}",
        percent(pair["equal_scores"]),
        f"{pair['largest_difference']:.4f}",
        f"{pair['only_first']:,}",
        f"{pair['only_second']:,}",
        _p(pair["p"]),
        f"{pair['decisions_differ']:,}",
    )


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _differing(pair: Mapping[str, Any]) -> str:
    """The clips on which two engines decide differently, folded away."""
    if not pair["decisions_differ"]:
        return ""
    shown = len(pair["differing"])
    of = f", the first {shown}" if shown < pair["decisions_differ"] else ""
    title = f"{NAMES[pair['first']]} and {NAMES[pair['second']]} decide differently on {pair['decisions_differ']:,}{of}"
    ids = ", ".join(f"<code>{text(clip)}</code>" for clip in pair["differing"])
    return f"<details><summary>{text(title)}</summary><p>{ids}</p></details>"
