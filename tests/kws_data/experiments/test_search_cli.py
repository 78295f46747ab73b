"""``kws search`` as a user calls it: a real training, a real conversion, a real image."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_folder import make_folder

from kws_data.cli import run
from kws_data.config.load import load_config

CONFIG = """
name: small
keywords: [go, stop]
data: {{source: folder, folder: {folder}, record_test_clips: 0}}
split: {{test: validation_list, validation_share: 0.2}}
augment: {{copies: 2}}
model: {{channels: 8, blocks: 1, kernel: 5}}
train: {{epochs: 3, batch: 8}}
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.yaml"
    path.write_text(CONFIG.format(folder=make_folder(tmp_path / "data", speakers=16)))
    return path


@pytest.mark.slow
def test_a_search_leaves_a_configuration_that_can_be_run(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["search", str(config), "--rungs", "1", "--brackets", "1", "--workers", "1", "--json"]
    assert run(command) == 0
    document = json.loads(capsys.readouterr().out)
    (trial,) = document["trials"]
    assert trial["epochs"] == 1 and trial["clips"] > 0 and document["best"] == 0
    assert abs(trial["model_bytes"] - document["candidates"][0]["cost"]["model_bytes"]) < 200
    chosen = load_config(config.parent / "runs/small/search/best.yaml")
    assert chosen.model == load_config(config).model and chosen.train.epochs == 3
    assert run(command) == 2 and "--resume" in capsys.readouterr().err
    assert run([*command, "--resume"]) == 0
    assert json.loads(capsys.readouterr().out)["trials"] == document["trials"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--budget", "soon"], "no duration"),
        (["--budget", "0m"], "no duration"),
        (["--rungs", "6,3"], "no rungs"),
        (["--rungs", "a"], "no rungs"),
        (["--resume", "--fresh"], "contradict"),
        (["--resume"], "no search to resume"),
        (["--space", "nowhere.yaml"], "not found"),
    ],
)
def test_a_wrong_call_is_one_line(
    config: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", str(config), *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
