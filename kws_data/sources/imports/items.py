"""What a layout finds in a folder before any audio is read: one :class:`Item` a clip, and what is wrong around them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kws_data.audio import Samples, read_audio
from kws_data.containers.suffixes import AUDIO_SUFFIXES
from kws_data.errors import AudioError, DataError
from kws_data.labels import is_nobodys
from kws_data.system.folders import unreadable_below

RATE_HZ = 16_000
SUFFIXES = AUDIO_SUFFIXES
#: What sources call their splits -> what the catalogue calls them.
SPLIT_NAMES = {
    **dict.fromkeys(("train", "training", "trn"), "training"),
    **dict.fromkeys(("validation", "valid", "val", "dev", "development"), "validation"),
    **dict.fromkeys(("test", "testing", "tst", "eval"), "testing"),
}

#: How files of audio begin.
_BEGINNINGS = (b"RIFF", b"RIFX", b"RF64", b"BW64", b"OggS", b"fLaC", b"FORM", b"caff", b"NIST_1A", b"ID3", b".snd")


def read_clip(path: Path) -> Samples:
    """The whole file at the rate of the catalogue; raises AudioError."""
    return read_audio(path, RATE_HZ)


def read_stretch(path: Path, start_s: float, end_s: float) -> Samples:
    """The stretch of a file between two times, at the rate of the catalogue; raises AudioError."""
    samples = read_clip(path)
    cut = samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]
    if not len(cut):
        raise AudioError(
            "labelled stretch lies outside of the recording",
            str(path),
            f"{start_s:g} to {end_s:g} s of {len(samples) / RATE_HZ:g} s: correct the label",
        )
    return cut.copy()


@dataclass(frozen=True, slots=True)
class Item:
    """One clip of a folder.

    Attributes:
        path: the file that holds its samples.
        name: what tells it from every other clip of the folder: the path below it, and the stretch if it is one.
        word: what is said in it.
        speaker: the source's own id; empty when it is not known who speaks.
        size_bytes, mtime_ns: of the file, to see whether it has changed; 0 of one that has yet to be fetched.
        given_split: ``training``, ``validation``, ``testing``, or empty.
        licence, consent: as the source states them; empty when it does not.
        recording: name of the file below the folder, where ``name`` is a stretch of it.
        named: the id of the speaker may be a name, so that its hash needs the catalogue's key.
        formerly: an id that kws gave the speaker in earlier versions; clips of whoever was forgotten under it are not
            read either.
        pseudonymous: the id of the speaker is a pseudonym that kws made.
        synthetic: nobody speaks but a machine.
        details: whether something other than the file and its name says what it is (a table, a JSON file).
        quiet: it may be silent: it is a stretch of a recording that goes on.
        read: how the samples are read.
    """

    path: Path
    name: str
    word: str
    speaker: str
    size_bytes: int
    mtime_ns: int
    given_split: str = ""
    licence: str = ""
    consent: str = ""
    session: str = ""
    recording: str = ""
    named: bool = True
    formerly: str = ""
    pseudonymous: bool = False
    synthetic: bool = False
    details: bool = True
    quiet: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)
    read: Callable[[Path], Samples] = read_clip

    @property
    def is_noise(self) -> bool:
        """Whether nobody speaks: background noise and silence."""
        return is_nobodys(self.word)


@dataclass(frozen=True)
class Scan:
    """What a layout found.

    Attributes:
        items: clips, in the order of their names.
        problems: (place, reason) of what cannot become a clip: a broken line of a table, a label of the wrong shape.
        absent: names that a list or a table has and the folder has not.
        notes: what a person should know of the whole, one line each.
    """

    items: list[Item]
    problems: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """A way to lay out recordings.

    Attributes:
        source: how the catalogue names clips from it.
        scan: finds the clips below a folder (or listed in a file); raises DataError.
        expected: what it looks like, in a few words, for people.
        takes_file: it may be one file instead of a folder.
    """

    source: str
    scan: Callable[[Path], Scan]
    expected: str
    takes_file: bool = False

    def find(self, path: Path) -> Scan:
        """The clips at a place.

        Raises:
            DataError: nothing is there, no folder, or nothing that looks like the layout.
        """
        if not path.exists():
            raise DataError("data folder not found", str(path), f"expected {self.expected}")
        if not path.is_dir() and not self.takes_file:
            raise DataError("data folder is a file", str(path), f"expected a folder with {self.expected}")
        scan = self.scan(path.resolve())
        scan = replace(scan, problems=(*scan.problems, *unreadable_below(path.resolve())))
        if path.is_dir():
            scan = replace(scan, notes=(*scan.notes, *_hidden_audio(path.resolve())))
        if not scan.items:
            broken = f"; {scan.problems[0][0]}: {scan.problems[0][1]}" if scan.problems else ""
            absent = f"; {len(scan.absent)} listed files are not there" if scan.absent else ""
            notes = "".join(f"; {note}" for note in scan.notes[:1])
            raise DataError("data folder holds no audio", str(path), f"expected {self.expected}{broken}{absent}{notes}")
        return scan


def files_below(root: Path) -> Iterator[Path]:
    """Files at any depth, sorted; nothing hidden, no folder twice, whatever links there are.

    Folders that cannot be read are left out: ``unreadable_below`` tells them.
    """
    seen: set[tuple[int, int]] = set()
    for folder, folders, files in os.walk(root, followlinks=True):
        if not os.access(folder, os.R_OK | os.X_OK):
            folders.clear()
            continue
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _hidden_audio(root: Path) -> list[str]:
    """A note on audio under names that are not looked at (``a.wav.bak``, no suffix at all), by its first bytes."""
    found = [path for path in files_below(root) if path.suffix.lower() not in SUFFIXES and _begins_as_audio(path)]
    if not found:
        return []
    named = ", ".join(relative_name(path, root) for path in found[:2])
    return [f"{len(found):,} files hold audio under names that are not looked at, such as {named}: name them .wav"]


def _begins_as_audio(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head.startswith(_BEGINNINGS) and not (head[:4] == b"RIFF" and head[8:] != b"WAVE")


def audio_below(root: Path) -> Iterator[Path]:
    """Those of the files below a folder that have a suffix of audio."""
    return (path for path in files_below(root) if path.suffix.lower() in SUFFIXES)


def plain_text(name: str) -> str:
    """A file name as text that every database takes: bytes that are no UTF-8 are written as ``\\xNN``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def relative_name(path: Path, root: Path) -> str:
    """Path below ``root``, with slashes, as plain text."""
    return plain_text(path.relative_to(root).as_posix())


def public_id(speaker: str) -> bool:
    """Whether an id is no name: eight hex digits or more, as public data sets hash their speakers."""
    return re.fullmatch(r"[0-9a-f]{8,}", speaker) is not None
