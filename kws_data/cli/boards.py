"""``kws boards``."""

from __future__ import annotations

import click

from kws_data.cli.options import json_option, print_json, tell, verb


@verb("boards", "kws boards --json")
@click.option("--show", metavar="NAME", help="Print the file of this board: copy it, change it, give it another name.")
@json_option
def command(show: str | None, as_json: bool) -> None:
    """List the boards kws has a file for, and the serial ports of this machine.

    Below each board: its microphone, its serial line, the tool that flashes it, and where it was seen to work. A board
    of your own is a file that begins as another one: kws boards --show pico > mine.yaml, with name: mine.
    """
    if show is not None:
        _show(show, as_json)
        return
    from firmware_tools.boards.spec import boards_here
    from firmware_tools.link.serial_link import list_ports

    (boards, wrong), ports = boards_here(), list_ports()
    if as_json:
        print_json(
            {
                "boards": [
                    {
                        "name": b.name,
                        "description": b.description,
                        "clock_hz": b.clock_hz,
                        "flash_bytes": b.flash.bytes,
                        "ram_bytes": b.ram.bytes,
                        "port": b.port,
                        "microphone": b.microphone.to_dict(),
                        "serial": b.serial.to_dict(),
                        "flasher": b.flasher,
                        "usb_ids": list(b.usb_ids),
                        "proven": list(b.proven),
                    }
                    for b in boards
                ],
                "wrong": {name: str(error) for name, error in wrong.items()},
                "ports": [vars(port) for port in ports],
            }
        )
        return
    for board in boards:
        tell(f"{board.name:<28}{board.description}")
        tell(f"    microphone {board.microphone.kind}, serial {board.serial.kind}, flasher {board.flasher}")
        for line in board.proven:
            tell(f"    {line}")
    for name, error in wrong.items():
        tell(f"{name:<28}cannot be used: {error}")
    click.echo()
    if not ports:
        click.echo("no serial ports here; the emulated board needs none")
    for port in ports:
        click.echo(f"{port.device:<20}{port.usb_id:<11}{port.description}")


def _show(name: str, as_json: bool) -> None:
    from firmware_tools.boards.spec import board_file, load_board
    from firmware_tools.yaml_text import decoded

    board = load_board(name)
    if as_json:
        print_json(board.to_dict())
        return
    click.echo(decoded(board_file(name).read_bytes()), nl=False)
