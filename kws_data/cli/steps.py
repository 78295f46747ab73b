"""How a verb runs steps of the chain: announce, run, say how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from firmware_tools.frontend.spec import MICRO
from kws_data.cli.board_port import check_board
from kws_data.cli.options import say
from kws_data.config.config import Config
from kws_data.pipeline import Step, steps_of
from kws_data.progress import Progress
from kws_data.run_context import RunContext
from kws_data.run_pipeline import Pipeline, StepResult

if TYPE_CHECKING:
    from kws_data.dataset.build import BuildOptions
    from kws_data.system.time_left import TimeLeft

ON_BOARD = frozenset(("flash", "device-eval"))  # steps that run each time they are named, on a board that is there


def run_steps(
    config: Config,
    names: Sequence[str] | None,
    *,
    workers: int = 2,
    force: bool = False,
    progress: Progress | None = None,
    build: BuildOptions | None = None,
    left: TimeLeft | None = None,
    with_needs_of: str | None = None,
    reason: str = "kws run",
    who: str | None = None,
    audio: bool = True,
) -> list[StepResult]:
    """Run the named steps (all when None) and announce each on stderr, with the time ``left`` of all of them.

    Those that ``with_needs_of`` needs and that were never run are run before. Why the test is looked at, and by whom,
    is noted in the catalogue. ``audio`` is whether clips can be heard in the report.
    """
    told = progress or (lambda stage, done, total: None)
    context = RunContext(config, workers, told, say, build, reason=reason, who=who, audio=audio)
    context.board()  # one that does not exist is told before recordings are read
    steps = steps_of(config)
    _check_front_end(config, set(names or ()) - {step.name for step in steps})
    if not ON_BOARD.isdisjoint({step.name for step in steps} if names is None else names):
        check_board(config)

    def announce(step: Step, skipped: bool) -> None:
        words = left.words() if left else ""
        say(f"• {step.title}" + (": current" if skipped else f" ({words} of the whole run)" if words else ""))

    pipeline = Pipeline(context, force=force, announce=announce, left=left, steps=steps)
    before = pipeline.never_run(with_needs_of) if with_needs_of else []
    results = pipeline.run(None if names is None else [*before, *names])
    if context.closing and len(results) > 1:
        say("what was not used, and what to know:")
        for line in context.closing:
            say(f"  {line}")
    return results


def tell_outdated(config: Config, names: Sequence[str]) -> None:
    """Say on stderr which of these steps measured another bundle than the run's: ``kws calibrate --apply`` and ``kws
    export`` change it, and what was measured before stays where it is."""
    context = RunContext(config, 1, lambda stage, done, total: None, say)
    outdated = Pipeline(context, steps=steps_of(config)).outdated(names)
    if outdated:
        say(
            f"{', '.join(outdated)}: measured with another bundle, other settings or another kws than there are now: "
            "call kws run, which measures again"
        )


def _check_front_end(config: Config, impossible: set[str]) -> None:
    """Raise FrontendError for steps that its front end cannot have, and where its package is missing: before minutes
    are spent on what comes before features."""
    if config.frontend.kind != MICRO:
        return
    from firmware_tools.frontend.micro import check_installed
    from firmware_tools.frontend.tables import check_ours

    if impossible:
        check_ours(config.frontend)
    check_installed()
