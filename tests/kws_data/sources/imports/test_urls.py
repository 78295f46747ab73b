"""Lists of addresses become clips: on whose terms, once, and nothing half-written."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from made_folder import tone
from small_server import Answer, SmallServer, small_server

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import urls_id
from kws_data.cli import run
from kws_data.errors import DataError
from kws_data.sources.imports.fetch import Manners
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.intake import Terms
from kws_data.sources.imports.urls import import_urls, read_list

QUICK = Manners(requests_per_second=500, timeout_s=5, retries=1, first_wait_s=0.01, longest_wait_s=0.1)


def wav(word: str, speaker: int) -> bytes:
    encoded = io.BytesIO()
    soundfile.write(encoded, tone(word, speaker), 16_000, format="WAV", subtype="PCM_16")
    return encoded.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with small_server() as server:
        yield server


def fetched(catalog: Catalog) -> list[Path]:
    return [path for path in (catalog.folder / "fetched").rglob("*") if path.is_file()]


def make_list(path: Path, server: SmallServer) -> Path:
    """Two good rows and one of each fault."""
    good, other = wav("yes", 1), wav("no", 2)
    server.set("/yes/a.wav", Answer(good))
    server.set("/no/b.flac", Answer(other))
    server.set("/text.wav", Answer(b"this is no audio, only text" * 30))
    server.set("/changed.wav", Answer(wav("no", 3)))
    rows = [
        ("/yes/a.wav", sha256(good), "CC BY 4.0", "", "Anna", "f", "train"),
        ("/no/b.flac", "", "CC0", "stop", "", "", "test"),
        ("/text.wav", "", "CC0", "yes", "", "", ""),
        ("/changed.wav", sha256(b"as it was"), "CC0", "yes", "", "", ""),
        ("/gone.wav", "", "CC0", "yes", "", "", ""),
        ("/free.wav", "", "", "yes", "", "", ""),
        ("/no/b.flac", "", "CC0", "yes", "", "", ""),
        ("/short.wav", "abc", "CC0", "yes", "", "", ""),
    ]
    lines = ["url,sha256,licence,label,speaker,gender,split,mood"]
    lines += [",".join([server.url(row[0]), *row[1:], ""]) for row in rows]
    path.write_text("\n".join([*lines, "ftp://host/a.wav,,CC0,yes,,,,", '"http://host/a.wav,CC0']) + "\n")
    return path


def test_a_list_becomes_clips_and_every_fault_has_its_reason(
    catalog: Catalog, server: SmallServer, tmp_path: Path
) -> None:
    path = make_list(tmp_path / "list.csv", server)
    report = import_urls(catalog, path, manners=QUICK)
    clips = {clip.word: clip for clip in catalog.clips(folder=urls_id(path))}
    assert report.counts.added == 2 and clips.keys() == {"yes", "stop"}
    yes = clips["yes"]
    assert (yes.licence, yes.attributes["gender"], yes.given_split) == ("CC-BY-4.0", "female", "training")
    assert "Anna" not in repr(yes) and (catalog.load(yes) == tone("yes", 1)).all()
    reasons = {place.rpartition("/")[2]: reason.split(":")[0] for place, reason in report.set_aside}
    assert reasons == {
        "text.wav": "file is text, no audio",
        "changed.wav": "file has another checksum",
        "gone.wav": "host answers 404",
        "list.csv line 7": "row has no licence",
        "list.csv line 8": "names the same address a second time",
        "list.csv line 9": "sha256 is none",
        "list.csv line 10": "address cannot be used",
        "list.csv line 11": "quotes do not close on the line",
    }
    assert any("mood" in note for note in report.notes) and any("no sha256" in note for note in report.notes)
    assert not fetched(catalog), "fetched files do not stay beside the catalogue's own copy"


def test_what_was_fetched_is_not_fetched_again(catalog: Catalog, server: SmallServer, tmp_path: Path) -> None:
    path = make_list(tmp_path / "list.csv", server)
    import_urls(catalog, path, manners=QUICK)
    server.asked.clear()
    report = import_urls(catalog, path, manners=QUICK)
    assert (report.counts.added, report.counts.known) == (0, 2)
    assert server.paths() == ["/robots.txt", "/changed.wav", "/gone.wav"], "only what failed is tried again"


def test_an_interrupted_fetch_goes_on(catalog: Catalog, server: SmallServer, tmp_path: Path) -> None:
    addresses = [server.set(f"/yes/{number}.wav", Answer(wav("yes", number))) for number in range(3)]
    path = tmp_path / "list.txt"
    path.write_text("# mine\n" + "\n".join(addresses) + "\n")

    def interrupted(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("fetch", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_urls(catalog, path, interrupted, Terms("CC0-1.0"), QUICK)
    assert len(fetched(catalog)) == 2 and not catalog.clips()
    server.asked.clear()
    report = import_urls(catalog, path, terms=Terms("CC0-1.0"), manners=QUICK)
    assert report.counts.added == 3 and server.paths() == ["/robots.txt", "/yes/2.wav"]
    assert {clip.word for clip in catalog.clips()} == {"yes"}


def test_a_changed_checksum_or_label_is_followed(catalog: Catalog, server: SmallServer, tmp_path: Path) -> None:
    old, new = wav("yes", 1), wav("yes", 2)
    url = server.set("/a.wav", Answer(old))
    path = tmp_path / "list.csv"
    path.write_text(f"url,sha256,licence,label\n{url},{sha256(old)},CC0,yes\n")
    import_urls(catalog, path, manners=QUICK)
    server.set("/a.wav", Answer(new))
    path.write_text(f"url,sha256,licence,label\n{url},{sha256(new)},CC0,no\n")
    assert import_urls(catalog, path, manners=QUICK).counts.added == 1
    clips = catalog.clips(folder=urls_id(path))
    assert [(clip.word, (catalog.load(clip) == tone("yes", 2)).all()) for clip in clips] == [("no", True)]


def test_plain_text_needs_a_licence(catalog: Catalog, server: SmallServer, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(server.set("/yes/a.wav", Answer(wav("yes", 1))) + "\n")
    with pytest.raises(DataError, match="no licence"):
        import_urls(catalog, path, manners=QUICK)
    assert not server.asked, "nothing is asked of the host"
    assert import_layout(catalog, "urls", path, terms=Terms("CC0-1.0")).counts.added == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "not found"), (b"", "empty"), (b"name,licence\na,b\n", "lacks a column"), (b"url,licence\n", "no address")],
)
def test_lists_that_cannot_be_used(content: bytes | None, message: str, catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        import_urls(catalog, path, manners=QUICK)


def test_the_verb_fetches(
    server: SmallServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list.txt").write_text(server.set("/yes/a.wav", Answer(wav("yes", 1))) + "\n")
    assert run(["import", "urls", "list.txt", "--licence", "CC0-1.0", "--rate", "100", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["added"], document["files_set_aside"]) == (1, [])
    assert run(["import", "urls", "none.txt"]) == 2


TABLE_OF_LINKS = "sep=;\r\nLink;Label;\r\nhttps://host/yes/1.wav;yes;\r\nhttps://host/no/2.wav;no;"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("text", ["https://host/yes/1.wav\r\n# no\r\nhttps://host/no/2.wav", TABLE_OF_LINKS])
def test_lists_are_read_as_windows_writes_them(text: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(text.encode(encoding))
    wanted, scan = read_list(tmp_path / "list.csv", tmp_path, Terms("CC0-1.0"))
    assert [(one.url, one.item.word) for one in wanted] == [
        ("https://host/yes/1.wav", "yes"),
        ("https://host/no/2.wav", "no"),
    ]
    assert not scan.problems and not any("not used" in note for note in scan.notes)


def test_a_list_without_addresses_says_which_column_would_do(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("adress,label\nhttps://host/1.wav,yes\n")
    with pytest.raises(DataError, match="did you mean adress"):
        read_list(tmp_path / "list.csv", tmp_path, Terms("CC0-1.0"))
