"""Pitch and rate of a network's voice, by its speed and by resampling: no vocoder, and so none of its artefacts.

To raise a voice by a factor it speaks slower by that factor and is played faster by it: pitch and formants move
together, as in a shorter throat, and the word lasts as long as was asked for.
"""

from __future__ import annotations

import numpy as np

from kws_data.audio import Samples
from kws_data.errors import DataError
from kws_data.sources.synth.espeak import SynthVoice, to_16_khz
from kws_data.sources.synth.neural.voice import NeuralVoice

WORDS_A_MINUTE = 160.0
STEPS_PER_OCTAVE = 150.0
OWN_PITCH = 50


def said_by(network: NeuralVoice, voice: SynthVoice, text: str, rng: np.random.Generator) -> Samples:
    """What a network says as ``voice`` asks for, int16 at 16 kHz, with the silence around it.

    Pitch 50 is the network's own and 150 steps are an octave; 160 words a minute are its own rate. ``voice.range`` has
    no effect: how much the pitch moves is the network's.

    Raises:
        DataError: the network cannot say it, or says what is no sound.
    """
    shift = 2.0 ** ((voice.pitch - OWN_PITCH) / STEPS_PER_OCTAVE)
    samples = network.speak(voice, text, voice.rate / WORDS_A_MINUTE / shift, rng)
    if not len(samples) or not np.isfinite(samples).all():
        raise DataError(f"{network.name} says nothing, or what is no sound", text, "choose another word or voice")
    return to_16_khz(samples.astype(np.float64) * 32_768, network.rate_hz * shift)
