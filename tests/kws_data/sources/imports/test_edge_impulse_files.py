"""Documents in Edge Impulse's data acquisition format: rates, sensors and values however they are written."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_layouts import acquisition, to_cbor

from kws_data.errors import AudioError
from kws_data.sources.imports.layouts.edge_impulse_files import acquired, read_acquisition

VALUES = [100, -200, 300, 32_767, -32_768] * 4
MICROPHONE = {"name": "audio", "units": "wav"}


def written(folder: Path, **changes: object) -> Path:
    document: dict[str, Any] = acquisition(VALUES)
    document["payload"] = {key: value for key, value in (document["payload"] | changes).items() if value is not None}
    (folder / "a.json").write_text(json.dumps(document))
    return folder / "a.json"


@pytest.mark.parametrize(
    "changes",
    [
        {"interval_ms": None, "frequency": 16_000}, {"interval_ms": None, "frequency": "16000"},
        {"interval_ms": "0.0625"},
        {"interval_ms": 0.063}, {"interval_ms": 0.062}, {"interval_ms": 0.0625, "frequency": 16_000.4},
        {"values": [[value] for value in VALUES]}, {"values": [str(value) for value in VALUES]},
        {"values": [value / 32_768 for value in VALUES]},
        {"values": [[0.1, v] for v in VALUES], "sensors": [{"name": "accX", "units": "m/s2"}, MICROPHONE]},
        {"values": [[7, v] for v in VALUES], "sensors": [{"name": "mic gain", "units": "dB"}, MICROPHONE]},
        {"values": [[7, v] for v in VALUES], "sensors": [{"name": "x", "units": "wav"}, MICROPHONE]},
        {"sensors": [{"name": "microphone", "units": "N/A"}]}, {"sensors": [{"name": "mic0"}]},
        {"sensors": [{"name": "Sound", "units": ""}]}, {"sensors": [{"name": "audio L"}, {"name": "audio R"}],
         "values": [[value, 0] for value in VALUES]},
    ],
)  # fmt: skip
def test_the_same_sound_in_other_words(changes: dict[str, object], tmp_path: Path) -> None:
    assert read_acquisition(written(tmp_path, **changes)).tolist() == VALUES


@pytest.mark.parametrize(
    ("interval_ms", "rate_hz"),
    [
        (0.022675736961451247, 44_100), (0.0227, 44_100), (0.021, 48_000), (0.0208, 48_000), (0.125, 8_000),
        (0.09, 11_025), (0.0907, 11_025), (0.1, 10_000), (0.06, 16_667), (0.05, 20_000),
    ],
)  # fmt: skip
def test_a_rounded_interval_is_that_of_a_usual_rate(interval_ms: float, rate_hz: int, tmp_path: Path) -> None:
    assert acquired(written(tmp_path, interval_ms=interval_ms))[1] == rate_hz


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"values": base64.b64encode(np.array(VALUES, "<i2").tobytes()).decode()}, "text or a reference"),
        ({"values": "Ref-BINARY-i16 (32000 bytes) a6a3"}, "text or a reference"),
        ({"interval_ms": None}, "no rate"), ({"interval_ms": -1}, "no rate"), ({"interval_ms": 16}, "no rate"),
        ({"interval_ms": 0.0625, "frequency": 8_000}, "two rates"), ({"values": None}, "no 16-bit samples"),
        ({"sensors": [{"name": "accX"}, {"name": "dynamics"}]}, "they are accX, dynamics"),
        ({"sensors": [{"name": "accX"}, MICROPHONE]}, "do not fit"), ({"values": [[1, 2, 3]]}, "do not fit"),
        ({"sensors": None}, "they are none"), ({"values": [0.5, 70_000.0]}, "no 16-bit samples"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(changes: dict[str, object], part: str, tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=part) as caught:
        read_acquisition(written(tmp_path, **changes))
    assert "\n" not in str(caught.value) and str(caught.value).rstrip().endswith(
        ("export it again as .wav", "it out", "one")
    )


def test_quiet_whole_numbers_are_16_bit_and_no_full_scale(tmp_path: Path) -> None:
    assert read_acquisition(written(tmp_path, values=[1, -1, 0, 1])).tolist() == [1, -1, 0, 1]


def test_values_a_little_over_full_scale_are_cut_there(tmp_path: Path) -> None:
    assert read_acquisition(written(tmp_path, values=[0.5, -1.2, 1.2])).tolist() == [16_384, -32_768, 32_767]


def test_bytes_in_cbor_are_no_list(tmp_path: Path) -> None:
    document: dict[str, Any] = acquisition(VALUES)
    document["payload"]["values"] = "x" * 8
    data = to_cbor(document).replace(b"\x68" + b"x" * 8, b"\x48" + b"x" * 8)
    (tmp_path / "a.cbor").write_bytes(data)
    with pytest.raises(AudioError, match="text or a reference"):
        read_acquisition(tmp_path / "a.cbor")
