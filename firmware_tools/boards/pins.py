"""Which pins a board's parts take: no pin can serve two of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from firmware_tools.boards.port import Peripheral, PortSpec
from firmware_tools.errors import BoardError


def check_pins(port: PortSpec, parts: Mapping[str, Peripheral], where: str) -> None:
    """Raise BoardError when two settings name one pin.

    Args:
        port: says which settings take the pin after theirs as well.
        parts: by their key in the board file.
        where: begins the message: the file.
    """
    taken: dict[int, str] = {}
    for name, part in parts.items():
        for what, pin in _pins(port, name, part):
            if pin in taken:
                raise BoardError(f"{where}: {what} is {taken[pin]} too", str(pin), "each needs a pin of its own")
            taken[pin] = what


def _pins(port: PortSpec, name: str, part: Peripheral) -> Iterator[tuple[str, int]]:
    """Each pin that a part takes, and what it is called."""
    for setting, pin in part.settings:
        if setting != "pin" and not setting.endswith("_pin"):
            continue
        yield f"{name}.{setting}", pin
        if f"{part.kind}.{setting}" in port.next_pins:
            yield f"the pin after {name}.{setting}", pin + 1
