"""How the splits of a configuration look: clips, speakers, labels and subgroups of each, and how far they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_text
from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.config.split import SPLITS, UNLABELLED_SPLIT
from kws_data.dataset.groups import joined_groups
from kws_data.dataset.leaks import audit
from kws_data.dataset.release_rules import summary, unstated
from kws_data.dataset.spoken_clips import SplitWords
from kws_data.dataset.unlabelled import Unlabelled
from kws_data.labels import label_of

SHOWN = ("label", "accent", "gender", "age")
LISTS = {"train": "training_list.txt", "validation": "validation_list.txt", "test": "testing_list.txt"}


def split_report(config: Config, found: SplitWords, unlabelled: Unlabelled | None = None) -> dict[str, Any]:
    """Clips, groups, labels and subgroups of each split; distances to the whole; what was left out; leaks (0); clips
    without labels, where there are some.

    Raises:
        LeakError: something stands in two splits.
    """
    used = [clip for clip in found.kept if clip.id in found.splits]
    parts = {split: [clip for clip in used if found.splits[clip.id] == split] for split in SPLITS}
    groups = joined_groups(used, config.split.disjoint, found.same)
    shown = dict.fromkeys([*SHOWN, *config.split.stratify])
    attributes = {key: _values(key, parts, config) for key in shown}
    beside = unlabelled or Unlabelled()
    return {
        "splits": {split: _part(clips, groups) for split, clips in parts.items()},
        "attributes": {key: values for key, values in attributes.items() if values["values"]},
        "disjoint": list(config.split.disjoint),
        "near_duplicates": [list(group) for group in found.same],
        "left_out": summary({**found.left_out, **beside.left_out}),
        "kept_for_later": len(found.kept) - len(used),
        "unstated": unstated(used),
        "leaks": audit(found.splits, used, config.split.disjoint, found.same),
        **({UNLABELLED_SPLIT: _unlabelled(beside)} if beside.clips else {}),
    }


def _unlabelled(beside: Unlabelled) -> dict[str, int]:
    return {"clips": len(beside.clips), "speakers": len({clip.speaker for clip in beside.clips})}


def _part(clips: list[Clip], groups: Mapping[str, str]) -> dict[str, int]:
    return {
        "clips": len(clips),
        "speakers": len({clip.speaker for clip in clips}),
        "groups": len({groups[clip.id] for clip in clips}),
        "synthetic": sum(clip.synthetic for clip in clips),
    }


def _values(key: str, parts: Mapping[str, list[Clip]], config: Config) -> dict[str, Any]:
    """Clips of each value in each split, and the total variation distance of each split from all of them."""

    def value(clip: Clip) -> str:
        return (label_of(clip.word, config.keywords) or "") if key == "label" else str(clip.attributes.get(key, ""))

    counts = {split: Counter(v for clip in clips if (v := value(clip))) for split, clips in parts.items()}
    whole = sum(counts.values(), Counter[str]())
    order = config.labels if key == "label" else sorted(whole)
    return {
        "values": {name: {split: counts[split][name] for split in SPLITS} for name in order if whole[name]},
        "distance": {split: round(distance(counts[split], whole), 4) for split in SPLITS},
    }


def distance(part: Mapping[str, int], whole: Mapping[str, int]) -> float:
    """Total variation distance of two distributions given as counts: 0 the same, 1 nothing in common."""
    here, there = max(sum(part.values()), 1), max(sum(whole.values()), 1)
    return 0.5 * sum(abs(part.get(name, 0) / here - count / there) for name, count in whole.items())


def write_lists(folder: Path, found: SplitWords) -> list[Path]:
    """Write one list a split, one path (the clip's origin) a line, as Speech Commands has them; returns the files."""
    written = []
    for split, name in LISTS.items():
        origins = _origins(found.kept, found.splits, split)
        write_text(folder / name, "".join(f"{origin}\n" for origin in origins))
        written.append(folder / name)
    return written


def _origins(clips: Iterable[Clip], splits: Mapping[str, str], split: str) -> list[str]:
    return sorted(clip.origin for clip in clips if splits.get(clip.id) == split)
