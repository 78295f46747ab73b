"""Noise that training had, and noise of kinds that it never had: how often is a keyword heard in it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kws_data.pages.html import Verdict, says, table
from kws_data.pages.numbers import interval, percent

FEW_CLIPS, MOST_KINDS = 10, 10
_NAMES = {
    "seen": "kinds that training had",
    "unseen": "kinds that training never had",
    "untold": "other recordings, of which nobody tells the kind",
}


def noise_section(silence: Mapping[str, Any], max_fpr: float) -> str:
    """A sentence, seen noise beside unseen noise, and the kinds in which most is detected.

    Args:
        silence: block ``silence`` of the int8 METRICS.
        max_fpr: that the threshold was set for.
    """
    sentence, verdict = _sentence(silence, max_fpr)
    there = {name: silence[name] for name in _NAMES if silence.get(name)}
    rows = [
        (_NAMES[name], f"{len(one['kinds']):,}", f"{one['clips']:,}", percent(one["fpr"]), interval(one["ci95"]))
        for name, one in there.items()
    ]
    few = [number for number, one in enumerate(there.values()) if one["clips"] < FEW_CLIPS]
    caption = (
        "Clips in which nobody speaks, by what training knew of them (intervals by recording; of new kinds, by kind; "
        "sounds of kinds that no recording of the data set has are made by program)"
    )
    head = ("noise", "kinds", "clips", "a keyword is heard in", "95 %")
    return says(sentence, verdict) + table(rows, head, (1, 2, 3, 4), caption=caption, few=few) + _worst(there)


def _sentence(silence: Mapping[str, Any], max_fpr: float) -> tuple[str, Verdict]:
    unseen, seen = silence.get("unseen"), silence.get("seen")
    if unseen is None:
        return (
            f"What the detector does in kinds of noise that it never met is not known: {silence['not_measured']}.",
            "doubt",
        )
    said = f"In noise of kinds that training never had, a keyword is heard in {percent(unseen['fpr'])} of seconds "
    said += interval(unseen["ci95"])
    if seen is not None:
        said += f", against {percent(seen['fpr'])} of kinds that it had"
    worst = [kind for kind, one in unseen["kinds"].items() if one["fpr"] > 0][:3]
    if unseen["ci95"][0] > max_fpr:
        return f"{said}: add recordings like {', '.join(worst)} to data.negatives.", "bad"
    if worst and unseen["fpr"] > max_fpr:
        return f"{said}: perhaps too often, most in {', '.join(worst)}.", "doubt"
    return f"{said}: as quiet as its threshold was set for.", "good"


def _worst(there: Mapping[str, Mapping[str, Any]]) -> str:
    """Kinds in which something is detected, the most first."""
    found = [(name, kind, one) for name, part in there.items() for kind, one in part["kinds"].items() if one["fpr"] > 0]
    found.sort(key=lambda item: (-item[2]["fpr"], item[1]))
    shown = found[:MOST_KINDS]
    if not shown:
        return ""
    few = [number for number, (_, _, one) in enumerate(shown) if one["clips"] < FEW_CLIPS]
    rows = [(kind, _NAMES[name], f"{one['clips']:,}", percent(one["fpr"])) for name, kind, one in shown]
    caption = "Kinds in which a keyword is heard most often (grey: fewer than ten clips)"
    return table(rows, ("kind", "", "clips", "a keyword is heard in"), (2, 3), caption=caption, few=few)
