"""Any file in a folder can be broken: it is set aside with its reason, and the rest goes on."""

from __future__ import annotations

import contextlib
import json
import os
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from made_folder import tone
from made_layouts import (
    CV_COLUMNS,
    HASHES,
    acquisition,
    make_common_voice,
    make_edge_impulse,
    make_label_studio,
    to_cbor,
)

from kws_data.audio import read_audio, write_wav
from kws_data.catalog import Catalog
from kws_data.errors import AudioError, CatalogError, DataError
from kws_data.sources import attribution, audiomnist, common_voice, edge_impulse, folder, label_studio, mswc
from kws_data.sources.acquisition import read_acquisition
from kws_data.sources.cbor import CborError, decode_cbor
from kws_data.sources.intake import folder_id
from kws_data.sources.json_files import number, read_json
from kws_data.sources.label_studio import Label, decide
from kws_data.sources.layouts import import_layout
from kws_data.sources.people import age_of, gender_of, words_of
from kws_data.sources.tables import read_table


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "rec") as catalog:
        yield catalog


def wav(rate_hz: int = 16_000, channels: int = 1, data: bytes = b"\1\2" * 8_000, announced: int | None = None) -> bytes:
    """A 16-bit WAV whose header may lie."""
    size = len(data) if announced is None else announced
    form = struct.pack("<HHIIHH", 1, channels, rate_hz, (2 * rate_hz * channels) & 0xFFFFFFFF, 2 * channels, 16)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<I", 16) + form + (
        b"data" + struct.pack("<I", size) + data
    )  # fmt: skip


def float_wav(path: Path, values: list[float]) -> None:
    soundfile.write(path, np.array(values, np.float32), 16_000, subtype="FLOAT")


