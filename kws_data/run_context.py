"""What every step of a run is given: settings, workers, whom to tell, and where things lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kws_data.config.config import Config
from kws_data.progress import Progress

if TYPE_CHECKING:
    from firmware_tools.boards.spec import BoardSpec
    from kws_data.bundle import ModelBundle
    from kws_data.dataset.build import BuildOptions


@dataclass(frozen=True)
class RunContext:
    """What every step is given.

    Attributes:
        config: checked settings.
        workers: processes to use; results do not depend on it.
        progress: told (stage, done, total).
        say: told a line that a person should read.
        closing: lines that a person should read again at the end: what was not used, and why.
        reason: why the test split is looked at, as the catalogue notes it.
        who: who looks at it; the login name when None.
        build: how the data set is built; by processes of this machine when None.
        audio: whether clips can be heard in the report.
    """

    config: Config
    workers: int
    progress: Progress
    say: Callable[[str], None]
    build: BuildOptions | None = None
    closing: list[str] = field(default_factory=list)
    reason: str = "kws run"
    who: str | None = None
    audio: bool = True

    def warn(self, lines: Iterable[str]) -> None:
        """Say lines now, and once more at the end of all steps."""
        for line in lines:
            self.say(f"  {line}")
            self.closing.append(line)

    @property
    def dataset_dir(self) -> Path:
        return self.config.run_dir / "dataset"

    @property
    def model_dir(self) -> Path:
        return self.config.run_dir / "model"

    @property
    def firmware_dir(self) -> Path:
        return self.config.run_dir / "firmware"

    @property
    def report_dir(self) -> Path:
        return self.config.run_dir / "report"

    def board(self) -> BoardSpec:
        from firmware_tools.boards.spec import load_board

        return load_board(self.config.device.board)

    def bundle(self) -> ModelBundle:
        from kws_data.bundle import ModelBundle

        return ModelBundle.load(self.model_dir)
