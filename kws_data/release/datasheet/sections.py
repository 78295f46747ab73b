"""The datasheet of a data set: why, what, whose, on what terms, and what is missing.

The sections are those of Gebru et al., "Datasheets for Datasets", 2018 (Communications of the ACM 64/12, 2021).
The content is made once, as sections of plain blocks; :func:`markdown` writes it as text,
:mod:`kws_data.release.datasheet.page` as a page with plots.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kws_data.catalog.attributes import NOT_PROVEN, WHOLE
from kws_data.config.split import NEGATIVES_SPLIT, SPLITS, UNLABELLED_SPLIT
from kws_data.coverage.subgroups import subgroups
from kws_data.dataset.release_rules import summary
from kws_data.labels import SILENCE, UNKNOWN
from kws_data.release.datasheet.blocks import Block, Plot, Section, Table, counted, listed, markdown
from kws_data.release.datasheet.negatives import negatives
from kws_data.release.datasheet.people import gaps, who

_MOST_ROWS = 60


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
        *([Section("Hours in which no keyword is said", negatives(info))] if NEGATIVES_SPLIT in info else []),
        Section("Who speaks", who(groups)),
        Section("Known gaps", gaps(groups, info, rows)),
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
    labelled = sum(row["split"] != UNLABELLED_SPLIT for row in rows)
    return (
        f"Each instance is a clip of {seconds:g} s, mono, 16 bit, {info['frontend']['sample_rate_hz']:,} Hz, with one"
        f" label. There are {labelled:,} clips.{_unlabelled(info)}",
        Table(("split", "clips", "speakers", "recorded through the board"), per_split),
        Table(("label", *splits), per_label),
        Plot("balance", "Clips and speakers of each label and split"),
        Plot("levels", "Length, level and signal-to-noise ratio, of the clips for which they are known"),
        f"Words that count as `{UNKNOWN}`: {_words(rows)}.",
    )


def _unlabelled(info: Mapping[str, Any]) -> str:
    """What to say of clips without labels; empty where there are none."""
    there = info.get(UNLABELLED_SPLIT)
    if not there:
        return ""
    return (
        f" {there['clips']:,} more clips, of {there['speakers']:,} speakers, have no label and stand in no split: they"
        " are learnt from by what a teacher says of them, and nobody of the validation or the test is among them."
    )


def _words(rows: Iterable[Mapping[str, Any]]) -> str:
    counts = sorted(Counter(row["word"] for row in rows if row["label"] == UNKNOWN).items())
    return ", ".join(f"{word} ({count})" for word, count in counts) or "none"


def _collection(rows: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    return (
        "Sources of the clips, and the devices that recorded them (empty: as they came).",
        counted(rows, ("source", "device")),
        *_not_proven(rows),
    )


def _not_proven(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What to say of clips that came over a line which numbers nothing; nothing where there are none."""
    clips = sum(json.loads(row.get("attributes") or "{}").get(WHOLE) == NOT_PROVEN for row in rows)
    if not clips:
        return ()
    return (
        f"{clips:,} of the clips came as bare samples, without numbers (devices named `stream:…`): that none of their"
        " samples was lost is not proven. All other recordings through a board are whole, by its own count.",
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
    return f" Recordings that are mixed in: {listed(mixed)}." if mixed else ""


def _splits(info: Mapping[str, Any]) -> tuple[Block, ...]:
    split = info["split"]
    rules = {
        "validation_list": "Speakers of the folder's validation list are the test split, with every clip of theirs.",
        "given": "The source's own lists of training, validation and test clips are kept.",
    }
    share = f"{split['test_share']:.0%} of the speakers are the test split (synthetic ones by voice variant)."
    disjoint = split.get("disjoint", ["speaker"])
    then = "; then the model that ships learns from them too" if split.get("refit") else ""
    return (
        f"{rules.get(split['test'], share)} {split['validation_share']:.0%} of the others fix the threshold{then}.",
        f"No two splits share a {listed(disjoint, 'or').replace('_', ' ')}. The audit looked at every clip again and"
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
        f"Fit for: spotting {listed(info['labels'][2:])} near a microphone, and comparing detectors on its test split,"
        " which is not for choosing anything.",
        "Not fit for: recognising who speaks, their accent, age or gender; transcription; decisions about people. Clips"
        " of one word say little about continuous speech.",
    )


def _distribution(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    unstated = sum(row["licence"] in ("", "unstated") for row in rows)
    warning = f"{unstated:,} clips have no stated licence: do not pass them on." if unstated else ""
    blocks: list[Block] = [counted(rows, ("licence", "consent"))]
    return (*blocks, *([warning] if warning else []), "Speakers stand under pseudonyms; names are not kept.")


def _maintenance(info: Mapping[str, Any]) -> tuple[Block, ...]:
    maintainer = info.get("release", {}).get("maintainer") or "whoever runs this catalogue"
    return (
        f"Kept by {maintainer}. Another content is another version; `kws dataset diff` says what changed between two,"
        " `kws catalog --lineage` which models were trained on one.",
        "A person who withdraws is removed with `kws forget-speaker`, which lists each data set and model that heard"
        " them.",
    )
