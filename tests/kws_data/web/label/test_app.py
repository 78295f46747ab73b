"""What the labelling page's server answers: clips of the queue only, opinions that are checked, faults in one line."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from label_server import LabelServer, clips_to_label, label_server, tone

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.opinions import NewOpinion

TOKEN = "0123456789abcdef"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LabelServer, list[str]]]:
    folder = tmp_path_factory.mktemp("rec")
    ids = clips_to_label(folder, 6, suggested=6)
    with Catalog(folder) as catalog:
        example = next(clip for clip in catalog.clips(word="yes"))
        catalog.guidelines.add(f"# A\n\n- **R1 Whole**: ![one](clip:{example.id}) [two](clip:{'0' * 16})\n")
    with label_server(folder, "--twice", "1") as server:
        yield server, [*ids, example.id]


def ask(
    server: LabelServer, method: str, path: str, body: object = None, catalogue: str = ""
) -> tuple[int, Any, bytes]:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {"Origin": server.address.rstrip("/"), "Content-Type": "application/json"}
    headers |= {"X-Catalogue": catalogue} if catalogue else {}
    sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    line.request(method, path, sent, headers)
    answer = line.getresponse()
    content = answer.read()
    line.close()
    is_json = answer.headers["content-type"] == "application/json"
    return answer.status, json.loads(content) if is_json else None, content


def opinion(clip: str, **more: object) -> dict[str, object]:
    return {"clip": clip, "annotator": "Ann", "label": "yes", "token": TOKEN, **more}


def test_clips_come_without_where_they_are_from(served: tuple[LabelServer, list[str]]) -> None:
    server, ids = served
    status, found, raw = ask(server, "POST", "/api/next", {"annotator": "zoe", "count": 2, "have": [ids[0]]})
    assert status == 200 and [task["id"] for task in found["tasks"]] == ids[1:3]
    task = found["tasks"][0]
    assert (task["samples"], task["rate_hz"], task["suggestion"], task["confidence"]) == (16_000, 16_000, "no", 0.93)
    assert task["others"] == [] and b"secret_word" not in raw and b"them" not in raw


def test_samples_are_those_of_the_clip_16_bits_little_endian(served: tuple[LabelServer, list[str]]) -> None:
    server, ids = served
    heard = [np.frombuffer(ask(server, "GET", f"/api/audio/{one}.pcm")[2], "<i2") for one in ids[:6]]
    assert sorted(map(bytes, heard)) == sorted(tone(number).astype("<i2").tobytes() for number in range(6))


def test_only_clips_of_the_queue_and_the_guideline_leave_the_server(served: tuple[LabelServer, list[str]]) -> None:
    server, ids = served
    with Catalog(server.recordings) as catalog:
        others = [clip.id for clip in catalog.clips() if clip.id not in ids]
    status, guideline, _ = ask(server, "GET", "/api/guideline")
    assert (
        status == 200
        and guideline["rules"] == [{"rule": "R1", "title": "Whole"}]
        and f'data-clip="{ids[-1]}"' in guideline["html"]
    )
    assert ask(server, "GET", f"/api/audio/{ids[-1]}.pcm")[0] == 200
    for one in (*others, "0" * 16):
        assert ask(server, "GET", f"/api/audio/{one}.pcm")[:2] == (404, {"error": "no such clip here"})


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/api/audio/../../catalog.sqlite",
            "/api/audio/..%2f..%2fcatalog.sqlite.pcm",
            "/api/audio/ABCDEF0123456789.pcm",
        ),
        *("/files/../label_app.py", "/files/..%2flabel_app.py", "/files/%2e%2e/guard.py", "/files/label_app.py"),
        *("/files//etc/passwd", "/files/collect.js", "/docs", "/openapi.json", "/api", "/%00", "/api/audio/%00.pcm"),
    ],
)
def test_no_path_of_a_client_opens_a_file(served: tuple[LabelServer, list[str]], path: str) -> None:
    status, said, raw = ask(served[0], "GET", path)
    assert status in (404, 422) and list(said) == ["error"] and b"\n" not in raw and b"SQLite" not in raw


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "JSON"),
        (b"[]", "dictionary"),
        ({"opinions": []}, "at least 1"),
        ({"opinions": [opinion("x")]}, "opinions.0.clip"),
        ({"opinions": [opinion("a" * 16, annotator=" ")]}, "1 to 40"),
        ({"opinions": [opinion("a" * 16, annotator="a\u202eb")]}, "are seen"),
        ({"opinions": [opinion("a" * 16, annotator="a" * 41)]}, "1 to 40"),
        ({"opinions": [opinion("a" * 16, label="_made_up_")]}, "no such label"),
        ({"opinions": [opinion("a" * 16, label="x" * 61)]}, "at most 60 characters"),
        ({"opinions": [opinion("a" * 16, label="../../../tmp/evil")]}, "a word has no slash"),
        ({"opinions": [opinion("a" * 16, note="x" * 2_001)]}, "at most 2000"),
        ({"opinions": [opinion("a" * 16, token="short")]}, "opinions.0.token"),
        ({"opinions": [opinion("a" * 16, kind="model")]}, "opinions.0.kind"),
        ({"opinions": [opinion("a" * 16, seconds=-1)]}, "opinions.0.seconds"),
        ({"opinions": [opinion("a" * 16, more=1)]}, "not permitted"),
        ({"opinions": [opinion("a" * 16)] * 51}, "at most 50"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(served: tuple[LabelServer, list[str]], body: object, why: str) -> None:
    status, said, raw = ask(served[0], "POST", "/api/opinions", body)
    assert status == 422 and list(said) == ["error"] and why in said["error"] and b"\n" not in raw
    assert "Value error" not in said["error"]


def test_what_is_meant_for_another_catalogue_is_neither_kept_nor_dropped(
    served: tuple[LabelServer, list[str]],
) -> None:
    server, ids = served
    own = ask(server, "GET", "/api/setup")[1]["catalogue"]
    given = {"opinions": [opinion(ids[3], token=TOKEN + "other")]}
    for path, body in (("/api/opinions", given), ("/api/next", {"annotator": "ann"}), ("/api/setup", None)):
        status, said, _ = ask(server, "POST" if body else "GET", path, body, catalogue="f" * 16)
        assert (status, said) == (409, {"error": "another catalogue is served at this address now"})
    assert not server.opinions(giver="ann")
    assert ask(server, "POST", "/api/opinions", given, catalogue=own)[0] == 200
    ask(server, "POST", "/api/undo", {"annotator": "ann", "token": TOKEN + "other"})


def test_a_version_of_the_guideline_that_is_not_there_is_said_and_harms_nothing(
    served: tuple[LabelServer, list[str]],
) -> None:
    server, ids = served
    status, said, _ = ask(server, "POST", "/api/opinions", {"opinions": [opinion(ids[3], guideline=99)]})
    assert status == 422 and "no such version of the guideline: 99" in said["error"]
    assert [one["kept"] for one in said["opinions"]] == [False] and not server.opinions(giver="ann")


def test_an_opinion_is_kept_once_taken_back_and_refused_for_other_clips(served: tuple[LabelServer, list[str]]) -> None:
    server, ids = served
    given = opinion(ids[5], note=" <b>\u2028", start=100, stop=900, seconds=1.5, guideline=1)
    wrong = opinion("0" * 16, token=TOKEN + "1")
    backwards = opinion(ids[4], token=TOKEN + "2", start=9, stop=3)
    outside = opinion(ids[4], token=TOKEN + "3", start=9, stop=16_001)
    for _ in range(2):
        _, said, _ = ask(server, "POST", "/api/opinions", {"opinions": [given, wrong, backwards, outside]})
        assert [one["kept"] for one in said["opinions"]] == [True, False, False, False]
        assert "ends after its clip" in said["opinions"][3]["why"]
        assert "no such clip" in said["opinions"][1]["why"] and "ends before" in said["opinions"][2]["why"]
    kept = server.opinions(giver="ann")
    assert [(one.clip_id, one.start, one.stop, one.note, one.kind) for one in kept] == [
        (ids[5], 100, 900, " <b>\u2028", "person")
    ]
    assert ask(server, "POST", "/api/undo", {"annotator": "bob", "token": TOKEN})[1] == {"undone": False}
    last = ask(server, "POST", "/api/last", {"annotator": "ANN"})[1]["last"]
    assert (last["token"], last["task"]["id"]) == (TOKEN, ids[5])
    for undone in (True, False):
        assert ask(server, "POST", "/api/undo", {"annotator": " ann", "token": TOKEN})[1] == {"undone": undone}
    assert ask(server, "POST", "/api/last", {"annotator": "ann"})[1] == {"last": None} and not server.opinions()


def test_a_clip_that_is_damaged_can_still_be_answered(tmp_path: Path) -> None:
    ids = clips_to_label(tmp_path, 2)
    with Catalog(tmp_path) as catalog:
        audio = {clip.id: clip.audio_sha256 for clip in catalog.clips()}[ids[0]]
    (tmp_path / "audio" / audio[:2] / f"{audio}.flac").write_bytes(b"nothing")
    with label_server(tmp_path) as server:
        _, found, _ = ask(server, "POST", "/api/next", {"annotator": "ann", "count": 2})
        assert ["damaged" in task["fault"] for task in found["tasks"]] == [True, False]
        status, said, _ = ask(server, "GET", f"/api/audio/{ids[0]}.pcm")
        assert status == 503 and "import again" in said["error"]


def test_an_adjudicator_gets_disputed_clips_that_have_a_label(tmp_path: Path) -> None:
    clips_to_label(tmp_path, 1)
    with Catalog(tmp_path) as catalog:
        clip = catalog.clips(word="yes")[0].id
        for who, label in (("Ann", "yes"), ("Bob", "no")):
            catalog.opinions.give(NewOpinion(clip, "person", who, label))
    with label_server(tmp_path) as server:
        status, found, _ = ask(server, "POST", "/api/disagreements", {"annotator": "eve", "count": 9})
        assert status == 200 and [task["id"] for task in found["tasks"]] == [clip]
        assert [one["label"] for one in found["tasks"][0]["others"]] == ["yes", "no"]
        assert ask(server, "GET", f"/api/audio/{clip}.pcm")[0] == 200
        assert ask(server, "GET", "/api/progress")[1]["disagreements"] == 1
        decided = opinion(clip, annotator="eve", kind="adjudicator")
        assert ask(server, "POST", "/api/opinions", {"opinions": [decided]})[0] == 200
        assert ask(server, "GET", "/api/progress")[1]["disagreements"] == 0
