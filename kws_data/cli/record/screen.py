"""The screen of a guided session, drawn with rich: the word, the count-down, the level, the verdict, the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kws_data.cli.terminal.meter import METER_FLOOR_DB, bar, waveform
from kws_data.sources.recording.guide import Guide, Stage

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH = 60


def screen(guide: Guide, planned: int, before: int, title: str, *, proven: bool = True) -> RenderableType:
    """What the terminal shows now.

    Args:
        guide: the session.
        planned: takes of the whole plan.
        before: takes that were done before this run.
        title: who and where.
        proven: the line shows what is lost on it.
    """
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    lines = [_word(guide), Text(), _state(guide), Text(), _meter(guide)]
    if guide.stage is Stage.REVIEW:
        lines += [Text(), *_verdict(guide, proven)]
    lines += [Text(), _progress(guide, planned, before), Text(_keys(guide), style="dim")]
    return Panel(Group(*lines), title=title, width=WIDTH + 6, padding=(1, 2))


def _word(guide: Guide) -> RenderableType:
    from rich.align import Align
    from rich.text import Text

    word = guide.item.word if guide.item else "done"
    spaced = " ".join(word.upper()) if len(word) <= 28 else word
    style = "bold reverse red" if guide.stage is Stage.TAKE else "bold reverse"
    return Align.center(Text(f"\n   {spaced}   \n", style=style))


def _state(guide: Guide) -> RenderableType:
    from rich.text import Text

    number = f", take {guide.item.take + 1}" if guide.item else ""
    if guide.stage is Stage.WAIT:
        return Text(f"press a key when you are ready{number}")
    if guide.stage is Stage.COUNTDOWN:
        return Text(f"get ready{number} … {int(2 * guide.seconds_left) + 1}", style="yellow")
    if guide.stage is Stage.TAKE:
        return Text("● SAY IT NOW", style="bold red")
    if guide.stage is Stage.REVIEW:
        return Text(f"heard{number}")
    return Text("session ended" if guide.quit else "all takes are recorded", style="green")


def _meter(guide: Guide) -> RenderableType:
    from rich.text import Text

    width = WIDTH - 16
    peak = guide.meter.peak_db
    style = "red" if guide.meter.clipped else "yellow" if peak > -6 else "green"
    text = Text("level ")
    text.append(bar(guide.now.rms_db, width, peak), style=style)
    shown = " CLIPPED" if guide.meter.clipped else f" {max(peak, METER_FLOOR_DB):4.0f} dB"
    text.append(shown, style="bold red" if guide.meter.clipped else "")
    return text


def _verdict(guide: Guide, proven: bool) -> list[RenderableType]:
    from rich.text import Text

    if not guide.whole:
        return [Text(f"✗ {guide.lost_in_take} samples were lost on the line: say it again", style="bold red")]
    figures, whole = guide.verdict.attributes, "whole" if proven else "not proven whole"
    parts = [f"peak {figures['peak_db']:.0f} dB"]
    if figures.get("snr_db") is not None:
        parts.append(f"SNR {figures['snr_db']:.0f} dB")
    lines = [Text(waveform(guide.take, WIDTH), style="cyan"), Text(", ".join((whole, *parts)))]
    if not guide.verdict.advice:
        lines.append(Text("✓ good", style="bold green"))
    lines += [Text(f"! {advice}", style="yellow") for advice in guide.verdict.advice]
    return list(lines)


def _progress(guide: Guide, planned: int, before: int) -> RenderableType:
    from rich.text import Text

    done = before + guide.kept + guide.skipped
    width = WIDTH - 24
    filled = width * done // planned if planned else width
    text = Text("plan  ")
    text.append("━" * filled, style="green").append("─" * (width - filled), style="dim")
    counts = f" {done}/{planned}" + (f", {guide.skipped} skipped" if guide.skipped else "")
    text.append(counts)
    if guide.lost_in_all:
        text.append(f"  {guide.lost_in_all} samples lost between", style="yellow")
    return text


def _keys(guide: Guide) -> str:
    if guide.stage is Stage.REVIEW:
        return "[enter] keep   [r] redo   [s] skip   [p] pause   [q] quit"
    if guide.stage is Stage.WAIT:
        return "[enter] go   [s] skip   [q] quit"
    return "[p] pause   [s] skip   [q] quit"
