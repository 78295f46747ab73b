"""The datasheet of a data set: why, what, whose, on what terms, and what is missing.

The sections are those of Gebru et al., "Datasheets for Datasets", 2018 (Communications of the ACM 64/12, 2021).
The content is made once, as sections of plain blocks; :func:`markdown` writes it as text,
:mod:`kws_data.report.datasheet_page` as a page with plots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from kws_data.config import SILENCE, UNKNOWN
from kws_data.release import summary
from kws_data.splits import SPLITS
from kws_data.subgroups import Subgroups, subgroups

HIDDEN = "suppressed"
_MOST_ROWS, _MOST_COLUMNS = 60, 15


@dataclass(frozen=True)
class Table:
    """Columns and rows; ``marked`` are the cells (row, column) that a reader should not miss."""

    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    marked: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Plot:
    """A picture that only the page has, by name."""

    name: str
    caption: str


Block = str | Table | Plot


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


def datasheet(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], secret: bytes = b"") -> str:
    """Markdown, from ``dataset.json`` and the rows of the manifest.

    Args:
        info: what ``dataset.json`` says; ``release`` in it holds purpose, subgroups, k and ε.
        rows: of the manifest.
        secret: of the catalogue, for the noise; see :meth:`Catalog.secret`.
    """
    return markdown(info, sections(info, rows, secret))


def sections(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], secret: bytes = b"") -> list[Section]:
    """All sections."""
    release = info.get("release", {})
    by = release.get("subgroups", ["gender", "age", "accent"])
    groups = subgroups(rows, by, release.get("k", 0), release.get("epsilon", 0.0), secret)
    return [
        Section("Motivation", _motivation(info)),
        Section("Composition", _composition(info, rows)),
        Section("Who speaks", _who(groups)),
        Section("Known gaps", _gaps(groups, info, rows)),
        Section("Collection process", _collection(rows)),
        Section("Labels and their checks", _labels(info, rows)),
        Section("Preprocessing", _preprocessing(info)),
        Section("Splits and the audit for leaks", _splits(info)),
        Section("What was left out, and why", _left_out(info)),
        Section("Uses", _uses(info)),
        Section("Distribution: licences and consent", _distribution(info, rows)),
        Section("Maintenance", _maintenance(info)),
    ]


def _motivation(info: Mapping[str, Any]) -> tuple[Block, ...]:
    keywords = ", ".join(info["labels"][2:])
    purpose = info.get("release", {}).get("purpose")
    return (
        purpose
        or f"Made to train and to test a detector of the keywords {keywords} for boards with 16 KB for the model.",
        f"Configuration `{info['config']}`, seed {info['seed']}, version `{info['version']}`.",
    )


def _composition(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    splits = [split for split in SPLITS if split in info["clips"]]
    through = info.get("recorded_through_board", {})
    per_split = tuple((s, info["clips"][s], info["speakers"][s], through.get(s, 0)) for s in splits)
    per_label = tuple((label, *(info["labels_per_split"][s][label] for s in splits)) for label in info["labels"])
    seconds = info["clip_samples"] / info["frontend"]["sample_rate_hz"]
    return (
        f"Each instance is a clip of {seconds:g} s, mono, 16 bit, {info['frontend']['sample_rate_hz']:,} Hz, with one"
        f" label. There are {len(rows):,} clips.",
        Table(("split", "clips", "speakers", "recorded through the board"), per_split),
        Table(("label", *splits), per_label),
        Plot("balance", "Clips and speakers of each label and split"),
        Plot("levels", "Length, level and signal-to-noise ratio, of the clips for which they are known"),
        f"Words that count as `{UNKNOWN}`: {_words(rows)}.",
    )


def _words(rows: Iterable[Mapping[str, Any]]) -> str:
    counts = sorted(Counter(row["word"] for row in rows if row["label"] == UNKNOWN).items())
    return ", ".join(f"{word} ({count})" for word, count in counts) or "none"


def _who(groups: Sequence[Subgroups]) -> tuple[Block, ...]:
    """How many speak, and of each attribute that anything is known of, how many have each value."""
    blocks: list[Block] = []
    for group in groups:
        unknown = f" Nothing is known of their {_list(group.unknown)}." if group.unknown else ""
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
    told = f"{group.kind.capitalize()} by {_list(group.known)}" + ("; thin cells are marked." if marked else ".")
    return [told, Table((*down, *columns), tuple(rows), frozenset(marked))]


def _count(people: int | None) -> str:
    return HIDDEN if people is None else f"{people:,}"


def _list(names: Sequence[str], joined: str = "and") -> str:
    return ", ".join(names[:-1]) + (f" {joined} " if len(names) > 1 else "") + names[-1]


def _gaps(groups: Sequence[Subgroups], info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for group in groups:
        blocks += _thin(group)
        if group.unknown:
            blocks.append(
                f"No claim can be made about {group.kind} by {_list(group.unknown)}: a detector trained on this may"
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


def _collection(rows: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    return (
        "Sources of the clips, and the devices that recorded them (empty: as they came).",
        _counted(rows, ("source", "device")),
    )


def _labels(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    reasons = list(info["left_out"].values())
    contradictions = sum("several words" in reason for reason in reasons)
    copies = sum("copy" in reason or "near-duplicate" in reason for reason in reasons)
    return (
        f"The label is the word that the source says was said; words that are no keyword are `{UNKNOWN}`, stretches of"
        f" noise recordings are `{SILENCE}`. Nobody is on record as having listened again.",
        f"Checked by machine: {contradictions:,} recordings that stand under several words were left out, and"
        f" {copies:,} copies of other clips; clips without any sound were set aside when they came in.",
    )


def _preprocessing(info: Mapping[str, Any]) -> tuple[Block, ...]:
    augment = info["augment"]
    chances = {
        key.removesuffix("_probability"): value for key, value in augment.items() if key.endswith("_probability")
    }
    used = ", ".join(f"{name} {value:.0%}" for name, value in chances.items() if value) or "none by chance"
    front = info["frontend"]
    return (
        f"Resampled to {front['sample_rate_hz']:,} Hz, cut or padded to {info['clip_samples']:,} samples. Features:"
        f" {front['kind']}, {front['mel_bands']} bands, window {front['window_samples']}, hop {front['hop_samples']}"
        f" samples, by the board's own front end (`{info['frontend_sha256'][:16]}`).",
        f"{info['copies']} copies of each training clip, the first as it is, the others augmented: {used}."
        + _sounds(info),
    )


def _sounds(info: Mapping[str, Any]) -> str:
    """What is mixed into the copies."""
    mixed = [f"{count:,} {kind}" for kind, count in info.get("sounds", {}).items() if count]
    return f" Recordings that are mixed in: {_list(mixed)}." if mixed else ""


def _splits(info: Mapping[str, Any]) -> tuple[Block, ...]:
    split = info["split"]
    rules = {
        "validation_list": "Speakers of the folder's validation list are the test split, with every clip of theirs.",
        "given": "The source's own lists of training, validation and test clips are kept.",
    }
    share = f"{split['test_share']:.0%} of the speakers are the test split (synthetic ones by voice variant)."
    disjoint = split.get("disjoint", ["speaker"])
    return (
        f"{rules.get(split['test'], share)} {split['validation_share']:.0%} of the others fix the threshold.",
        f"No two splits share a {_list(disjoint, 'or').replace('_', ' ')}. The audit looked at every clip again and"
        f" found {info['leaks']} leaks; with one or more this data set would not have been built.",
        f"Clips of speakers who are kept for later: {info['kept_for_later']:,}.",
    )


def _left_out(info: Mapping[str, Any]) -> tuple[Block, ...]:
    release = info.get("release", {})
    allowed = [
        f"{kind}: {', '.join(release[kind]) if release.get(kind) is not None else 'any'}"
        for kind in ("licences", "consents")
    ]
    counts = Counter(summary({**info["left_out"], **info.get("set_aside", {})})).most_common()
    rows = (
        *counts[:_MOST_ROWS],
        *([("other reasons", sum(n for _, n in counts[_MOST_ROWS:]))] if counts[_MOST_ROWS:] else []),
    )
    table = Table(("reason", "clips"), rows)
    return (f"Allowed in this release: {'; '.join(allowed)}.", table if counts else "No clip was left out.")


def _uses(info: Mapping[str, Any]) -> tuple[Block, ...]:
    return (
        f"Fit for: spotting {_list(info['labels'][2:])} near a microphone, and comparing detectors on its test split,"
        " which is not for choosing anything.",
        "Not fit for: recognising who speaks, their accent, age or gender; transcription; decisions about people. Clips"
        " of one word say little about continuous speech.",
    )


def _distribution(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    unstated = sum(row["licence"] in ("", "unstated") for row in rows)
    warning = f"{unstated:,} clips have no stated licence: do not pass them on." if unstated else ""
    blocks: list[Block] = [_counted(rows, ("licence", "consent"))]
    return (*blocks, *([warning] if warning else []), "Speakers stand under pseudonyms; names are not kept.")


def _maintenance(info: Mapping[str, Any]) -> tuple[Block, ...]:
    maintainer = info.get("release", {}).get("maintainer") or "whoever runs this catalogue"
    return (
        f"Kept by {maintainer}. Another content is another version; `kws dataset diff` says what changed between two,"
        " `kws catalog --lineage` which models were trained on one.",
        "A person who withdraws is removed with `kws forget-speaker`, which lists each data set and model that heard"
        " them.",
    )


def _counted(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> Table:
    counts = Counter(tuple(row[column] or "–" for column in columns) for row in rows)
    return Table((*columns, "clips"), tuple((*key, f"{count:,}") for key, count in sorted(counts.items())))


def markdown(info: Mapping[str, Any], content: Iterable[Section]) -> str:
    """The sections as Markdown; plots are left out."""
    parts = [f"# Data set {info['config']}"]
    for section in content:
        parts.append(f"## {section.title}")
        parts += [
            _table(block) if isinstance(block, Table) else str(block)
            for block in section.blocks
            if not isinstance(block, Plot)
        ]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    def row(cells: Sequence[Any]) -> str:
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"

    lines = [row(table.head), "|" + "---|" * len(table.head)]
    for number, cells in enumerate(table.rows):
        lines.append(row([f"**{cell}**" if (number, n) in table.marked else cell for n, cell in enumerate(cells)]))
    return "\n".join(lines)
