"""Edge Impulse's data acquisition format: a signed JSON or CBOR document with the samples in it.

::

    {"protected": {…}, "signature": "…",
     "payload": {"device_type": "…", "interval_ms": 0.0625, "sensors": [{"name": "audio", "units": "wav"}],
                 "values": [-10, 2, -9, …]}}

Audio is 16-bit values, one a sample, or one list a sample with a value for each sensor.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples, resample_int16
from kws_data.decoding import MAX_SECONDS
from kws_data.errors import AudioError, DataError
from kws_data.sources.imports.items import RATE_HZ
from kws_data.sources.imports.json_files import items, mapping, number, read_json, text
from kws_data.sources.imports.layouts.cbor import CborError, decode_cbor


def read_acquisition(path: Path) -> Samples:
    """Audio of a document, at the rate of the catalogue.

    Raises:
        AudioError: no such document, no audio in it, or values that are no samples.
        OSError: the file cannot be read.
    """
    payload = mapping(mapping(_document(path)).get("payload"))
    interval_ms = number(payload.get("interval_ms"))
    if interval_ms is None or not 1 / 1_000 <= interval_ms <= 1:
        raise AudioError("interval_ms is no rate of audio", str(path), f"{payload.get('interval_ms')!r:.40}")
    values = _values(path, payload, _audio_sensor(path, payload))
    if len(values) * interval_ms > MAX_SECONDS * 1_000:
        raise AudioError("audio file is longer than an hour", str(path), "cut it up")
    return resample_int16(path, values, round(1_000 / interval_ms), RATE_HZ)


def _document(path: Path) -> Any:
    try:
        return decode_cbor(path.read_bytes()) if path.suffix.lower() == ".cbor" else read_json(path)
    except CborError as error:
        raise AudioError("file is no CBOR or is damaged", str(path), f"{error}: export it again") from None
    except DataError as error:
        raise AudioError(error.what, str(path), error.remedy) from None


def _audio_sensor(path: Path, payload: dict[str, Any]) -> int:
    """Which of the sensors is the microphone."""
    sensors = [mapping(sensor) for sensor in items(payload.get("sensors"))]
    for place, sensor in enumerate(sensors):
        if text(sensor.get("units")).lower() == "wav" or "audio" in text(sensor.get("name")).lower():
            return place
    raise AudioError("recording has no microphone among its sensors", str(path), "leave it out")


def _values(path: Path, payload: dict[str, Any], sensor: int) -> NDArray[np.float64]:
    """Values of one sensor, float64 [n], in 16-bit units."""
    values = items(payload.get("values"))
    try:
        array = np.array(values, np.float64)
    except (ValueError, TypeError, OverflowError):
        array = np.zeros(0)
    if array.ndim == 2 and sensor < array.shape[1]:
        array = array[:, sensor]
    if array.ndim != 1 or not len(array) or not np.isfinite(array).all() or np.abs(array).max() > 32_768:
        raise AudioError("values are no 16-bit samples", str(path), "export it again")
    return array
