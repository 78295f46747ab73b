"""What bundles do in streams: counts of each, and means over them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from levels_heard import NO, YES, Ears, save_bundles, spoken, with_words, write_speech, write_words
from made_negatives import RATE_HZ, hiss
from tiny_bundle import tiny_bundle

from kws_data.audio import write_flac
from kws_data.bench.listen.bench import bench_listen, load_bundles
from kws_data.bench.listen.material import Wish
from kws_data.errors import BundleError, DataError
from kws_data.progress import no_progress
from kws_data.statistics.intervals import mean_rate, mean_share, poisson_upper95, wilson

SNR = (40.0, 40.0)


@pytest.fixture
def wish(tmp_path: Path) -> Wish:
    """Four of each of two words, in speech in which one thing sounds like ``yes``."""
    return Wish((write_speech(tmp_path / "speech"),), write_words(tmp_path / "words", yes=YES, no=NO), snr_db=SNR)


def test_words_are_found_until_the_thresholds_let_nothing_false_through(
    wish: Wish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ears({}).install(monkeypatch)
    found = bench_listen(save_bundles(tmp_path), wish, no_progress)
    words = found["found"]["words"]
    assert words["said"] == 8 and words["frozen"]["mean"] == 1.0
    assert (words["frozen"]["low"], words["frozen"]["high"]) == wilson(8, 8), "one training: bounds of its own"
    rates = {point["false_accepts_per_hour"]: point for point in words["at"]}
    assert list(rates) == [0.5, 1.0, 5.0, 20.0, 0.0]
    hours = 200 / 3_600
    assert rates[20.0]["found"]["mean"] == 1.0 and rates[20.0]["hours"] == pytest.approx(hours)
    assert rates[5.0]["found"] is None and "0.06 h of speech heard, 5 an hour needs 0.2 h" in rates[5.0]["reason"]
    assert rates[0.0]["found"]["mean"] == 0.0, "what sounds like yes scores as yes does"
    sweep = words["sweep"]
    assert [point["false_accepts_per_hour"] for point in sweep[:2]] == [0.0, pytest.approx(1 / hours)]
    assert len(sweep) > 10 and sweep[-1]["false_accepts_per_hour"] <= 24 / hours
    assert [point["found"]["mean"] for point in sweep] == [0.0] + [1.0] * (len(sweep) - 1)
    assert -400 < words["response_ms"]["p50"]["mean"] <= words["response_ms"]["p95"]["mean"] < 1_000
    speech = found["false_accepts"]["speech"]
    assert speech["false_accepts"]["mean"] == 1 and speech["per_hour"]["mean"] == pytest.approx(1 / hours)
    assert speech["upper95"] == pytest.approx(poisson_upper95(1) / hours)
    (own,) = found["bundles"]
    assert [point["share"] for point in own["found"]["words"]["sweep"]] == [0.0] + [1.0] * (len(sweep) - 1)
    assert own["false_accepts"]["speech"]["per_keyword"] == {"yes": 1}
    assert own["found"]["words"]["per_keyword"]["no"] == {"count": 4, "of": 4, "share": 1.0, "ci95": list(wilson(4, 4))}


def test_a_recording_whose_transcript_has_a_keyword_is_left_out_and_told(
    wish: Wish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ears({}).install(monkeypatch)
    found = bench_listen(save_bundles(tmp_path), wish, no_progress)
    assert found["set_aside"] == [
        {"file": str(tmp_path / "speech" / "c.flac"), "reason": "a keyword is said in it: no"}
    ]
    assert found["hours"]["negatives"] == pytest.approx(200 / 3_600) and found["notes"] == []


def test_three_trainings_have_a_mean_with_an_interval_and_two_have_none(
    wish: Wish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ears({1: NO - 2_000, 2: YES + 1_500}).install(monkeypatch)
    folders = save_bundles(tmp_path, 3)
    found = bench_listen(folders, wish, no_progress)
    frozen = found["found"]["words"]["frozen"]
    shares = [one["found"]["words"]["frozen"]["share"] for one in found["bundles"]]
    assert shares == [1.0, 0.5, 0.75] and frozen == mean_share(shares).to_dict()
    speech = found["false_accepts"]["speech"]
    assert speech["false_accepts"] == mean_rate([1, 0, 0]).to_dict() and speech["false_accepts"]["low"] == 0.0
    assert speech["upper95"] == pytest.approx(poisson_upper95(1) / (200 / 3_600)), "of the worst"
    none = next(point for point in found["found"]["words"]["at"] if point["false_accepts_per_hour"] == 0)
    assert none["found"]["mean"] == pytest.approx((0.0 + 0.5 + 0.75) / 3)
    assert found["found"]["words"]["sweep"][0]["found"] == none["found"], "the sweep begins with none"
    two = bench_listen(folders[:2], wish, no_progress)["found"]["words"]["frozen"]
    assert two == {"mean": 0.75, "low": None, "high": None, "runs": 2}


def test_noise_is_told_by_its_kind(wish: Wish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Ears({}).install(monkeypatch)
    noise = tmp_path / "sounds"
    write_flac(noise / "1.flac", with_words(hiss("1", 30.5), YES, 10.0), RATE_HZ)
    write_flac(noise / "2.flac", with_words(hiss("2", 30.0), NO, 10.0), RATE_HZ)
    write_flac(noise / "clock" / "3.flac", hiss("3", 20.0), RATE_HZ)
    (noise / "metadata.csv").write_text("file,kind\n1.flac,Dog\n2.flac,dog\n")
    found = bench_listen(save_bundles(tmp_path), replace(wish, noise=(noise,)), no_progress)
    assert list(found["noise"]) == ["clock", "dog", "all"]
    dog, clock, everything = found["noise"]["dog"], found["noise"]["clock"], found["noise"]["all"]
    assert dog["windows"] == 60 and dog["taken"]["mean"] == pytest.approx(2 / 60)
    assert dog["false_accepts"]["mean"] == 2 and clock["false_accepts"]["mean"] == 0
    assert clock["taken"]["mean"] == 0 and clock["windows"] == 20
    assert everything["windows"] == 80 and everything["taken"]["mean"] == pytest.approx(2 / 80)
    assert everything["upper95"] == pytest.approx(poisson_upper95(2) / everything["hours"])
    assert found["bundles"][0]["noise"]["all"]["per_keyword"] == {"no": 1, "yes": 1}
    assert "noise" not in found["false_accepts"], "noise of --noise is told by itself"


def test_a_recording_says_its_keyword_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Ears({}).install(monkeypatch)
    said = tmp_path / "said"
    write_flac(said / "early.flac", spoken(YES), RATE_HZ)
    write_flac(said / "late.flac", with_words(hiss("late", 6.0), YES, 5.0), RATE_HZ)
    write_flac(said / "never.flac", hiss("never", 3.0), RATE_HZ)
    write_flac(said / "smart_mirror" / "other.flac", spoken(YES), RATE_HZ)
    (said / "broken.flac").write_bytes(b"no audio")
    wish = Wish((write_speech(tmp_path / "speech"),), recordings=said)
    found = bench_listen(save_bundles(tmp_path, labels=("yes",)), wish, no_progress)
    heard = found["found"]["recordings"]
    assert heard["said"] == 3 and heard["frozen"]["mean"] == pytest.approx(2 / 3)
    assert heard["response_ms"] == {"p50": None, "p95": None}, "nobody knows when the word ended"
    aside = {Path(row["file"]).name: row["reason"] for row in found["set_aside"]}
    assert "none of the keywords" in aside["other.flac"] and {"broken.flac"} < aside.keys()
    with pytest.raises(DataError, match="no file says a keyword"):
        bench_listen(save_bundles(tmp_path / "two"), wish, no_progress)


def test_other_words_and_clips(wish: Wish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Ears({}).install(monkeypatch)
    other, clips = tmp_path / "wake", write_words(tmp_path / "clips", yes=YES, no=YES, cat=100)
    write_flac(other / "computer" / "1.flac", with_words(hiss("1", 30.0), YES, 10.0), RATE_HZ)
    found = bench_listen(save_bundles(tmp_path), replace(wish, other=(other,), clips=clips), no_progress)
    assert list(found["false_accepts"]) == ["speech", "other_words"]
    assert found["false_accepts"]["other_words"]["false_accepts"]["mean"] == 1
    assert found["clips"]["clips"] == 12 and found["clips"]["tpr"]["mean"] == 0.5
    assert found["clips"]["fpr"]["mean"] == 0.0 and found["clips"]["tpr_at_1pct_fpr"]["mean"] == 0.5
    keywords_only = write_words(tmp_path / "only", yes=YES)
    found = bench_listen(save_bundles(tmp_path), replace(wish, clips=keywords_only), no_progress)
    assert found["clips"]["fpr"] is None and found["clips"]["tpr_at_1pct_fpr"] is None


def test_without_speech_rates_are_of_all_and_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Ears({}).install(monkeypatch)
    write_flac(tmp_path / "room" / "1.flac", hiss("1", 90.0), RATE_HZ)
    words = write_words(tmp_path / "words", yes=YES)
    found = bench_listen(save_bundles(tmp_path), Wish((tmp_path / "room",), words, snr_db=SNR), no_progress)
    assert {point["kind"] for point in found["found"]["words"]["at"]} == {"all"}
    assert any("no speech among the negatives" in note for note in found["notes"])
    assert any("nobody says no" in note for note in found["notes"])


def test_more_words_than_there_is_room_for_are_laid_in_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Ears({}).install(monkeypatch)
    words = write_words(tmp_path / "words", takes=30, yes=YES)
    wish = Wish((write_speech(tmp_path / "speech", 40.0, ()),), words, snr_db=SNR)
    found = bench_listen(save_bundles(tmp_path), wish, no_progress)
    assert found["found"]["words"]["said"] == 30 and found["hours"]["words"] == pytest.approx(160 / 3_600)
    write_flac(tmp_path / "short" / "1.flac", hiss("1", 2.0), RATE_HZ)
    with pytest.raises(DataError, match="too short for any word"):
        bench_listen(save_bundles(tmp_path), replace(wish, negatives=(tmp_path / "short",)), no_progress)


def test_bundles_are_trainings_of_the_same_keywords(tmp_path: Path) -> None:
    (first,) = save_bundles(tmp_path)
    (other,) = save_bundles(tmp_path / "other", labels=("yes", "maybe"))
    with pytest.raises(BundleError, match=r"other keywords than .*: 'yes, maybe'. expected yes, no"):
        load_bundles([first, other])
    with pytest.raises(BundleError, match="named twice"):
        load_bundles([first, first])
    tiny_bundle(clip_samples=24_000).save(tmp_path / "longer")
    with pytest.raises(BundleError, match="hears other clips"):
        load_bundles([first, tmp_path / "longer"])
