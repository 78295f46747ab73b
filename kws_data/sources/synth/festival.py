"""Festival (cstr.ed.ac.uk/projects/festival): voices cut from recordings of people, in a process that stays."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from kws_data.audio import Samples
from kws_data.config.synth import EngineSettings
from kws_data.errors import DataError
from kws_data.sources.synth.espeak import SynthVoice
from kws_data.sources.synth.spoken_file import SaidNothingError, spoken

SAID = "kws-said"
WORDS_A_MINUTE = 160.0
MEAN_HZ = 113.0  # of the diphone voices, all of men; a statistical voice keeps its own pitch


class FestivalEngine:
    """Festival with its English voices (Debian: festvox-kdlpc16k, festvox-kallpc16k, festvox-us-slt-hts).

    The rate becomes a stretch of durations, 1 at 160 words a minute; 100 steps of pitch are an octave; range is the
    deviation of the pitch in Hz, three times as large.
    """

    accents: Sequence[str] = ("en-us",)
    voices: Sequence[str] = ("ked_diphone", "kal_diphone", "cmu_us_slt_arctic_hts")

    def __init__(self, settings: EngineSettings) -> None:
        self._command = [*(settings.command or ["festival"]), "--pipe"]
        self.program = self._command[0]
        self.name = f"festival {settings.version}".strip()
        self.licence = settings.licence or "unstated"

    def __enter__(self) -> Self:
        self._start()
        return self

    def _start(self) -> None:
        try:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
        except OSError:
            remedy = "install it: apt-get install festival festvox-kdlpc16k festvox-kallpc16k festvox-us-slt-hts"
            raise DataError("speech program not found", self._command[0], remedy) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def say(self, voice: SynthVoice, text: str, seed: int = 0) -> Samples:
        """What is said, int16 at 16 kHz, without the silence around it.

        There are texts that it crashes on; then it is started again, and asked once more.

        Raises:
            SaidNothingError: it crashes on the text again, or writes no audio of 20 ms to 30 s.
            DataError: festival lacks the voice, or fails.
        """
        with tempfile.TemporaryDirectory(prefix="kws-say-") as folder:
            out = Path(folder) / "said.wav"
            try:
                told = self._ask(request(voice, text, out))
            except SaidNothingError:
                self._start_again()
                told = self._ask_again(request(voice, text, out))
            if not out.is_file():
                raise DataError("festival said nothing", text, told or f"is the voice {voice.variant} installed?")
            return spoken(out, self._command[0])

    def _start_again(self) -> None:
        self._process.communicate()
        self._start()

    def _ask_again(self, commands: str) -> str:
        try:
            return self._ask(commands)
        except SaidNothingError:
            self._start_again()
            raise

    def _ask(self, commands: str) -> str:
        """Send commands and wait for their end; gives what festival complained of, or nothing."""
        source, target = self._process.stdout, self._process.stdin
        if source is None or target is None:
            raise RuntimeError("the speaking process has no pipes")
        try:
            target.write(f'{commands}\n(format stderr "{SAID}\\n")\n')  # festival keeps what goes to stdout back
            target.flush()
        except OSError as error:
            raise SaidNothingError("festival has ended", " ".join(self._command), str(error)) from None
        complaints: list[str] = []
        for line in source:
            if SAID in line:
                return "; ".join(complaints)
            complaints.append(line.strip())
        raise SaidNothingError(
            "festival has ended", " ".join(self._command), "; ".join(complaints) or "it says nothing"
        )


def request(voice: SynthVoice, text: str, out: Path) -> str:
    """Scheme that says a text into a file."""
    plain = text.replace("\\", " ").replace('"', " ").replace("\n", " ")
    stretch, mean_hz = WORDS_A_MINUTE / voice.rate, MEAN_HZ * 2.0 ** ((voice.pitch - 50) / 100)
    model = "(model_f0_mean 170) (model_f0_std 34)"
    lines = [
        f"(voice_{''.join(c for c in voice.variant if c.isalnum() or c == '_')})",
        f"(set! int_lr_params '((target_f0_mean {mean_hz:.0f}) (target_f0_std {voice.range / 3:.0f}) {model}))",
        f"(Parameter.set 'Duration_Stretch {stretch:.3f})",
        f'(utt.save.wave (utt.synth (Utterance Text "{plain}")) "{out}")',
    ]
    return "\n".join(lines)
