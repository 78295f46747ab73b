"""Label tracks of Audacity beside recordings: ``a.txt`` beside ``a.wav``.

::

    1.000000<TAB>1.600000<TAB>yes      seconds, and what is said; a line of frequencies (with a backslash) may follow
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from kws_data.evaluation.marks import Marked, Marks, refuse, seconds_of
from kws_data.evaluation.truth_files import WINDOWS_SUFFIX
from kws_data.tables.lines import read_lines

#: What other tools write beside a recording: nobody reads it here.
UNREAD = (".txt", ".TextGrid", ".textgrid", ".eaf", ".srt", ".vtt", ".lab", WINDOWS_SUFFIX)


def label_tracks(folder: Path, files: Sequence[str]) -> dict[str, Path]:
    """The label track of each recording that has one: a text of its name whose first line begins with two times."""
    return {name: track for name in files if (track := _beside(folder, name))}


def unread_labels(folder: Path, files: Sequence[str], tracks: Mapping[str, Path]) -> list[str]:
    """What to tell about labels beside recordings that are in no form which is read."""
    stems = [PurePosixPath(name).with_suffix("").as_posix() for name in files if name not in tracks]
    there = [stem + end for stem in stems for end in UNREAD if (folder / (stem + end)).is_file()]
    if not there:
        return []
    remedy = "write labels.csv (file,label,start_s,end_s) or label tracks of Audacity"
    return [f"{len(there)} files beside the recordings are not read as labels, such as {there[0]}: {remedy}"]


def stray_labels(folder: Path, tracks: Mapping[str, Path]) -> list[str]:
    """What to tell about label tracks that have no recording's name, and about tables of labels in deeper folders."""
    taken = set(tracks.values())
    texts = [path for path in sorted(folder.rglob("*.txt")) if path not in taken and _is_track(path)]
    tables = [path for path in sorted(folder.glob("*/**/labels.*")) if path.suffix.lower() in (".csv", ".tsv")]
    notes = []
    if texts:
        first = texts[0].relative_to(folder).as_posix()
        notes.append(f"{len(texts)} label tracks have no recording's name, such as {first}: name each as its recording")
    if tables:
        first = tables[0].relative_to(folder).as_posix()
        notes.append(f"{len(tables)} tables of labels lie deeper, such as {first}: put one labels.csv at the top")
    return notes


def _is_track(path: Path) -> bool:
    lines = _track_lines(path) if path.is_file() and path.stat().st_size < 10_000_000 else []
    return bool(lines) and _track_row(lines[0][1]) is not None


def read_tracks(folder: Path, tracks: Mapping[str, Path]) -> Marks:
    """The words of label tracks; raises DataError naming a line that cannot be read."""
    words, wrong = [], []
    for name, track in tracks.items():
        for number, line in _track_lines(track):
            place = f"{track.relative_to(folder).as_posix()} line {number}"
            if row := _track_row(line):
                words.append(Marked(place, name, row[2], row[0], row[1]))
            else:
                wrong.append(place)
    refuse("lines of label tracks cannot be read", wrong, "each is a start and an end in seconds and a label, by tabs")
    return Marks(tuple(words))


def _beside(folder: Path, name: str) -> Path | None:
    """The label track of a recording: a text of its name whose first line begins with two times."""
    for track in (folder / PurePosixPath(name).with_suffix(".txt"), folder / f"{name}.txt"):
        if track.is_file() and (lines := _track_lines(track)) and _track_row(lines[0][1]):
            return track
    return None


def _track_lines(track: Path) -> list[tuple[int, str]]:
    """Lines of a label track but for empty ones and those of frequencies, which begin with a backslash."""
    lines = [(number, "\0" if text is None else text) for number, text in read_lines(track)]
    return [(number, text) for number, text in lines if text.strip() and not text.startswith("\\")]


def _track_row(line: str) -> tuple[float, float, str] | None:
    start, _, rest = line.partition("\t")
    end, _, label = rest.partition("\t")
    start_s, end_s = seconds_of(start), seconds_of(end)
    return None if start_s is None or end_s is None else (start_s, end_s, label.strip())
