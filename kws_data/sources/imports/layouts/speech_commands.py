"""The layout of Google Speech Commands.

::

    <word>/<speaker>_nohash_<n>.wav|flac     also <word>_<speaker>_nohash_<n>
    _background_noise_/*.wav|flac            minutes long, stored whole
    validation_list.txt, testing_list.txt    optional, one path a line

A folder that ``kws dataset export`` wrote says so in ``ATTRIBUTION.csv``: its speakers are pseudonyms already, and its
licences are there clip by clip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kws_data.labels import BACKGROUND, SILENCE, likeness, word_of
from kws_data.sources.imports import attribution
from kws_data.sources.imports.attribution import Origin, read_attribution
from kws_data.sources.imports.container_folders import container_note
from kws_data.sources.imports.guessed_speakers import guess_speaker, guessed_before, told
from kws_data.sources.imports.items import (
    SUFFIXES,
    Item,
    Layout,
    Scan,
    audio_below,
    plain_text,
    public_id,
    relative_name,
)
from kws_data.sources.imports.split_lists import read_split_lists
from kws_data.system.folders import entries

LICENCE = "CC-BY-4.0"  # of Google Speech Commands, whose speakers are eight hex digits
CONSENT = "public data set"
OWN_NOISES = frozenset(
    {"doing_the_dishes", "dude_miaowing", "exercise_bike", "pink_noise", "running_tap", "white_noise"}
)
NOHASH = "_nohash_"
LISTS = ("validation_list.txt", "testing_list.txt", "training_list.txt")
TABLES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".xlsx", ".ods", ".parquet"})


def speaker_of(name: str) -> str:
    """Speaker's id in a file name like ``go/ab12cd34_nohash_0.wav``; empty when the name does not say.

    Some copies of the data set repeat the word before the id (``go/go_ab12cd34_nohash_0.wav``). Without
    ``_nohash_`` it is a guess: ``anna-03.wav`` is anna.
    """
    word, _, file = name.rpartition("/")
    stem = Path(file).stem
    speaker, nohash, _ = stem.rpartition(NOHASH)
    if not nohash:
        return guess_speaker(stem, word)
    if match := re.fullmatch(r"[A-Za-z]+_([0-9a-f]{8})", speaker):
        speaker = match[1]
    speaker = speaker.removeprefix(f"{word}_")
    return "" if likeness(speaker) == likeness(word) else speaker


def scan(root: Path) -> Scan:
    """Clips of the folder in the order of their names, and lines of lists that name none.

    Raises:
        DataError: a list that is no text.
    """
    origins = read_attribution(root)
    files = dict(_files(root))
    lists = read_split_lists(root, files)
    items = [item_of(path, name, lists.splits.get(name, ""), origins) for name, path in files.items()]
    guesses = {item.name: (item.word, item.speaker) for item in items if item.details and not item.pseudonymous}
    notes = (*lists.notes, *told(guesses), *_elsewhere(root, files.values()), *_tables(root), *container_note(items))
    return Scan(items, absent=lists.absent, notes=notes)


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    """Name and place of each audio file in a folder of a word, in their order."""
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")):
        for path in entries(folder):
            if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file():
                yield plain_text(f"{folder.name}/{path.name}"), path


def _elsewhere(root: Path, files: Iterable[Path]) -> list[str]:
    """A note on audio that lies in no folder of a word."""
    taken = set(files)
    left = [path for path in audio_below(root) if path not in taken]
    if not left:
        return []
    example = relative_name(left[0], root)
    return [
        f"{len(left)} audio files lie not directly in a folder of a word, such as {example}, and are left out: the"
        " layout folder takes any depth"
    ]


def _tables(root: Path) -> list[str]:
    """Notes on tables and lists that this layout does not read."""
    names = sorted(path.name for path in root.iterdir() if path.suffix.lower() in TABLES and path.is_file())
    names = [name for name in names if name != attribution.FILE and not name.startswith(".")]
    there = sorted(path.name for path in root.glob("*list*.txt*") if path.name not in LISTS)
    notes = [f"lists lie there unread: {', '.join(there[:3])}; {LISTS[0]} and {LISTS[1]} are read"] if there else []
    if names:
        notes.append(f"tables lie there unread: {', '.join(names[:3])}; the layout folder reads what they say")
    return notes


def item_of(path: Path, name: str, split: str, origins: Mapping[str, Origin]) -> Item:
    """The clip in a file, by its name ``<word>/<file>`` and what ``ATTRIBUTION.csv`` says; raises OSError."""
    status = path.stat()
    if origin := attribution.origin_of(origins, name):
        return origin.item(path, name)
    word = name.partition("/")[0]
    noise = word_of(word) in (BACKGROUND, SILENCE)
    speaker = "" if noise else speaker_of(name)
    guessed = not noise and NOHASH not in path.stem
    public = path.stem in OWN_NOISES if noise else re.fullmatch(r"[0-9a-f]{8}", speaker) is not None
    return Item(
        path,
        name,
        word,
        speaker,
        status.st_size,
        status.st_mtime_ns,
        split,
        licence=LICENCE if public else "",
        consent=CONSENT if public else "",
        named=not noise and not public and not public_id(speaker),
        formerly=guessed_before(path.stem, word) if guessed else "",
        details=guessed,  # a guess gets better with kws, and the clip's speaker with it
    )


LAYOUT = Layout("speech_commands", scan, "<word>/<speaker>_nohash_<n>.wav or .flac")
