"""What runs firmware of ours refuses a front end that is in none of it: one line, exit code 2, nothing written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from wake_word_models import keyword_model, wake_word_bundle

from firmware_tools.errors import FrontendError, KwsError
from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.cli.bench.command import command as bench
from kws_data.cli.device_eval import command as device_eval
from kws_data.cli.evaluate import command as evaluate
from kws_data.cli.export import command as export
from kws_data.cli.flash import command as flash
from kws_data.cli.run_ import command as run

CONFIG = "name: word\nkeywords: [word]\nfrontend: {kind: micro_frontend}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "word.yaml").write_text(CONFIG)
    wake_word_bundle(keyword_model(), StreamSpec()).save(tmp_path / "runs/word/model")
    return tmp_path


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (flash, ["word.yaml"]),
        (flash, ["word.yaml", "--dry-run"]),
        (flash, ["word.yaml", "--board", "pico", "--image-only", "image"]),
        (flash, ["word.yaml", "--app", "mlperf"]),
        (device_eval, ["word.yaml"]),
        (evaluate, ["--bundle", "runs/word/model", "--stream", ".", "--engine", "device"]),
        (export, ["--bundle", "runs/word/model", "--to", "arduino", "--out", "made"]),
        (export, ["--bundle", "runs/word/model", "--to", "esphome", "--out", "made"]),
        (bench, ["--bundle", "runs/word/model"]),
    ],
)
def test_one_line_that_names_the_way(folder: Path, command, arguments: list[str]) -> None:  # type: ignore[no-untyped-def]
    before = sorted(folder.rglob("*"))
    result = CliRunner().invoke(command, arguments)
    assert isinstance(result.exception, FrontendError)
    assert result.exception.exit_code == 2
    line = str(result.exception)
    assert "kws export --to micro_wake_word" in line
    assert "\n" not in line
    assert sorted(folder.rglob("*")) == before


def test_a_step_on_a_board_is_none_of_its_run(folder: Path) -> None:
    result = CliRunner().invoke(run, ["word.yaml", "--until", "flash"])
    assert result.exit_code == 2
    assert "no step 'flash'" in result.output


def test_a_missing_package_is_told_before_anything_is_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymicro_features", None)
    result = CliRunner().invoke(run, ["word.yaml"])
    assert isinstance(result.exception, KwsError)
    assert result.exception.exit_code == 2
    assert "pip install 'kws[micro]'" in str(result.exception)
    assert not (folder / "recordings").exists()
