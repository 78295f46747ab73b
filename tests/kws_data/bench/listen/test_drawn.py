"""Curves of results and peers, from their files, before anything is drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import kws_data
from kws_data.bench.listen.drawn import At, curves_of, read_earlier, read_peers
from kws_data.errors import DataError


def document(**changed: Any) -> dict[str, Any]:
    """What ``kws bench listen --json`` prints, of a wake word in two hours of speech and one of music."""
    kinds = {
        "speech": {"hours": 2.0, "false_accepts": {"mean": 1.0}},
        "music": {"hours": 1.0, "false_accepts": {"mean": 5.0}},
    }
    shares = {0.0: 0.5, 0.5: 0.75, 1.0: 0.875, 1.5: 0.875}
    kind = changed.pop("kind", "speech")
    same = {"kind": kind, "hours": 2.0, "reason": None}
    sweep = [{"false_accepts_per_hour": rate, **same, "found": found(share)} for rate, share in shares.items()]
    part = {"said": 411, "frozen": found(0.75), "sweep": sweep}
    own = {"config": "wakeword"}
    values = {
        "keywords": ["computer"],
        "runs": 1,
        "snr_db": [10.0, 20.0],
        "bytes": {"mean": 15_104.0},
        "bundles": [own],
    }
    return {**values, "found": {"recordings": part}, "false_accepts": kinds, **changed}


def found(share: float) -> dict[str, Any]:
    return {"mean": share, "low": share - 0.125, "high": share + 0.125, "runs": 1}


def test_a_curve_has_misses_where_so_many_false_accepts_pass_and_what_is_frozen() -> None:
    (curve,) = curves_of(document())
    assert curve.name == 'wakeword: "computer", 15,104 B\n411 recordings, 2.00 h of speech'
    assert curve.points[:2] == (At(0.0, 2.0, 50.0, 37.5, 62.5), At(0.5, 2.0, 25.0, 12.5, 37.5))
    assert [one.drawn_at for one in curve.points] == [0.25, 0.5, 1.0], "none is half of one; what finds no more is cut"
    assert curve.frozen == At(0.5, 2.0, 25.0, 12.5, 37.5) and curve.kind == "speech"


def test_rates_of_all_kinds_are_frozen_in_all_hours_and_two_trainings_have_no_interval() -> None:
    values = document(kind="all", runs=2, keywords=["a", "b", "c", "d"])
    values["found"] = {"words": values["found"]["recordings"]}
    for one in (values["found"]["words"]["frozen"], *(at["found"] for at in values["found"]["words"]["sweep"])):
        one.update(low=None, high=None)
    (curve,) = curves_of(values)
    assert curve.frozen == At(2.0, 2.0, 25.0, 25.0, 25.0)
    assert curve.name.endswith("4 keywords, 15,104 B, mean of 2 trainings\n411 words at 10 to 20 dB, 2.00 h of all")


def test_an_earlier_result_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(document()))
    assert read_earlier(tmp_path / "a.json") == curves_of(document())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "cannot be read"),
        ("{", "no result of kws bench listen"),
        ("[]", "no result of kws bench listen"),
        ("[" * 100_000, "no result of kws bench listen"),
        ('{"found": {}}', "no result of kws bench listen"),
        ('{"found": {"words": {"said": 3, "at": []}}}', "no result of kws bench listen with a curve in it"),
        (json.dumps(document(bundles=[])), "no result of kws bench listen"),
        (json.dumps(document(false_accepts={})), "no result of kws bench listen"),
    ],
)
def test_what_is_no_result_is_refused(text: str | None, told: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError, match=told):
        read_earlier(tmp_path / "a.json")


def test_peers_are_gathered_by_name(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        'name,false_accepts_per_hour,missed_percent,hours\n"micro ""alexa"", 55,856 B",10.5,4.3,\nopen,0,5.5,0.5\n'
        '"micro ""alexa"", 55,856 B",1.1,10,\n'
    )
    micro, other = read_peers(tmp_path / "p.csv")
    assert micro.name == 'micro "alexa", 55,856 B' and other.name == "open"
    assert [(one.drawn_at, one.missed_percent) for one in micro.points] == [(10.5, 4.3), (1.1, 10.0)]
    assert other.points[0].drawn_at == 1.0, "half of one in half an hour"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("name,missed_percent\na,5", "lacks a column: 'false_accepts_per_hour'"),
        ("name,false_accepts_per_hour,missed_percent", "has no rows"),
        ("name,false_accepts_per_hour,missed_percent\na,1", "line 2: 'has 2 fields, the header has 3'"),
        ("name,false_accepts_per_hour,missed_percent\n,1,5", "line 2: peer without a name"),
        ("name,false_accepts_per_hour,missed_percent\na,few,5", "line 2: false_accepts_per_hour: 'few'"),
        ("name,false_accepts_per_hour,missed_percent\na,-1,5", "line 2: false_accepts_per_hour: '-1'"),
        ("name,false_accepts_per_hour,missed_percent\na,1,nan", "line 2: missed_percent: 'nan'"),
        ("name,false_accepts_per_hour,missed_percent\na,1,101", "line 2: missed_percent: '101'"),
        ("name,false_accepts_per_hour,missed_percent\na,0,5", "line 2: false_accepts_per_hour: '0'"),
        ("name,false_accepts_per_hour,missed_percent,hours\na,0,5,0", "line 2: false_accepts_per_hour: '0'"),
        ("name,false_accepts_per_hour,missed_percent,hours\na,0,5,long", "line 2: hours: 'long'"),
    ],
)
def test_a_figure_of_a_peer_that_is_none_is_told_by_its_line(rows: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(rows + "\n")
    with pytest.raises(DataError) as refused:
        read_peers(tmp_path / "p.csv")
    assert told in str(refused.value)


def test_the_peers_that_are_shipped_can_be_read() -> None:
    micro, other = read_peers(Path(kws_data.__file__).parent / "docs" / "peers_listening.csv")
    assert "microWakeWord" in micro.name and len(micro.points) == 4
    assert "openWakeWord" in other.name and other.points[0].drawn_at == pytest.approx(0.5 / 0.95)
