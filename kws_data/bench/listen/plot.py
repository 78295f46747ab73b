"""The picture of misses against false accepts of ``kws bench listen``, with earlier results and peers beside it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware_tools.atomic import write_bytes
from kws_data.bench.listen.drawn import At, Curve, Peer
from kws_data.evaluation.curve import SPEECH
from kws_data.pages.plots import INK, PALETTE, bare_figure, png_of, svg_of
from kws_data.report.stream_plot import misses_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH_IN, HEIGHT_IN = 7.9, 5.0  # 760 pixels wide at 96 an inch
PNG_DPI = 192  # two dots a pixel
MARKERS = {"thresholds as they are frozen": INK, "none in the hours heard (drawn at half of one)": "white"}


def write_plot(path: Path, curves: Sequence[Curve], peers: Sequence[Peer]) -> None:
    """Draw to ``.svg`` or ``.png``, whole or not at all; raises OSError when it cannot be written."""
    figure = listening_plot(curves, peers)
    is_svg = path.suffix.lower() == ".svg"
    write_bytes(path, svg_of(figure, themed=False).encode() if is_svg else png_of(figure, PNG_DPI))


def listening_plot(curves: Sequence[Curve], peers: Sequence[Peer]) -> Figure:
    """Lines of curves, with their 95 % interval as a band; what is frozen filled, none open; peers hollow squares."""
    from matplotlib.ticker import LogLocator

    figure, axes = bare_figure(WIDTH_IN, HEIGHT_IN)
    colours = cycle(PALETTE)
    told = [(curve.name, _draw_curve(axes, curve, next(colours))) for curve in curves]
    told += [(peer.name, _draw_peer(axes, peer, next(colours))) for peer in peers]
    for meaning, face in MARKERS.items():
        told += [(meaning, axes.plot([], [], "o", color=INK, markerfacecolor=face)[0])]
    of = " of speech" if all(curve.kind == SPEECH for curve in curves) else ""
    misses_axes(axes, f"false accepts an hour{of}")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    _legend(figure, told)
    return figure


def _draw_curve(axes: Any, curve: Curve, colour: str) -> Any:
    x, missed = _xy(curve.points)
    low, high = ([getattr(one, end) for one in curve.points] for end in ("low", "high"))
    axes.fill_between(x, low, high, color=colour, alpha=0.12, linewidth=0)
    (line,) = axes.plot(x, missed, color=colour, linewidth=1.8)
    none = [one for one in curve.points if not one.per_hour]
    axes.plot(*_xy(none), "o", color=colour, markerfacecolor="white", markersize=7)
    axes.plot(*_xy([curve.frozen]), "o", color=colour, markersize=9, zorder=3)
    return line


def _draw_peer(axes: Any, peer: Peer, colour: str) -> Any:
    return axes.plot(*_xy(peer.points), "s:", color=colour, markerfacecolor="white", linewidth=1)[0]


def _xy(points: Sequence[At]) -> tuple[list[float], list[float]]:
    return [one.drawn_at for one in points], [one.missed_percent for one in points]


def _legend(figure: Figure, told: Sequence[tuple[str, Any]]) -> None:
    """Below the axes. Names are set afterwards: as labels ``_x`` would be left out, and ``$x$`` is a formula."""
    handles = [handle for _, handle in told]
    legend = figure.legend(handles, [""] * len(told), loc="outside lower left", ncols=2, frameon=False, fontsize=9)
    for text, (name, _) in zip(legend.get_texts(), told, strict=True):
        text.set(text=name, parse_math=False, color=INK)
