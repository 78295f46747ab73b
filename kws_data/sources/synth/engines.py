"""Engines that speak: espeak-ng, flite, festival, neural voices, or any command line. One class each, by name.

An engine is a context manager with a name, accents and voices to choose from, and ``say``, which gives the samples of
a text in a voice, the same each time. To add one, write such a class and put it into :data:`ENGINES`; networks
stand in :mod:`kws_data.sources.synth.neural.voices`.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from kws_data.audio import Samples
from kws_data.config.synth import EngineSettings
from kws_data.errors import ConfigError, DataError
from kws_data.sources.synth.espeak import Espeak, SynthVoice
from kws_data.sources.synth.festival import FestivalEngine
from kws_data.sources.synth.neural.engine import NeuralEngine
from kws_data.sources.synth.neural.voices import NEURAL
from kws_data.sources.synth.spoken_file import SaidNothingError, spoken
from kws_data.sources.synth.voiced import Voiced


class SpeechEngine(Voiced, Protocol):
    """What speaks; one object serves one thread."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def say(self, voice: SynthVoice, text: str, seed: int = 0) -> Samples: ...


class CommandEngine:
    """Any program that writes an audio file: run without a shell, its output checked.

    In the command, ``{text}`` and ``{out}`` stand for what is said and the file to write; ``{voice} {accent} {rate}
    {pitch} {range} {seed}`` for the rest of the request. Without ``{text}`` the text goes to standard input.

    Raises:
        ConfigError: there is no command, or no ``{out}`` in it.
    """

    accents: Sequence[str] = ("en",)
    voices: Sequence[str] = ("default",)

    def __init__(self, settings: EngineSettings) -> None:
        if not settings.command or not any("{out}" in part for part in settings.command):
            remedy = 'write for example ["say", "-o", "{out}", "{text}"]'
            raise ConfigError("data.synth.engine.command must name a file to write", settings.command, remedy)
        self._command, self._timeout_s = list(settings.command), settings.timeout_s
        self.program = settings.command[0]
        self.name = f"{Path(settings.command[0]).name} {settings.version}".strip()
        self.licence = settings.licence or "unstated"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def say(self, voice: SynthVoice, text: str, seed: int = 0) -> Samples:
        """What is said, int16 at 16 kHz, without the silence around it.

        Raises:
            SaidNothingError: the program crashes on the text, or writes silence or no audio of 20 ms to 30 s.
            DataError: it is missing, fails, or takes too long.
        """
        with tempfile.TemporaryDirectory(prefix="kws-say-") as folder:
            out = Path(folder) / "said.wav"
            values = self._values(voice) | {"text": text, "out": str(out), "seed": str(seed)}
            arguments = [_filled(part, values) for part in self._arguments(voice)]
            reads_text = not any("{text}" in part for part in self._command)
            self._call(arguments, text if reads_text else "")
            return spoken(out, arguments[0])

    def _values(self, voice: SynthVoice) -> dict[str, str]:
        return {
            "voice": voice.variant,
            "accent": voice.accent,
            "rate": str(voice.rate),
            "pitch": str(voice.pitch),
            "range": str(voice.range),
        }

    def _arguments(self, voice: SynthVoice) -> list[str]:
        """The command, with the placeholders in it."""
        return self._command

    def _call(self, arguments: list[str], text: str) -> None:
        try:
            done = subprocess.run(arguments, input=text.encode(), capture_output=True, timeout=self._timeout_s)
        except FileNotFoundError:
            raise DataError("speech program not found", arguments[0], "install it, or name its whole path") from None
        except subprocess.TimeoutExpired:
            remedy = f"it had {self._timeout_s:g} s: raise data.synth.engine.timeout_s"
            raise DataError("speech program takes too long", " ".join(arguments), remedy) from None
        except (OSError, ValueError) as error:
            raise DataError("speech program cannot be run", arguments[0], str(error)) from None
        if done.returncode:
            said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
            remedy = f"exit code {done.returncode}: {said[-1] if said else 'it says nothing'}"
            crashed = done.returncode < 0  # killed by a signal: there are texts that programs stumble over
            kind = SaidNothingError if crashed else DataError
            raise kind("speech program failed", " ".join(arguments), remedy)


class FliteEngine(CommandEngine):
    """flite (cmuflite.org, in every package manager): voices made of recordings of people, and small.

    Its rate becomes a stretch of durations, 1 at 160 words a minute; 150 steps of pitch are an octave around the
    voice's own mean; range is the deviation of the pitch in Hz, half as many. A ``.flitevox`` file is a voice too, at
    its own pitch.
    """

    WORDS_A_MINUTE = 160.0
    #: Voice -> its own mean pitch in Hz.
    MEANS_HZ: Mapping[str, float] = {"awb": 125.0, "rms": 105.0, "slt": 170.0, "kal16": 105.0}

    def __init__(self, settings: EngineSettings) -> None:
        program = settings.command or ["flite"]
        said = [
            "-voice",
            "{voice}",
            "--setf",
            "duration_stretch={stretch}",
            "--setf",
            "int_f0_target_stddev={deviation}",
        ]
        command = [*program, *said, "-t", "{text}", "-o", "{out}"]
        super().__init__(settings.model_copy(update={"command": command}))
        self.name = f"flite {settings.version}".strip()
        self.licence = settings.licence or "BSD-4-Clause"
        self.voices = tuple(self.MEANS_HZ)

    def _values(self, voice: SynthVoice) -> dict[str, str]:
        stretch, deviation = self.WORDS_A_MINUTE / voice.rate, voice.range / 2
        return super()._values(voice) | {"stretch": f"{stretch:.3f}", "deviation": f"{deviation:.1f}"}

    def _arguments(self, voice: SynthVoice) -> list[str]:
        own = self.MEANS_HZ.get(voice.variant)
        if own is None:
            return list(self._command)
        mean_hz = own * 2.0 ** ((voice.pitch - 50) / 150)
        return [*self._command, "--setf", f"int_f0_target_mean={mean_hz:.1f}"]


