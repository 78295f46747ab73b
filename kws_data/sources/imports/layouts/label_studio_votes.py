"""Of several annotators the majority decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kws_data.sources.imports.json_files import shown
from kws_data.sources.imports.layouts.label_studio_regions import Annotation, Label


def decide(annotations: Sequence[Annotation]) -> tuple[list[Label], int, str]:
    """What most annotators say.

    Two opinions are the same when they name the same words in the same order; the times are those of the first who
    said so. An annotator who says nothing does not count.

    Returns:
        The labels, how many annotators agree on them, and why there are none (empty when there are).
    """
    first: dict[tuple[str, ...], list[Label]] = {}
    votes: Counter[tuple[str, ...]] = Counter()
    for annotation in annotations:
        ordered = sorted(annotation.labels, key=lambda label: (label.start_s, label.end_s, label.word))
        kind = "" if not ordered else "whole" if ordered[0].whole else "stretches"
        said = (kind, *(label.word for label in ordered)) if ordered else (kind, annotation.doubt)
        if ordered or annotation.doubt:
            first.setdefault(said, ordered)
            votes[said] += 1
    if not votes:
        return [], 0, "not labelled: label it and export it again"
    (best, count), *others = votes.most_common()
    if others and others[0][1] == count:
        heard = " / ".join("+".join(map(shown, said[1:])) for said, _ in votes.most_common(4))
        return [], 0, f"annotators disagree: {heard}; let one more decide"
    return (first[best], count, "") if first[best] else ([], 0, best[1])
