"""Any JSON or CBOR is read, or it is an error that names it."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_layouts import acquisition, make_edge_impulse, to_cbor

from kws_data.catalog.catalog import Catalog
from kws_data.errors import AudioError, DataError
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.json_files import number, read_json
from kws_data.sources.imports.layouts import audiomnist, edge_impulse, label_studio
from kws_data.sources.imports.layouts.cbor import CborError, decode_cbor
from kws_data.sources.imports.layouts.edge_impulse_files import read_acquisition

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


@pytest.mark.parametrize("form", ["utf-8", "utf-16"])
def test_half_signs_are_no_text_that_goes_on(form: str, tmp_path: Path) -> None:
    written = r'''{"a\ud800": ["\udfff yes", "\ud83d\ude00", 1e999], "''' + '\udcff": "ü\U0001f600"}'
    (tmp_path / "x.json").write_bytes(written.encode(form, "surrogatepass"))
    assert read_json(tmp_path / "x.json") == {
        "a?": ["? yes", "\U0001f600", float("inf")],
        "?": "ü\U0001f600",
    }


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
