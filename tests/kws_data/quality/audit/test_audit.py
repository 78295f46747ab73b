from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_words import RATE_HZ, Samples, add, whole, word

from kws_data.catalog.audio_store import audio_path, load_audio
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Finding
from kws_data.catalog.clips import NewClip
from kws_data.catalog.measures import forget_measures
from kws_data.errors import DataError
from kws_data.quality.audit import measured as measured_module
from kws_data.quality.audit.apply import kept_findings, to_set_aside
from kws_data.quality.audit.audit import audit
from kws_data.quality.audit.checks import CHECKS, FAMILIES
from kws_data.quality.audit.page import audit_page
from kws_data.quality.audit.result import AuditSettings

CHEAP = AuditSettings(families=("readable", "signal", "edges", "copies", "stale", "outliers", "coverage"), workers=1)


def filled(folder: Path, clips: int = 6) -> None:
    with Catalog(folder) as catalog:
        for number in range(clips):
            add(catalog, word(number), f"go/{number}", "go" if number % 2 else "no", f"speaker {number}")
        add(catalog, np.zeros(16_000, np.int16), "go/silent")
        add(catalog, whole(word(0) * 0.5), "go/0_copy", "no", "speaker 0")


def test_findings_are_kept_applied_and_undone(tmp_path: Path) -> None:
    filled(tmp_path)
    with Catalog(tmp_path) as catalog:
        before = catalog.clips(with_set_aside=True)
        done = audit(catalog, CHEAP)
        assert {one.reason for one in done.findings} >= {"silence", "near copy"}
        assert all(one.reason in CHECKS for one in done.findings)
        batch = kept_findings(catalog, done, "test")
        assert catalog.changes.findings(batch) == list(done.findings)
        assert catalog.changes.apply(batch, to_set_aside(done.findings)) == 2
        assert len(catalog.clips()) == len(before) - 2
        assert {clip.reasons.split(":")[1].strip() for clip in catalog.clips(with_set_aside=True) if clip.reasons} == {
            "silence",
            "near copy",
        }
        assert catalog.changes.undo(batch).taken_back == 2
        assert catalog.clips(with_set_aside=True) == before


def test_label_errors_are_set_aside_only_when_it_is_asked_for() -> None:
    findings = [
        Finding("a", "label error", "relabel", 0.95, "no", "sounds like no"),
        Finding("b", "label error", "set aside", 0.82, "", "sounds like another word"),
        Finding("c", "label doubt", "look", 0.6, "no", ""),
        Finding("d", "silence", "set aside", -90.0, "", "-90 dB"),
        Finding("d", "truncated", "set aside", -3.0, "", "ends"),
        Finding("e", "two words", "look", -3.0, "", ""),
    ]
    assert [(one.clip_id, one.after) for one in to_set_aside(findings)] == [
        ("d", "audit: silence: -90 dB; truncated: ends")
    ]
    assert [one.clip_id for one in to_set_aside(findings, 0.9)] == ["a", "d"]
    assert [one.clip_id for one in to_set_aside(findings, 0.8, without={"silence", "truncated"})] == ["a", "b"]


def test_the_same_bytes_for_any_workers_and_nothing_is_measured_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured_module, "FEW", 1)
    filled(tmp_path / "made")
    kept = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        shutil.copytree(tmp_path / "made", folder)  # with the times of its files, which are kept with the measures
        with Catalog(folder) as catalog:
            done = audit(catalog, AuditSettings(families=("readable", "signal", "edges"), workers=workers))
        files = sorted((folder / "measures").iterdir())
        kept.append(({file.name: file.read_bytes() for file in files}, done.findings))
    assert kept[0] == kept[1]
    monkeypatch.setattr(measured_module, "load_audio", None)
    with Catalog(tmp_path / "1") as catalog:
        assert audit(catalog, AuditSettings(families=("signal",), workers=1)).rows.keys() == {
            clip.audio_sha256 for clip in catalog.clips()
        }


def test_audio_that_is_gone_is_unreadable_and_measured_when_it_is_back(tmp_path: Path) -> None:
    filled(tmp_path)
    with Catalog(tmp_path) as catalog:
        clip = catalog.clips()[0]
        path = audio_path(tmp_path, clip.audio_sha256)
        stored = path.read_bytes()
        path.write_bytes(stored[:100])
        done = audit(catalog, CHEAP)
        assert [one.clip_id for one in done.findings if one.reason == "unreadable"] == [clip.id]
        assert to_set_aside(done.findings)
        path.write_bytes(stored)
        assert not [one for one in audit(catalog, CHEAP).findings if one.reason == "unreadable"]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def put_a_folder_there(path: Path) -> None:
    path.unlink()
    path.mkdir()


