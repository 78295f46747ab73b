"""Takes of people: written out in Speech Commands layout, and a synthetic voice where nobody is there to speak."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kws_data.audio import Samples
from kws_data.catalog import Catalog
from kws_data.sources.espeak import Espeak
from kws_data.sources.sessions import SOURCE
from kws_data.sources.synth import Utterance, make_speakers, place, vary


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
    """Write all takes that are not set aside as ``<word>/<speaker>_nohash_<n>.flac``; returns how many."""
    from kws_data.audio import write_flac

    clips = catalog.clips(source=SOURCE)
    for clip in clips:
        number = clip.origin.rsplit("/", 1)[-1]
        write_flac(folder / clip.word / f"{clip.speaker}_nohash_{number}.flac", catalog.load(clip), 16_000)
    catalog.record_export("takes", folder, [clip.id for clip in clips])
    return len(clips)
