"""Takes of people: written out in Speech Commands layout, and a synthetic voice where nobody is there to speak."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from firmware_tools.atomic import write_text
from kws_data.audio import Samples
from kws_data.catalog import Catalog
from kws_data.clips import Clip
from kws_data.data_settings import SynthSettings
from kws_data.exports.released import safe_name
from kws_data.sources.attribution import FILE as ATTRIBUTION
from kws_data.sources.attribution import Origin, attribution_table, read_attribution
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
    speaker = make_speakers(SynthSettings(), seed)[0]
    with Espeak() as espeak:

        def say(word: str, take: int) -> Samples:
            utterance = Utterance(speaker, word, take, seed, samples)
            rng = utterance.rng()
            voice = vary(speaker.voice, rng)
            return place(espeak.say(voice, word, int(rng.integers(1, 2**31))), utterance, rng)

        yield say


def export_takes(catalog: Catalog, folder: Path) -> int:
    """Write all takes that are not set aside as ``<word>/<speaker>_nohash_<n>.flac``; returns how many.

    ``ATTRIBUTION.csv`` keeps who said them (a pseudonym), on what terms and how, for whoever imports the folder.
    """
    from kws_data.audio import write_flac

    clips = catalog.clips(source=SOURCE)
    origins = read_attribution(folder)
    moments = Counter(_name(clip) for clip in clips)
    for clip in clips:
        several = moments[_name(clip)] > 1  # boards that heard the same moment
        name = f"{_name(clip)}{'-' + safe_name(clip.device) if several else ''}.flac"
        write_flac(folder / name, catalog.load(clip), 16_000)
        origins[name] = _origin(clip, name)
    if clips:
        write_text(folder / ATTRIBUTION, attribution_table(origins[name] for name in sorted(origins)))
    catalog.record_export("takes", folder, [clip.id for clip in clips])
    return len(clips)


def _name(clip: Clip) -> str:
    return f"{clip.word}/{clip.speaker}_nohash_{clip.origin.rsplit('/', 1)[-1]}"


def _origin(clip: Clip, file: str) -> Origin:
    return Origin(
        file=file,
        clip=clip.id,
        word=clip.word,
        label=clip.word,
        split="",
        speaker=clip.speaker,
        synthetic="yes" if clip.synthetic else "no",
        session=clip.session,
        licence=clip.licence,
        consent=clip.consent,
        source=clip.source,
        attributes=clip.attributes,
    )
