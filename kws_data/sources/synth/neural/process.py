"""A process in which a network speaks: ``python -m kws_data.sources.synth.neural.process SETTINGS``, as JSON.

Requests are lines of JSON: voice, text and seed. Each answer (:mod:`kws_data.sources.synth.speaking_process`) holds
int16 samples at 16 kHz, or an error. All chance in an utterance comes from its seed, so what was said before
changes nothing.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable
from typing import BinaryIO

import numpy as np

from kws_data.config.synth import EngineSettings
from kws_data.errors import ConfigError, KwsError
from kws_data.sources.synth.espeak import SynthVoice, trim
from kws_data.sources.synth.neural.throat import said_by
from kws_data.sources.synth.neural.voice import NeuralVoice
from kws_data.sources.synth.neural.voices import make_voice
from kws_data.sources.synth.speaking_process import payload, refusal
from kws_data.sources.synth.spoken_file import checked


def answer(make: Callable[[], NeuralVoice], line: bytes) -> bytes:
    """Header and samples, or header and error."""
    try:
        network, request = make(), json.loads(line)
        said = said_by(network, SynthVoice(**request["voice"]), request["text"], np.random.default_rng(request["seed"]))
        return payload(checked(trim(said), network.name).astype("<i2").tobytes())
    except KwsError as error:
        return refusal(error.what, error.value, error.remedy, in_settings=isinstance(error, ConfigError))
    except Exception as error:  # whatever it is, the other side has to hear of it
        return refusal("neural voice failed", f"{type(error).__name__}: {error}", "choose another word or voice")


def serve(settings: EngineSettings, requests: Iterable[bytes], answers: BinaryIO) -> None:
    """Answer requests until there are no more. One that takes longer than ``timeout_s`` ends this process (SIGALRM)."""
    made: list[NeuralVoice] = []

    def make() -> NeuralVoice:
        if not made:
            made.append(make_voice(settings))
        return made[0]

    for line in requests:
        signal.setitimer(signal.ITIMER_REAL, settings.timeout_s)
        said = answer(make, line)
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(said)
        answers.flush()


def main(settings: str) -> None:
    """Serve standard input. Answers go to a copy of standard output, out of reach of what a package may print."""
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        serve(EngineSettings.model_validate_json(settings), sys.stdin.buffer, answers)


if __name__ == "__main__":
    main(sys.argv[1])
