"""``kws boards``."""

from __future__ import annotations

import click

from kws_data.cli.options import json_option, print_json, tell, verb


@verb("boards", "kws boards --json")
@json_option
def command(as_json: bool) -> None:
    """List the boards kws has a file for, and the serial ports of this machine.

    Below each board: its microphone, its serial line, the tool that flashes it, and where it was seen to work.
    """
    from firmware_tools.boards.spec import list_boards
    from firmware_tools.link.serial_link import list_ports

    boards, ports = list_boards(), list_ports()
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
                "ports": [vars(port) for port in ports],
            }
        )
        return
    for board in boards:
        tell(f"{board.name:<28}{board.description}")
        tell(f"    microphone {board.microphone.kind}, serial {board.serial.kind}, flasher {board.flasher}")
        for line in board.proven:
            tell(f"    {line}")
    click.echo()
    if not ports:
        click.echo("no serial ports here; the emulated board needs none")
    for port in ports:
        click.echo(f"{port.device:<20}{port.usb_id:<11}{port.description}")
