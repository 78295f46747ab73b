"""What synthetic people say besides: sentences without a keyword, stored as negatives, each person in one split."""

import json
from pathlib import Path

import pytest

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import running_speech_id
from kws_data.catalog.negative_clips import is_stretch, kind_of, recording_of, start_of
from kws_data.catalog.transcripts import keywords_said
from kws_data.cli import run
from kws_data.config.config import Config
from kws_data.sources.synth import running_speech
from kws_data.sources.synth.espeak import Espeak, SynthVoice
from kws_data.sources.synth.people import SOURCE, make_speakers, synth_people
from kws_data.sources.synth.running_speech import STRETCH, say_running_speech
from kws_data.sources.synth.spoken_file import SaidNothingError


def config(folder: Path, seconds: float, **synth: object) -> Config:
    said = {"speakers": 4, "takes": 1, "running_speech_s": seconds, **synth}
    data = {"recordings": str(folder / "rec"), "synth": said}
    return Config.model_validate({"name": "t", "keywords": ["alexa"], "data": data})


def noted(catalog: Catalog, settings: Config) -> list[Clip]:
    return catalog.clips(folder=running_speech_id(settings))


def test_everybody_says_so_many_seconds_in_stretches_and_more_seconds_add_to_them(tmp_path: Path) -> None:
    settings = config(tmp_path, 6)
    with Catalog(tmp_path / "rec") as catalog:
        count = say_running_speech(catalog, settings)
        clips = noted(catalog, settings)
        assert count.added == len(clips) and all(is_stretch(clip) and kind_of(clip) == "speech" for clip in clips)
        of = {recording_of(clip): clip for clip in clips}
        for person in {clip.speaker for clip in clips}:
            lengths = [one.attributes["sentence_samples"] / 16_000 for one in of.values() if one.speaker == person]
            assert sum(lengths) >= 6 and sum(lengths) - min(lengths) < 6 + max(lengths)
        for clip in clips:
            whole = clip.attributes["sentence_samples"]
            assert clip.samples == min(STRETCH, whole) and start_of(clip) + clip.samples <= whole
            assert clip.synthetic and not keywords_said(clip.attributes["transcript"], settings.keywords)
        assert say_running_speech(catalog, settings).added == 0
        longer = config(tmp_path, 12)
        added = say_running_speech(catalog, longer, workers=1).added
        assert {clip.id for clip in clips} < {clip.id for clip in noted(catalog, longer)}
        assert len(noted(catalog, longer)) == len(clips) + added and noted(catalog, settings) == clips
    with Catalog(tmp_path / "other") as other:
        say_running_speech(other, settings, workers=3)
        assert noted(other, settings) == clips, "the same for any number of engines"


def test_people_are_those_of_the_clips_and_these_stay_as_they_are(tmp_path: Path) -> None:
    with Catalog(tmp_path / "rec") as catalog:
        synth_people(catalog, config(tmp_path, 0))
        before = catalog.clips(source=SOURCE)
        assert say_running_speech(catalog, config(tmp_path, 0)).added == 0
        assert synth_people(catalog, config(tmp_path, 2)).added == 0
        say_running_speech(catalog, config(tmp_path, 2))
        assert {clip.speaker for clip in noted(catalog, config(tmp_path, 2))} == {clip.speaker for clip in before}
        assert synth_people(catalog, config(tmp_path, 2)).added == 0


def test_what_was_interrupted_is_said_again(tmp_path: Path) -> None:
    settings = config(tmp_path, 6)
    with Catalog(tmp_path / "rec") as catalog:
        say_running_speech(catalog, settings)
        clips = noted(catalog, settings)
        gone = next(clip for clip in clips if start_of(clip) > 0)
        catalog.note_clips(running_speech_id(settings), [])
        catalog.db.execute("DELETE FROM clips WHERE id = ?", (gone.id,))
        assert say_running_speech(catalog, settings).added == 1
        assert noted(catalog, settings) == clips


def test_sentences_that_cannot_be_said_are_skipped_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = config(tmp_path, 4)
    mute, hoarse = make_speakers(settings.data.synth, settings.seed)[:2]
    say, asked = Espeak.say, list[str]()

    def stumbles(self: Espeak, voice: SynthVoice, text: str, seed: int = 0) -> object:
        first = voice.name == hoarse.voice.name and voice.name not in asked
        asked.append(voice.name)
        if voice.name == mute.voice.name or first:
            raise SaidNothingError("voice crashed", text, "exit code -6")
        return say(self, voice, text, seed)

    monkeypatch.setattr(Espeak, "say", stumbles)
    unsaid: list[tuple[str, str]] = []
    with Catalog(tmp_path / "rec") as catalog:
        say_running_speech(catalog, settings, workers=1, unsaid=unsaid)
        numbers = {int(recording_of(clip).split("-")[1]) for clip in noted(catalog, settings)}
    assert numbers == {1, 2, 3}
    assert len(unsaid) == running_speech.GIVEN_UP + 1 and unsaid[0][0].endswith(f"by {mute.voice.name}")
    assert asked.count(mute.voice.name) == running_speech.GIVEN_UP


def test_the_command_line_says_it_and_counts_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.yaml"
    synth = "{speakers: 4, takes: 1, running_speech_s: 2}"
    path.write_text(f"keywords: [alexa]\ndata: {{recordings: {tmp_path / 'r'}, synth: {synth}}}\n")
    assert run(["synth", str(path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["added"] == 4 and said["running_speech"]["added"] >= 4
    assert run(["synth", str(path)]) == 0
    assert f"0 stretches of running speech added, {said['running_speech']['added']} known" in capsys.readouterr().out
    assert run(["synth", str(path), "--set", "data.synth.running_speech_s=-1"]) == 2
    assert "running_speech_s" in capsys.readouterr().err
