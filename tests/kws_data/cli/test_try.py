"""``kws try``: where the page is written, what is printed, how serving ends."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from tiny_bundle import tiny_bundle

from kws_data.browser.page import try_page
from kws_data.cli import run


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "runs" / "tiny" / "model"
    folder.mkdir(parents=True)
    tiny_bundle().save(folder)
    return folder


def test_the_page_lies_in_the_runs_report_folder(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["try", "--bundle", "runs/tiny/model"]) == 0
    page = Path("runs/tiny/report/try.html")
    assert page.read_text(encoding="utf-8") == try_page(tiny_bundle())
    assert capsys.readouterr().out.startswith("runs/tiny/report/try.html: ")
    assert run(["try", "--bundle", "runs/tiny/model", "--out", "a/b.html", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {"page": "a/b.html", "bytes": page.stat().st_size, "address": None}
    assert Path("a/b.html").read_bytes() == page.read_bytes()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ([], "name a CONFIG, whose run is tried, or a --bundle"),
        (["a.yaml", "--bundle", "runs/tiny/model"], "name a CONFIG or a --bundle, not both"),
        (["--bundle", "runs/tiny"], "it lies in runs/tiny/model"),
        (["--bundle", "runs/tiny/model", "--set", "seed=1"], "--set changes a CONFIG"),
        (["--bundle", "runs/tiny/model", "--port", "80"], "--port is where --serve serves"),
        (["--bundle", "elsewhere"], "name the page with --out"),
        (["--bundle", "runs/tiny/model", "--out", "runs/tiny/model/model.tflite/x.html"], "name another with --out"),
    ],
)
def test_a_call_that_is_wrong_is_one_line(
    call: list[str], said: str, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = model.parents[2] / "elsewhere"
    elsewhere.mkdir()
    tiny_bundle().save(elsewhere)
    assert run(["try", *call]) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.err.count("\n") == 1 and not captured.out


def test_serving_ends_with_ctrl_c(model: Path) -> None:
    command = [sys.executable, "-c", "from kws_data.cli import main; main()", "try", "--bundle", str(model)]
    served = subprocess.Popen([*command, "--serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert served.stdout is not None
    line = served.stdout.readline().decode()
    found = re.match(r"(http://127\.0\.0\.1:\d+/) hears yes, no; ", line)
    assert found is not None, line
    with urllib.request.urlopen(found[1]) as answer:
        assert answer.read().decode() == try_page(tiny_bundle())
    served.send_signal(signal.SIGINT)
    _, error = served.communicate(timeout=20)
    assert served.returncode == 130
    assert error.decode().split("\n")[-2:] == ["kws: the page is no longer served; one that is open goes on", ""]
    assert b"Traceback" not in error
    assert not (model.parent / "report").exists()  # what is served need not be written
