"""What one damaged file is, and what became of it; all of it follows from seed, kind and number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["audio", "yaml", "tflite"]
Fate = Literal["read", "refused", "crash", "hang", "traceback", "loss"]

KINDS: tuple[Kind, ...] = ("audio", "yaml", "tflite")
#: What must not happen.
BAD: tuple[Fate, ...] = ("crash", "hang", "traceback", "loss")


@dataclass(frozen=True)
class Seed:
    """An undamaged file: ``name`` ends as its kind of file does.

    Attributes:
        frames: samples of one channel, where it is audio.
    """

    name: str
    data: bytes
    frames: int = 0


@dataclass(frozen=True)
class Case:
    """A damaged copy of a seed, and what was done to it, in order."""

    kind: Kind
    number: int
    seed: Seed
    data: bytes
    damage: tuple[str, ...]

    @property
    def only_cut(self) -> bool:
        """Whether its end is missing and nothing else was touched."""
        return self.damage == ("cut",)


@dataclass(frozen=True)
class Verdict:
    """What a door did with a case; ``cause`` is empty when all is well, else the same for the same fault."""

    fate: Fate
    cause: str = ""
