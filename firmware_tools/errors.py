"""Errors that a user can meet, lower half of the tree (the upper half is ``kws_data.errors``).

::

    KwsError                      exit 2, one line: what failed, the value, what to do next
    ├── BoardError                a board file, an unknown board
    ├── LinkError                 a serial port that is missing, busy, gone or silent
    │   └── ProtocolError         bytes on the wire that do not follow the protocol
    ├── FirmwareError             compiling, linking, an image that does not fit its board
    ├── FrontendError             impossible front-end parameters, samples of the wrong kind
    └── ModelError                a .tflite that cannot be read, planned or run
        ├── UnsupportedOperatorError
        └── StreamingError        a model that cannot be computed column by column
"""

from __future__ import annotations

import copyreg


class KwsError(Exception):
    """An error with a remedy. ``str()`` is one line: ``what: value. remedy``.

    Args:
        what: what failed, in a few words.
        value: the offending value (shown with ``repr`` when it is a string), or None.
        remedy: what to do next.
    """

    exit_code = 2

    def __init__(self, what: str, value: object = None, remedy: str = "") -> None:
        self.what = what
        self.value = value
        self.remedy = remedy
        shown = "" if value is None else f": {value!r}"
        line = f"{what}{shown}" + (f". {remedy}" if remedy else "")
        super().__init__(" ".join(line.split()))

    def __reduce__(self) -> tuple[object, ...]:
        """From one process to another as it is: kinds that take other arguments cannot be made anew from their line."""
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]


class BoardError(KwsError):
    """A board file that is missing or wrong, or a board nobody knows."""


class LinkError(KwsError):
    """A serial port that is missing, busy, vanished or silent."""


class ProtocolError(LinkError):
    """Bytes on the wire that do not follow the protocol, after every retry."""


class FirmwareError(KwsError):
    """The C compiler or linker refused, or an image does not fit its board."""


class FrontendError(KwsError):
    """Front-end parameters that cannot work, or samples of the wrong type or shape."""


class ModelError(KwsError):
    """A .tflite file that cannot be read, planned or run."""


class UnsupportedOperatorError(ModelError):
    """A .tflite file holds an operator that the engine does not have."""


class StreamingError(ModelError):
    """A model cannot be computed column by column as the sound comes."""
