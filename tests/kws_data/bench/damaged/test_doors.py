"""What counts as read, refused, lost or a traceback."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kws_data import audio, decoding
from kws_data.bench.damaged.audio_seeds import FRAMES, audio_seeds
from kws_data.bench.damaged.case import Case, Verdict
from kws_data.bench.damaged.doors import try_door
from kws_data.bench.damaged.make import make_case
from kws_data.bench.damaged.tflite_seeds import tflite_seeds
from kws_data.bench.damaged.yaml_seeds import yaml_seeds
from kws_data.errors import AudioError

WAV = next(seed for seed in audio_seeds() if seed.name == "WAV-PCM_16-1.wav")
OGG = next(seed for seed in audio_seeds() if seed.name == "OGG-VORBIS-1.ogg")
WHOLE = Case("audio", 1, WAV, WAV.data, ())


def door_gives(monkeypatch: pytest.MonkeyPatch, samples: int, seconds: float = 0.1) -> None:
    monkeypatch.setattr(audio, "read_audio", lambda path, rate=16_000: np.zeros(samples, np.int16))
    monkeypatch.setattr(decoding, "duration_s", lambda path: seconds)


def test_whole_files_are_read(tmp_path: Path) -> None:
    for case in (
        WHOLE,
        Case("yaml", 0, yaml_seeds()[0], yaml_seeds()[0].data, ()),
        Case("tflite", 0, tflite_seeds()[0], tflite_seeds()[0].data, ()),
    ):
        path = tmp_path / case.seed.name
        path.write_bytes(case.data)
        assert try_door(case, path) == Verdict("read")


@pytest.mark.parametrize("kind", ["audio", "yaml", "tflite"])
def test_what_is_nothing_is_refused(tmp_path: Path, kind: Any) -> None:
    case = replace(make_case(kind, 0, 0), data=b"\x01\x02", damage=("cut",))
    path = tmp_path / case.seed.name
    path.write_bytes(case.data)
    assert try_door(case, path).fate == "refused"


def test_fewer_samples_than_are_there_are_a_loss(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    door_gives(monkeypatch, FRAMES)
    assert try_door(WHOLE, tmp_path).fate == "read"
    door_gives(monkeypatch, FRAMES - 1)
    assert try_door(WHOLE, tmp_path) == Verdict("loss", "WAV: fewer samples than are there")


def test_a_cut_file_read_as_whole_is_a_loss(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cut = replace(WHOLE, data=WAV.data[:1_000], damage=("cut",))
    door_gives(monkeypatch, 478)
    assert try_door(cut, tmp_path) == Verdict("loss", "WAV: cut, and read as whole")
    ogg = Case("audio", 1, OGG, OGG.data[: len(OGG.data) // 2], ("cut",))
    assert try_door(ogg, tmp_path) == Verdict("loss", "OGG: cut, and read as whole")
    assert try_door(replace(ogg, damage=("flip", "cut")), tmp_path).fate == "read"  # its header may say anything


def test_a_length_that_is_no_number_is_a_loss(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    door_gives(monkeypatch, FRAMES, float("inf"))
    assert try_door(WHOLE, tmp_path) == Verdict("loss", "length of inf s")


def test_exceptions_are_told_apart_by_where_they_come_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuses(path: Path) -> float:
        raise AudioError("no")

    def breaks(path: Path, rate: int | None = None) -> None:
        raise IndexError("deep inside")

    monkeypatch.setattr(decoding, "duration_s", refuses)
    monkeypatch.setattr(audio, "read_audio", breaks)
    assert try_door(WHOLE, tmp_path) == Verdict("traceback", "IndexError in doors.py, _audio")


def test_a_key_that_stands_twice_and_is_read_is_a_loss(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from kws_data.config import load

    seed = yaml_seeds()[-1]
    monkeypatch.setattr(load, "load_config", lambda path, overrides: None)
    assert try_door(Case("yaml", 0, seed, seed.data, ("duplicate",)), tmp_path).fate == "loss"
    assert try_door(Case("yaml", 0, seed, seed.data, ("drop",)), tmp_path).fate == "read"
