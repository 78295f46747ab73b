"""Recordings without labels: what becomes of any folder of audio, and that no name of a folder becomes a word."""

from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder, tone

from kws_data.audio import write_flac, write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import unlabelled_folder_id
from kws_data.cli import run
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.labels import UNLABELLED, label_of
from kws_data.sources.imports.configured import import_configured
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.unlabelled import import_unlabelled, windows_of

RATE_HZ = 16_000


def bursts(*starts_s: float, seconds: float, length_s: float = 0.4) -> np.ndarray:
    """Loud noise from each of these times on, quiet noise around it."""
    rng, time = np.random.default_rng(3), np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    loud = np.any([(time >= start) & (time < start + length_s) for start in starts_s], axis=0)
    return np.where(loud, rng.integers(-9_000, 9_000, len(time)), rng.integers(-9, 9, len(time))).astype(np.int16)


def test_names_of_folders_are_no_words_and_ids_are_those_of_the_labelled_folder(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data", speakers=3)
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "speech-commands", folder)
        labelled = {clip.speaker for clip in catalog.clips() if not clip.word.startswith("_")}
        report = import_unlabelled(catalog, folder, "speech_commands", 1_000)
        clips = catalog.clips(folder=unlabelled_folder_id(folder))
        assert report.counts.added == 12 and "nobody speaks" in report.warnings()[0]
        assert {clip.word for clip in clips} == {UNLABELLED} and {clip.speaker for clip in clips} == labelled
        assert {(clip.licence, clip.consent) for clip in clips} == {("CC-BY-4.0", "public data set")}
        assert not any(clip.given_split for clip in clips), "lists are of the labelled folder"
        assert {file.place_of(name) for clip in clips for file, name in catalog.files_of(clip.id)} == {
            str(path) for path in folder.rglob("*_nohash_0.flac")
        }
        assert len(catalog.clips()) == 26, "the labelled clips are there as before"
        assert import_unlabelled(catalog, folder, "speech_commands", 1_000).counts.added == 0
    assert label_of(UNLABELLED, ["go"]) is None


def test_any_tree_of_audio_and_a_table_of_speakers(tmp_path: Path) -> None:
    root = tmp_path / "wild"
    for name in ("anna_1.wav", "a/b/anna_2.wav", "a/2024-03-01.flac", "c/rec.wav"):
        (write_wav if name.endswith("wav") else write_flac)(root / name, tone("go", len(name)), RATE_HZ)
    (root / "metadata.csv").write_text("file,speaker,label,licence\nc/rec.wav,carl,stop,CC0-1.0\n")
    (root / "a" / "broken.wav").write_bytes(b"RIFFnothing")
    with Catalog(tmp_path / "rec") as catalog:
        report = import_unlabelled(catalog, root, "folder", 1_000)
        clips = {clip.attributes["rms_db"]: clip for clip in catalog.clips()}
    assert report.counts.added == 4 and report.counts.set_aside == 1
    assert {clip.word for clip in clips.values()} == {UNLABELLED}
    assert report.people == 2 and report.without_speaker == 1
    assert sorted(clip.licence for clip in clips.values()) == ["CC0-1.0", "unstated", "unstated", "unstated"]
    assert len({clip.speaker for clip in clips.values()}) == 3, "anna, carl and a recording of somebody"


