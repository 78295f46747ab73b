"""From clips to what is told: rows, gate, equal opportunity, what to record, sentences, JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from kws_data.errors import DataError
from kws_data.slices.cut import SearchSettings
from kws_data.slices.fairness import equal_opportunity, worst_slice
from kws_data.slices.of_run import SlicedClips, slice_report
from kws_data.slices.record_next import clips_needed, record_next
from kws_data.slices.rows import SliceRow
from kws_data.slices.sentences import detectable_rate, sentences
from kws_data.slices.slice_report import SLICES_FILE, KindSlices, SliceReport
from kws_data.slices.table import table_of
from kws_data.slices.words import percent, phrase, short
from kws_data.statistics.clusters import speaker_interval
from kws_data.statistics.intervals import wilson

FAST = SearchSettings(draws=200)


def clips(seed: int = 0, count: int = 2_400, failing: bool = True) -> SlicedClips:
    rng = np.random.default_rng(seed)
    speaker = rng.integers(80, size=count)
    keyword = rng.random(count) < 0.6
    word = np.where(keyword, rng.choice(["up", "go", "yes"], count), rng.choice(["bed", "dog"], count))
    columns = {
        "word": word.tolist(),
        "snr": rng.choice(["below 0 dB", "0 to 10 dB", "10 dB and more"], count).tolist(),
        "accent": rng.choice(["us", "gb", "in"], 80)[speaker].tolist(),
        "room": ["hall"] * count,
    }
    wrong = rng.random(count) < 0.04
    if failing:
        wrong |= (word == "up") & (np.array(columns["snr"]) == "below 0 dB") & (rng.random(count) < 0.5)
        wrong |= (word == "dog") & (rng.random(count) < 0.25)
    return SlicedClips(table_of(columns), keyword, wrong, np.char.add("s", speaker.astype(str)))


def row(errors: int, count: int, speakers: int = 10, rest: float = 0.05, **conditions: str) -> SliceRow:
    ends = wilson(errors, count)
    return SliceRow(conditions, count, speakers, errors, ends, ends, rest)


def test_the_report_tells_both_kinds_and_what_to_record() -> None:
    report = slice_report(clips(2), "int8", "test", FAST)
    assert report.missed and report.false_accepts and report.worst
    assert [dict(one.conditions) for one in report.missed.found] == [{"word": "up", "snr": "below 0 dB"}]
    assert dict(report.false_accepts.found[0].conditions) == {"word": "dog"}
    assert report.missed.dropped["room"] == "one value: hall"
    assert report.worst.conditions == report.missed.found[0].conditions
    first, second, third = report.sentences[:3]
    assert '"up" with SNR below 0 dB' in first and "missed" in first and '"dog"' in second
    assert third.startswith("Record ") and 'of "up" with SNR below 0 dB by ' in third and " people" in third


def test_rows_are_counted_and_have_the_interval_by_speaker() -> None:
    made = clips()
    report = slice_report(made, "int8", "test", FAST)
    assert report.missed
    for one in report.missed.by["accent"]:
        held = made.keyword & made.table.holding(one.conditions)
        wrong, rest = made.wrong[held], made.wrong[made.keyword & ~held]
        assert (one.clips, one.errors) == (held.sum(), wrong.sum())
        assert one.by_speaker95 == speaker_interval(wrong, made.speakers[held].tolist())
        assert one.rest == pytest.approx(rest.mean()) and one.difference == pytest.approx(wrong.mean() - rest.mean())


def test_the_others_of_a_slice_are_all_others_those_of_slices_found_before_it_as_well() -> None:
    made = clips(2)
    wrong = made.wrong | (made.keyword & made.table.holding({"word": "yes"}) & (np.arange(len(made.wrong)) % 2 == 0))
    report = slice_report(SlicedClips(made.table, made.keyword, wrong, made.speakers), "int8", "test", FAST)
    assert report.missed and len(report.missed.found) >= 2
    for one in report.missed.found:
        if not one.within:
            rest = wrong[made.keyword & ~made.table.holding(one.conditions)]
            assert one.rest == pytest.approx(rest.mean())
            assert f"of the others {percent(float(rest.mean()))}" in " ".join(report.sentences)


def test_nothing_that_fails_is_said_with_what_would_have_been_seen() -> None:
    report = slice_report(clips(2, failing=False), "int8", "test", FAST)
    assert not report.missed.found and not report.false_accepts.found  # type: ignore[union-attr]
    (line,) = (line for line in report.sentences if line.startswith("No slice of keyword clips fails beyond chance"))
    assert "would be found from about" in line


def test_where_nothing_fails_the_strongest_is_a_suspect_and_what_to_record_of_it_follows() -> None:
    suspect = replace(row(19, 61, speakers=35, word="go"), p=0.13)
    kind = KindSlices("missed", row(86, 518, speakers=100), {}, (suspect,), 1_688, 0, 0.2, {})
    wanted = record_next(kind.everything, kind.worst, None, [], 0.2)
    first, second, *others = sentences([kind], None, [], wanted, {"missed": {1: 3.2}})
    assert first.startswith('Of clips of "go" 19 of 61 are missed (31 %') and "in 13 % of cases" in first
    assert second == wanted[0].sentence and wanted[0].why == "suspect" and "training" not in second
    assert [line[:8] for line in others] == ["No slice"]
    chance = replace(kind, worst=(replace(suspect, p=0.9),))
    assert sentences([chance], None, [], wanted, {})[0].startswith("No slice")


def test_json_there_and_back() -> None:
    report = slice_report(clips(), "int8", "validation", FAST)
    document = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert SliceReport.from_dict(document) == report
    assert document["worst_slice_tpr"]["value"] == pytest.approx(report.worst.tpr)  # type: ignore[union-attr]
    assert document["worst_slice_tpr"]["name"] == "word up, snr below 0 dB"
    assert slice_report(clips(), "int8", "validation", FAST).to_dict() == report.to_dict()
    assert {"worst", "found", "equal_opportunity", "sentences"} <= json.loads(json.dumps(report.block())).keys()


def test_only_keywords_or_only_others() -> None:
    made = clips()
    only = slice_report(replace(made, keyword=np.ones_like(made.keyword)), "int8", "test", FAST)
    none = slice_report(replace(made, keyword=np.zeros_like(made.keyword)), "int8", "test", FAST)
    assert only.false_accepts is None and only.worst is not None
    assert none.missed is None and none.worst is None and none.to_dict()["worst_slice_tpr"] is None
    for report in (only, none):
        assert SliceReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_a_damaged_or_missing_result_names_the_call(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    with pytest.raises(DataError, match="call kws slices first"):
        SliceReport.load(folder)
    (folder / SLICES_FILE).write_text('{"schema": 1}')
    with pytest.raises(DataError, match="call kws slices"):
        SliceReport.load(folder)


def test_the_worst_slice_for_a_gate_has_thirty_clips_or_was_found() -> None:
    everything = row(10, 400)
    few, large, found = row(9, 20, accent="a"), row(8, 40, accent="b"), row(6, 12, word="up")
    assert worst_slice(everything, [few, large], [], 3) is large
    assert worst_slice(everything, [few, large], [found], 3) is found
    assert worst_slice(everything, [few, row(8, 40, speakers=2, accent="c")], [], 3) is everything


def test_equal_opportunity_by_hand() -> None:
    best, worst, few = row(2, 100, accent="a"), row(20, 100, accent="b"), row(5, 5, accent="c")
    (found,) = equal_opportunity({"accent": [best, worst, few], "room": [best]}, 10, 3)
    assert (found.best, found.worst, found.groups) == ("a", "b", 2)
    assert found.difference == pytest.approx(0.18)
    low_b, high_b = 1 - wilson(2, 100)[1], 1 - wilson(2, 100)[0]
    low_w, high_w = 1 - wilson(20, 100)[1], 1 - wilson(20, 100)[0]
    assert found.ci95[0] == pytest.approx(0.18 - sqrt((0.98 - low_b) ** 2 + (high_w - 0.80) ** 2))
    assert found.ci95[1] == pytest.approx(0.18 + sqrt((high_b - 0.98) ** 2 + (0.80 - low_w) ** 2))


def test_newcombe_equals_statsmodels() -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    best, worst = row(3, 70, accent="a"), row(15, 60, accent="b")
    (found,) = equal_opportunity({"accent": [best, worst]}, 10, 3)
    expected = confint_proportions_2indep(67, 70, 45, 60, method="newcomb")
    assert found.ci95 == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("rate", [0.0, 0.02, 0.1, 0.3, 0.5])
def test_so_many_clips_are_enough_and_one_less_is_not(rate: float) -> None:
    needed = clips_needed(rate, 1, 0.3)

    def half(count: int) -> float:
        z2 = 1.959963984540054**2
        return sqrt(z2) * sqrt(rate * (1 - rate) / count + z2 / (4 * count**2)) / (1 + z2 / count)

    assert half(needed) < 0.05 <= half(needed - 1)
    assert clips_needed(rate, 5, 0.3) == pytest.approx(needed * 2.2, abs=1)


def test_what_to_record_in_words() -> None:
    failing = replace(row(12, 40, speakers=20, word="up", snr="below 10 dB"), found=True)
    thin = row(0, 4, speakers=1, room="hall")
    enough = row(300, 3_000, speakers=3_000, accent="a")
    everything = row(30, 1_000, speakers=100)
    first, second, third = record_next(everything, [failing], enough, [thin, enough], 0.1)
    assert (first.why, second.why, third.why) == ("fails", "worst", "thin")
    assert first.weight == 10.0 and first.errors_share == 0.4 and first.speakers * 2 >= first.clips > 100
    assert first.sentence.startswith(
        f'Record {first.clips} clips of "up" with SNR below 10 dB by {first.speakers} people'
    )
    assert second.clips == 0 and "enough" in second.sentence
    assert third.clips > 0 and "the 4 clips by 1 person tell nothing" in third.sentence


def test_the_rate_that_would_be_found_falls_with_the_clips() -> None:
    rates = [detectable_rate(count, 100, 2_000, 3.3) for count in (10, 50, 200)]
    assert rates[0] > rates[1] > rates[2] > 0.05
    assert detectable_rate(3, 100, 2_000, 9.0) == 1.0


def test_conditions_in_words() -> None:
    assert phrase({"snr": "below 0 dB", "word": "up"}) == 'clips of "up" with SNR below 0 dB'
    assert phrase({"variant": "m3"}) == "clips with variant m3" and phrase({}) == "all clips"
    assert short({"word": "up", "snr": "low"}) == "word up, snr low" and short({}) == "all clips"
