"""Negatives that a person states beside those of a data set: folders of long recordings in which no keyword is said,
or only those that a table or a label track beside them tells of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from kws_data.audio import Samples, read_audio
from kws_data.bundle import ModelBundle
from kws_data.catalog.audio_store import pcm_sha256
from kws_data.config.config import Config
from kws_data.decoding import duration_s
from kws_data.errors import AudioError, DataError
from kws_data.evaluation.folder import audio_files
from kws_data.evaluation.known_audio import KnownAudio
from kws_data.evaluation.stream_truth import ALL, Spoken
from kws_data.evaluation.written_truth import load_truth
from kws_data.progress import Progress

EXPECTED = "long recordings, .wav or .flac"
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
        not_below: results of the run lie here, test clips among them: no folder may, nor in a run beside it.
        recordings_dir: the clips of data sets lie here: no folder may.
        known: audio that is not heard, wherever it lies; all is heard when None.
        set_aside: (file, reason) of what was not heard, known when all was read.
        notes: what a person should know of their tables.
    """

    folders: Sequence[Path]
    labels: Sequence[str]
    rate_hz: int
    not_below: Path
    recordings_dir: Path | None = None
    known: KnownAudio | None = None
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _heard: dict[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse folders that cannot be used, before anything is listened to.

        Raises:
            DataError: a folder is missing, holds no audio, is named twice, or lies where test clips do.
        """
        runs = (self.not_below.resolve().parent, "a run's folder", "negatives lie in the run itself or another")
        places = [runs]
        if self.recordings_dir is not None:
            told = "the recordings folder", "negatives lie in the recordings folder of the data set"
            places.append((self.recordings_dir.resolve(), *told))
        earlier = list[Path]()
        for folder in self.folders:
            own = folder.resolve()
            for place, called, what in places:
                if own.is_relative_to(place):
                    remedy = "test clips lie there, and no threshold is chosen on them: name other recordings"
                    raise DataError(what, str(folder), remedy)
                if place.is_relative_to(own) and place.exists():
                    remedy = "test clips lie there, and no threshold is chosen on them: name a folder beside it"
                    raise DataError(f"negatives hold {called}", str(folder), remedy)
            if any(own.is_relative_to(one) or one.is_relative_to(own) for one in earlier):
                raise DataError("negatives are named twice", str(folder), "their hours count once: leave one out")
            earlier.append(own)
            audio_files(folder, EXPECTED)

    def recordings(self, progress: Progress | None = None) -> Iterator[StatedRecording]:
        """Each recording, one in memory at a time.

        Raises:
            DataError: as :meth:`check` does; nothing in a folder can be heard; what is written beside it is not true.
        """
        self.check()
        self._heard.clear()
        for folder in self.folders:
            yield from self._of(folder, progress)

    def _of(self, folder: Path, progress: Progress | None) -> Iterator[StatedRecording]:
        files = {file.relative_to(folder).as_posix(): file for file in audio_files(folder, EXPECTED)}
        truth = load_truth(folder, self.labels, list(files), lambda name: _length_s(files[name]))
        self.notes += truth.notes
        used = 0
        for done, (name, file) in enumerate(files.items(), 1):
            try:
                samples = read_audio(file, self.rate_hz)
            except AudioError as error:
                self.set_aside.append((f"{folder.name}/{name}", error.what))
                continue
            finally:
                if progress:
                    progress(f"listen to {folder.name}", done, len(files))
            if why := self._why_not(f"{folder.name}/{name}", samples):
                self.set_aside.append((f"{folder.name}/{name}", why))
            else:
                used += 1
                kind, spoken = truth.kind(name), tuple(truth.spoken.get(name, ()))
                mentioned = truth.mentioned.get(name, frozenset())
                own = STATED if kind == ALL else kind
                yield StatedRecording(f"{folder.name}/{name}", own, samples, spoken, mentioned)
        if not used:
            why = f"{len(files)} files were set aside, such as {': '.join(self.set_aside[-1])}"
            raise DataError("folder holds no audio that can be used", str(folder), why)

    def _why_not(self, name: str, samples: Samples) -> str | None:
        """Why a recording is not heard: it is known, or it was heard already."""
        sha256 = pcm_sha256(samples)
        why = self.known.reason(sha256, samples) if self.known else None
        if why is None and (before := self._heard.setdefault(sha256, name)) != name:
            why = f"it is the same audio as another: {before}"
        return why


def stated_folders(names: Sequence[str], bundle: ModelBundle, config: Config) -> StatedNegatives:
    """Folders of negatives that a person states for a run, not looked into yet."""
    folders, rate_hz = [Path(one) for one in names], bundle.frontend.sample_rate_hz
    return StatedNegatives(folders, bundle.labels, rate_hz, config.run_dir, Path(config.data.recordings))


def _length_s(file: Path) -> float:
    try:
        return duration_s(file)
    except AudioError:
        return inf
