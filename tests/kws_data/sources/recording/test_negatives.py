"""``kws record --continuous --negatives``: all that is heard, in whole stretches, for ``data.negatives``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder
from made_negatives import hiss

from firmware_tools.recorder.capture import Block
from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.negative_clips import kind_of, person_of, recording_of, start_of
from kws_data.cli import run
from kws_data.config.config import Config
from kws_data.dataset.plan import plan_dataset
from kws_data.release.takes import export_takes
from kws_data.sources.imports.configured import import_configured
from kws_data.sources.recording.negatives import NegativeFiler
from kws_data.sources.recording.sessions import Person, Place

ANN = ("--speaker", "ann", "--consent", "research")
RATE_HZ = 1_000
LENGTH = 4_000


def filer(catalog: Catalog, **options: str) -> NegativeFiler:
    person, place = Person("ann", consent="research"), Place("kitchen")
    return NegativeFiler(catalog, person, place, "board:emulated", RATE_HZ, **options)  # type: ignore[arg-type]


def blocks(sound: np.ndarray[tuple[int, ...], np.dtype[np.int16]], size: int = 700) -> list[Block]:
    return [Block(start, sound[start : start + size]) for start in range(0, len(sound), size)]


def test_whole_stretches_are_stored_at_once_and_the_rest_is_dropped(catalog: Catalog) -> None:
    sound, one = hiss("room", 0.75), filer(catalog)  # 12,000 samples and no more
    for block in blocks(sound[:10_500]):
        one.feed(block)
    clips = sorted(catalog.clips(), key=start_of)
    assert [start_of(clip) for clip in clips] == [0, LENGTH] and one.stretches == 2
    assert np.array_equal(np.concatenate([catalog.load(clip) for clip in clips]), sound[: 2 * LENGTH])
    assert {(kind_of(c), person_of(c), c.word, c.consent) for c in clips} == {
        ("noise", "", "_background_noise_", "research")
    }
    assert export_takes(catalog, catalog.folder / "takes") == 0, "no word was said"
    held = catalog.forgetting.holdings(list(catalog.forgetting.speakers_called("ann")))
    assert len(held.clips) == 2, "who recorded them can have them forgotten"


def test_lost_samples_begin_another_recording(catalog: Catalog) -> None:
    sound, one = hiss("room", 1.0), filer(catalog, kind="speech")
    for block in blocks(sound[:7_000]):
        one.feed(block)
    one.feed(Block(7_500, sound[7_500:], lost_before=500))
    clips = sorted(catalog.clips(), key=lambda clip: (int(recording_of(clip).rsplit("/")[-1]), start_of(clip)))
    assert [(recording_of(clip).rsplit("/")[-1], start_of(clip)) for clip in clips] == [
        ("0", 0),
        ("7500", 0),
        ("7500", LENGTH),
    ]
    assert np.array_equal(catalog.load(clips[2]), sound[11_500:15_500])
    assert one.progress.gaps == 1 and one.progress.lost_samples == 500
    assert {person_of(clip) for clip in clips} == {one.speaker}, "of speech it matters who speaks"


def test_a_room_is_recorded_and_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_flac(tmp_path / "room.flac", hiss("room", 14), 16_000)
    order = ["record", "--continuous", "13s", "--negatives", *ANN, "--play", "room.flac"]
    assert run([*order, "--recordings", "rec", "--json"]) == 0
    caught = capsys.readouterr()
    told = json.loads(caught.out)
    assert told["stretches"] == 3 and told["kept_seconds"] == 12 and told["negatives"] == "board:emulated"
    assert "data.negatives: [board:emulated]" in caught.err
    make_folder(tmp_path / "data")
    data = {"folder": "data", "source": "folder", "recordings": "rec", "negatives": ["board:emulated"]}
    settings = Config.model_validate({"name": "small", "keywords": ["go"], "data": data})
    with Catalog("rec") as catalog:
        list(import_configured(catalog, settings))
        stretches = plan_dataset(settings, catalog).negatives.stretches
    assert len(stretches) == 3 and len({stretch.split for stretch in stretches}) == 1
    assert run(["record", "--negatives", "--words", "go", *ANN]) == 2
    assert run(["record", "--negatives", "--continuous", "3s", *ANN]) == 2
    assert run(["record", "--continuous", "8s", "--kind", "music", *ANN]) == 2
    told = capsys.readouterr().err
    assert "too short for --negatives: 4 s at least" in told and "--kind is of --negatives" in told
