"""``kws collect``: what it asks for, how it ends, what a kill leaves, and https."""

from __future__ import annotations

import json
import re
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from labelled_clips import add_bare_clips
from served_page import Answer, Served, spoken_take

from kws_data.catalog.catalog import Catalog
from kws_data.cli import run

TERMS = ("--words", "yes,no", "--takes", "2", "--licence", "CC-BY-4.0")


@contextmanager
def collecting(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], Served, str]]:
    """``kws collect`` in a process of its own: the process, its server, and the address that it printed."""
    call = [sys.executable, "-c", "from kws_data.cli import main; main()", "collect", *TERMS, "--port", "0", *more]
    process = subprocess.Popen(call, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stderr is not None
    stream = process.stderr if "--json" in more else process.stdout
    try:
        address = next(word for line in stream for word in line.split() if "://" in word)
        stream.readline()
        yield process, Served(int(re.findall(r":(\d+)/", address)[0])), address
    finally:
        process.kill()
        process.communicate()


def begin(page: Served) -> str:
    version = page.ask("/api/terms").json["version"]
    return str(page.ask("/api/contributors", json_body={"agreed": True, "version": version}).json["secret"])


def send(page: Served, secret: str, word: str, seed: int = 0) -> Answer:
    path = f"/api/takes?form=s16&rate=16000&word={word}&take=0"
    return page.ask(path, body=spoken_take(seed=seed).tobytes(), headers={"X-Contributor": secret})


def test_ctrl_c_ends_it_with_a_summary_and_an_export(tmp_path: Path) -> None:
    with collecting(tmp_path, "--json", "--export", "data") as (process, page, address):
        ann, bob = begin(page), begin(page)
        assert (
            send(page, ann, "yes").status == send(page, ann, "no", 1).status == send(page, bob, "yes", 2).status == 201
        )
        assert page.ask("/api/me/withdraw", json_body={}, headers={"X-Contributor": bob}).status == 200
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    document = json.loads(out)
    told = {"contributors": 1, "clips": 2, "set_aside": 0, "contributors_now": 2, "clips_now": 3, "withdrawn_now": 1}
    assert document == {**document, **told, "exported": 2, "address": address, "licence": "CC-BY-4.0"}
    assert len(list((tmp_path / "data").rglob("*.flac"))) == 2 and (tmp_path / "data" / "yes").is_dir()


def test_only_who_recorded_is_counted_and_one_is_not_called_several(tmp_path: Path) -> None:
    with collecting(tmp_path, "--export", "data") as (process, page, _):
        people = [begin(page) for _ in range(3)]
        assert send(page, people[0], "yes").status == 201
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert "1 contributor recorded 1 clip this time, 0 withdrew; 1 contributor and 1 clip (0 set aside) in all" in out
    assert "1 clip written to data" in out


def test_a_catalogue_that_cannot_be_written_is_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with Catalog(tmp_path / "recordings") as catalog:
        add_bare_clips(catalog, 1)
    monkeypatch.setattr("kws_data.catalog.database.may_write", lambda path: False)
    assert run(["collect", *TERMS, "--port", "0"]) == 2
    said = capsys.readouterr()
    assert "catalogue can only be read" in said.err and "://" not in said.out and said.err.count("\n") == 1


def test_a_kill_loses_nothing_that_was_acknowledged_and_links_stay_good(tmp_path: Path) -> None:
    with collecting(tmp_path) as (process, page, _):
        secret = begin(page)
        assert send(page, secret, "yes").status == 201
        process.send_signal(signal.SIGKILL)
    with collecting(tmp_path) as (_, page, _):
        mine = page.ask("/api/me", headers={"X-Contributor": secret}).json
        assert [clip["word"] for clip in mine["clips"]] == ["yes"] and len(mine["remaining"]) == 3
        assert send(page, secret, "yes").status == 201  # sent again, as the answer was lost
    with Catalog(tmp_path / "recordings") as catalog:
        assert len(catalog.clips(source="collect")) == 1


def test_the_token_beyond_loopback_is_the_same_after_a_restart(tmp_path: Path) -> None:
    more = ("--host", "0.0.0.0", "--who", "Us", "--contact", "us@example.org")
    addresses = []
    for _ in range(2):
        with collecting(tmp_path, *more) as (_, page, address):
            assert page.ask("/").status == 401
            addresses.append(address.partition("?")[2])
    assert addresses[0] == addresses[1] and re.fullmatch(r"token=[\w-]{24}", addresses[0])


def test_https_with_a_certificate_of_ones_own(tmp_path: Path) -> None:
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    made = [*make, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    try:
        subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl here")
    with collecting(tmp_path, "--certificate", "cert.pem", "--key", "key.pem") as (_, _, address):
        assert address.startswith("https://")
        trusted = ssl.create_default_context(cafile=tmp_path / "cert.pem")
        with urllib.request.urlopen(address, context=trusted) as answer:
            assert b"Lend your voice" in answer.read()


@pytest.mark.parametrize(
    ("call", "named"),
    [
        ([], "CONFIG"),
        (["--words", "yes"], "--licence"),
        (["--words", "yes", "--licence", "x", "--key", "k.pem"], "--certificate"),
        (
            ["--words", "yes", "--licence", "x", "--certificate", "c.pem", "--key", "k.pem"],
            "certificate or key not found",
        ),
        (["--words", "yes", "--licence", "x", "--host", "0.0.0.0"], "--who"),
        (["--words", "yes,Yes", "--licence", "x"], "two ways"),
        (["--words", "yes", "--licence", "x", "--export", __file__], "name a folder with --export"),
        (["--words", "yes", "--licence", "x", "--export", f"{__file__}/data"], "name a folder with --export"),
        (
            ["--words", "yes", "--licence", "x", "--recordings", f"{__file__}/rec"],
            "folder of the catalogue cannot be made",
        ),
        (["--words", "a/b", "--licence", "x"], "no word"),
        (["--words", "yes", "--licence", "x", "--consent-text", "none.md"], "none.md"),
        (["--words", "yes", "--licence", "x", "--host", "203.0.113.1", "--who", "a", "--contact", "b"], "--host"),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line(
    call: list[str], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["collect", *call]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert named in said and "fault of kws" not in said and not list(tmp_path.iterdir())
