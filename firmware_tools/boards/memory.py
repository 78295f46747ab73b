"""Where a chip has its memories, held against where a board file says that they are."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_tools.errors import BoardError


@dataclass(frozen=True)
class Memory:
    """Addresses of a chip's memory.

    Attributes:
        begin, end: the first, and the first behind it, of the largest chip of the family.
        step: what is put there begins at a multiple of it.
    """

    begin: int
    end: int
    step: int

    def check(self, origin: int, size: int, where: str) -> None:
        """Raise BoardError unless ``size`` bytes from ``origin`` on lie in it; ``where`` begins the message."""
        if self.begin <= origin < self.end and origin % self.step == 0:
            if origin + size > self.end:
                raise BoardError(f"{where}.bytes", str(size), f"at most {self.end - origin}: this chip's ends there")
            return
        places = f"from {self.begin:#x} on, below {self.end:#x}, a multiple of {self.step:#x}"
        only = self.begin + self.step >= self.end
        raise BoardError(f"{where}.origin", f"{origin:#x}", f"write {self.begin:#x}" if only else places)
