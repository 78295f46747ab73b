"""How long work tells how far it is: a callback that everything long takes."""

from __future__ import annotations

from collections.abc import Callable

#: Told (stage, done, total); the stage is what a person reads.
Progress = Callable[[str, int, int], None]


def no_progress(stage: str, done: int, total: int) -> None:
    """Nobody is told."""
