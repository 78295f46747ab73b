"""``kws audit`` as it is called."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_words import add, whole, word

from kws_data.catalog.catalog import Catalog
from kws_data.cli import run

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
    assert "kws label --clips found shows the 2" in told
    assert run(audited(recordings, "--apply", "--json")) == 0
    document = json.loads(capsys.readouterr().out)
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
    assert [one["undone_at"] != "" for one in json.loads(capsys.readouterr().out)["batches"]] == [False, True]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["--checks", "nonsense"], "no such checks: 'nonsense'"),
        (["--undo", "7"], "no such audit: 7"),
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
