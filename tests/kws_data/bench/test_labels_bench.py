"""The bench's frame and material, on made-up words; its figures are measured on real ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_words import word

from kws_data.audio import write_flac
from kws_data.bench.labels.broken import unbroken
from kws_data.bench.labels.changed import BROKEN, COPIES
from kws_data.bench.labels.material import Found, LabelsBench, found_of, keep_some, words_of
from kws_data.bench.labels.rows import PARTS
from kws_data.bench.labels.scale import joined
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Change, Finding
from kws_data.catalog.same_waveform import SAME_WAVE, in_band, likeness
from kws_data.cli import run
from kws_data.quality.audit.edges import edge_findings
from kws_data.quality.audit.measure import measure
from kws_data.quality.audit.signal import signal_findings


def folder_of(path: Path, clips: int) -> Path:
    for number in range(clips):
        label = ("go", "no", "up")[number % 3]
        at = path / label / f"{number:08x}_nohash_0.flac"
        at.parent.mkdir(parents=True, exist_ok=True)
        write_flac(at, word(number), 16_000)
    return path


@pytest.mark.parametrize("kind", list(COPIES))
def test_each_copy_is_another_file_of_the_same_recording(kind: str) -> None:
    samples = word(3)
    copies = [COPIES[kind](samples, np.random.default_rng(seed)) for seed in range(4)]
    assert all(not np.array_equal(copy, samples) for copy in copies)
    assert all(likeness(in_band(samples), in_band(copy)) >= SAME_WAVE for copy in copies)


@pytest.mark.parametrize("kind", list(BROKEN))
def test_each_break_is_found_and_no_other_change_is(kind: str) -> None:
    def found(samples: np.ndarray[tuple[int, ...], np.dtype[np.int16]]) -> set[str]:
        row = measure(samples, 16_000)
        return {one.reason for one in [*signal_findings("a", row), *edge_findings("a", row, 1.0)]}

    for seed in range(4):
        assert found(BROKEN[kind](word(seed), np.random.default_rng(seed)))
        assert not found(unbroken(word(seed), np.random.default_rng(seed)))


def test_catalogues_of_a_bench_are_apart_and_share_their_audio(tmp_path: Path) -> None:
    bench = LabelsBench(folder_of(tmp_path / "data", 6), tmp_path / "work")
    one, other = bench.catalogue("one"), bench.catalogue("other")
    with Catalog(one) as changed, Catalog(other) as untouched:
        clips = words_of(changed)
        changed.changes.record("bench", changes=[Change(clips[0].id, "word", "wrong")])
        keep_some(changed, 2, np.random.default_rng(0))
        assert len(words_of(changed)) == 2 and len(words_of(untouched)) == 6
        assert [clip.word for clip in untouched.clips()] == [clip.word for clip in clips]
        assert np.array_equal(untouched.load(clips[0]), changed.load(clips[0]))


def test_shares_of_what_was_found() -> None:
    found = found_of({"a", "b", "c", "d"}, {"a", "b", "x"})
    assert (found.recall, found.precision) == (0.5, 2 / 3)
    assert not found.reaches(0.6, 0.5) and found.reaches(0.5, 0.6)
    assert Found(0, 0, 0).recall == Found(0, 0, 0).precision == 1.0


def test_a_copy_is_found_whichever_clip_of_its_group_is_kept() -> None:
    findings = [Finding("a", "near copy", "set aside", None, "c"), Finding("b", "near copy", "set aside", None, "c")]
    findings.append(Finding("d", "outlier", "look", 2.0, "e"))
    assert joined(findings, [("a", "b"), ("a", "c"), ("c", "b")]) == 3
    assert joined(findings, [("a", "d"), ("d", "e")]) == 0


def test_the_command_measures_a_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = folder_of(tmp_path / "data", 70)
    call = ["bench", "labels", "--data", str(data), "--quick", "--workers", "1", "--json", "--parts", "copies"]
    assert run(call) == 0
    (figure,) = json.loads(capsys.readouterr().out)["figures"]
    assert figure["passed"] and figure["details"]["rounds"] == 3


def test_parts_are_listed_and_others_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "labels", "--data", str(tmp_path), "--parts", "help"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(PARTS)
    assert run(["bench", "labels", "--data", str(tmp_path), "--parts", "nonsense"]) == 2
    assert run(["bench", "labels", "--data", str(tmp_path / "nowhere"), "--parts", "copies"]) == 2
    assert "no such part" in (told := capsys.readouterr().err) and "data folder not found" in told
