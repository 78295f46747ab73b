from pathlib import Path

import pytest

from kws_data.errors import DataError
from kws_data.evaluation.stream_truth import Spoken, Truth, judge, load_truth

LABELS = ("_silence_", "_unknown_", "yes", "no")


def test_a_detection_just_after_its_word_is_right_and_only_once() -> None:
    truth = Truth({"a.wav": [Spoken("yes", 1.0, 1.5), Spoken("no", 4.0, 4.4)]})
    verdicts, words = judge(truth, "a.wav", [0.5, 1.6, 1.9, 4.2], ["yes", "yes", "yes", "yes"])
    assert verdicts == ["false", "right", "false", "false"]
    assert [word.heard for word in words] == [True, False]


def test_a_keyword_in_the_transcript_is_not_counted() -> None:
    truth = Truth(mentioned={"a.wav": frozenset({"no"})})
    assert judge(truth, "a.wav", [1.0, 2.0], ["no", "yes"])[0] == ["uncounted", "false"]
    assert judge(truth, "b.wav", [1.0], ["no"])[0] == ["false"]


def test_judging_does_not_change_the_truth() -> None:
    truth = Truth({"a.wav": [Spoken("yes", 1.0, 1.5)]})
    judge(truth, "a.wav", [1.2], ["yes"])
    assert not truth.spoken["a.wav"][0].heard


def test_truth_is_read_from_both_files(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,label,start_s,end_s\na.wav,yes,1,1.5\na.wav,dog,2,3\n")
    (tmp_path / "metadata.csv").write_text("file,speaker,transcript\nb.flac,1,AND NO MORE\nc.flac,2,NOTHING\n")
    truth = load_truth(tmp_path, LABELS)
    assert [(w.label, w.start_s, w.end_s) for w in truth.spoken["a.wav"]] == [("yes", 1.0, 1.5)]
    assert truth.mentioned == {"b.flac": frozenset({"no"}), "c.flac": frozenset()}


def test_no_files_no_truth(tmp_path: Path) -> None:
    assert load_truth(tmp_path, LABELS) == Truth()


def test_a_row_that_cannot_be_read_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,label,start_s,end_s\na.wav,yes,soon,later\n")
    with pytest.raises(DataError, match="line 2"):
        load_truth(tmp_path, LABELS)
