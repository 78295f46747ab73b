"""Takes of people: written out in Speech Commands layout, and a synthetic voice where nobody is there to speak."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kws_data.audio import Samples
from kws_data.config.synth import SynthSettings
from kws_data.sources.synth.espeak import Espeak
from kws_data.sources.synth.people import Utterance, make_speakers, place, vary


@contextmanager
def stand_in(name: str, samples: int) -> Iterator[Callable[[str, int], Samples]]:
    """A synthetic person who says words in place of ``name``: the same name always has the same voice.

    Yields:
        A function ``say(word, take)`` that gives int16 of ``samples`` samples.

    Raises:
        DataError: espeak-ng cannot be loaded.
    """
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    speaker = make_speakers(SynthSettings(), seed)[0]
    with Espeak() as espeak:

        def say(word: str, take: int) -> Samples:
            utterance = Utterance(speaker, word, take, seed, samples)
            rng = utterance.rng()
            voice = vary(speaker.voice, rng)
            return place(espeak.say(voice, word, int(rng.integers(1, 2**31))), utterance, rng)

        yield say
