"""``kws record --from-stream``, from a pseudo-terminal to the catalogue."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from bare_sender import BareSender
from click.testing import CliRunner, Result

from firmware_tools.errors import KwsError
from kws_data.catalog.catalog import Catalog
from kws_data.cli import cli

HERE = ("--speaker", "ann", "--consent", "research", "--yes", "--countdown", "0", "--json")
TONE = (6_000 * np.sin(2 * np.pi * 500 * np.arange(16_000) / 16_000)).round().astype(np.int16)


def record(folder: Path, port: str, *arguments: str, form: str = "raw16@115200") -> Result:
    where = ("--recordings", str(folder / "rec"), "--port", port, "--from-stream", form)
    return CliRunner().invoke(cli, ["record", *where, *HERE, *arguments])


def test_takes_are_stored_with_the_mark(tmp_path: Path) -> None:
    with BareSender(TONE) as board:
        done = record(tmp_path, board.port, "--words", "yes", "--takes", "2", "--stream-rate", "16000")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["kept"] == 2
    assert "yes: not proven whole, peak" in done.stderr and "is the baud right?" in done.stderr
    assert "taken as 16000 Hz" in done.stderr and "not proven whole" in done.stderr
    with Catalog(tmp_path / "rec") as catalog:
        clips = catalog.clips()
        assert len(clips) == 2
        for clip in clips:
            assert clip.device == "stream:raw16" and clip.attributes["whole"] == "not proven"
            assert (clip.samples, clip.attributes["codec"]) == (16_000, "raw16")
    shown = CliRunner().invoke(cli, ["catalog", "--recordings", str(tmp_path / "rec"), "--by", "whole"])
    assert "not proven" in shown.output


def test_a_stream_without_an_end_is_filed_with_the_mark(tmp_path: Path) -> None:
    said = np.zeros(32_000, np.int16)
    said[8_000:16_000] = TONE[:8_000]
    said += np.random.default_rng(1).normal(0, 20, 32_000).astype(np.int16)
    with BareSender(said) as board:
        done = record(tmp_path, board.port, "--continuous", "4s")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["utterances"] >= 1
    assert "0 samples seen lost, not proven whole" in done.stderr
    with Catalog(tmp_path / "rec") as catalog:
        clips = catalog.clips(with_set_aside=True)
    assert clips and all(clip.attributes["whole"] == "not proven" for clip in clips)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--words", "yes", "--board", "emulated"), "goes without --board"),
        (("--words", "yes", "--play", "x.wav"), "goes without --play"),
        (("--words", "yes", "--port", "/dev/pts/9"), "needs one --port"),
        (("demo.yaml",), "goes without a CONFIG"),
    ],
)
def test_calls_that_make_no_sense(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = record(tmp_path, "/dev/ttyX", *arguments)
    assert done.exit_code == 2 and said in done.output


def test_a_form_that_nobody_knows_and_a_rate_alone(tmp_path: Path) -> None:
    done = record(tmp_path, "/dev/ttyX", "--words", "yes", form="raw24@9600")
    assert done.exit_code == 2 and "write raw16@115200 or lines@115200" in done.output
    done = CliRunner().invoke(cli, ["record", "--words", "yes", "--stream-rate", "8000"])
    assert done.exit_code == 2 and "--stream-rate goes with --from-stream" in done.output


def test_something_else_leaves_no_catalogue(tmp_path: Path) -> None:
    with BareSender(b"hello from another program\r\n", 20_000) as board:
        done = record(tmp_path, board.port, "--words", "yes")
    assert isinstance(done.exception, KwsError) and done.exception.exit_code == 2
    assert "text comes where raw16 was promised" in str(done.exception)
    assert not (tmp_path / "rec" / "catalog.sqlite").exists()
