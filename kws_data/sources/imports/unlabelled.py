"""Folders of recordings whose words nobody is told: any audio, at any depth, in windows as long as a clip.

Names of folders are no labels here, not even in a Speech Commands folder; those of background noise are left out. Who
speaks is told as elsewhere: by the names of the files, by ``ATTRIBUTION.csv`` of an export, or by the columns
``file, speaker, licence, consent`` of a ``metadata.csv`` at the top. Ids mean the same people as in the folders with
labels, so that nobody who is tested is learnt from here.

A recording of up to three windows gives one, where it is loudest; a longer one those of its utterances.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from firmware_tools.levels import utterances
from kws_data.audio import Samples, fit_length
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import FolderId, unlabelled_folder_id
from kws_data.decoding import duration_s
from kws_data.errors import AudioError
from kws_data.labels import BACKGROUND, SILENCE, UNLABELLED, word_of
from kws_data.progress import Progress
from kws_data.sources.imports.attribution import Origin, origin_of, read_attribution
from kws_data.sources.imports.intake import ImportReport, Terms, take_in, unread
from kws_data.sources.imports.items import RATE_HZ, Item, Scan, public_id, read_clip, relative_name
from kws_data.sources.imports.layouts.speech_commands import item_of
from kws_data.sources.imports.licences import licence_id
from kws_data.sources.imports.rows import NOBODY
from kws_data.sources.imports.side_folders import scan_side_folder

LONG = 3  # windows; what is longer is cut by its utterances
CUT = 1  # of how windows are chosen; another one makes other clips


def import_unlabelled(
    catalog: Catalog,
    folder: Path | str,
    source: str,
    window_ms: int,
    progress: Progress | None = None,
    terms: Terms | None = None,
) -> ImportReport:
    """Bring the catalogue up to date with the windows of a folder of recordings.

    Its clips are those of ``unlabelled_folder_id(folder)``.

    Args:
        catalog: where clips go.
        folder: where the recordings are.
        source: of the folders with labels (:func:`kws_data.sources.imports.find_layout.source_of`): whose ids these
            are.
        window_ms: length of a clip.
        progress: told ("measure recordings", done, total) and ("import", done, total).
        terms: licence and consent of clips whose source states none.

    Raises:
        DataError: the folder is missing or holds no audio, or its table cannot be read.
        CatalogError: the catalogue cannot be written.
    """
    where, length = unlabelled_folder_id(folder), RATE_HZ * window_ms // 1_000
    whole = _scan(Path(folder), window_ms)
    problems = list(whole.problems)
    lengths_s = _measured(whole.items, problems)
    is_long = {name for name, seconds in lengths_s.items() if RATE_HZ * seconds > LONG * length}
    counts = _known_counts(catalog, where, source, [i for i in whole.items if i.name in is_long], terms)
    items: list[Item] = []
    for done, recording in enumerate(whole.items, 1):
        if recording.name in is_long:
            items += _of_long(recording, counts.get(recording.name, 0), length, problems)
        elif recording.name in lengths_s:
            items.append(_window(recording, 0, partial(read_loudest, length=length)))
        if progress:
            progress("measure recordings", done, len(whole.items))
    found = replace(whole, items=items, problems=tuple(problems))
    return take_in(catalog, where, source, found, progress, terms)


def _scan(folder: Path, window_ms: int) -> Scan:
    """One item a recording, without those that lie in a folder of noise."""
    origins = read_attribution(folder) if folder.is_dir() else {}
    described = partial(_recording, origins, window_ms)
    scan = scan_side_folder(folder, "unlabelled", described, "unlabelled")
    kept = [item for item in scan.items if word_of(item.path.parent.name) not in (BACKGROUND, SILENCE)]
    noises = len(scan.items) - len(kept)
    notes = [f"{noises} recordings of folders such as {BACKGROUND} are left out: nobody speaks"] if noises else []
    return replace(scan, items=kept, notes=(*scan.notes, *notes))


def _recording(origins: Mapping[str, Origin], window_ms: int, path: Path, root: Path, row: Mapping[str, str]) -> Item:
    """A recording, and all that is known of it but its words."""
    name = relative_name(path, root)
    origin = origin_of(origins, name)
    item = origin.item(path, name) if origin else item_of(path, "/".join(name.split("/")[-2:]), "", {})
    told = row.get("speaker", "")
    if told.lower() not in NOBODY:
        item = replace(item, speaker=told, named=not public_id(told), pseudonymous=False)
    return replace(
        item,
        name=name,
        word=UNLABELLED,
        given_split="",
        licence=licence_id(row.get("licence", "")) or item.licence,
        consent=row.get("consent", "") or item.consent,
        recording=name,
        details=True,
        attributes={"cut": CUT, "window_ms": window_ms},
    )


def _measured(recordings: Iterable[Item], problems: list[tuple[str, str]]) -> dict[str, float]:
    """Length in seconds of each recording; what cannot be read goes to ``problems``."""
    lengths_s = {}
    for recording in recordings:
        try:
            lengths_s[recording.name] = duration_s(recording.path)
        except AudioError as error:
            problems.append((recording.name, f"{error.what}: {error.remedy}"))
    return lengths_s


def _known_counts(
    catalog: Catalog, folder: FolderId, source: str, recordings: Iterable[Item], terms: Terms | None
) -> dict[str, int]:
    """How many windows the catalogue has of those recordings that have not changed."""
    there = Counter(name.rpartition("[")[0] for name in catalog.known_files(folder))
    probes = [_window(recording, 0, read_clip) for recording in recordings]
    changed = {item.recording for item in unread(catalog, folder, source, probes, terms)}
    return {item.recording: there[item.recording] for item in probes if item.recording not in changed}


def _of_long(recording: Item, known: int, length: int, problems: list[tuple[str, str]]) -> Iterator[Item]:
    """The windows of a long recording; of one that is known its utterances are not looked for again."""
    try:
        count = known or max(1, len(windows_of(_decoded(recording.path, recording.mtime_ns), length)))
    except AudioError as error:
        problems.append((recording.name, f"{error.what}: {error.remedy}"))
        return
    for number in range(count):
        yield _window(recording, number, partial(read_window, number=number, length=length))


def _window(recording: Item, number: int, read: Callable[[Path], Samples]) -> Item:
    return replace(recording, name=f"{recording.name}[unlabelled {number}]", read=read)


def windows_of(samples: Samples, length: int) -> list[int]:
    """Where windows of ``length`` samples begin: one around each utterance, several side by side in a longer one.

    Those that would mostly repeat the one before are left out; where nothing stands out there is none.
    """
    last = len(samples) - length
    starts: list[int] = []
    for first, end in utterances(samples, RATE_HZ):
        count = max(1, (end - first) // length)
        begin = first + (end - first - count * length) // 2
        for start in (min(max(0, begin + number * length), last) for number in range(count)):
            if not starts or start >= starts[-1] + length // 2:
                starts.append(start)
    return starts


def read_window(path: Path, number: int, length: int) -> Samples:
    """One window of a long recording, at the rate of the catalogue: the loudest where nothing stands out.

    Raises:
        AudioError: the file cannot be read.
    """
    samples = _decoded(path, path.stat().st_mtime_ns)
    starts = windows_of(samples, length)
    return samples[starts[number] : starts[number] + length].copy() if starts else fit_length(samples, length)


def read_loudest(path: Path, length: int) -> Samples:
    """A recording, of a longer one the window with the most energy; raises AudioError."""
    samples = read_clip(path)
    return samples if len(samples) <= length else fit_length(samples, length)


@lru_cache(maxsize=8)
def _decoded(path: Path, mtime_ns: int) -> Samples:
    """All windows of a file are read one after the other: it is decoded once."""
    return read_clip(path)
