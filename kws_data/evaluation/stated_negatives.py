"""Negatives that a person states beside those of a data set: folders of long recordings in which no keyword is said,
or only those that a table or a label track beside them tells of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from kws_data.audio import Samples, read_audio
from kws_data.decoding import duration_s
from kws_data.errors import AudioError, DataError
from kws_data.evaluation.folder import audio_files
from kws_data.evaluation.stream_truth import ALL, Spoken
from kws_data.evaluation.written_truth import load_truth
from kws_data.progress import Progress

STATED = "stated"  # the kind of a recording of which nobody says one


@dataclass(frozen=True)
class StatedRecording:
    """A recording of a stated folder.

    Attributes:
        name: folder and file.
        kind: as the folder's table has it; ``stated`` where it does not say.
        samples: int16 ``[n]``.
        spoken, mentioned: keywords that are known to be said in it.
        speaker: nobody is known.
    """

    name: str
    kind: str
    samples: Samples
    spoken: tuple[Spoken, ...] = ()
    mentioned: frozenset[str] = frozenset()
    speaker: str = ""


@dataclass
class StatedNegatives:
    """Folders of long recordings, read one by one.

    Attributes:
        folders: where they lie.
        labels: of the model.
        rate_hz: to read them at.
        not_below: results of the run lie here, test clips among them: no folder may.
        set_aside: (file, reason) of what could not be read, known when all was read.
        notes: what a person should know of their tables.
    """

    folders: Sequence[Path]
    labels: Sequence[str]
    rate_hz: int
    not_below: Path
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def recordings(self, progress: Progress | None = None) -> Iterator[StatedRecording]:
        """Each recording, one in memory at a time.

        Raises:
            DataError: a folder is missing, holds no audio or lies in the run; what is written beside it is not true.
        """
        for folder in self.folders:
            if folder.resolve().is_relative_to(self.not_below.resolve()):
                remedy = "test clips lie there, and no threshold is chosen on them: name other recordings"
                raise DataError("negatives lie in the run itself", str(folder), remedy)
            yield from self._of(folder, progress)

    def _of(self, folder: Path, progress: Progress | None) -> Iterator[StatedRecording]:
        files = {
            file.relative_to(folder).as_posix(): file for file in audio_files(folder, "long recordings, .wav or .flac")
        }
        truth = load_truth(folder, self.labels, list(files), lambda name: _length_s(files[name]))
        self.notes += truth.notes
        used = 0
        for done, (name, file) in enumerate(files.items(), 1):
            try:
                samples = read_audio(file, self.rate_hz)
            except AudioError as error:
                self.set_aside.append((f"{folder.name}/{name}", error.what))
            else:
                used += 1
                kind, spoken = truth.kind(name), tuple(truth.spoken.get(name, ()))
                mentioned = truth.mentioned.get(name, frozenset())
                own = STATED if kind == ALL else kind
                yield StatedRecording(f"{folder.name}/{name}", own, samples, spoken, mentioned)
            if progress:
                progress(f"listen to {folder.name}", done, len(files))
        if not used:
            raise DataError("folder holds no audio that can be used", str(folder), f"{len(files)} files were set aside")


def _length_s(file: Path) -> float:
    try:
        return duration_s(file)
    except AudioError:
        return inf
