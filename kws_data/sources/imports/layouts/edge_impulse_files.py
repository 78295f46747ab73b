"""Edge Impulse's data acquisition format: a signed JSON or CBOR document with the samples in it.

::

    {"protected": {…}, "signature": "…",
     "payload": {"device_type": "…", "interval_ms": 0.0625, "sensors": [{"name": "audio", "units": "wav"}],
                 "values": [-10, 2, -9, …]}}

Audio is 16-bit values or values between -1 and 1, one a sample, or one list a sample with a value for each sensor. The
rate may stand as ``frequency`` (Hz), and the interval may be rounded.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples, resample_int16
from kws_data.decoding import MAX_SECONDS
from kws_data.errors import AudioError, DataError
from kws_data.sources.imports.items import RATE_HZ
from kws_data.sources.imports.json_files import items, mapping, number, read_json, shown, text
from kws_data.sources.imports.layouts.cbor import CborError, decode_cbor

RATES_HZ = (1_000, 768_000)
#: Rates that recorders have; a rounded interval stands for one of these.
USUAL_RATES_HZ = (8_000, 11_025, 12_000, 16_000, 20_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000)
_ROUNDED = 0.01
_FULL_SCALE = 2.0  # values with fractions up to here have 1 for full scale, though some may lie above it
_MICROPHONE = re.compile(r"audio|sound|(?<![a-z])mic(?![a-z])|microphone|(?<![a-z])pcm", re.IGNORECASE)


def read_acquisition(path: Path) -> Samples:
    """Audio of a document, at the rate of the catalogue.

    Raises:
        AudioError: no such document, no audio in it, or values that are no samples.
        OSError: the file cannot be read.
    """
    values, rate_hz = acquired(path)
    return resample_int16(path, values, rate_hz, RATE_HZ)


def read_acquired(path: Path, start_s: float, end_s: float) -> Samples:
    """The stretch of a document's audio between two times, at the rate of the catalogue; raises as the above."""
    return read_acquisition(path)[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)].copy()


def acquired(path: Path) -> tuple[NDArray[np.float64], int]:
    """Audio of a document, float64 ``[n]`` in 16-bit units, and its rate in Hz; raises as the above."""
    payload = mapping(mapping(_document(path)).get("payload"))
    rate_hz = _rate_hz(path, payload)
    values = _values(path, payload, *_audio_sensor(path, payload))
    if len(values) > MAX_SECONDS * rate_hz:
        raise AudioError("audio file is longer than an hour", str(path), "cut it up")
    return values, rate_hz


def _document(path: Path) -> Any:
    try:
        return decode_cbor(path.read_bytes()) if path.suffix.lower() == ".cbor" else read_json(path)
    except CborError as error:
        raise AudioError("file is no CBOR or is damaged", str(path), f"{error}: export it again") from None
    except DataError as error:
        raise AudioError(error.what, str(path), error.remedy) from None


def _rate_hz(path: Path, payload: dict[str, Any]) -> int:
    """The rate, from ``interval_ms`` or ``frequency``."""
    interval_ms, frequency_hz = _positive(payload.get("interval_ms")), _positive(payload.get("frequency"))
    stated = f"interval_ms {shown(payload.get('interval_ms'))}, frequency {shown(payload.get('frequency'))}"
    rate_hz = frequency_hz if interval_ms is None else _unrounded(interval_ms)
    if rate_hz is None or not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        raise AudioError("recording states no rate of audio", str(path), f"{stated}: leave it out")
    if frequency_hz is not None and abs(frequency_hz - rate_hz) > _ROUNDED * rate_hz:
        raise AudioError("recording states two rates", str(path), f"{stated}: correct one")
    return round(rate_hz)


def _positive(value: object) -> float | None:
    """A number above 0, which may be written as text; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,20})?", value.strip()):
        value = float(value)
    found = number(value)
    return found if found is not None and found > 0 else None


def _unrounded(interval_ms: float) -> float:
    """The rate of an interval: a usual one where the interval can be its rounded form (0.063 of 16 kHz)."""
    decimals = len(f"{interval_ms!r}".partition(".")[2])
    for rate_hz in USUAL_RATES_HZ:
        off_ms = abs(1_000 / rate_hz - interval_ms)
        if off_ms <= 0.501 * 10.0**-decimals and off_ms <= _ROUNDED * interval_ms:
            return rate_hz
    return 1_000 / interval_ms


def _audio_sensor(path: Path, payload: dict[str, Any]) -> tuple[int, int]:
    """Which of the sensors is the microphone, and how many there are."""
    sensors = [mapping(sensor) for sensor in items(payload.get("sensors"))]
    by_units = [place for place, sensor in enumerate(sensors) if text(sensor.get("units")).lower() == "wav"]
    by_name = [place for place, sensor in enumerate(sensors) if _MICROPHONE.search(text(sensor.get("name")))]
    if found := [place for place in by_units if place in by_name] or by_units or by_name:
        return found[0], len(sensors)
    names = ", ".join(shown(text(sensor.get("name"))) for sensor in sensors[:5]) or "none"
    raise AudioError("recording has no microphone among its sensors", str(path), f"they are {names}: leave it out")


def _values(path: Path, payload: dict[str, Any], sensor: int, sensors: int) -> NDArray[np.float64]:
    """Values of one sensor, float64 ``[n]``, in 16-bit units."""
    values = payload.get("values")
    if isinstance(values, str | bytes):
        raise AudioError("values are no list but text or a reference", str(path), "export it again as .wav")
    try:
        array = np.array(items(values), np.float64)
    except (ValueError, TypeError, OverflowError):
        array = np.zeros(0)
    columns = array.shape[1] if array.ndim == 2 else 1
    if array.ndim > 2 or (array.size and columns != sensors):
        what = f"{sensors} sensors, but not {sensors} values a sample: export it again as .wav"
        raise AudioError("values do not fit the sensors", str(path), what)
    array = array[:, sensor] if array.ndim == 2 else array
    if not len(array) or not np.isfinite(array).all() or np.abs(array).max() > 32_768:
        raise AudioError("values are no 16-bit samples", str(path), "export it again as .wav")
    between = np.abs(array).max() <= _FULL_SCALE and (array != np.rint(array)).any()
    return array * 32_768 if between else array
