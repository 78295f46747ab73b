"""Attributes of clips: what the manifest says in the catalogue's names, and bands of what was measured."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from kws_data.dataset.manifest import ManifestRow
from kws_data.slices.attributes import bands, columns_of, quartiles
from kws_data.slices.measured import Measured

NAN = float("nan")


def row(word: str, samples: int = 16_000, origin: str = "", device: str = "", **attributes: Any) -> ManifestRow:
    return ManifestRow(
        clip_id=f"{word}{origin}",
        audio_sha256="",
        samples=samples,
        label=word,
        word=word,
        speaker="s",
        synthetic=False,
        split="test",
        source="speech_commands",
        device=device,
        licence="",
        consent="",
        origin=origin,
        session="",
        attributes=json.dumps(attributes),
    )


def heard(count: int, **figures: list[float]) -> Measured:
    names = ("snr_db", "rms_db", "onset_s", "duration_s", "pitch_hz")
    return Measured(*(np.array(figures.get(name, [NAN] * count), np.float64) for name in names))


def test_bands_have_fixed_edges_that_belong_above() -> None:
    found = bands(np.array([-3.0, 0.0, 9.99, 10.0, 45.0, NAN]), (0, 10, 20), "dB")
    assert found == ["below 0 dB", "0 to 10 dB", "0 to 10 dB", "10 to 20 dB", "20 dB and more", None]


def test_quartiles_part_into_quarters_and_equal_values_not_at_all() -> None:
    found = quartiles(np.array([*np.arange(1.0, 9.0), NAN]), "s")
    assert [found.count(name) for name in sorted(set(found) - {None}, key=str)] == [2, 2, 2, 2] and found[-1] is None
    assert quartiles(np.array([1.0, 1.0, NAN]), "s") == [None, None, None]
    assert quartiles(np.array([NAN, NAN]), "s") == [None, None] and quartiles(np.zeros(0), "s") == []
    assert set(quartiles(np.array([0.9, 1.0, 1.0, 1.0, 1.0]), "s")) == {"below 1 s", "1 s and more"}


def test_what_is_said_has_the_names_of_the_catalogue() -> None:
    rows = [row("up", accent="en-us", age_band="20-29", sex="f", engine="flite"), row("go", device="pico", accent="")]
    columns = columns_of(rows, heard(2), 16_000)
    assert columns["accent"] == ["en-us", None] and columns["age"] == ["20-29", None]
    assert columns["gender"] == ["f", None] and columns["engine"] == ["flite", None]
    assert columns["device"] == ["no board", "pico"] and columns["voice"] == ["person", "person"]
    assert "age_band" not in columns and "sex" not in columns


def test_what_was_measured_counts_and_what_was_said_stands_in_for_it() -> None:
    rows = [row("up", snr_db=3.0), row("up", snr_db=25.0), row("up"), row("_silence_", snr_db=25.0)]
    found = columns_of(rows, heard(4, snr_db=[12.0, NAN, NAN, 12.0], rms_db=[-15.0, -35.0, -60.0, -25.0]), 16_000)
    assert found["snr"] == ["10 to 20 dB", "20 to 30 dB", None, None]
    assert found["level"] == ["-20 to -10 dB", "-40 to -30 dB", "below -50 dB", "-30 to -20 dB"]
    assert found["word"] == ["up", "up", "up", None]


def test_the_rate_is_beside_how_long_the_word_usually_takes() -> None:
    durations = [0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 0.5]
    rows = [row("up")] * 4 + [row("forward")] * 4 + [row("rare")]
    found = columns_of(rows, heard(9, duration_s=durations), 16_000)["rate"]
    assert found[0] == found[4] == "fast" and found[3] == found[7] == "slow" and found[8] is None


def test_the_kind_of_noise_is_that_of_its_source_or_of_its_name() -> None:
    rows = [
        row("_silence_", origin="generated/hum/1/16000@144756+16000+0dB"),
        row("_silence_", origin="_background_noise_/dude_miaowing.flac@12+16000+0dB"),
        row("_silence_", origin="clock/0017.wav@12+16000+0dB"),
        row("_silence_", origin="noise/home_kitchen_0.flac@12+16000+0dB"),
        row("_silence_", origin="x.wav@1", noise="rain"),
        row("up", origin="up/someone_nohash_0.wav"),
    ]
    found = columns_of(rows, heard(6), 16_000)["noise"]
    assert found == ["hum", "dude_miaowing", "clock", "home_kitchen", "rain", None]


@pytest.mark.parametrize("odd", [None, "loud", [], True])
def test_odd_attributes_are_no_levels(odd: Any) -> None:
    found = columns_of([row("up", snr_db=odd), row("go", snr_db=5)], heard(2), 16_000)
    assert found["snr"][1] == "0 to 10 dB" and found["snr"][0] in (None, "0 to 10 dB")
    assert not (odd == "loud" and found["snr"][0])


def test_names_and_notes_are_no_attributes() -> None:
    rows = [row("up", note=f"take {n}", engine="a" if n % 2 else "b", split="test") for n in range(60)]
    found = columns_of(rows, heard(60), 16_000)
    assert "engine" in found and "note" not in found and "split" not in found
