"""The picture of misses against false accepts: what is in it, and that its bytes are the same each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kws_data.bench.listen.drawn import At, Peer, curves_of
from kws_data.bench.listen.plot import listening_plot, write_plot
from tests.kws_data.bench.listen.test_drawn import document

PEERS = [Peer("_a $x^$ peer", (At(10.5, 0, 4.3, 4.3, 4.3), At(1.1, 0, 10.0, 10.0, 10.0)))]
CURVES = curves_of(document())


def lines(marker: str, *, filled: bool) -> list[tuple[list[float], list[float]]]:
    """Points of the lines with such a marker."""
    (axes,) = listening_plot(CURVES, PEERS).axes
    chosen = [
        one for one in axes.lines if one.get_marker() == marker and (one.get_markerfacecolor() != "white") == filled
    ]
    return [(list(one.get_xdata()), list(one.get_ydata())) for one in chosen if len(one.get_xdata())]


def test_what_is_frozen_is_filled_none_is_open_and_peers_are_hollow_squares() -> None:
    assert lines("o", filled=True) == [([0.5], [25.0])]
    assert lines("o", filled=False) == [([0.25], [50.0])], "at half a false accept in two hours"
    assert lines("s", filled=False) == [([10.5, 1.1], [4.3, 10.0])]
    assert ([0.25, 0.5, 1.0], [50.0, 25.0, 12.5]) in lines("None", filled=True)


def test_the_axes_are_misses_over_a_rate_on_a_logarithmic_scale() -> None:
    (axes,) = listening_plot(CURVES, []).axes
    assert axes.get_xscale() == "log" and axes.get_yscale() == "linear" and axes.get_ylim()[0] == 0
    assert axes.get_xlabel() == "false accepts an hour of speech" and axes.get_ylabel() == "keywords missed, %"
    (of_all,) = listening_plot(curves_of(document(kind="all")), []).axes
    assert of_all.get_xlabel() == "false accepts an hour"


@pytest.mark.parametrize("name", ["a.svg", "new/a.png", "A.SVG"])
def test_a_file_has_the_same_bytes_each_time(name: str, tmp_path: Path) -> None:
    written = []
    for _ in range(2):
        write_plot(tmp_path / name, CURVES, PEERS)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1] and written[0].startswith(b"\x89PNG" if name.endswith("png") else b"<svg")
    assert [path.name for path in (tmp_path / name).parent.iterdir()] == [Path(name).name], "nothing is left beside it"


def test_names_are_told_as_they_are_written(tmp_path: Path) -> None:
    write_plot(tmp_path / "a.svg", CURVES, PEERS)
    text = (tmp_path / "a.svg").read_text()
    assert "_a $x^$ peer" in text and "411 recordings, 2.00 h of speech" in text and "frozen" in text


def test_what_stood_there_stays_where_drawing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> Any:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.svg").write_text("before")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_plot(tmp_path / "a.svg", CURVES, [])
    assert (tmp_path / "a.svg").read_text() == "before" and len(list(tmp_path.iterdir())) == 1
