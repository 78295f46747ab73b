"""What ``kws doctor`` found: one check each, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from firmware_tools.errors import KwsError


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, whether it is well, what was found, what to do.

    ``ok`` False is something to mend; ``warning`` is something to know that does not stop anybody. ``values`` are the
    figures behind ``found``, units in their names, for a report that others read.
    """

    what: str
    ok: bool
    found: str
    remedy: str = ""
    warning: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """``ok``, ``note`` or ``FAIL``."""
        return "FAIL" if not self.ok else "note" if self.warning else "ok"


def well(what: str, found: str, **values: Any) -> Finding:
    """Nothing to do."""
    return Finding(what, True, found, values=values)


def note(what: str, found: str, remedy: str, **values: Any) -> Finding:
    """Something to know."""
    return Finding(what, True, found, remedy, warning=True, values=values)


def bad(what: str, found: str, remedy: str, **values: Any) -> Finding:
    """Something to mend."""
    return Finding(what, False, found, remedy, values=values)


def told(error: KwsError) -> str:
    """What an error says without its remedy."""
    return error.what + (f" {error.value!r}" if error.value else "")
