import pytest

from kws_data.evaluation.stream_truth import Spoken, Truth, judge


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


def test_a_response_is_timed_only_from_the_end_of_a_word() -> None:
    assert Spoken("yes", 1.0, 1.5, True, 1.7).response_ms == pytest.approx(200)
    assert Spoken("yes", 1.0, 1.5, True, 1.2).response_ms == pytest.approx(-300)
    for start_s, end_s, heard_s in ((1.0, 1.0, 1.2), (0.0, 60.0, 3.0), (1.0, 1.5, 0.95)):
        assert Spoken("yes", start_s, end_s, True, heard_s).response_ms is None
    assert Spoken("yes", 1.0, 1.5).response_ms is None
