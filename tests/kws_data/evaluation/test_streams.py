from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_bundle import tiny_bundle

from firmware_tools.spotter.stream_spec import NEVER, StreamSpec
from kws_data.audio import write_flac
from kws_data.cli.terminal.stream_lines import stream_lines
from kws_data.errors import DataError
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.inference import host_features, int8_scores, stream_scores
from kws_data.evaluation.stream_evaluation import Heard
from kws_data.evaluation.stream_truth import Spoken
from kws_data.evaluation.streams import evaluate_stream, summary


def noise(samples: int) -> np.ndarray:
    return np.random.default_rng(samples).integers(-3_000, 3_000, samples).astype(np.int16)


def test_every_window_is_scored_as_a_clip_of_its_own() -> None:
    bundle = tiny_bundle()
    samples = noise(40_000)
    scores, ends = stream_scores(bundle, samples, 3)
    window = (bundle.frames - 1) * 320 + 512
    assert ends[0] == window and set(np.diff(ends)) == {3 * 320}
    for at in (0, 7, len(ends) - 1):
        clip = samples[np.newaxis, ends[at] - window : ends[at]]
        assert np.array_equal(int8_scores(bundle.tflite, host_features(bundle, clip))[0][0], scores[at])


@pytest.mark.parametrize("samples", [16_000, 16_320, 50_000])
def test_one_call_for_a_recording_gives_the_bits_of_the_interpreter_on_each_window(samples: int) -> None:
    bundle, sound = tiny_bundle(), noise(samples)
    frames = host_features(bundle, sound[np.newaxis])[0]
    windows = np.lib.stride_tricks.sliding_window_view(frames, bundle.frames, axis=0)[::2].transpose(0, 2, 1)
    scores, ends = stream_scores(bundle, sound, 2)
    assert np.array_equal(scores, int8_scores(bundle.tflite, windows)[0]) and len(ends) == len(windows)


def test_the_host_decides_by_the_streams_settings_of_the_bundle() -> None:
    sound, bundle = noise(160_000), replace(tiny_bundle(), threshold_int8=127)
    _, ends = stream_scores(bundle, sound, 5)
    for label in (2, 3):
        sums = tuple(-512 if keyword == label else NEVER for keyword in range(4))
        chosen = replace(bundle, stream=StreamSpec(stride_frames=5, average=4, refractory_ms=0, sums=sums))
        found = HostDetector(chosen).detections(sound)
        assert {detection.label for detection in found} == {label}
        assert [detection.sample for detection in found] == list(ends[3:])
    assert not HostDetector(bundle).detections(sound)


def test_a_recording_shorter_than_a_clip_has_no_window() -> None:
    scores, ends = stream_scores(tiny_bundle(), noise(9_000), 3)
    assert scores.shape == (0, 4) and len(ends) == 0


def test_everything_detected_is_false_without_truth(tmp_path: Path) -> None:
    write_flac(tmp_path / "a.flac", noise(64_000), 16_000)
    (tmp_path / "b.wav").write_text("no audio")
    eager = evaluate_stream(HostDetector(replace(tiny_bundle(), threshold_int8=-128)), tmp_path).to_dict()
    assert eager["hours"] == pytest.approx(4 / 3_600)
    assert eager["false_accepts"] == len(eager["detections"]) >= 2
    assert eager["false_accepts_per_hour"] == pytest.approx(eager["false_accepts"] * 900)
    assert eager["frr"] is None
    assert [row["file"] for row in eager["set_aside"]] == ["b.wav"]
    times = [row["time_s"] for row in eager["detections"]]
    assert min(np.diff(times)) >= 1.0
    shy = evaluate_stream(HostDetector(replace(tiny_bundle(), threshold_int8=127)), tmp_path).to_dict()
    assert shy["false_accepts"] == 0 and shy["upper95"] == pytest.approx(2.9957 * 900, rel=1e-4)


