"""Voices of espeak-ng, from ``espeakng-loader``: a word in, samples out, the same each time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples
from kws_data.sources.synth.espeak_process import RATE_HZ, SEPARATOR
from kws_data.sources.synth.speaking_process import SpeakingProcess

ACCENTS = (
    "en-us",
    "en",
    "en-gb-scotland",
    "en-gb-x-rp",
    "en-gb-x-gbclan",
    "en-gb-x-gbcwmd",
    "en-029",
    "en-us-nyc",
)
# Variants that sound like people and unlike each other. Left out: whispers, robots, and near copies
# (steph2 of steph, Mike of Mario, all but one of those built on the same Klatt voice).
VARIANTS = (
    *("f1", "f2", "f3", "f4", "f5", "Alicia", "Andrea", "Annie", "anika", "aunty", "belinda", "linda", "steph"),
    *("shelby", "grandma", "zac", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "Alex", "Andy", "Denis", "Gene"),
    *("Henrique", "Jacky", "Lee", "Marco", "Mario", "Nguyen", "Storm", "boris", "ed", "ian", "iven", "michel"),
    *("miguel", "paul", "quincy", "robert", "travis", "victor", "adam", "klatt2"),
)


@dataclass(frozen=True)
class SynthVoice:
    """A synthetic speaker's voice.

    Attributes:
        accent: espeak-ng's name of a regional English.
        variant: espeak-ng's voice variant, which makes the timbre.
        pitch: 0 to 99, 50 is the variant's own.
        rate: words a minute, 80 to 450.
        range: 0 to 99, how much the pitch moves.
    """

    accent: str
    variant: str
    pitch: int = 50
    rate: int = 160
    range: int = 50

    @property
    def name(self) -> str:
        """As espeak-ng wants it: accent and variant."""
        return f"{self.accent}+{self.variant}"


class Espeak(SpeakingProcess):
    """espeak-ng in a process of its own. A context manager; not for several threads at once."""

    name = "espeak-ng 1.52"
    licence = "CC0-1.0"
    accents = ACCENTS
    voices = VARIANTS

    def __init__(self) -> None:
        super().__init__("espeak-ng", "kws_data.sources.synth.espeak_process", remedy="install espeakng-loader again")

    def say(self, voice: SynthVoice, text: str, seed: int = 0) -> Samples:
        """What is said, int16 at 16 kHz, without the silence around it.

        Raises:
            DataError: espeak-ng cannot be loaded, lacks the voice, or says nothing.
        """
        return trim(to_16_khz(self._raw(voice, text, seed).astype(np.float64), RATE_HZ))

    def pronounce(self, words: Sequence[str], accent: str = "en-us") -> list[tuple[str, ...]]:
        """Phonemes of each word in an accent, in IPA, stress marks before the vowel: ``("ɡ", "ˈoʊ")`` for "go".

        Raises:
            DataError: espeak-ng cannot be loaded or lacks the accent.
        """
        return [
            tuple(phoneme for phoneme in word.replace(" ", SEPARATOR).split(SEPARATOR) if phoneme)
            for word in self._spoken(words, accent)
        ]

    def ipa(self, text: str, accent: str = "en-us") -> str:
        """How a text is said in an accent, in IPA as it is written, words parted by spaces: ``"həlˈoʊ wˈɜːld"``.

        Raises:
            DataError: espeak-ng cannot be loaded or lacks the accent.
        """
        (spoken,) = self._spoken([text], accent)
        return spoken.replace(SEPARATOR, "")

    def _spoken(self, texts: Sequence[str], accent: str) -> list[str]:
        spoken: list[str] = json.loads(self.ask({"voice": accent, "words": list(texts)}, f"pronouncing in {accent}"))
        return spoken

    def _raw(self, voice: SynthVoice, text: str, seed: int) -> Samples:
        request = asdict(voice) | {"voice": voice.name, "text": text, "seed": seed}
        return np.frombuffer(self.ask(request, f"saying {text!r}"), "<i2").astype(np.int16)


def to_16_khz(values: NDArray[np.float64], rate_hz: float) -> Samples:
    """Samples at 16 kHz, rounded to int16, of values in 16-bit units at another rate."""
    import soxr

    resampled: NDArray[np.float64] = soxr.resample(values, rate_hz, 16_000, quality="HQ")
    return np.clip(np.rint(resampled), -32_768, 32_767).astype(np.int16)


def trim(samples: Samples, below_db: float = 40.0, margin: int = 480) -> Samples:
    """Without what comes before and after, ``below_db`` below the peak, but for ``margin`` samples each side."""
    level = np.abs(samples.astype(np.int32))
    loud = np.flatnonzero(level > level.max(initial=0) * 10.0 ** (-below_db / 20.0))
    if not len(loud):
        return samples
    return samples[max(int(loud[0]) - margin, 0) : int(loud[-1]) + margin + 1]
