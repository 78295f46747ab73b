"""Neural voices as engines: the process in which they speak, with a small network that hums."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kws_data.catalog.catalog import Catalog
from kws_data.cli import run
from kws_data.config.config import Config
from kws_data.config.synth import EngineSettings
from kws_data.errors import ConfigError, DataError, MissingPackagesError
from kws_data.sources.synth.engines import make_engine
from kws_data.sources.synth.espeak import SynthVoice
from kws_data.sources.synth.groups import left_out
from kws_data.sources.synth.neural.engine import NeuralEngine
from kws_data.sources.synth.people import make_speakers, synth_people, utterances
from kws_data.system import onnx
from tests.parts.made_voices import description, piper_voice

pytest.importorskip("onnxruntime")

VOICE = SynthVoice("en-us", "hum", rate=120)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A voice of Piper that hums long enough to be a word."""
    slow = {"noise_scale": 0.5, "length_scale": 20, "noise_w": 0.8}
    return piper_voice(tmp_path, description(inference=slow))


def engine(model: Path, **settings: Any) -> NeuralEngine:
    made = make_engine(EngineSettings(kind="piper", model=str(model), **settings))
    assert isinstance(made, NeuralEngine)
    return made


def test_an_utterance_depends_on_its_request_only(model: Path) -> None:
    with engine(model) as one:
        first = one.say(VOICE, "seven", 7)
        one.say(SynthVoice("en-us", "hum", pitch=80, rate=200), "go", 1)
        assert np.array_equal(one.say(VOICE, "seven", 7), first) and first.dtype == np.int16
        assert not np.array_equal(one.say(VOICE, "seven", 8), first)
    with engine(model) as other:
        assert np.array_equal(other.say(VOICE, "seven", 7), first)


def test_name_and_licence_are_the_voices_own_beside_what_the_user_says(model: Path) -> None:
    plain, said = engine(model), engine(model, version="1.3", licence="CC-BY-4.0")
    assert said.name == f"{plain.name} 1.3" and plain.name.startswith("piper hum ")
    assert (plain.licence, said.licence) == ("unstated", "CC-BY-4.0")
    assert "hum" in plain.voices and list(plain.accents) == ["en-us"]


def test_what_it_cannot_say_is_one_line_and_the_next_word_is_not_disturbed(model: Path) -> None:
    with engine(model) as speaking:
        with pytest.raises(DataError, match=r"no such voice: 'nobody'\. saying 'go'; it has hum"):
            speaking.say(SynthVoice("en-us", "nobody"), "go")
        with pytest.raises(DataError, match="does not speak: 'de'"):
            speaking.say(SynthVoice("de", "hum"), "go")
        assert len(speaking.say(VOICE, "go")) >= 320


def test_a_file_that_is_no_network_is_told_as_an_error_of_the_settings(model: Path) -> None:
    model.write_bytes(b"no network")
    with engine(model) as speaking, pytest.raises(ConfigError, match=r"hum\.onnx"):
        speaking.say(VOICE, "go")


def test_a_process_that_ends_is_told_each_time(model: Path) -> None:
    with engine(model) as speaking:
        speaking.say(VOICE, "go")
        os.kill(speaking._process.pid, signal.SIGKILL)
        for _ in range(2):
            with pytest.raises(DataError, match=r"ended: 'killed by SIGKILL'\. saying 'go'; is there enough memory"):
                speaking.say(VOICE, "go")
    with engine(model, timeout_s=0.001) as slow, pytest.raises(DataError, match=r"too long.*raise .*timeout_s"):
        slow.say(VOICE, "go")


def test_a_program_of_the_users_is_another_kind(model: Path) -> None:
    with pytest.raises(ConfigError, match="needs no program; for one of your own set kind: command"):
        engine(model, command=["piper"])


def config(model: Path, **synth: object) -> Config:
    settings = {"speakers": 4, "takes": 1, "engine": {"kind": "piper", "model": str(model)}, **synth}
    return Config.model_validate({"name": "t", "keywords": ["go"], "data": {"synth": settings}})


