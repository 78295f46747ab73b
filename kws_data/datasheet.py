"""The datasheet of a data set: what it holds, where it comes from, on what terms (after Gebru et al., 2018)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def datasheet(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Markdown, from ``dataset.json`` and the rows of the manifest."""
    splits = list(info["clips"])
    parts = [
        f"# Data set {info['config']}",
        f"Version `{info['version']}`, seed {info['seed']}.",
        "## What is in it",
        _table(["split", "clips", "speakers", "recorded through the board"], _split_rows(info, splits)),
        _table(
            ["label", *splits],
            [[label, *(info["labels_per_split"][s][label] for s in splits)] for label in info["labels"]],
        ),
        f"Clips of {info['clip_samples']} samples at {info['frontend']['sample_rate_hz']} Hz;"
        f" {info['copies']} copies of each training clip, the first as it is, the others augmented.",
        "## Where it comes from",
        _counted(rows, ["source", "device", "licence", "consent"]),
        "## Who speaks",
        _who(rows),
        "## How it was split",
        f"{_rule(info['split'])} Leaks found by the audit: {info['leaks']}."
        f" Clips of speakers who are kept for later: {info['kept_for_later']}.",
        "## What was left out",
        _left_out(info["left_out"]),
        "## Words that count as `_unknown_`",
        ", ".join(f"{word} ({count})" for word, count in _unknown_words(rows)) or "none",
    ]
    return "\n\n".join(parts) + "\n"


def _split_rows(info: Mapping[str, Any], splits: Iterable[str]) -> list[list[Any]]:
    return [[s, info["clips"][s], info["speakers"][s], info["recorded_through_board"][s]] for s in splits]


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _counted(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    counts = Counter(tuple(row[column] or "–" for column in columns) for row in rows)
    return _table([*columns, "clips"], [[*key, count] for key, count in sorted(counts.items())])


def _who(rows: Sequence[Mapping[str, Any]]) -> str:
    people = {row["speaker"] for row in rows if not row["synthetic"] and not row["word"].startswith("_")}
    voices = {row["speaker"] for row in rows if row["synthetic"] and not row["word"].startswith("_")}
    return (
        f"{len(people)} people under pseudonyms, {len(voices)} synthetic voices. Nothing else is known of the people."
    )


def _rule(split: Mapping[str, Any]) -> str:
    if split["test"] == "validation_list":
        rule = "Speakers of the folder's validation list are the test split, with every clip of theirs."
    else:
        rule = f"{split['test_share']:.0%} of the speakers are the test split (synthetic ones by voice variant)."
    return f"{rule} {split['validation_share']:.0%} of the others fix the threshold."


def _left_out(reasons: Mapping[str, str]) -> str:
    kinds = Counter(reason.split(" of ")[0] for reason in reasons.values())
    return _table(["reason", "clips"], sorted(kinds.items())) if kinds else "Nothing."


def _unknown_words(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    return sorted(Counter(row["word"] for row in rows if row["label"] == "_unknown_").items())
