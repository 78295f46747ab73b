"""What annotators of Label Studio agree on: the majority decides, or the one whose answer is the ground truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kws_data.sources.imports.json_files import items as listed
from kws_data.sources.imports.layouts.label_studio_regions import Label, Problem, read_results


@dataclass(frozen=True)
class Verdict:
    """What is said of a recording.

    Attributes:
        labels: words and where they stand; none when ``reason`` says why.
        annotators: how many said something, and how many of them agree on the labels.
        agreeing: of them.
        reason: why there are no labels; empty when there are, or when the problems say it.
        problems: (region, reason) of what some annotator said and cannot be used; the region of the whole is empty.
    """

    labels: tuple[Label, ...] = ()
    annotators: int = 0
    agreeing: int = 0
    reason: str = ""
    problems: tuple[Problem, ...] = ()


def verdict(annotations: Sequence[dict[str, Any]]) -> Verdict:
    """What most annotators say; one who said nothing or skipped the task does not count."""
    opinions: list[frozenset[Label]] = []
    truths: list[frozenset[Label]] = []
    problems: list[Problem] = []
    for annotation in annotations:
        if annotation.get("was_cancelled"):
            continue
        labels, unusable = read_results(listed(annotation.get("result")))
        problems += unusable
        if labels:
            (truths if annotation.get("ground_truth") is True else opinions).append(frozenset(labels))
    counted = truths or opinions
    if not counted:
        return Verdict(problems=tuple(problems))
    decided, agreeing, reason = decide(counted)
    return Verdict(tuple(decided), len(counted), agreeing, reason, tuple(problems))


def decide(opinions: Sequence[frozenset[Label]]) -> tuple[list[Label], int, str]:
    """What most annotators say.

    Stretches win over a label of the whole recording. Two opinions are the same when they name the same words in the
    same order; the times are those of the first who said so.

    Returns:
        The labels, how many annotators agree on them, and why there are none (empty when there are).
    """
    first: dict[tuple[tuple[bool, str], ...], list[Label]] = {}
    votes: Counter[tuple[tuple[bool, str], ...]] = Counter()
    for opinion in opinions:
        ordered = sorted(opinion, key=lambda label: (label.start_s, label.end_s, label.word))
        stretches = [label for label in ordered if not label.whole]
        kept = stretches or ordered
        said = tuple((label.whole, label.word) for label in kept)
        first.setdefault(said, kept)
        votes[said] += 1
    (best, count), *others = votes.most_common()
    if others and others[0][1] == count:
        heard = " / ".join("+".join(word for _, word in said) for said, _ in votes.most_common(4))
        return [], 0, f"annotators disagree: {heard}"
    if first[best][0].whole and len(best) > 1:
        return [], 0, f"more than one label for the whole recording: {', '.join(word for _, word in best)}"
    return first[best], count, ""
