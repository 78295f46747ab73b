"""kws streams make: streams, their truth in three forms, and calls that cannot be answered."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_folder import make_folder

from kws_data.audio import read_audio, write_flac, write_wav
from kws_data.cli import run
from kws_data.evaluation.written_truth import load_truth

LABELS = ("_silence_", "_unknown_", "go", "stop")


def talk(folder: Path, seconds: float = 40.0, rate_hz: int = 16_000, files: int = 2) -> Path:
    """Recordings of a speaker with transcripts, the last of which has a keyword, and a damaged one."""
    rows = ["file,speaker,transcript"]
    for number in range(files):
        values = np.random.default_rng(number).normal(0, 800, round(seconds * rate_hz))
        folder.mkdir(exist_ok=True)
        write_flac(folder / f"t{number}.flac", np.rint(values).astype(np.int16), rate_hz)
        rows.append(f"t{number}.flac,anna,{'LET US GO' if number == files - 1 and number else 'WE STAYED'}")
    (folder / "bad.wav").write_bytes(b"RIFF")
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n")
    return folder


def make(tmp_path: Path, *more: str) -> int:
    call = ["--words", str(tmp_path / "w"), "--negatives", str(tmp_path / "t"), "--out", str(tmp_path / "out")]
    return run(["streams", "make", *call, *more])


def made(tmp_path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    assert make(tmp_path, "--json", *more) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.fixture
def there(tmp_path: Path) -> Path:
    make_folder(tmp_path / "w", speakers=2)
    talk(tmp_path / "t", rate_hz=22_050)
    return tmp_path


def test_streams_and_their_truth(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = made(there, capsys, "--keywords", "go,stop", "--snr", "12,18")
    assert document["streams"] == 1 and document["words"] == {"go": 2, "stop": 2}
    assert document["hours"] == {"speech": pytest.approx(40 / 3_600, abs=1e-5)}, "another rate is resampled"
    reasons = {Path(one["file"]).name: one["reason"] for one in document["set_aside"]}
    assert reasons.keys() == {"t1.flac", "bad.wav"} and reasons["t1.flac"] == "a keyword is said in it: go"
    out = there / "out"
    names = [
        "labels.csv",
        "metadata.csv",
        *(f"stream-0001-speech{end}" for end in (".flac", ".txt", "_ww_windows.json")),
    ]
    assert sorted(path.name for path in out.iterdir()) == names
    truth = load_truth(out, LABELS, ["stream-0001-speech.flac"], lambda _: 40.0)
    assert not truth.notes, "the label track says the same as the table: nothing is to be told"
    said = [(one.start_s, one.end_s) for one in truth.spoken["stream-0001-speech.flac"]]
    assert json.loads((out / "stream-0001-speech_ww_windows.json").read_text()) == [list(times) for times in said]
    (row,) = csv.DictReader((out / "metadata.csv").read_text().splitlines())
    assert (row["kind"], row["words"]) == ("speech", "4") and 12 <= float(row["snr"]) <= 18
    assert float(row["seconds"]) == len(read_audio(out / row["file"])) / 16_000


def test_a_label_track_that_was_changed_is_told(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(there, capsys, "--keywords", "go,stop")
    (there / "out" / "stream-0001-speech.txt").write_text("1.0\t2.0\tgo\n")
    truth = load_truth(there / "out", LABELS, ["stream-0001-speech.flac"])
    assert truth.notes == ("1 label tracks are not read, as labels.csv counts",)


def test_the_same_call_gives_the_same_streams(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(there, capsys, "--wav")
    first = {path.name: path.read_bytes() for path in (there / "out").iterdir()}
    assert make(there, "--wav") == 2 and "add --force" in capsys.readouterr().err
    assert made(there, capsys, "--wav", "--force")["words"].keys() == {"go", "stop", "cat", "dog"}
    assert {path.name: path.read_bytes() for path in (there / "out").iterdir()} == first
    made(there, capsys, "--wav", "--force", "--seed", "1")
    assert {path.name: path.read_bytes() for path in (there / "out").iterdir()} != first


def test_rooms_hours_and_words_without_room(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_wav(there / "r" / "hall.wav", np.array([0, 9_000, 4_000, -2_000, 500], np.int16), 16_000)
    document = made(there, capsys, "--rooms", str(there / "r"), "--gap", "12")
    assert sum(document["words"].values()) == 3 and document["words_without_room"] == 5
    assert make(there, "--force", "--hours", "0.002") == 2
    assert "no recording fits into the hours: 0.002" in capsys.readouterr().err


def test_folders_of_words_among_the_negatives_are_never_laid_over(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = made(there, capsys, "--keywords", "go", "--negatives", str(there / "w"))
    aside = [Path(one["file"]).parent.name for one in document["set_aside"]]
    assert (
        aside.count("go") == 2 and "cat" not in aside and document["hours"].keys() == {"speech", "other_words", "noise"}
    )


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--keywords", "gone"], "no clip has the keyword: 'gone'"),
        (["--snr", "20,10"], "has the least after the most: write 10,20"),
        (["--snr", "loud"], "is no range in dB from -30 to 60"),
        (["--snr", "nan"], "is no range in dB from -30 to 60"),
        (["--snr", "1,2,3"], "is no range in dB from -30 to 60"),
        (["--keywords", "go", "--bundle", "b"], "name either --keywords or --bundle"),
        (["--bundle", "nowhere"], "nowhere"),
        (["--negatives", "nowhere"], "folder not found: 'nowhere'"),
        (["--rooms", "nowhere"], "folder not found: 'nowhere'"),
        (["--gap", "nan"], "--gap"),
    ],
)
def test_a_wrong_call_is_one_line_and_leaves_nothing(
    there: Path, capsys: pytest.CaptureFixture[str], more: list[str], told: str
) -> None:
    before = sorted(there.rglob("*"))
    assert make(there, *more) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("  ")]
    assert len(said) == 1 and told in said[0], said
    assert sorted(there.rglob("*")) == before


def test_a_folder_that_is_named_twice_counts_once(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make(there, "--negatives", str(there / "t")) == 2
    assert "folder of negatives is named twice" in capsys.readouterr().err


@pytest.mark.parametrize(("seconds", "transcripts"), [(2.0, True), (40.0, False)])
def test_recordings_that_cannot_take_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seconds: float, transcripts: bool
) -> None:
    make_folder(tmp_path / "w", speakers=1)
    talk(tmp_path / "t", seconds, files=1)
    if not transcripts:
        (tmp_path / "t" / "metadata.csv").write_text("file,transcript\nt0.flac,GO AND STOP\n")
    assert make(tmp_path, "--keywords", "go") == 2
    wanted = "recordings are too short for any word" if transcripts else "no recording without keywords can be used"
    assert wanted in capsys.readouterr().err and not (tmp_path / "out").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t", "w"]


def test_ctrl_c_leaves_nothing(
    there: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kws_data.release.laid_files.label_track", interrupted)
    before = sorted(there.rglob("*"))
    assert make(there) == 130 and sorted(there.rglob("*")) == before
