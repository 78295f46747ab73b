"""A wake word from nothing but the word: synthetic people's running speech as negatives, everybody in one split."""

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from made_negatives import make_negatives

from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.build import BuildOptions, build_dataset
from kws_data.dataset.negative_noise import background
from kws_data.dataset.negative_splits import Recording, check_voices
from kws_data.dataset.negative_streams import negative_recordings
from kws_data.dataset.negatives import negative_clips, negatives_of, recordings_in
from kws_data.dataset.plan import plan_dataset
from kws_data.dataset.spoken_clips import split_words
from kws_data.errors import DataError, LeakError
from kws_data.features.load import load_features
from kws_data.run_context import RunContext
from kws_data.sources.synth import noise_negatives, rich_noise
from kws_data.sources.synth.noises.kinds import KINDS
from kws_data.steps import collect

SPLITS = ("train", "validation", "test")


def config(root: Path, seconds: float = 3, **changes: object) -> Config:
    said = {"speakers": 12, "takes": 1, "other_words": ["maybe"], "running_speech_s": seconds}
    data = {"recordings": str(root / "rec"), "synth": said, **changes}
    values = {"name": "t", "keywords": ["alexa"], "data": data, "augment": {"copies": 1, "negative_copies": 1}}
    return Config.model_validate(values)


def test_everybody_is_in_the_split_of_the_own_clips(tmp_path: Path) -> None:
    settings = config(tmp_path)
    collect(RunContext(settings, 2, lambda *_: None, list[str]().append))
    with Catalog(tmp_path / "rec") as catalog:
        plan = plan_dataset(settings, catalog)
        info = build_dataset(settings, catalog, tmp_path / "out", BuildOptions(1)).info
    spoken = [planned for planned in plan.clips if planned.label != "_silence_"]
    of = {planned.clip.speaker: planned.split for planned in spoken}
    voices = {str(planned.clip.attributes["variant"]): planned.split for planned in spoken}
    assert {stretch.clip.speaker for stretch in plan.negatives.stretches} == set(of)
    for stretch in plan.negatives.stretches:
        assert of[stretch.clip.speaker] == voices[stretch.clip.attributes["variant"]] == stretch.split
    said = info["negatives"]
    assert info["leaks"] == 0 and all(said["hours"]["speech"].values())
    assert said["synthetic_hours"] == said["hours"] and not any(said["people"]["speech"].values()), "they are no people"
    assert load_features(tmp_path / "out", "negatives").y.all()
    heard = [one for split in SPLITS for one in negative_recordings(tmp_path / "out", tmp_path / "rec", split)]
    seconds: dict[str, float] = defaultdict(float)
    for one in heard:
        seconds[one.speaker] += len(one.samples) / 16_000
    assert set(seconds) == set(of) and min(seconds.values()) >= 3
    assert sum(sum(by.values()) for by in info["negatives"]["hours"].values()) == pytest.approx(
        sum(seconds.values()) / 3_600, abs=2e-4
    )


def test_recordings_are_dealt_as_without_synthetic_people(tmp_path: Path) -> None:
    make_negatives(tmp_path / "hours")
    plans = []
    for seconds in (0.0, 3.0):
        settings = config(tmp_path, seconds, negatives=[str(tmp_path / "hours")])
        collect(RunContext(settings, 2, lambda *_: None, list[str]().append))
        with Catalog(tmp_path / "rec") as catalog:
            plans.append(plan_dataset(settings, catalog).negatives.stretches)
    without, both = plans
    assert both[: len(without)] == without and all(one.clip.synthetic for one in both[len(without) :])
    assert len(both) > len(without)


def test_a_voice_in_two_splits_is_a_leak_and_people_without_clips_are_left_out(tmp_path: Path) -> None:
    settings = config(tmp_path)
    collect(RunContext(settings, 2, lambda *_: None, list[str]().append))
    with Catalog(tmp_path / "rec") as catalog:
        words = [clip for clip in catalog.clips() if clip.word in ("alexa", "maybe")]
        found = split_words(settings, catalog, words)
        one = found.kept[0]
        fewer = replace(found, kept=tuple(clip for clip in found.kept if clip.speaker != one.speaker))
        left = negatives_of(settings, catalog, fewer)
        gone = replace(found, splits={**found.splits, one.id: "other"}, kept=(one,))
        with pytest.raises(LeakError, match="voice"):
            pieces = [(recording, "train") for recording in _recordings(settings, catalog, one.speaker)]
            check_voices(pieces, gone.kept, gone.splits)
    assert set(left.left_out.values()) == {"of a synthetic voice of which no clip is used"}
    assert one.speaker not in {stretch.clip.speaker for stretch in left.stretches} and left.stretches


def _recordings(settings: Config, catalog: Catalog, speaker: str) -> list[Recording]:
    return [one for one in recordings_in(negative_clips(settings, catalog)) if one.person == speaker]


def test_made_sounds_are_negatives_whose_splits_have_kinds_but_no_sound_in_common(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = dict(list(KINDS.items())[:2] + list(KINDS.items())[-1:])
    for module in (rich_noise, noise_negatives):
        monkeypatch.setattr(module, "KINDS", some)
    settings = config(tmp_path, generated_noise="rich")
    collect(RunContext(settings, 2, lambda *_: None, list[str]().append))
    with Catalog(tmp_path / "rec") as catalog:
        plan = plan_dataset(settings, catalog)
    made = [stretch for stretch in plan.negatives.stretches if stretch.clip.attributes["kind"] != "speech"]
    assert {stretch.clip.attributes["kind"] for stretch in made} == {"noise", "music"}
    kinds = {split: {s.clip.attributes["noise_kind"] for s in made if s.split == split} for split in SPLITS}
    assert set(map(frozenset, kinds.values())) == {frozenset(some)}
    assert {split: sum(s.split == split for s in made) for split in SPLITS} == {
        "train": 45,
        "validation": 15,
        "test": 15,
    }
    assert len({stretch.clip.audio_sha256 for stretch in made}) == len(made)
    noises = {noise.audio_sha256 for noise in plan.noises}
    heard = [part for part in background(settings, (), plan.negatives) if part[0] not in noises]
    assert not heard, "they are mixed under clips from their minutes already"
    plain = config(tmp_path, 0, generated_noise="rich")
    with Catalog(tmp_path / "rec") as catalog:
        assert not negative_clips(plain, catalog)


def test_what_would_have_no_effect_or_was_not_said_is_one_line(tmp_path: Path) -> None:
    assert not config(tmp_path, source="folder", folder=str(tmp_path)).data.wants_negatives  # nobody is synthetic there
    told = pytest.raises(DataError, match="no running speech of this configuration was said")
    with Catalog(tmp_path / "rec") as catalog, told:
        negative_clips(config(tmp_path), catalog)


def test_configurations_without_it_keep_their_keys(tmp_path: Path) -> None:
    assert "running_speech_s" not in json.dumps(config(tmp_path, 0).model_dump(mode="json"))