class MbrolaEngine(CommandEngine):
    """MBROLA voices (github.com/numediart/MBROLA-voices), diphones of people, led by the program espeak-ng (not by the
    library that comes with kws). Those with ``-en`` at their end are of people who speak another language.

    Pitch and rate are espeak-ng's own.
    """

    ENGLISH: Sequence[str] = ("en1", "us1", "us2", "us3")
    OTHERS: Sequence[str] = (
        *("af1-en", "de1-en", "de2-en", "de3-en", "de4-en", "de5-en", "de6-en", "fr1-en", "fr4-en", "gr2-en"),
        *("hu1-en", "nl2-en", "pl1-en", "ro1-en", "sw1-en", "sw2-en"),
    )

    def __init__(self, settings: EngineSettings) -> None:
        program = settings.command or ["espeak-ng"]
        command = [*program, "-v", "mb-{voice}", "-s", "{rate}", "-p", "{pitch}", "-w", "{out}", "{text}"]
        super().__init__(settings.model_copy(update={"command": command}))
        self.name = f"mbrola {settings.version}".strip()
        self.licence = settings.licence or "non-commercial (MBROLA voices)"
        self.voices = (*self.ENGLISH, *self.OTHERS)


class RhvoiceEngine(CommandEngine):
    """RHVoice (github.com/RHVoice/RHVoice): statistical voices of people.

    The rate becomes per cent, 100 at 160 words a minute; 100 steps of pitch are an octave around the voice's own.
    """

    WORDS_A_MINUTE = 160.0

    def __init__(self, settings: EngineSettings) -> None:
        program = settings.command or ["RHVoice-test"]
        command = [*program, "-p", "{voice}", "-r", "{percent}", "-t", "{tone}", "-o", "{out}"]
        super().__init__(settings.model_copy(update={"command": command}))
        self.name = f"rhvoice {settings.version}".strip()
        self.licence = settings.licence or "LGPL-2.1-or-later; CC-BY-NC-ND-4.0 (evgeniy-eng, lyubov)"
        self.voices = ("alan", "bdl", "clb", "slt", "evgeniy-eng", "lyubov")

    def _values(self, voice: SynthVoice) -> dict[str, str]:
        percent, tone = 100 * voice.rate / self.WORDS_A_MINUTE, 100 * 2.0 ** ((voice.pitch - 50) / 100)
        return super()._values(voice) | {"percent": f"{percent:.0f}", "tone": f"{tone:.0f}"}


class PicoEngine(CommandEngine):
    """SVOX Pico (``pico2wave``): two women's voices, American and British.

    The rate becomes per cent, 100 at 160 words a minute; 100 steps of pitch are an octave around the voice's own.
    """

    WORDS_A_MINUTE = 160.0

    def __init__(self, settings: EngineSettings) -> None:
        program = settings.command or ["pico2wave"]
        marked = '<speed level="{percent}"><pitch level="{tone}">{text}</pitch></speed>'
        super().__init__(settings.model_copy(update={"command": [*program, "-l", "{voice}", "-w", "{out}", marked]}))
        self.name = f"pico {settings.version}".strip()
        self.licence = settings.licence or "Apache-2.0"
        self.voices = ("en-US", "en-GB")

    def _values(self, voice: SynthVoice) -> dict[str, str]:
        percent = min(max(100 * voice.rate / self.WORDS_A_MINUTE, 20), 500)
        tone = min(max(100 * 2.0 ** ((voice.pitch - 50) / 100), 50), 200)
        return super()._values(voice) | {"percent": f"{percent:.0f}", "tone": f"{tone:.0f}"}


def _filled(part: str, values: dict[str, str]) -> str:
    """The placeholders of one argument replaced; other braces stay."""
    for name, value in values.items():
        part = part.replace(f"{{{name}}}", value)
    return part


#: Name in ``data.synth.engine.kind`` -> what makes an engine of its settings.
ENGINES: dict[str, Callable[[EngineSettings], SpeechEngine]] = {
    "espeak": lambda settings: Espeak(),
    "command": CommandEngine,
    "flite": FliteEngine,
    "festival": FestivalEngine,
    "mbrola": MbrolaEngine,
    "rhvoice": RhvoiceEngine,
    "pico": PicoEngine,
    **dict.fromkeys(NEURAL, NeuralEngine),
}


def make_engine(settings: EngineSettings) -> SpeechEngine:
    """The engine that the settings ask for, not yet entered.

    Raises:
        ConfigError: there is no such engine, or its settings do not fit.
    """
    if settings.kind not in ENGINES:
        raise ConfigError("no such speech engine", settings.kind, f"there are: {', '.join(ENGINES)}")
    return ENGINES[settings.kind](settings)