def test_words_beyond_the_end_of_a_file_are_refused_before_anybody_listens(tmp_path: Path) -> None:
    write_flac(tmp_path / "a.flac", noise(64_000), 16_000)
    (tmp_path / "labels.csv").write_text("file;label;start;end\na;yes;1,0;2,0\n", encoding="utf-8-sig")
    found = evaluate_stream(HostDetector(replace(tiny_bundle(), threshold_int8=127)), tmp_path)
    assert (found.keywords_said, found.frr) == (1, 1.0) and "such as 'a' for a.flac" in found.notes[0]
    (tmp_path / "labels.csv").write_text("file,label,start,end\na.flac,yes,4.1,4.2\n")
    with pytest.raises(DataError, match="beyond the end"):
        evaluate_stream(HostDetector(tiny_bundle()), tmp_path)


def test_the_summary_counts_misses_and_false_accepts() -> None:
    heard = [Heard("a", 1.0, "yes", 0.9, verdict) for verdict in ("right", "false", "uncounted")]
    spoken = [Spoken("yes", 0.5, 0.9, True), Spoken("no", 3.0, 3.5, False)]
    found = summary(heard, spoken, {"all": 0.5}, "host")
    assert found.false_accepts_per_hour == 2.0 and found.frr == 0.5 and found.keywords_said == 2


def test_a_folder_without_audio_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        evaluate_stream(HostDetector(tiny_bundle()), tmp_path)


def test_kinds_come_from_the_table_else_transcripts_mean_speech(tmp_path: Path) -> None:
    for name in "abc":
        write_flac(tmp_path / f"{name}.flac", noise(64_000 + ord(name)), 16_000)
    eager = HostDetector(replace(tiny_bundle(), threshold_int8=-128))
    assert list(evaluate_stream(eager, tmp_path).negatives) == ["all"]
    (tmp_path / "metadata.csv").write_text("file,transcript\na.flac,what a day\n")
    assert list(evaluate_stream(eager, tmp_path).negatives) == ["speech"]
    (tmp_path / "metadata.csv").write_text("file,transcript,Kind\na.flac,,noise\nb.flac,yes and no,\nc.flac,,Music\n")
    found = evaluate_stream(eager, tmp_path)
    assert list(found.negatives) == ["speech", "noise", "music"]
    speech, music = found.negatives["speech"], found.negatives["music"]
    assert speech.false_accepts == 0 < music.false_accepts == sum(music.per_keyword.values())
    assert found.false_accepts == sum(one.false_accepts for one in found.negatives.values())
    assert music.hours == pytest.approx(64_099 / 16_000 / 3_600)
    assert music.upper95 > music.per_hour == music.false_accepts / music.hours


def test_the_curve_and_the_response_need_words_with_times(tmp_path: Path) -> None:
    write_flac(tmp_path / "a.flac", noise(640_000), 16_000)
    bundle = replace(tiny_bundle(), threshold_int8=-128)
    silent = evaluate_stream(HostDetector(bundle), tmp_path)
    assert silent.curve == () and silent.response_ms is None and (silent.times_real_time or 0) > 1
    rows = [f"a.flac,{label},{at}.0,{at}.5\n" for at in range(2, 38, 2) for label in ("yes", "no")]
    (tmp_path / "labels.csv").write_text("file,label,start_s,end_s\n" + "".join(rows))
    found = evaluate_stream(HostDetector(bundle), tmp_path)
    assert [point.false_accepts_per_hour for point in found.curve] == [0.1, 0.5, 1.0, 5.0]
    assert all(point.frr is None and "0.01 h of all heard" in (point.reason or "") for point in found.curve)
    heard = 1 - (found.frr or 0)
    assert found.response_ms is not None and found.response_ms.words == 36
    assert found.response_ms.detected == round(36 * heard) > 0
    misses = [missed for _, missed in found.sweep["all"]]
    assert misses[0] < misses[-1] and found.sweep["all"][-1][0] == 0.0
    assert list(stream_lines(found))[1].startswith("  at 0.1 an hour of all: not known: 0.01 h")
