"""Import of a folder in Speech Commands layout.

::

    <word>/<speaker>_nohash_<n>.wav|flac     also <word>_<speaker>_nohash_<n>
    _background_noise_/*.wav|flac            minutes long, stored whole
    validation_list.txt, testing_list.txt    optional, one path a line

Each file becomes a clip or is set aside with its reason; the rest goes on. A file whose size and time
have not changed is not read again, so a repeated import takes a moment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from kws_data.audio import read_audio
from kws_data.catalog import Catalog
from kws_data.clips import ImportCount, KnownFile, NewClip, clip_id
from kws_data.errors import AudioError, DataError
from kws_data.labels import BACKGROUND
from kws_data.quality import measure_quality, word_defects
from kws_data.store import store_audio

SOURCE = "speech_commands"
LICENCE = "CC-BY-4.0"  # of Google Speech Commands, whose speakers are eight hex digits
OWN_NOISES = frozenset(
    {"doing_the_dishes", "dude_miaowing", "exercise_bike", "pink_noise", "running_tap", "white_noise"}
)
RATE_HZ = 16_000
SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif"})
LISTS = {"validation_list.txt": "validation", "testing_list.txt": "testing"}
THREADS = 2
_BATCH = 256

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class ImportReport:
    """What an import did: counts, and each file that was set aside with its reason."""

    folder: str
    counts: ImportCount
    set_aside: tuple[tuple[str, str], ...] = ()
    listed_but_absent: int = 0


@dataclass(frozen=True)
class _Found:
    """A file of the folder before it is read."""

    path: Path
    name: str
    size_bytes: int
    mtime_ns: int
    given_split: str


def folder_id(folder: Path | str) -> str:
    """How the catalogue names a folder: its absolute path."""
    return str(Path(folder).resolve())


def speaker_of(name: str) -> str:
    """Speaker's id in a file name like ``go/ab12cd34_nohash_0.wav``.

    Some copies of the data set repeat the word before the id (``go/go_ab12cd34_nohash_0.wav``). Without
    ``_nohash_`` the speaker is the name without its last number: ``anna-03.wav`` is anna.
    """
    word, _, file = name.rpartition("/")
    stem = Path(file).stem
    speaker, nohash, _ = stem.rpartition("_nohash_")
    if not nohash:
        speaker = re.sub(r"[\s_.-]*\d*$", "", stem)
    if match := re.fullmatch(r"[A-Za-z]+_([0-9a-f]{8})", speaker):
        speaker = match[1]
    return speaker.removeprefix(f"{word}_") or "nobody"


def import_folder(catalog: Catalog, folder: Path | str, progress: Progress | None = None) -> ImportReport:
    """Bring the catalogue up to date with a folder.

    Raises:
        DataError: the folder is missing, is a file, or holds no audio in this layout.
        CatalogError: the catalogue cannot be written.
    """
    root = Path(folder)
    if not root.is_dir():
        raise DataError("data folder not found", str(folder), "name a folder in Speech Commands layout")
    found, absent = scan_folder(root)
    if not found:
        raise DataError("data folder holds no audio", str(folder), "expected <word>/<speaker>_nohash_<n>.wav or .flac")
    return replace(_import(catalog, folder_id(root), found, progress), listed_but_absent=absent)


def import_noise(catalog: Catalog, folder: Path | str, progress: Progress | None = None) -> ImportReport:
    """Bring the catalogue up to date with a folder of noise recordings, at any depth.

    Its clips are those of ``noise_folder_id(folder)``. Raises as :func:`import_folder` does.
    """
    root = Path(folder)
    if not root.is_dir():
        raise DataError("noise folder not found", str(folder), "check data.noise_folder")
    found = []
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
            name = f"{BACKGROUND}/{path.relative_to(root).as_posix()}"
            found.append(_Found(path, name, path.stat().st_size, path.stat().st_mtime_ns, ""))
    if not found:
        raise DataError("noise folder holds no audio", str(folder), "expected .wav or .flac files")
    return _import(catalog, noise_folder_id(root), found, progress)


def noise_folder_id(folder: Path | str) -> str:
    """How the catalogue names a folder of noise recordings."""
    return f"noise {folder_id(folder)}"


def _import(catalog: Catalog, name: str, found: list[_Found], progress: Progress | None) -> ImportReport:
    known = {
        file_name: file
        for file_name, file in catalog.known_files(name).items()
        if not file.audio_sha256 or catalog.has_audio(file.audio_sha256)
    }
    fresh = [file for file in found if not _unchanged(file, known.get(file.name))]
    counts = _read_all(catalog, name, fresh, len(found), progress)
    _refresh_known(catalog, name, found, known)
    aside = tuple((n, f.reason) for n, f in sorted(catalog.known_files(name).items()) if f.reason)
    return ImportReport(name, ImportCount(counts.added, len(found) - counts.added - len(aside), len(aside)), aside)


def scan_folder(root: Path) -> tuple[list[_Found], int]:
    """Files of the folder in the order of their names, and how many listed paths have no file.

    Raises:
        DataError: a list that is no text.
    """
    given = _given_splits(root)
    found = []
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")):
        if folder.name.startswith("_") and folder.name not in (BACKGROUND, "_silence_", "_unknown_"):
            continue
        for path in sorted(folder.iterdir()):
            if path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
                status = path.stat()
                name = f"{folder.name}/{path.name}"
                split = given.pop(f"{folder.name}/{path.stem}", "")
                found.append(_Found(path, name, status.st_size, status.st_mtime_ns, split))
    return found, len(given)


def _given_splits(root: Path) -> dict[str, str]:
    """Split of each listed path, without suffix: lists of WAV names serve a folder of FLAC files too."""
    given: dict[str, str] = {}
    for list_name, split in LISTS.items():
        path = root / list_name
        if not path.exists():
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise DataError("list of files cannot be read", str(path), str(error)) from None
        given.update((line.strip().rpartition(".")[0], split) for line in lines if line.strip())
    return given


def _unchanged(file: _Found, known: KnownFile | None) -> bool:
    return known is not None and (file.size_bytes, file.mtime_ns) == (known.size_bytes, known.mtime_ns)


def _read_all(catalog: Catalog, name: str, fresh: list[_Found], total: int, progress: Progress | None) -> ImportCount:
    """Read new files in threads (libsndfile and the hash release the lock), write rows in batches."""
    counts = ImportCount()
    done = total - len(fresh)
    with ThreadPoolExecutor(THREADS) as pool:
        for batch in _batches(fresh):
            clips: list[NewClip] = []
            files: dict[str, KnownFile] = {}
            for file, (clip, reason) in zip(batch, pool.map(lambda f: _read(catalog.folder, f), batch), strict=True):
                if clip is not None:
                    clips.append(clip)
                identity = clip_id(clip) if clip else ""
                files[file.name] = KnownFile(file.size_bytes, file.mtime_ns, identity, file.given_split, reason)
            counts += catalog.add_clips([clip for clip in clips if not clip.reasons])
            catalog.add_clips([clip for clip in clips if clip.reasons])
            catalog.remember_files(name, files)
            done += len(batch)
            if progress:
                progress("import", done, total)
    return counts


def _batches(files: Iterable[_Found]) -> Iterator[list[_Found]]:
    iterator = iter(files)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _read(store: Path, file: _Found) -> tuple[NewClip | None, str]:
    """The clip in a file, and the reason why it is set aside (empty when it is not)."""
    try:
        samples = read_audio(file.path, RATE_HZ)
    except AudioError as error:
        return None, f"{error.what}: {error.remedy}"
    word = file.name.partition("/")[0]
    speaker = f"noise {file.path.stem}" if word.startswith("_") else speaker_of(file.name)
    public = file.path.stem in OWN_NOISES or re.fullmatch(r"[0-9a-f]{8}", speaker) is not None
    quality = measure_quality(samples)
    reason = "; ".join(word_defects(quality)) if not word.startswith("_") else ""
    clip = NewClip(
        audio=store_audio(store, samples, RATE_HZ),
        word=word,
        speaker=speaker,
        source=SOURCE,
        origin=file.name,
        licence=LICENCE if public else "unstated",
        consent="public data set" if public else "unstated",
        attributes=quality.to_dict(),
        reasons=reason,
    )
    return clip, reason


def _refresh_known(catalog: Catalog, name: str, found: list[_Found], known: dict[str, KnownFile]) -> None:
    """Take over changed lists for files that were not read again; forget files that are gone."""
    changed = {
        file.name: replace(known[file.name], given_split=file.given_split)
        for file in found
        if _unchanged(file, known.get(file.name)) and known[file.name].given_split != file.given_split
    }
    gone = catalog.known_files(name).keys() - {file.name for file in found}
    if changed or gone:
        catalog.remember_files(name, changed, gone)
