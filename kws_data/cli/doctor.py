"""``kws doctor``."""

from __future__ import annotations

import click

from kws_data.cli.options import board_option, json_option, port_option, print_json, verb


@verb("doctor", "kws doctor --board emulated")
@board_option
@port_option
@json_option
def command(board: str, port: str | None, as_json: bool) -> int:
    """Check what kws needs: packages, compilers, voices, the micro interpreter, serial ports, and a board.

    The board check flashes the recorder app to the emulated board, records a known sound and compares it sample for
    sample. With --port it only asks the board who it is.
    """
    from kws_data.doctor import examine

    findings = list(examine(board, port))
    if as_json:
        print_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "ok  " if finding.ok else "FAIL"
            click.echo(f"{mark} {finding.what}: {finding.found}" + ("" if finding.ok else f" → {finding.remedy}"))
    return 0 if all(finding.ok for finding in findings) else 1
