"""Takes of a person at a board: say a word, record it, keep it with its speaker, consent and licence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kws_data.audio import Samples
from kws_data.catalog import Catalog
from kws_data.clips import NewClip
from kws_data.sources.espeak import Espeak
from kws_data.sources.synth import Utterance, make_speakers, place, vary

if TYPE_CHECKING:
    from firmware_tools.recorder import Recording
    from firmware_tools.session import BoardSession

SOURCE = "takes"


@dataclass(frozen=True)
class Speaker:
    """Who speaks, and on what terms. ``name`` is stored as a keyed pseudonym only."""

    name: str
    consent: str
    licence: str


@dataclass(frozen=True)
class Take:
    """One recording and what became of it: ``clip_id`` is empty when it was set aside."""

    word: str
    number: int
    recording: Recording
    clip_id: str


def record_takes(
    catalog: Catalog,
    session: BoardSession,
    speaker: Speaker,
    plan: Sequence[tuple[str, int]],
    samples: int,
    prompt: Callable[[str, int], Samples | None],
) -> Iterator[Take]:
    """Record a plan of takes, each stored before the next begins.

    Args:
        catalog: where whole clips go.
        session: a board that runs the recorder app.
        speaker: who speaks.
        plan: (word, take number) pairs.
        samples: length of a take.
        prompt: called before each take; gives the sound to play into an emulated microphone, or None when
            a person speaks.

    Yields:
        Each take. One with lost samples is not stored as a clip.

    Raises:
        LinkError: the board is gone; takes that came before are kept.
    """
    from firmware_tools.recorder import record_clip

    known = {clip.origin for clip in catalog.clips(source=SOURCE)}
    pseudonym = catalog.pseudonym(SOURCE, speaker.name, named=True)
    for word, number in plan:
        origin = f"{pseudonym}/{word}/{_free_number(known, pseudonym, word, number)}"
        sound = prompt(word, number)
        play = None if sound is None or session.play is None else partial(session.play, sound)
        recording = record_clip(session.link, samples, play)
        identity = _store(catalog, session, speaker, word, origin, recording) if recording.ok else ""
        known.add(origin)
        yield Take(word, number, recording, identity)


def _free_number(known: set[str], pseudonym: str, word: str, number: int) -> int:
    """The first take number from ``number`` on that this speaker has not recorded yet."""
    while f"{pseudonym}/{word}/{number}" in known:
        number += 1
    return number


def _store(
    catalog: Catalog, session: BoardSession, speaker: Speaker, word: str, origin: str, recording: Recording
) -> str:
    audio = catalog.store_audio(recording.samples, session.hello.sample_rate_hz)
    levels = recording.levels
    return catalog.add_clip(
        NewClip(
            audio,
            word,
            speaker.name,
            SOURCE,
            origin,
            device=f"board:{session.board.name}",
            licence=speaker.licence,
            consent=speaker.consent,
            named=True,
            attributes={
                "peak_db": round(levels.peak_db, 1),
                "rms_db": round(levels.rms_db, 1),
                "warnings": list(recording.warnings),
            },
        )
    )


@contextmanager
def stand_in(name: str, samples: int) -> Iterator[Callable[[str, int], Samples]]:
    """A synthetic person who says words in place of ``name``: the same name always has the same voice.

    Yields:
        A function ``say(word, take)`` that gives int16 of ``samples`` samples.

    Raises:
        DataError: espeak-ng cannot be loaded.
    """
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    speaker = make_speakers(1, seed)[0]
    with Espeak() as espeak:

        def say(word: str, take: int) -> Samples:
            utterance = Utterance(speaker, word, take, seed, samples)
            rng = utterance.rng()
            voice = vary(speaker.voice, rng)
            return place(espeak.say(voice, word, int(rng.integers(1, 2**31))), utterance, rng)

        yield say


def export_takes(catalog: Catalog, folder: Path) -> int:
    """Write all takes as ``<word>/<speaker>_nohash_<n>.flac``; returns how many."""
    from kws_data.audio import write_flac

    clips = catalog.clips(source=SOURCE)
    for clip in clips:
        number = clip.origin.rsplit("/", 1)[-1]
        write_flac(folder / clip.word / f"{clip.speaker}_nohash_{number}.flac", catalog.load(clip), 16_000)
    return len(clips)
