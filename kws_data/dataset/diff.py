"""What changed between two data sets: clips, speakers, counts, licences, settings, features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kws_data.dataset.manifest import load_dataset, read_manifest
from kws_data.labels import is_nobodys

#: Columns of the manifest that make a clip another one although its place in the catalogue is the same.
COMPARED = ("label", "split", "audio_sha256", "word", "speaker", "licence", "consent", "device")
#: What ``dataset.json`` says that is no setting.
_RESULTS = frozenset({"version", "clips", "labels_per_split", "speakers", "leaks", "left_out", "kept_for_later"})
_RESULTS |= {"recorded_through_board", "not_yet_recorded", "set_aside", "schema", "config"}
_COUNTED = ("split", "label", "source", "device", "licence", "consent")


@dataclass(frozen=True)
class Change:
    """A clip that both hold, and what is different: ``{column: (before, after)}``."""

    clip: str
    word: str
    columns: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Diff:
    """What changed from one data set to the other.

    Attributes:
        before, after: version, configuration and folder of each.
        added, removed: ids of clips that only one holds.
        changed: clips that both hold with something different.
        speakers_added, speakers_removed: pseudonyms; noise has none.
        settings: ``{key: (before, after)}`` of all that shaped the data set, front end and features included.
        counts: ``{column: {value: (before, after)}}`` where they differ; ``split and label`` has both.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]
    speakers_added: tuple[str, ...]
    speakers_removed: tuple[str, ...]
    settings: Mapping[str, tuple[Any, Any]]
    counts: Mapping[str, Mapping[str, tuple[int, int]]]

    @property
    def same(self) -> bool:
        """Whether both are the same version: the same clips and the same features."""
        return bool(self.before["version"] == self.after["version"])

    def changes_of(self, column: str) -> int:
        """How many clips changed in one column."""
        return sum(column in change.columns for change in self.changed)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, complete."""
        return {"same": self.same, **asdict(self)}


def diff_datasets(before: Path, after: Path) -> Diff:
    """Compare the data sets in two folders.

    A clip is the same in both when the source and its place there are: a clip that was recorded through a board, or
    imported again with other samples, has changed; it was not removed and added.

    Raises:
        DataError: one of them is missing or damaged.
    """
    infos = [load_dataset(folder).info for folder in (before, after)]
    one, other = (_by_place(read_manifest(folder)) for folder in (before, after))
    old, new = _speakers(one), _speakers(other)
    changed = [_change(one[place], other[place]) for place in sorted(one.keys() & other.keys())]
    return Diff(
        _about(before, infos[0]),
        _about(after, infos[1]),
        tuple(sorted(other[place]["clip_id"] for place in other.keys() - one.keys())),
        tuple(sorted(one[place]["clip_id"] for place in one.keys() - other.keys())),
        tuple(change for change in changed if change.columns),
        tuple(sorted(new - old)),
        tuple(sorted(old - new)),
        _settings(infos[0], infos[1]),
        _counts(list(one.values()), list(other.values())),
    )


def _about(folder: Path, info: Mapping[str, Any]) -> dict[str, Any]:
    return {"version": info["version"], "config": info.get("config", ""), "folder": str(folder)}


def _by_place(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str, int], Mapping[str, Any]]:
    """Rows by source, origin and a number that tells those apart that share both."""
    seen: Counter[tuple[str, str]] = Counter()
    places = {}
    for row in sorted(rows, key=lambda row: str(row["clip_id"])):
        place = (str(row.get("source", "")), str(row.get("origin", row["clip_id"])))
        places[(*place, seen[place])] = row
        seen[place] += 1
    return places


def _change(one: Mapping[str, Any], other: Mapping[str, Any]) -> Change:
    columns = {name: (one.get(name), other.get(name)) for name in COMPARED if one.get(name) != other.get(name)}
    return Change(str(other["clip_id"]), str(other.get("word", "")), columns)


def _speakers(rows: Mapping[Any, Mapping[str, Any]]) -> set[str]:
    return {str(row["speaker"]) for row in rows.values() if not is_nobodys(str(row["word"]))}


def _settings(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    before, after = (_flat({key: value for key, value in info.items() if key not in _RESULTS}) for info in (one, other))
    # What both have comes first: settings that only one knows are those of another version of kws.
    keys = sorted(before.keys() | after.keys(), key=lambda key: (key not in before or key not in after, key))
    return {key: (before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)}


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings under dotted keys."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def _counts(
    one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, tuple[int, int]]]:
    counted = {}
    for columns in ((name,) for name in _COUNTED):
        counted[columns[0]] = _differences(one, other, columns)
    counted["split and label"] = _differences(one, other, ("split", "label"))
    return {name: values for name, values in counted.items() if values}


def _differences(
    one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> dict[str, tuple[int, int]]:
    before, after = (Counter(" ".join(str(row.get(c, "")) for c in columns) for row in rows) for rows in (one, other))
    return {v: (before[v], after[v]) for v in sorted(before.keys() | after.keys()) if before[v] != after[v]}
