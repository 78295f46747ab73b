"""``kws check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import config_here, json_option, print_json, say, tell, verb, workers_option
from kws_data.gate.cells import CELLS_MAH, USUAL_CELL

PARTS_TOLD = 4

if TYPE_CHECKING:
    from kws_data.config.config import Config
    from kws_data.experiments.suggest import Suggestion
    from kws_data.gate.budget import BudgetReport


@verb("check", "kws check configs/demo.yaml --set budget.model_bytes=8000")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting of CONFIG.")
@click.option("--tflite", type=click.Path(path_type=Path), default=None, help="Any int8 .tflite file instead of a run.")
@click.option("--suggest/--no-suggest", "suggests", default=True, help="Try smaller shapes when a limit is broken.")
@click.option(
    "--cell",
    type=click.Choice(list(CELLS_MAH), case_sensitive=False),
    default=USUAL_CELL,
    show_default=True,
    help="The cell whose hours are told: a coin cell of 225 mAh, two of 1,000 mAh, a small pack of 500 mAh.",
)
@workers_option
@json_option
def command(
    config_file: Path | None,
    overrides: tuple[str, ...],
    tflite: Path | None,
    suggests: bool,
    cell: str,
    workers: int,
    as_json: bool,
) -> int:
    """Hold a model against its limits: file bytes, arena, latency on the board's core, all the bytes that listening
    needs and its share of the core; names what weighs most, and smaller shapes that it has tried. Estimates what a
    board draws while it listens, and how long a cell lasts.

    Exits 1 when a limit is broken, and names the layers or buffers that weigh most. Then smaller shapes are tried for
    about 20 seconds: what each saves is measured on an untrained model of it, all the way onto the emulated core. Of a
    board without device.port the core is emulated, at the board's clock and with its currents. With --tflite, any model
    is held against the default limits on its file and its arena.
    """
    if (config_file is None) == (tflite is None):
        raise click.UsageError("name either a CONFIG or a --tflite file")
    config = None if config_file is None else config_here(config_file, overrides)
    report = _check_config(config) if config is not None else _check_file(Path(str(tflite)))
    if not as_json:
        for check in report.checks:
            click.echo(("ok    " if check.passed else "FAIL  ") + check.line())
        _tell_measured(report, cell)
    found = _suggestions(config, report, workers) if config is not None and suggests else []
    if as_json:
        print_json({**report.to_dict(), "suggestions": [one.to_dict() for one in found]})
    else:
        for one in found:
            click.echo(("try   " if one.fits else "      ") + one.line())
    return 0 if report.passed else 1


def _tell_measured(report: BudgetReport, cell: str) -> None:
    """What was measured besides the limits: the parts of the island, the work, the estimate of power."""
    if report.island is not None:
        tell(f"island, every byte that listening needs: {report.island.bytes:,}")
        for kind, size in report.island.by_kind.items():
            parts = [part for part in report.island.parts if part.kind == kind]
            named = ", ".join(f"{part.name} {part.bytes:,}" for part in parts[:PARTS_TOLD])
            more = f", {len(parts) - PARTS_TOLD} more" if len(parts) > PARTS_TOLD else ""
            tell(f"  {kind:<22}{size:>7,}  {named}{more}")
    if report.listening is not None:
        tell(report.listening.line())
    if report.power is not None:
        for line in report.power.lines(cell):
            tell(line)
    elif report.listening is not None:
        tell("power: no estimate, the board's file has no section power")


def _check_config(config: Config) -> BudgetReport:
    from kws_data.bundle import BUNDLE_FILE
    from kws_data.pipeline import steps_of
    from kws_data.progress import no_progress
    from kws_data.run_context import RunContext
    from kws_data.run_pipeline import Pipeline
    from kws_data.steps import check_limits

    context = RunContext(config, 1, no_progress, say)
    exported = Pipeline(context, steps=steps_of(config)).is_current("export")
    if not exported and (context.model_dir / BUNDLE_FILE).is_file():
        say(
            f"{context.model_dir} holds another model than this configuration and this kws would export: it is "
            "measured as it is; kws run makes it anew"
        )
    return check_limits(context)


def _suggestions(config: Config, report: BudgetReport, workers: int) -> list[Suggestion]:
    """Smaller shapes that were measured; none when every limit holds, or the run's model is of another shape."""
    from firmware_tools.errors import KwsError
    from kws_data.cli.faults import in_words
    from kws_data.experiments.suggest import suggest

    broken = [check.name for check in report.checks if not check.passed]
    if not broken:
        return []
    say("trying smaller shapes, each measured on the emulated core …")
    try:
        found = suggest(config, broken, workers)
    except (OSError, KwsError) as error:
        say(f"smaller shapes could not be tried: {in_words(error)}")
        return []
    if not any(one.fits for one in found):
        say("no single cut that was tried keeps the limits: cut in two places, or search: kws search CONFIG --dry-run")
    return found


def _check_file(path: Path) -> BudgetReport:
    from firmware_tools.tflite.flatbuffer import file_bytes
    from firmware_tools.tflite.graph import read_tflite
    from kws_data.config.device import BudgetSettings
    from kws_data.export.make_bundle import arena_bytes
    from kws_data.gate.budget import check_model

    tflite = file_bytes(path)
    read_tflite(tflite)  # says what is wrong with a file that is no model
    return check_model(tflite, arena_bytes(tflite), BudgetSettings())
