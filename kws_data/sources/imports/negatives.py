"""Folders of hours in which no keyword is said: running speech, noise, music, a room, at any depth, of any length.

Every recording is cut into stretches of ``STRETCH_S``, end to end; the last one ends with the recording, and one that
is shorter than a stretch is a stretch as long as it is. What may be said of a file stands in ``metadata.csv`` at the
top: file, speaker, transcript, kind, licence, consent, split. Files that are named as those of Speech Commands are
single words, said by whom their name tells.

Ids mean the same people as in ``data.speech_folder``, and where the folders with labels have them, as there, so that
nobody is learnt from here who is tested there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from kws_data.audio import Samples
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import SOURCE, negatives_folder_id
from kws_data.catalog.negative_clips import SPOKEN, STRETCH_S, starts_of
from kws_data.catalog.transcripts import keywords_said
from kws_data.decoding import duration_s
from kws_data.errors import AudioError
from kws_data.labels import BACKGROUND, SPEECH
from kws_data.progress import Progress
from kws_data.sources.imports.intake import ImportReport, Terms, take_in
from kws_data.sources.imports.items import RATE_HZ, SPLIT_NAMES, Item, public_id, read_clip, relative_name
from kws_data.sources.imports.layouts.speech_commands import NOHASH, item_of
from kws_data.sources.imports.licences import licence_id
from kws_data.sources.imports.negative_kinds import kind_told
from kws_data.sources.imports.rows import NOBODY
from kws_data.sources.imports.side_folders import scan_side_folder
from kws_data.sources.imports.speaker_terms import age_of, gender_of, said

STRETCH = round(STRETCH_S * RATE_HZ)
CUT = 1  # of how stretches are cut; another one makes other clips


def import_negatives(
    catalog: Catalog,
    folder: Path | str,
    labelled: str,
    keywords: Sequence[str] = (),
    progress: Progress | None = None,
    terms: Terms | None = None,
) -> ImportReport:
    """Bring the catalogue up to date with the stretches of a folder.

    Its clips are those of ``negatives_folder_id(folder)``.

    Args:
        catalog: where clips go.
        folder: where the recordings are.
        labelled: source of the folders with labels, whose ids may be those of the same people.
        keywords: recordings in whose transcript one stands are counted in the report; a data set leaves them out.
        progress: told ("measure negatives", done, total) and ("import", done, total).
        terms: licence and consent of recordings whose table states none.

    Raises:
        DataError: the folder is missing or holds no audio, or its table cannot be read.
        CatalogError: the catalogue cannot be written.
    """
    whole = scan_side_folder(folder, "negatives", _recording, "negatives")
    problems = list(whole.problems)
    items: list[Item] = []
    for done, recording in enumerate(whole.items, 1):
        items += _stretches(_as_person(catalog, recording, labelled), problems)
        if progress:
            progress("measure negatives", done, len(whole.items))
    notes = (*whole.notes, *_told(whole.items, keywords))
    try:
        found = replace(whole, items=items, problems=tuple(problems), notes=notes)
        return take_in(catalog, negatives_folder_id(folder), SOURCE, found, progress, terms)
    finally:
        _decoded.cache_clear()  # it may be an hour long


def _recording(path: Path, root: Path, row: Mapping[str, str]) -> Item:
    """A recording with all that is known of it."""
    name, word = relative_name(path, root), NOHASH in path.stem
    known = item_of(path, "/".join((path.parent.name, path.name)), "", {}) if word else None
    told = row.get("speaker", "")
    speaker = (known.speaker if known else "") if told.casefold() in NOBODY else told
    transcript = row.get("transcript", "") or (path.parent.name if word else "")
    folders = [part.name for part in path.parents if part == root or part.is_relative_to(root)]
    kind, noise_kind = kind_told(row.get("kind", ""), spoken=bool(transcript or speaker), word=word, folders=folders)
    status = path.stat()
    return Item(
        path,
        name,
        SPEECH if kind in SPOKEN else BACKGROUND,
        speaker,
        status.st_size,
        status.st_mtime_ns,
        SPLIT_NAMES.get(row.get("split", "").casefold(), ""),
        licence=licence_id(row.get("licence", "")) or (known.licence if known else ""),
        consent=row.get("consent", "") or (known.consent if known else ""),
        recording=name,
        named=bool(speaker) and not (public_id(speaker) or speaker.isdigit()),
        quiet=True,
        attributes={"kind": kind, "cut": CUT, "speaker_known": bool(speaker)}
        | said(
            transcript=transcript,
            noise_kind=noise_kind,
            gender=gender_of(row.get("gender", "")),
            age=age_of(row.get("age", "")),
            accent=row.get("accent", ""),
        ),
    )


def _as_person(catalog: Catalog, recording: Item, labelled: str) -> Item:
    """The recording, of the person whom the folders with labels have under the same id; names that may name somebody
    are hashed."""
    hidden = catalog.pseudonym(SOURCE, f"file {recording.name}", named=True) if recording.named else recording.name
    recording = replace(recording, attributes={**recording.attributes, "recording": hidden})
    if not recording.speaker:
        return recording
    by_name = not public_id(recording.speaker)
    there = catalog.pseudonym(labelled, recording.speaker, named=by_name)
    if catalog.has_speaker(there) or catalog.is_forgotten(labelled, recording.speaker, named=by_name):
        return replace(recording, speaker=there, pseudonymous=True)
    return recording


def _stretches(recording: Item, problems: list[tuple[str, str]]) -> Iterator[Item]:
    """The stretches of a recording, each an item of its own; what cannot be read goes to ``problems``."""
    try:
        length = round(duration_s(recording.path) * RATE_HZ)
    except AudioError as error:
        problems.append((recording.name, f"{error.what}: {error.remedy}"))
        return
    for number, start in enumerate(starts_of(length, STRETCH)):
        yield replace(
            recording,
            name=f"{recording.name}[negative {number}]",
            attributes={**recording.attributes, "start_sample": start},
            read=partial(read_stretch_at, start=start),
        )


def read_stretch_at(path: Path, start: int) -> Samples:
    """A stretch of a recording, at the rate of the catalogue; raises AudioError."""
    samples = _decoded(path, path.stat().st_mtime_ns)
    if start >= len(samples):
        raise AudioError("recording ends before it should", str(path), "copy it again")
    return samples[start : start + STRETCH].copy()


@lru_cache(maxsize=2)
def _decoded(path: Path, mtime_ns: int) -> Samples:
    """All stretches of a file are read one after the other: it is decoded once."""
    return read_clip(path)


def _told(recordings: Sequence[Item], keywords: Sequence[str]) -> list[str]:
    """How many recordings say a keyword, and the first of them."""
    heard = [(item.name, keywords_said(str(item.attributes.get("transcript", "")), keywords)) for item in recordings]
    saying = [(name, words) for name, words in heard if words]
    if not saying:
        return []
    first, words = saying[0]
    left = ", and none remains" if len(saying) == len(recordings) else ""
    return [
        f"{len(saying):,} of {len(recordings):,} recordings are left out{left}: by their transcripts a keyword is said,"
        f" such as {words[0]!r} in {first}"
    ]