def put_another_clip_there(path: Path) -> None:
    path.write_bytes(next(one for one in path.parents[1].rglob("*.flac") if one != path).read_bytes())


def change_one_byte(path: Path) -> None:
    stored = path.read_bytes()
    path.write_bytes(stored[:-20] + bytes([stored[-20] ^ 0xFF]) + stored[-19:])


DAMAGES: list[Callable[[Path], object]] = [
    Path.unlink,
    cut,
    put_a_folder_there,
    put_another_clip_there,
    change_one_byte,
    lambda path: path.write_bytes(b""),
]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("audited_before", [False, True])
def test_audio_that_was_damaged_is_unreadable_whether_it_was_measured_before_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, audited_before: bool, workers: int
) -> None:
    monkeypatch.setattr(measured_module, "FEW", 1)
    filled(tmp_path)
    every = replace(CHEAP, families=tuple(FAMILIES), workers=workers)
    with Catalog(tmp_path) as catalog:
        if audited_before:
            assert not [one for one in audit(catalog, every).findings if one.reason == "unreadable"]
        damaged = catalog.clips()[: len(DAMAGES)]
        for clip, damage in zip(damaged, DAMAGES, strict=True):
            damage(audio_path(tmp_path, clip.audio_sha256))
        for families in (("readable",), tuple(FAMILIES)):
            done = audit(catalog, replace(every, families=families))
            unreadable = [one.clip_id for one in done.findings if one.reason == "unreadable"]
            assert sorted(unreadable) == sorted(clip.id for clip in damaged)
            assert not done.rows.keys() & {clip.audio_sha256 for clip in damaged}
        assert audit_page(done, catalog, sounds=False)


def test_only_the_file_that_was_touched_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path)
    with Catalog(tmp_path) as catalog:
        before = audit(catalog, CHEAP)
        touched = catalog.clips()[2].audio_sha256
        os.utime(audio_path(tmp_path, touched), ns=(1, 1))
        read: list[str] = []

        def load(folder: Path, sha256: str) -> Samples:
            read.append(sha256)
            return load_audio(folder, sha256)

        monkeypatch.setattr(measured_module, "load_audio", load)
        assert audit(catalog, CHEAP).findings == before.findings and read == [touched]
        assert audit(catalog, CHEAP).findings == before.findings and read == [touched]


def test_measures_of_forgotten_audio_are_deleted(tmp_path: Path) -> None:
    filled(tmp_path)
    with Catalog(tmp_path) as catalog:
        audit(catalog, AuditSettings(families=("signal",), workers=1))
        gone = catalog.clips()[0].audio_sha256
    (path,) = (tmp_path / "measures").glob(f"*-{gone[:2]}.npy")
    assert gone.encode() in path.read_bytes()
    assert forget_measures(tmp_path, [gone, "0" * 64]) == 1
    assert gone.encode() not in path.read_bytes()
    path.write_bytes(b"damaged")
    assert forget_measures(tmp_path, [gone]) == 0 and not path.exists()


def test_a_clip_at_another_rate_is_told(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        audio = catalog.store_audio(word(1)[::2].copy(), RATE_HZ // 2)
        catalog.add_clip(NewClip(audio, "go", "ann", "made", "a"))
        found = audit(catalog, AuditSettings(families=("signal",), workers=1)).findings
    assert "stored at 8,000 Hz, 16,000 Hz are wanted" in [one.detail for one in found]


def test_an_empty_catalogue_is_refused(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog, pytest.raises(DataError, match="no clips to audit"):
        audit(catalog)


def test_labels_of_few_clips_are_not_judged_and_a_note_says_so(tmp_path: Path) -> None:
    filled(tmp_path)
    with Catalog(tmp_path) as catalog:
        done = audit(catalog, AuditSettings(families=("labels",), workers=1))
    assert not done.findings and "labels were not judged" in done.notes[0]


def test_each_check_belongs_to_a_family_and_says_why() -> None:
    assert {check.family for check in CHECKS.values()} == set(FAMILIES)
    assert all(check.why and check.means for check in CHECKS.values())
