"""``kws doctor``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.board_port import check_port
from kws_data.cli.options import Number, board_option, json_option, port_option, print_json, verb

if TYPE_CHECKING:
    from kws_data.doctor.findings import Finding

_COLOURS = {"ok": "green", "note": "yellow", "FAIL": "red"}


@verb("doctor", "kws doctor --port /dev/ttyACM0")
@board_option
@port_option
@click.option(
    "--play",
    type=click.Path(path_type=Path),
    default=None,
    help="Sound for the emulated board's microphone, judged like that of a real one.",
)
@click.option("--seconds", type=Number(1, 600), default=3.0, show_default=True, help="How long to listen.")
@json_option
def command(board: str, port: str | None, play: Path | None, seconds: float, as_json: bool) -> int:
    """Check this machine, and a board from the cable to the microphone, and say for each finding what to do.

    Packages, compiler, voices, and the boards that are plugged in, first of all the one that --board or --port names:
    may the port be opened, who holds it, is the line rate right, which firmware answers, does the board restart when
    its port opens, does it lose samples, is its clock right, and what does its microphone hear: nothing, clipping, an
    offset, hum, too low a gain, each sample twice, neighbours swapped, a dead channel or two in one, stuck low bits, a
    start that takes time. Say something while it listens. Last, the board makes a ramp and a tone itself, which must
    arrive bit for bit. A board that --board names is found by its USB identity; where none is attached and it has an
    emulator, that is flashed and examined. With --json: the report that confirms a board, which names nobody. Exit code
    1 when something is to be mended.
    """
    from firmware_tools.boards.spec import load_board
    from kws_data.audio import read_audio
    from kws_data.doctor.machine import examine
    from kws_data.doctor.report import board_report

    spec = load_board(board)
    if port is not None:
        check_port(port)
    sound = None if play is None else read_audio(play)
    found: list[Finding] = []
    for finding in examine(board, port, sound, listen_s=seconds):
        found.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        print_json(board_report(spec, found))
    else:
        _sum_up(found)
    return 0 if all(finding.ok for finding in found) else 1


def _print(finding: Finding) -> None:
    mark = click.style(f"{finding.mark:<5}", fg=_COLOURS[finding.mark], bold=finding.mark == "FAIL")
    click.echo(f"{mark}{finding.what}: {finding.found}")
    if finding.remedy and (not finding.ok or finding.warning):
        click.echo(f"       → {finding.remedy}")


def _sum_up(found: Iterable[Finding]) -> None:
    failed = sum(not finding.ok for finding in found)
    click.echo("all is well" if not failed else f"{failed} to mend: see the arrows")