def test_a_clip_gives_its_loudest_window_and_a_long_recording_one_for_each_utterance(tmp_path: Path) -> None:
    root = tmp_path / "wild"
    write_wav(root / "clip.wav", bursts(1.5, seconds=2.5), RATE_HZ)
    write_wav(root / "long.wav", bursts(1.0, 4.0, 6.0, seconds=9.0), RATE_HZ)
    write_wav(root / "short.wav", bursts(0.1, seconds=0.6), RATE_HZ)
    write_wav(root / "hum.wav", np.full(80_000, 900, np.int16) + bursts(seconds=5.0), RATE_HZ)
    with Catalog(tmp_path / "rec") as catalog:
        import_unlabelled(catalog, root, "folder", 1_000)
        files = catalog.known_files(unlabelled_folder_id(root))
        by_name = {name: catalog.load(file.audio_sha256) for name, file in files.items()}
        assert import_unlabelled(catalog, root, "folder", 1_000).counts.added == 0
        assert catalog.known_files(unlabelled_folder_id(root)) == files
        import_unlabelled(catalog, root, "folder", 500)
        halves = catalog.clips(folder=unlabelled_folder_id(root))
    assert {name: len(samples) for name, samples in by_name.items()} == {
        "clip.wav[unlabelled 0]": 16_000,
        "long.wav[unlabelled 0]": 16_000,
        "long.wav[unlabelled 1]": 16_000,
        "long.wav[unlabelled 2]": 16_000,
        "short.wav[unlabelled 0]": 9_600,
        "hum.wav[unlabelled 0]": 16_000,
    }
    for name in ("clip.wav[unlabelled 0]", "long.wav[unlabelled 2]"):
        loud = np.flatnonzero(np.abs(by_name[name].astype(int)) > 100)
        assert len(loud) > 6_000 and abs((loud[0] + loud[-1]) / 2 - 8_000) < 400, "the word is in the middle"
    assert {clip.samples for clip in halves} == {8_000} and len(halves) == 6


def test_windows_lie_side_by_side_in_a_long_utterance_and_do_not_repeat_each_other() -> None:
    starts = windows_of(bursts(2.0, seconds=9.0, length_s=3.2), 16_000)
    assert [round(start / RATE_HZ, 1) for start in starts] == [2.1, 3.1, 4.1]
    near = windows_of(bursts(2.0, 2.3, 5.0, seconds=9.0, length_s=0.08), 16_000)
    assert len(near) == 2, "both words are in the first window"
    assert windows_of(np.zeros(100_000, np.int16), 16_000) == []
    assert windows_of(bursts(0.0, 8.9, seconds=9.0, length_s=0.1), 16_000) == [0, 128_000], "none hangs over"


def test_a_folder_that_is_not_there_or_empty_is_one_line(tmp_path: Path) -> None:
    make_folder(tmp_path / "data", speakers=3)
    (tmp_path / "empty").mkdir()
    data = {"source": "folder", "folder": str(tmp_path / "data")}
    with Catalog(tmp_path / "rec") as catalog:
        for name, message in (("none", "unlabelled recordings not found.*none"), ("empty", "holds no audio.*empty")):
            named = {**data, "unlabelled": [str(tmp_path / name)]}
            config = Config(name="t", keywords=["go"], data=named, train={"teacher": {"kind": "encoder"}})
            with pytest.raises(DataError, match=message):
                list(import_configured(catalog, config))


def test_the_name_is_kept_for_them() -> None:
    with pytest.raises(ValueError, match="names of what is no keyword"):
        Config(name="t", keywords=[UNLABELLED])


def test_kws_import_takes_them_as_a_configuration_would(tmp_path: Path) -> None:
    write_wav(tmp_path / "field" / "a.wav", tone("go", 1, 0), 16_000)
    call = ["import", "unlabelled", str(tmp_path / "field"), "--recordings", str(tmp_path / "rec"), "--json"]
    assert run(call) == 0 and run(call) == 0
    with Catalog(tmp_path / "rec") as catalog:
        (clip,) = catalog.clips()
        assert clip.word == UNLABELLED and clip in catalog.clips(folder=unlabelled_folder_id(tmp_path / "field"))
        import_unlabelled(catalog, tmp_path / "field", "speech_commands", 1_000)
        assert len(catalog.clips()) == 1
    assert run(["import", "unlabelled", str(tmp_path / "none"), "--recordings", str(tmp_path / "rec")]) == 2


def test_what_is_no_folder_is_named_as_it_was_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    file = tmp_path / "voice.ogg"
    file.write_bytes(b"OggS")
    for path, told in (
        (file, "this is no folder of recordings"),
        (tmp_path / "none", "folder of recordings not found"),
        (tmp_path / "empty", "expected .wav, .flac, .ogg, .opus, .mp3, .aiff, .au or .caf files"),
    ):
        assert run(["import", "unlabelled", str(path), "--recordings", str(tmp_path / "rec")]) == 2
        said = capsys.readouterr().err
        assert told in said and str(path) in said and "data." not in said and said.count("\n") == 1
    assert not (tmp_path / "rec").exists()