def break_folder(root: Path) -> dict[str, str]:
    """Files in ``root/yes`` that cannot be used: name -> what its reason says."""
    yes = root / "yes"
    whole = wav()
    (yes / "truncated.wav").write_bytes(whole[: len(whole) // 2])
    (yes / "empty.wav").write_bytes(b"")
    (yes / "text.wav").write_text("once upon a time\n" * 99)
    float_wav(yes / "nan.wav", [0.0, float("nan"), 0.5])
    float_wav(yes / "inf.wav", [0.0, float("inf"), 0.5])
    (yes / "no_rate.wav").write_bytes(wav(rate_hz=0))
    (yes / "slow.wav").write_bytes(wav(rate_hz=1))
    (yes / "fast.wav").write_bytes(wav(rate_hz=4_000_000_000))
    (yes / "no_channel.wav").write_bytes(wav(channels=0))
    (yes / "huge.wav").write_bytes(wav(announced=0x70000000))
    (yes / "head.wav").write_bytes(whole[:20])
    (yes / "song.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(500))
    (yes / "zeros.flac").write_bytes(bytes(5_000))
    (yes / "cut.mp3").write_bytes(b"\xff\xfb\x90\x00" + bytes(50))
    return {
        "truncated.wav": "truncated",
        "empty.wav": "empty",
        "text.wav": "no audio",
        "nan.wav": "no numbers",
        "inf.wav": "no numbers",
        "no_rate.wav": "",
        "slow.wav": "sample rate",
        "fast.wav": "",
        "no_channel.wav": "",
        "huge.wav": "truncated",
        "head.wav": "",
        "song.m4a": "no audio",
        "zeros.flac": "no audio",
        "cut.mp3": "",
    }


@pytest.mark.parametrize("layout", ["speech-commands", "folder"])
def test_broken_files_are_set_aside_and_the_rest_goes_on(layout: str, catalog: Catalog, tmp_path: Path) -> None:
    root = tmp_path / "data"
    (root / "yes").mkdir(parents=True)
    for number_ in range(3):
        write_wav(root / "yes" / f"ab12cd3{number_}_nohash_0.wav", tone("yes", number_), 16_000)
    expected = break_folder(root)
    (root / "yes" / "folder.wav").mkdir()
    os.mkfifo(root / "yes" / "pipe.wav")
    (root / "yes" / "dangling.wav").symlink_to(root / "nowhere.wav")
    (root / "yes" / "itself.wav").symlink_to(root / "yes" / "itself.wav")
    (root / "yes" / "loop").symlink_to(root)
    report = import_layout(catalog, layout, root)
    assert report.counts.added == 3
    reasons = {name.removeprefix("yes/"): reason for name, reason in report.set_aside}
    assert reasons.keys() == expected.keys()
    for name, part in expected.items():
        assert reasons[name] and part in reasons[name], f"{name}: {reasons[name]}"
        assert "\n" not in reasons[name]
    again = import_layout(catalog, layout, root)
    assert (again.counts.added, again.counts.known, again.set_aside) == (0, 3, report.set_aside)


def test_names_that_are_no_text_are_taken_in(catalog: Catalog, tmp_path: Path) -> None:
    root = tmp_path / "data" / os.fsdecode(b"gr\xfc\xdfe")
    root.mkdir(parents=True)
    encoded = wav(data=tone("yes", 1).tobytes())
    Path(root, os.fsdecode(b"caf\xe9_nohash_0.wav")).write_bytes(encoded)
    for layout in ("speech-commands", "folder"):
        report = import_layout(catalog, layout, tmp_path / "data")
        assert (report.counts.added, report.set_aside) == (1, ())
    assert {clip.word for clip in catalog.clips()} == {"gr\\xfc\\xdfe"}


def test_a_file_that_may_not_be_read_is_set_aside(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read anything, so the refusal is made by hand where the system makes it: as the file is opened."""
    root = tmp_path / "data" / "yes"
    for name in ("open_nohash_0.wav", "locked_nohash_0.wav"):
        root.mkdir(parents=True, exist_ok=True)
        write_wav(root / name, tone(name, 1), 16_000)
    opened = Path.open

    def refused(path: Path, *arguments: object, **options: object) -> object:
        if path.name.startswith("locked"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refused)
    report = import_layout(catalog, "speech-commands", tmp_path / "data")
    assert report.counts.added == 1
    assert [name for name, _ in report.set_aside] == ["yes/locked_nohash_0.wav"]
    assert "Permission denied" in report.set_aside[0][1]


def test_a_full_disk_is_an_error_and_not_a_broken_file(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wav(tmp_path / "data" / "yes" / "a_nohash_0.wav", tone("yes", 1), 16_000)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kws_data.sources.intake.store_audio", full)
    with pytest.raises(CatalogError, match="No space left"):
        import_layout(catalog, "speech-commands", tmp_path / "data")
    monkeypatch.undo()
    assert import_layout(catalog, "speech-commands", tmp_path / "data").counts.added == 1


@pytest.mark.parametrize(("suffix", "form", "subtype"), [
    (".mp3", "MP3", "MPEG_LAYER_III"), (".ogg", "OGG", "VORBIS"), (".opus", "OGG", "OPUS"), (".flac", "FLAC", "PCM_24"),
])  # fmt: skip
def test_compressed_files_are_read_whole_and_refused_when_cut(
    suffix: str, form: str, subtype: str, tmp_path: Path
) -> None:
    whole, cut = tmp_path / f"whole{suffix}", tmp_path / f"cut{suffix}"
    soundfile.write(whole, tone("yes", 1, samples=48_000), 48_000, format=form, subtype=subtype)
    samples = read_audio(whole)
    assert abs(len(samples) - 16_000) <= 400
    expected = tone("yes", 1, samples=48_000).astype(np.float64).std()
    assert samples.astype(np.float64).std() == pytest.approx(expected, rel=0.05)
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(AudioError):
        read_audio(cut)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_wav_is_samples_or_an_audio_error(data: st.DataObject) -> None:
    whole = bytearray(wav(data=tone("yes", 1).tobytes()[:600]))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, 60))] = data.draw(st.integers(0, 255))
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(whole)
        file.flush()
        try:
            samples = read_audio(file.name)
        except AudioError:
            return
        assert samples.dtype == np.int16 and samples.ndim == 1 and len(samples)


# ---- tables ----------------------------------------------------------------------------------


def test_a_broken_line_costs_that_line_only(tmp_path: Path) -> None:
    path = tmp_path / "metadata.csv"
    path.write_bytes(
        b'\xef\xbb\xbfFile , Label\r\na.wav,"yes, please"\r\nb.wav,"open\r\nc.wav\r\n\r\nd\xff.wav,no\r\ne.wav,no\r\n'
    )
    table = read_table(path, needed=("file",))
    assert table.columns == ("file", "label")
    assert table.rows == [(2, {"file": "a.wav", "label": "yes, please"}), (7, {"file": "e.wav", "label": "no"})]
    assert table.problems == (
        ("metadata.csv line 3", "quotes do not close on the line"),
        ("metadata.csv line 4", "has 1 fields, the header has 2"),
        ("metadata.csv line 6", "is no UTF-8 text"),
    )


@pytest.mark.parametrize("text", ["file;label\na,b.wav;yes\n", "file\tlabel\na,b.wav\tyes\n"])
def test_other_separators_are_seen(text: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text)
    assert read_table(tmp_path / "t.csv").rows == [(2, {"file": "a,b.wav", "label": "yes"})]


def test_a_spreadsheet_in_utf_16_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("file\tlabel\na.wav\tgrün\n".encode("utf-16"))
    assert read_table(tmp_path / "t.csv").rows == [(2, {"file": "a.wav", "label": "grün"})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"file,file\n", "column twice"),
        (b"name,label\n", "lacks a column"),
        (b"\xff\xfea", "no text"),
        (b"\x00\x01\x02\x03", "lacks a column"),
    ],
)
def test_tables_that_cannot_be_used(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_table(tmp_path / "t.csv", needed=("file",))
    assert "\n" not in str(caught.value)


CELL = st.text(st.characters(blacklist_characters="\r\n\0", blacklist_categories=["Cs"]), max_size=12)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8))
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]]) -> None:
    import csv

    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "t.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([["file", "label", "speaker"], *rows])
        table = read_table(path)
    wanted = [[cell.strip() for cell in row] for row in rows]
    assert [list(row.values()) for _, row in table.rows if any(row.values())] == [row for row in wanted if any(row)]
    assert not table.problems


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text().map(str.encode), st.booleans())
def test_any_bytes_are_a_table_or_a_data_error(content: bytes, tabs: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "t.csv")
        path.write_bytes(content)
        try:
            table = read_table(path, tabs=tabs)
        except DataError:
            return
    assert all(row.keys() == set(table.columns) for _, row in table.rows)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_in_the_tables_of_a_layout_are_a_scan_or_a_data_error(content: bytes) -> None:
    header = "\t".join(CV_COLUMNS).encode()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        for name, start in (("metadata.csv", b"file,label\n"), ("validated.tsv", header + b"\n"),
                            ("en_splits.csv", b"SET,LINK,WORD,VALID,SPEAKER,GENDER\n")):  # fmt: skip
            (root / name).write_bytes(start + content)
        (root / "ATTRIBUTION.csv").write_bytes(",".join(attribution.COLUMNS).encode() + b"\n" + content)
        for module in (folder, common_voice, mswc):
            assert module.scan(root).items == []
        attribution.read_attribution(root)


def test_paths_in_tables_do_not_lead_out_of_the_folder(catalog: Catalog, tmp_path: Path) -> None:
    write_wav(tmp_path / "secret.wav", tone("yes", 1), 16_000)
    root = tmp_path / "data"
    (root / "en" / "clips").mkdir(parents=True)
    names = ("../secret.wav", str(tmp_path / "secret.wav"), "..\\secret.wav", "", "a\0.wav", ".", "en/../../secret.wav")
    (root / "metadata.csv").write_text("file,label\n" + "".join(f"{name},yes\n" for name in names))
    assert folder.scan(root).items == [] and len(folder.scan(root).problems) == len(names)
    (root / "en" / "en_splits.csv").write_text("LINK,WORD\n../secret.wav,yes\n../../secret.wav,yes\nclips/..,yes\n")
    assert mswc.scan(root).items == []
    row = (HASHES[0], "../../../secret.wav", "yes", *[""] * 8)
    (root / "en" / "validated.tsv").write_text("\t".join(CV_COLUMNS) + "\n" + "\t".join(row) + "\n")
    assert common_voice.scan(root).items == []
    files = [{"path": name, "category": "../..", "label": {"type": "label", "label": "yes"}} for name in names]
    (root / "info.labels").write_text(json.dumps({"version": 1, "files": files}))
    assert edge_impulse.scan(root).items == []
    tasks = [{"data": {"audio": name}, "annotations": [{"result": [{"value": {"choices": ["x"]}}]}]} for name in names]
    (root / "tasks.json").write_text(json.dumps(tasks))
    assert label_studio.scan(root).items == []


# ---- JSON and CBOR -----------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["files", "path", "label", "labels", "type", "data", "audio", "annotations", "result", "value"]
            )
            | st.sampled_from(
                ["choices", "start", "end", "startIndex", "payload", "values", "sensors", "interval_ms", "01"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_json_of_any_shape_is_a_scan_or_a_data_error(document: object) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        for name in ("info.labels", "tasks.json", "audioMNIST_meta.txt", "payload.json"):
            (root / name).write_text(json.dumps(document))
        for module in (edge_impulse, label_studio, audiomnist):
            try:
                assert module.scan(root).items == []
            except DataError as error:
                assert "\n" not in str(error)
        with pytest.raises(AudioError):
            read_acquisition(root / "payload.json")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "nul", '{"a": 1}{', "\x00", "1e5000, "])
def test_files_that_are_no_json(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(DataError) as caught:
        read_json(tmp_path / "x.json")
    assert "\n" not in str(caught.value)


def test_numbers_are_finite_or_nothing() -> None:
    assert number(3) == 3.0 and number(-0.5) == -0.5
    assert [number(v) for v in (True, "3", None, float("nan"), float("inf"), 10**400, [1])] == [None] * 7


@pytest.mark.parametrize("name", ["info.labels", "training/no.json", "training/no.cbor"])
def test_one_broken_document_does_not_stop_edge_impulse(name: str, catalog: Catalog, tmp_path: Path) -> None:
    root = make_edge_impulse(tmp_path / "data")
    (root / name).write_bytes(b"\x9f{ broken")
    if name == "info.labels":
        with pytest.raises(DataError, match="no JSON"):
            import_layout(catalog, "edge-impulse", root)
        return
    report = import_layout(catalog, "edge-impulse", root)
    assert report.counts.added == 5 and name in dict(report.set_aside)


@pytest.mark.parametrize(
    "change",
    [
        {"interval_ms": 0}, {"interval_ms": "fast"}, {"interval_ms": 10**400}, {"values": []}, {"values": [1, [2]]},
        {"values": ["a"]}, {"values": [10**300]}, {"values": [40_000]}, {"values": {}}, {"sensors": []},
        {"sensors": [{"name": "accX", "units": "m/s2"}]}, {"values": [[1, 2], [3]]}, {"values": [float("nan")]},
    ],
)  # fmt: skip
def test_acquisitions_that_hold_no_audio(change: dict[str, object], tmp_path: Path) -> None:
    document = acquisition([1, 2, 3])
    assert isinstance(document["payload"], dict)
    document["payload"] |= change
    (tmp_path / "a.json").write_text(json.dumps(document))
    with pytest.raises(AudioError):
        read_acquisition(tmp_path / "a.json")


def test_one_of_several_sensors_is_the_microphone(tmp_path: Path) -> None:
    document = acquisition([])
    assert isinstance(document["payload"], dict)
    document["payload"] |= {
        "sensors": [{"name": "accX", "units": "m/s2"}, {"name": "audio", "units": "wav"}],
        "values": [[0.5, value] for value in (100, -200, 300)],
    }
    (tmp_path / "a.json").write_text(json.dumps(document))
    assert read_acquisition(tmp_path / "a.json").tolist() == [100, -200, 300]


CBOR = st.recursive(
    st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(CBOR)
def test_what_is_written_as_cbor_is_read_back(value: object) -> None:
    assert decode_cbor(to_cbor(value)) == value


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_cbor_or_an_error(data: bytes) -> None:
    with contextlib.suppress(CborError):
        decode_cbor(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("f97e00", None), ("f93c00", 1.0), ("fa47c35000", 100000.0), ("f5", True), ("f6", None),
        ("c11a514b67b0", 1363896240),
        ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]), ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
        ("7f657374726561646d696e67ff", "streaming"), ("5f42010243030405ff", b"\1\2\3\4\5"), ("3903e7", -1000),
    ],
)  # fmt: skip
def test_examples_of_the_standard(data: str, value: object) -> None:
    """From RFC 8949, appendix A."""
    decoded = decode_cbor(bytes.fromhex(data))
    assert decoded == value or (value is None and (decoded is None or np.isnan(decoded)))


@pytest.mark.parametrize(
    "data", ["", "ff", "1c", "9b7fffffffffffffff", "5b7fffffffffffffff", "81" * 200, "a1f601", "61ff", "9f"]
)
def test_damaged_cbor_is_an_error(data: str) -> None:
    with pytest.raises(CborError):
        decode_cbor(bytes.fromhex(data))


# ---- what annotators and speakers say ------------------------------------------------------------


def test_annotators_decide() -> None:
    yes, no, stretch = Label("yes"), Label("no"), Label("yes", 0.1, 0.9)
    assert decide([]) == ([], 0, "not labelled")
    assert decide([frozenset({yes})] * 2 + [frozenset({no})]) == ([yes], 2, "")
    assert decide([frozenset({yes}), frozenset({no})])[2] == "annotators disagree: yes / no"
    assert decide([frozenset({yes, stretch})]) == ([stretch], 1, "")
    assert "more than one label" in decide([frozenset({yes, no})])[2]
    near = Label("yes", 0.12, 0.93)
    assert decide([frozenset({stretch}), frozenset({near})]) == ([stretch], 2, ""), "times need not be the same"


@pytest.mark.parametrize(
    ("text", "band"),
    [("30", "20-39"), ("12", "child"), ("13", "teen"), ("60.0", "60+"), ("fourties", "40-59"), ("20-39", "20-39"),
     ("1234", ""), ("", ""), ("nan", ""), ("adult", "adult")],
)  # fmt: skip
def test_ages_have_bands(text: str, band: str) -> None:
    assert age_of(text) == band


@pytest.mark.parametrize(("text", "gender"), [("F", "female"), ("male_masculine", "male"), ("do_not_wish_to_say", "")])
def test_genders_have_one_name(text: str, gender: str) -> None:
    assert gender_of(text) == gender


@settings(deadline=None)
@given(st.text())
def test_words_are_safe_in_paths(sentence: str) -> None:
    assert all(word and "/" not in word and not word[0].isspace() for word in words_of(sentence))


def test_a_table_that_is_cut_off_keeps_its_lines(catalog: Catalog, tmp_path: Path) -> None:
    root = make_common_voice(tmp_path / "data")
    table = root / "en" / "validated.tsv"
    table.write_bytes(table.read_bytes()[:-200] + b"\xff\xfe")
    report = import_layout(catalog, "common-voice", root)
    assert report.counts.added >= 3 and len(catalog.clips(folder=folder_id(root))) == report.counts.added
    assert report.set_aside[0][0].startswith("en/validated.tsv line")


def test_a_task_with_a_broken_recording_is_set_aside(catalog: Catalog, tmp_path: Path) -> None:
    root = make_label_studio(tmp_path / "data")
    write_wav(root / "audio" / "e.wav", tone("yes", 1, samples=8_000), 16_000)
    report = import_layout(catalog, "label-studio", root)
    assert report.counts.added == 3
    assert "outside of the recording" in dict(report.set_aside)["audio/e.wav#1.000-1.900 no"]
