"""A neural voice as a speech engine: the network speaks in a process of its own, on one core."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from kws_data.audio import Samples
from kws_data.config.synth import EngineSettings
from kws_data.errors import ConfigError
from kws_data.sources.synth.espeak import SynthVoice
from kws_data.sources.synth.neural.voices import make_voice
from kws_data.sources.synth.speaking_process import SpeakingProcess


class NeuralEngine(SpeakingProcess):
    """Voices of a network, by their kind. A context manager; not for several threads at once.

    Rate and pitch are made for all networks alike (:mod:`kws_data.sources.synth.neural.throat`); range has no effect.

    Raises:
        ConfigError: packages of the voice are not installed, or its settings do not fit.
    """

    def __init__(self, settings: EngineSettings) -> None:
        if settings.command:
            remedy = f"{settings.kind} needs no program; for one of your own set kind: command"
            raise ConfigError("data.synth.engine.command is not for a neural voice", settings.command, remedy)
        voice = make_voice(settings.model_copy(update={"version": "", "licence": ""}))  # what it says of itself
        self.name = f"{voice.name} {settings.version}".strip()
        self.licence = settings.licence or voice.licence
        self.person = voice.person
        self.accents, self.voices = tuple(voice.accents), tuple(voice.voices)
        arguments = (settings.model_dump_json(),)
        remedy = "is there enough memory? try --workers 1"
        super().__init__(voice.name, "kws_data.sources.synth.neural.process", arguments, remedy)

    def say(self, voice: SynthVoice, text: str, seed: int = 0) -> Samples:
        """What is said, int16 at 16 kHz, without the silence around it.

        Raises:
            ConfigError: the network's file cannot be used.
            DataError: the network lacks the voice, the accent or a sound of the text, takes too long, or has ended.
        """
        request = {"voice": asdict(voice), "text": text, "seed": seed}
        return np.frombuffer(self.ask(request, f"saying {text!r}"), "<i2").astype(np.int16)
