"""What clips cannot tell because nobody says it in them: one line for each class that is empty."""

from __future__ import annotations

from collections.abc import Mapping

from kws_data.labels import SILENCE, UNKNOWN


def missing_classes(clips_per_label: Mapping[str, int]) -> list[str]:
    """Lines for people about labels without a clip, and about clips of one label alone; none where all are there.

    Args:
        clips_per_label: clips of each label of the detector, ``_silence_`` and ``_unknown_`` among them.
    """
    there = [label for label, clips in clips_per_label.items() if clips]
    if len(there) == 1:
        return [f"All clips are {there[0]}: one class alone tells nothing of what is taken for what. Add the others."]
    empty = [label for label, clips in clips_per_label.items() if not clips]
    keywords = [label for label in empty if label not in (SILENCE, UNKNOWN)]
    lines = []
    if keywords:
        lines.append(f"Nobody says {', '.join(keywords)} in these clips: nothing is known of {_them(keywords)}.")
    if UNKNOWN in empty:
        lines.append("Nobody says another word in these clips: what speech would set off is not known (FPR).")
    if SILENCE in empty:
        lines.append("No clip is without a word: what noise would set off is not known.")
    return lines


def _them(labels: list[str]) -> str:
    return "it" if len(labels) == 1 else "them"
