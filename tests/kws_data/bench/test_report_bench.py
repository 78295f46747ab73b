"""``kws bench report`` on a small run: written by a process of its own, opened where there is a browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kws_data.bench.report import bench
from kws_data.cli.bench.report import command


def test_a_small_run_is_written_and_measured_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("shutil.which", lambda name: None)
    done = CliRunner().invoke(command, ["--clips", "300", "--json"])
    assert done.exit_code == 0, done.output
    written, size, browser = json.loads(done.stdout)
    assert "300 test clips (made up)" in written["what"] and written["passed"] and written["details"]["seconds"] > 0
    assert 100_000 < size["details"]["bytes"] < bench.PAGE_BYTES and browser["passed"] is None
    assert not list(tmp_path.iterdir())
