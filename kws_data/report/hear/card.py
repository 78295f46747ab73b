"""One thing to listen to: heading, pictures above each other on one time axis, player, and what is known of it."""

from __future__ import annotations

import base64
import io
import wave
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kws_data.audio import Samples, mp3_bytes
from kws_data.errors import AudioError
from kws_data.pages.html import text
from kws_data.report.hear.lines import ScoreLine, scores, waveform
from kws_data.report.hear.spectrogram import log_mel

QUALITY = 0.3  # of MP3: about 30 kbit/s at 16 kHz
LEFT_OUT = "The sound is left out of this page."


@dataclass(frozen=True)
class Sound:
    """What is heard and seen.

    Attributes:
        samples: int16 ``[n]``.
        rate_hz: theirs.
        seconds: of the time axis; the sound may be shorter.
        lines: scores over time, from the sound's start.
        threshold: drawn in them.
        marks: seconds at which something happens (a detection, the end of the clip).
    """

    samples: Samples
    rate_hz: int
    seconds: float
    lines: Sequence[ScoreLine]
    threshold: float
    marks: Sequence[float] = ()


def pictures(sound: Sound) -> str:
    """Waveform, spectrogram and scores over time."""
    length_s = len(sound.samples) / sound.rate_hz
    seen = log_mel(sound.samples, sound.rate_hz, 0.01 if length_s < 2 else 0.02)
    share = 100 * length_s / sound.seconds
    width = "" if share > 99.5 else f' style="width:{share:.1f}%"'
    image = f'<img class="mel"{width} alt="{text(seen.words())}" loading="lazy" decoding="async" src="{seen.uri()}">'
    return (
        f'<div class="over" data-seconds="{sound.seconds:.3f}">'
        f"{waveform(sound.samples, sound.rate_hz, sound.seconds)}{image}"
        f'{scores(sound.lines, sound.threshold, sound.seconds, sound.marks)}<i class="head"></i></div>'
        f"{_legend(sound)}"
    )


def _legend(sound: Sound) -> str:
    named = [f'<span class="key {line.role}">{text(line.label)}</span>' for line in sound.lines if line.role != "other"]
    if any(line.role == "other" for line in sound.lines):
        named.append('<span class="key">others</span>')
    shown = f"{sound.threshold:.3f}" if sound.threshold <= 1 else "never reached"
    named.append(f'<span class="key threshold">threshold {shown}</span>')
    return f'<p class="keys">{" ".join(named)} <span>{sound.seconds:.1f} s</span></p>'


def player(sound: Sound, name: str, audio: bool) -> str:
    """The sound with its controls, which is read only when it is played; or that it is left out."""
    if not audio:
        return f'<p class="silent">{LEFT_OUT}</p>'
    uri = sound_uri(sound.samples, sound.rate_hz)
    return f'<audio controls preload="none" aria-label="{text(name)}" src="{uri}"></audio>'


def sound_uri(samples: Samples, rate_hz: int) -> str:
    """The sound as a data: URI: MP3, or WAV where that cannot be made (no encoder here, a rate it does not have)."""
    try:
        return "data:audio/mpeg;base64," + base64.b64encode(mp3_bytes(samples, rate_hz, QUALITY)).decode()
    except AudioError:
        return "data:audio/wav;base64," + base64.b64encode(_wav(samples, rate_hz)).decode()


def _wav(samples: Samples, rate_hz: int) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(np.asarray(samples).astype("<i2").tobytes())
    return buffer.getvalue()


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Names and values, as a list of terms."""
    return '<dl class="facts">' + "".join(f"<dt>{text(k)}</dt><dd>{text(v)}</dd>" for k, v in rows if v) + "</dl>"


def filters(group: str, choices: Sequence[tuple[str, int]], name: str) -> str:
    """Buttons that show one of the values of ``group`` (``kind`` or ``word``), or all; with how many there are."""
    buttons = [f'<button type="button" aria-pressed="true" data-of="{group}" data-is="">all</button>']
    buttons += [
        f'<button type="button" aria-pressed="false" data-of="{group}" data-is="{text(value)}">'
        f"{text(value)} {count}</button>"
        for value, count in choices
    ]
    return f'<div class="pick" role="group" aria-label="{text(name)}"><span>{text(name)}</span>{"".join(buttons)}</div>'


def voices(audio: bool, terms: Iterable[tuple[str, str, bool]]) -> str:
    """A line that the page holds people's voices, on which terms; none where it holds no sound.

    Args:
        audio: whether the sounds are in the page.
        terms: licence, consent, and whether the voice is synthetic, of each sound.
    """
    there = sorted(set(terms))
    if not audio or not there:
        return ""
    people = [(licence, consent) for licence, consent, synthetic in there if not synthetic]
    if not people:
        return '<p class="voices">The voices are synthetic: nobody was recorded.</p>'
    said = [
        text(f"{licence or 'no licence stated'}, consent {consent or 'not stated'}")
        for licence, consent in dict.fromkeys(people)
    ]
    return (
        '<p class="voices"><strong>This page holds people’s voices</strong> '
        f"({'; '.join(said)}): hand it on only as far as that allows. "
        "<code>kws report --no-audio</code> leaves them out.</p>"
    )
