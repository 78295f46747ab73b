"""What a user is told of a port that may not be opened."""

from __future__ import annotations

import errno
import grp
from types import SimpleNamespace

import pytest
import serial

from firmware_tools.errors import LinkError
from firmware_tools.link.ports import permission_remedy
from firmware_tools.link.serial_link import Link


def refused(*_: object, **__: object) -> None:
    raise serial.SerialException(errno.EACCES, "Permission denied")


@pytest.mark.parametrize(
    ("group", "said", "not_said"),
    [("root", "sudo chmod a+rw {port}", "usermod"), ("uucp", "sudo usermod -aG uucp $USER", "udev")],
)
def test_who_may_not_open_a_port_is_told_what_helps(
    monkeypatch: pytest.MonkeyPatch, group: str, said: str, not_said: str
) -> None:
    """Nobody is told to join root, neither by the doctor, which asks for the remedy, nor by a link that is refused."""
    port = "/dev/null"
    monkeypatch.setattr(grp, "getgrgid", lambda _: SimpleNamespace(gr_name=group))
    monkeypatch.setattr(serial, "Serial", refused)
    with pytest.raises(LinkError, match="may not be opened") as error:
        Link(port)
    for remedy in (permission_remedy(port), str(error.value)):
        assert said.format(port=port) in remedy and not_said not in remedy
