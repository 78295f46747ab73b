"""Ogg: a missing end is told, and streams one behind the other all come."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from kws_data.audio import read_audio
from kws_data.decoding import duration_s
from kws_data.errors import AudioError

RATE_HZ = 16_000


def ogg(subtype: str, seconds: float = 2.0, rate_hz: int = RATE_HZ) -> bytes:
    noise = np.random.default_rng(0).normal(0, 0.1, int(seconds * rate_hz))
    target = io.BytesIO()
    soundfile.write(target, noise, rate_hz, format="OGG", subtype=subtype)
    return target.getvalue()


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_a_file_without_its_last_page_is_truncated(subtype: str, tmp_path: Path) -> None:
    path, whole = tmp_path / "x.ogg", ogg(subtype)
    pages = [at for at in range(len(whole)) if whole.startswith(b"OggS", at)]
    for cut in (pages[-1], pages[-1] + 40, len(whole) - 1, len(whole) // 2):
        path.write_bytes(whole[:cut])
        for read in (read_audio, duration_s):
            with pytest.raises(AudioError, match=r"truncated.*copy it again"):
                read(path)


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_chained_streams_all_come(subtype: str, tmp_path: Path) -> None:
    path = tmp_path / "x.ogg"
    path.write_bytes(ogg(subtype) + ogg(subtype, 1.0))
    samples = read_audio(path)
    assert len(samples) == 3 * RATE_HZ and duration_s(path) == 3.0
    assert samples[-RATE_HZ:].std() > 1_000


def test_chained_streams_of_two_rates_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.ogg"
    path.write_bytes(ogg("VORBIS") + ogg("VORBIS", rate_hz=8_000))
    with pytest.raises(AudioError, match="16000, 8000 Hz"):
        read_audio(path)


def test_a_tag_behind_the_end_is_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "x.ogg"
    path.write_bytes(ogg("OPUS") + b"TAG" + bytes(125))
    assert len(read_audio(path)) == 2 * RATE_HZ


def test_speex_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.ogg"
    page = b"OggS\0\2" + bytes(8) + b"\1\0\0\0" + bytes(8) + b"\1\x50" + b"Speex   ".ljust(80, b"\0")
    path.write_bytes(page)
    with pytest.raises(AudioError, match=r"Speex.*ffmpeg"):
        read_audio(path)
