"""``kws audit`` as it is called."""

from __future__ import annotations

import json
import shlex
import signal
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from made_words import add, whole, word

from kws_data.catalog.catalog import Catalog
from kws_data.cli import run
from kws_data.web.label.clips import chosen_clips

CHECKS = "readable,signal,edges,copies,stale,outliers,coverage"


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    with Catalog(tmp_path / "recordings") as catalog:
        for number in range(4):
            add(catalog, word(number), f"go/{number}")
        add(catalog, np.zeros(16_000, np.int16), "go/silent")
        add(catalog, word(1), "no/copy", "no")
    return tmp_path / "recordings"


def audited(recordings: Path, *more: str) -> list[str]:
    return ["audit", "--recordings", str(recordings), "--workers", "1", "--checks", CHECKS, *more]


def test_what_is_found_is_told_applied_listed_and_undone(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(audited(recordings)) == 0
    told = capsys.readouterr().out
    assert "silence" in told and "copy with another word" in told and "--apply sets 1 clips aside" in told
    again = shlex.join(["kws", *audited(recordings)[:3], *audited(recordings)[5:]])
    assert f"next: {again} --apply sets" in told and f"next: {again} --page audit.html shows" in told
    assert f"kws label --clips found --recordings {recordings} has 2 clips whose word is in doubt" in told
    assert len(chosen(recordings)) == 2
    assert run(audited(recordings, "--apply", "--json")) == 0
    document = json.loads(capsys.readouterr().out)
    (silent,) = (one for one in document["findings"] if one["reason"] == "silence")
    assert silent["origin"] == "go/silent" and silent["word"] == "go" and silent["speaker"]
    assert document["set_aside"] == 1 and document["reasons"]["silence"] == 1 and document["batch"] == 2
    with Catalog(recordings) as catalog:
        assert len(catalog.clips()) == 5
    assert run(["audit", "--recordings", str(recordings), "--list"]) == 0
    assert "the whole catalogue" in capsys.readouterr().out
    assert run(["audit", "--recordings", str(recordings), "--undo", "2"]) == 0
    assert "1 clips are as they were" in capsys.readouterr().out
    with Catalog(recordings) as catalog:
        assert len(catalog.clips()) == 6
    assert run(["audit", "--recordings", str(recordings), "--list", "--json"]) == 0
    batches = json.loads(capsys.readouterr().out)["batches"]
    assert [(one["changes"], one["undone_at"] != "") for one in batches] == [(0, False), (1, True)]


def chosen(recordings: Path) -> tuple[str, ...]:
    with Catalog(recordings) as catalog:
        return chosen_clips(catalog, "found")


def test_what_is_advised_after_applying_counts_what_is_left_and_applies_nothing(
    recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Catalog(recordings) as catalog:
        hum = 0.2 * word(9) + 400 * np.sin(2 * np.pi * 50 * np.arange(16_000) / 16_000)
        hum[10_000:] = 0  # to be set aside, and worth a look
        add(catalog, whole(hum), "go/hum")
        add(catalog, whole(word(8) * 0.5 + 700.0), "go/offset")
    assert run(audited(recordings)) == 0
    before = capsys.readouterr().out
    assert run(audited(recordings, "--apply", "label-errors", "--confidence", "0.9")) == 0
    told = capsys.readouterr().out
    assert "--apply" not in told and "--confidence" not in told and "2 clips set aside; kws audit --undo 2" in told
    heard = len(chosen(recordings))
    assert heard > 2 and f" has {heard} clips to be heard, first the 2 whose word is in doubt" in told
    call = shlex.join(["kws", *audited(recordings)[:3], *audited(recordings)[5:], "--page", "audit.html"])
    looks = [int(line.split()[-6]) for out in (before, told) for line in out.splitlines() if call in line]
    assert looks[0] > looks[1]
    assert run(audited(recordings)) == 0
    assert f"{call} shows the {looks[1]} that" in capsys.readouterr().out


def test_where_nothing_is_set_aside_no_way_back_is_told(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(audited(recordings, "--apply")) == 0
    assert "1 clips set aside" in capsys.readouterr().out
    assert run(audited(recordings, "--apply")) == 0
    told = capsys.readouterr().out
    assert "nothing was to be set aside" in told and "--undo" not in told and "kws build" not in told


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["--checks", "nonsense"], "no such checks: 'nonsense'"),
        (["--undo", "7"], "no such audit: 7"),
        (["--list", "--undo", "1"], "--list and --undo are calls of their own"),
        (["--undo", "1", "--apply"], "--undo and --apply are calls of their own"),
        (["--list", "--page", "page.html"], "--list and --page are calls of their own"),
        (["--checks", ""], "--checks names none"),
        (["--set", "seed=2"], "name a CONFIG"),
        (["--confidence", "0.9"], "--apply label-errors"),
        (["--confidence", "0.9", "--apply"], "--apply label-errors"),
        (["--no-audio"], "--page"),
        (["--run", "nowhere", "--checks", "stale"], "nowhere"),
        (["--page", "/proc/page.html", "--checks", "signal"], "page cannot be written"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    recordings: Path, call: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", "--recordings", str(recordings), *call]) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("kws:")]
    assert len(told) == 1 and said in told[0]


def test_there_must_be_a_catalogue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "--recordings", str(tmp_path)]) == 2
    assert "no catalogue here" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_a_page_is_written(recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "out" / "audit.html"
    with Catalog(recordings) as catalog:
        add(catalog, whole(word(3) * 0.5), "go/3_copy")
    assert run(audited(recordings, "--page", str(page))) == 0
    assert "<audio" in page.read_text() and str(page) in capsys.readouterr().out
    assert run(audited(recordings, "--page", str(page), "--no-audio")) == 0
    assert "<audio" not in page.read_text() and "voices" not in page.read_text()


def test_a_run_that_is_not_there_is_refused_before_any_check(
    recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", "--recordings", str(recordings), "--run", "nowhere"]) == 2
    assert capsys.readouterr().err.startswith("kws: no such run")


def test_an_audit_is_not_undone_as_labels(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(audited(recordings, "--apply")) == 0
    assert run(["label", "undo", "1", "--recordings", str(recordings)]) == 2
    assert f"kws audit --undo 1 --recordings {recordings}" in capsys.readouterr().err
    with Catalog(recordings) as catalog:
        assert len(catalog.clips()) == 5


def test_an_interruption_that_a_library_loses_files_nothing(
    recordings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost(*_: object) -> list[list[str]]:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return []

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr("kws_data.quality.audit.audit.near_duplicate_groups", lost)
    try:
        assert run(audited(recordings, "--apply")) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    with Catalog(recordings) as catalog:
        assert not catalog.changes.batches() and len(catalog.clips()) == 6