def test_any_number_of_workers_makes_the_same_clips(model: Path, tmp_path: Path) -> None:
    seen = []
    for workers in (1, 3):
        with Catalog(tmp_path / str(workers)) as catalog:
            assert synth_people(catalog, config(model, takes=2), workers=workers).added == 8
            clips = catalog.clips(source="synth")
            seen.append([(clip.id, clip.audio_sha256, dict(clip.attributes)) for clip in clips])
    assert seen[0] == seen[1]
    name = engine(model).name
    assert {attributes["engine"] for _, _, attributes in seen[0]} == {name}
    assert {attributes["variant"] for _, _, attributes in seen[0]} == {f"{name} hum"}, "one person in several splits"
    assert {attributes.get("manner") for _, _, attributes in seen[0]} == {None, "hum+even", "hum+lively"}


def test_another_file_under_the_same_name_makes_other_clips(model: Path) -> None:
    before = {utterance.origin for utterance in utterances(config(model))}
    assert before == {utterance.origin for utterance in utterances(config(model))}
    model.write_bytes(model.read_bytes() + b"\x32\x00")  # an empty field of the graph's metadata
    assert not before & {utterance.origin for utterance in utterances(config(model))}


def test_missing_packages_are_told_before_anything_is_spoken(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(onnx, "_is_there", lambda module: False)
    for kind in ("hibari", "piper"):
        with pytest.raises(
            MissingPackagesError, match=r"not installed: '.*onnxruntime.*'. pip install 'kws\[voices\]'"
        ):
            make_engine(EngineSettings(kind=kind))
    path = tmp_path / "t.yaml"
    path.write_text(f"keywords: [go]\ndata: {{recordings: {tmp_path / 'r'}, synth: {{engine: {{kind: hibari}}}}}}\n")
    for options in ([], ["--plan"]):
        assert run(["synth", str(path), *options]) == 2
        assert capsys.readouterr().err.strip().splitlines()[-1].endswith("pip install 'kws[voices]'")
    assert not list((tmp_path / "r").rglob("*.flac"))


def test_the_plan_shows_its_voices_and_a_word_that_they_would_spell_out(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(model.parent))
    path = tmp_path / "t.yaml"
    engine_text = f"{{kind: piper, model: ~/{model.name}}}"
    path.write_text(f"keywords: [go, да]\ndata: {{recordings: r, synth: {{speakers: 4, engine: {engine_text}}}}}\n")
    assert run(["synth", str(path), "--plan", "--json"]) == 0
    said = capsys.readouterr()
    plan = json.loads(said.out)
    assert plan["engine"] == engine(model).name and plan["clips"]["total"] == 4 * 2 * 2
    assert (plan["accents"], plan["voices"]) == (["en-us"], ["hum", "hum+even", "hum+lively"])
    assert "да is written in Cyrillic letters" in said.err and "take a voice of its language" in said.err


def test_optional_people_are_left_out_where_packages_are_missing_and_the_others_keep_their_numbers(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = [
        {"speakers": 2, "engine": {"kind": "piper", "model": str(model)}, "optional": True},
        {"speakers": 3, "engine": {"kind": "espeak"}, "voices": ["f1"]},
    ]
    settings = config(model, engine={"kind": "espeak"}, more=more)
    everyone = make_speakers(settings.data.synth, 0)
    assert len(everyone) == 9
    monkeypatch.setattr(onnx, "_is_there", lambda module: False)
    here = make_speakers(settings.data.synth, 0)
    assert here == [speaker for speaker in everyone if speaker.engine.kind == "espeak"]
    assert [speaker.number for speaker in here] == [0, 1, 2, 3, 6, 7, 8]
    (line,) = left_out(settings.data.synth)
    assert line.startswith("without 2 people of piper: ") and line.endswith("pip install 'kws[voices]'")
    must = config(model, engine={"kind": "espeak"}, more=[{**more[0], "optional": False}])
    with pytest.raises(MissingPackagesError):
        make_speakers(must.data.synth, 0)
