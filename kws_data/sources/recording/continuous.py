"""Utterances cut out of a running recording and filed without a label.

They are set aside (``not labelled``) until somebody says what they are, so that no data set takes them in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from firmware_tools.recorder.capture import Block
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip
from kws_data.sources.recording.sessions import SOURCE, UNLABELLED, Person, Place, store
from kws_data.sources.recording.take_verdict import judge
from kws_data.sources.recording.vad import Utterance, Vad, VadSettings

NOT_LABELLED = "not labelled"


@dataclass(frozen=True)
class Filed:
    """An utterance that was stored."""

    clip_id: str
    utterance: Utterance


@dataclass
class Progress:
    """How far a continuous recording has come."""

    samples: int = 0
    lost_samples: int = 0
    gaps: int = 0
    utterances: int = 0


def new_session(catalog: Catalog, person: Person, place: Place, device: str) -> str:
    """Id of a new continuous session, kept with who and where."""
    pseudonym = catalog.pseudonym(SOURCE, person.name, named=True)
    identity = f"{pseudonym}-c{catalog.next_number(f'continuous/{pseudonym}', 1)}"
    catalog.set_profile("continuous", identity, {"speaker": pseudonym, "device": device, **asdict(place)})
    return identity


class Filer:
    """Cuts a stream into utterances and files each at once.

    An utterance in which samples were lost is never filed whole: the stretch before a gap and the one after it are
    different utterances.
    """

    def __init__(
        self,
        catalog: Catalog,
        person: Person,
        place: Place,
        device: str,
        sample_rate_hz: int,
        settings: VadSettings | None = None,
        figures: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        self.figures = figures  # what is stored with each utterance besides its verdict
        self.catalog, self.person, self.place, self.device = catalog, person, place, device
        self.rate_hz = sample_rate_hz
        self.session = new_session(catalog, person, place, device)
        self.vad = Vad(sample_rate_hz, settings)
        self.progress = Progress()

    def feed(self, block: Block) -> Iterator[Filed]:
        """Take in the next block; yields what was filed."""
        if block.lost_before:
            self.progress.lost_samples += block.lost_before
            self.progress.gaps += 1
            yield from self._file(self.vad.gap(block.first_sample))
        self.progress.samples += len(block.samples)
        yield from self._file(self.vad.feed(block.samples))

    def end(self) -> Iterator[Filed]:
        """The stream has ended."""
        yield from self._file(self.vad.end())

    def _file(self, utterances: Iterable[Utterance]) -> Iterator[Filed]:
        for utterance in utterances:
            self.progress.utterances += 1
            yield Filed(self.catalog.add_clip(self._clip(utterance)), utterance)

    def _clip(self, utterance: Utterance) -> NewClip:
        return NewClip(
            store(self.catalog, utterance.samples, self.rate_hz),
            UNLABELLED,
            self.person.name,
            SOURCE,
            f"{self.session}/{utterance.first_sample}",
            device=self.device,
            licence=self.person.licence,
            consent=self.person.consent,
            session=self.session,
            named=True,
            reasons=NOT_LABELLED,
            attributes={
                **judge(utterance.samples, self.rate_hz).attributes,
                "first_sample": utterance.first_sample,
                "vad_start_s": round(utterance.speech_start / self.rate_hz, 3),
                "vad_end_s": round(utterance.speech_end / self.rate_hz, 3),
                **self.figures(),
                **{key: value for key, value in asdict(self.place).items() if value},
            },
        )
