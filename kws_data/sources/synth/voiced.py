"""What an engine and a network have in common: voices to choose from, and a name and licence for provenance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Voiced(Protocol):
    """``name`` (with a version) and ``licence`` go into each clip's provenance."""

    @property
    def name(self) -> str: ...

    @property
    def licence(self) -> str: ...

    @property
    def accents(self) -> Sequence[str]: ...

    @property
    def voices(self) -> Sequence[str]: ...
