from pathlib import Path

import numpy as np
import pytest

from kws_data.audio import write_flac, write_wav
from kws_data.errors import DataError
from kws_data.evaluation.folder import load_folder

LABELS = ("_silence_", "_unknown_", "yes", "no")


def tone(samples: int, rate_hz: int = 16_000) -> np.ndarray:
    return (6_000 * np.sin(2 * np.pi * 440 * np.arange(samples) / rate_hz)).astype(np.int16)


def make_folder(root: Path) -> Path:
    for word, count in (("yes", 2), ("no", 1), ("dog", 2)):
        (root / word).mkdir()
        for i in range(count):
            write_flac(root / word / f"a_nohash_{i}.flac", tone(16_000 - 1_000 * i), 16_000)
    (root / "_background_noise_").mkdir()
    write_wav(root / "_background_noise_" / "hum.wav", tone(16_000 * 3 + 5_000), 16_000)
    (root / "yes" / "b_nohash_0.wav").write_text("this is no audio")
    (root / "validation_list.txt").write_text("yes/a_nohash_0.flac\n")
    return root


def test_words_become_labels_noise_becomes_silence(tmp_path: Path) -> None:
    clips = load_folder(make_folder(tmp_path), LABELS, 16_000, 16_000)
    assert np.bincount(clips.y, minlength=4).tolist() == [3, 2, 2, 1]
    assert clips.samples.shape == (8, 16_000) and clips.samples.dtype == np.int16
    assert len(clips.names) == 8


def test_a_broken_file_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    clips = load_folder(make_folder(tmp_path), LABELS, 16_000, 16_000)
    ((name, reason),) = clips.set_aside
    assert name == "yes/b_nohash_0.wav" and "no audio" in reason


def test_noise_is_cut_end_to_end(tmp_path: Path) -> None:
    clips = load_folder(make_folder(tmp_path), LABELS, 16_000, 16_000)
    whole = tone(16_000 * 3 + 5_000)
    silence = clips.samples[clips.y == 0]
    assert np.array_equal(silence.ravel(), whole[: 3 * 16_000])


def test_another_rate_is_resampled(tmp_path: Path) -> None:
    (tmp_path / "yes").mkdir()
    write_wav(tmp_path / "yes" / "a.wav", tone(44_100, 44_100), 44_100)
    clip = load_folder(tmp_path, LABELS, 16_000, 16_000).samples[0]
    assert np.abs(clip[2_000:14_000].astype(int) - tone(16_000)[2_000:14_000]).max() < 60


def test_a_missing_folder_and_an_empty_one_are_one_clear_line(tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(DataError) as caught:
            load_folder(folder, LABELS, 16_000, 16_000)
        assert str(folder) in str(caught.value)


def test_a_folder_of_nothing_but_broken_files_says_why(tmp_path: Path) -> None:
    (tmp_path / "yes").mkdir()
    (tmp_path / "yes" / "a.wav").write_text("text")
    with pytest.raises(DataError, match="1 files were set aside"):
        load_folder(tmp_path, LABELS, 16_000, 16_000)


def test_another_spelling_of_a_keyword_is_asked_for(tmp_path: Path) -> None:
    for number, word in enumerate(("yes", "Yes", "no", "n o")):
        write_wav(tmp_path / word / "a.wav", tone(16_000 - number), 16_000)
    with pytest.raises(DataError, match=r"Yes \(1 clips\) for the keyword yes.*--other-spellings to keyword"):
        load_folder(tmp_path, LABELS, 16_000, 16_000)
    same = load_folder(tmp_path, LABELS, 16_000, 16_000, other_spellings="keyword")
    other = load_folder(tmp_path, LABELS, 16_000, 16_000, other_spellings="unknown")
    assert np.bincount(same.y, minlength=4).tolist() == [0, 0, 2, 2]
    assert np.bincount(other.y, minlength=4).tolist() == [0, 2, 1, 1]


def test_blanks_forms_and_names_of_noise_count_as_in_an_import(tmp_path: Path) -> None:
    for word in ("u\u0308ber", "hey jarvis", "_noise_", "_old_", "deep/yes"):
        write_wav(tmp_path / word / "a.wav", tone(16_000), 16_000)
    older = ("_silence_", "_unknown_", "u\u0308ber", "hey_jarvis")  # a bundle may hold the other form
    found = load_folder(tmp_path, older, 16_000, 16_000)
    assert np.bincount(found.y, minlength=4).tolist() == [1, 0, 1, 1]
    reasons = dict(found.set_aside)
    assert "begin with _" in reasons["_old_/a.wav"] and "not directly" in reasons["deep/yes/a.wav"]


def test_a_folder_whose_labels_stand_in_a_table_is_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "clips" / "a.wav", np.ones(16_000, np.int16), 16_000)
    (tmp_path / "metadata.csv").write_text("file,label\nclips/a.wav,yes\n")
    with pytest.raises(DataError, match="labels stand in a table"):
        load_folder(tmp_path, ["_silence_", "_unknown_", "yes"], 16_000, 16_000)
