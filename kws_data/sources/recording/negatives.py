"""Hours of somebody's own room, in which no keyword is said: stored as stretches while they are recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from firmware_tools.recorder.capture import Block
from kws_data.audio import Samples
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip
from kws_data.catalog.negative_clips import SPOKEN, STRETCH_S, Kind
from kws_data.labels import BACKGROUND, SPEECH
from kws_data.sources.recording.continuous import Progress, new_session
from kws_data.sources.recording.sessions import SOURCE as TAKES
from kws_data.sources.recording.sessions import Person, Place, said_of, store
from kws_data.sources.recording.take_verdict import judge

SOURCE = "negatives"


class NegativeFiler:
    """Cuts a stream into stretches, end to end, and stores each at once.

    Samples that are lost end a recording, and the next one begins behind them. What is left of less than a stretch at
    the end of one is dropped, so that every stretch is whole.
    """

    def __init__(
        self,
        catalog: Catalog,
        person: Person,
        place: Place,
        device: str,
        sample_rate_hz: int,
        kind: Kind = "noise",
        figures: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        self.catalog, self.person, self.place, self.device, self.kind = catalog, person, place, device, kind
        self.rate_hz, self.figures = sample_rate_hz, figures
        self.speaker = catalog.pseudonym(TAKES, person.name, named=True)
        self.session = new_session(catalog, person, place, device)
        self.length = round(STRETCH_S * sample_rate_hz)
        self.progress = Progress()
        self.stretches = 0
        self._begin = 0  # of the recording, in samples of the stream
        self._start = 0  # of the stretch, in samples of the recording
        self._waiting: list[Samples] = []

    def feed(self, block: Block) -> None:
        """Take in the next block.

        Raises:
            CatalogError, DataError: the catalogue cannot be written; what was stored before is kept.
        """
        if block.lost_before:
            self.progress.lost_samples += block.lost_before
            self.progress.gaps += 1
            self._begin, self._start, self._waiting = block.first_sample, 0, []
        self.progress.samples += len(block.samples)
        self._waiting.append(block.samples)
        if sum(map(len, self._waiting)) < self.length:
            return
        samples = np.concatenate(self._waiting)
        whole = len(samples) // self.length
        for number in range(whole):
            self.catalog.add_clip(self._clip(samples[number * self.length : (number + 1) * self.length]))
            self.stretches, self._start = self.stretches + 1, self._start + self.length
        self._waiting = [samples[whole * self.length :]]

    def _clip(self, samples: Samples) -> NewClip:
        recording = f"{self.session}/{self._begin}"
        return NewClip(
            store(self.catalog, samples, self.rate_hz),
            SPEECH if self.kind in SPOKEN else BACKGROUND,
            self.speaker,
            SOURCE,
            f"{recording}/{self._start}",
            device=self.device,
            licence=self.person.licence,
            consent=self.person.consent,
            session=self.session,
            pseudonymous=True,
            attributes={
                **judge(samples, self.rate_hz).attributes,
                "kind": self.kind,
                "recording": recording,
                "start_sample": self._start,
                "speaker_known": self.kind in SPOKEN,
                **self.figures(),
                **said_of(self.person, self.place),
            },
        )
