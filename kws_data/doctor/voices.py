"""Which voices can speak here: espeak-ng, which must, and the neural ones where their packages are installed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from firmware_tools.errors import KwsError
from kws_data.config.synth import EngineSettings
from kws_data.doctor.findings import Finding, bad, note, told, well

WORD = "hello"


def espeak_speaks() -> str:
    """What it said; raises KwsError when it does not speak."""
    from kws_data.sources.synth.stand_in import stand_in

    with stand_in("doctor", 16_000) as say:
        samples = say(WORD, 0)
    if np.ptp(samples) < 1_000:
        raise KwsError("espeak-ng is silent", None, "pip install --force-reinstall espeakng-loader")
    return f"espeak-ng said {WORD}"


def neural_voices() -> Iterator[Finding]:
    """Each kind of neural voices, as it comes in its package."""
    from kws_data.sources.synth.neural.voices import NEURAL

    return (_neural(kind) for kind in NEURAL)


def _neural(kind: str) -> Finding:
    from kws_data.sources.synth.engines import make_engine
    from kws_data.sources.synth.espeak import SynthVoice

    what = f"neural voices: {kind}"
    try:
        engine = make_engine(EngineSettings(kind=kind))
    except KwsError as error:  # nobody needs them
        return note(what, told(error), error.remedy)
    try:
        with engine:
            samples = engine.say(SynthVoice(engine.accents[0], engine.voices[0]), WORD)
    except KwsError as error:
        return bad(what, f"{engine.name}: {told(error)}", error.remedy)
    voices = f"{len(engine.voices)} voice{'s' if len(engine.voices) > 1 else ''}"
    return well(what, f"{engine.name} ({engine.licence}), {voices}, said {WORD} in {len(samples) / 16_000:.1f} s")
