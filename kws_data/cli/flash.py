"""``kws flash``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import config_here, json_option, print_json, progress_bars, say, tell, verb
from kws_data.run_folder import SIZE_FILE

if TYPE_CHECKING:
    from firmware_tools.boards.spec import BoardSpec
    from firmware_tools.flashers.flasher import Flasher, FlashReport
    from firmware_tools.image.build import FirmwareImage
    from kws_data.bundle import Engine
    from kws_data.config.config import Config


@verb("flash", "kws flash --board pico --app recorder")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting of CONFIG.")
@click.option("--board", default=None, help="Board name, or a board's YAML; that of CONFIG when left out.")
@click.option("--port", default=None, help="Serial port of the board; found by its USB identity when left out.")
@click.option(
    "--app",
    type=click.Choice(["spotter", "recorder", "mlperf", "bare"]),
    default=None,
    help="What to flash: the detector of CONFIG (spotter), the app that records (recorder), the model of CONFIG with"
    " the commands of MLPerf Tiny's runner (mlperf), or, by --image-only alone, the detector that writes each word it"
    " hears as a line of text and answers nothing (bare). [default: spotter with CONFIG]",
)
@click.option("--dry-run", is_flag=True, help="Print what would be done, step by step, and do none of it.")
@click.option(
    "--image-only",
    type=click.Path(path_type=Path),
    default=None,
    help="Write the image into this folder as .bin, .elf, .hex and .uf2 for other tools; flash nothing.",
)
@click.option(
    "--udev-rule",
    is_flag=False,
    flag_value=Path("-"),
    type=click.Path(path_type=Path),
    default=None,
    help="Print the udev rule that lets a Linux user open the boards, or write it to this file; flash nothing.",
)
@json_option
def command(
    config_file: Path | None,
    overrides: tuple[str, ...],
    board: str | None,
    port: str | None,
    app: str | None,
    dry_run: bool,
    image_only: Path | None,
    udev_rule: Path | None,
    as_json: bool,
) -> None:
    """Build the detector's firmware for the board of CONFIG, write it to the board, and read it back.

    A board that is there is found by its USB identity or named with --port, brought into its boot loader, and written
    by the tool that its file names. It counts as flashed when it answers with the image's CRC-32 itself. The emulated
    board reads back. With --app recorder no CONFIG is needed.
    """
    if udev_rule is not None:
        if any((config_file, overrides, board, port, app, dry_run, image_only, as_json)):
            raise click.UsageError("--udev-rule is of all boards, and flashes nothing: leave the rest out")
        _give_rule(udev_rule)
        return
    if config_file is None and (board is None or app in ("spotter", "mlperf", "bare")):
        raise click.UsageError("name a CONFIG, whose detector is flashed; or --board, which gets the recorder")
    if config_file is None and overrides:
        raise click.UsageError("--set changes a CONFIG: name one, or leave it out")
    if dry_run and image_only is not None:
        raise click.UsageError("--image-only writes files, --dry-run nothing: choose one")
    if app == "bare" and image_only is None:
        raise click.UsageError("bare answers nothing, so nobody could verify it: write its files with --image-only")
    named = {"device.board": board, "device.port": port}
    more = tuple(f"{key}={value}" for key, value in named.items() if value is not None)
    config = None if config_file is None else config_here(config_file, (*overrides, *more))
    job = _Job(config, board, port, app or ("recorder" if config is None else "spotter"))
    if dry_run or image_only is not None:
        job.look(folder=image_only)
        with job.image_aside() as image:
            if image_only is None:
                _dry_run(job, image, as_json)
            else:
                _give_files(job, image, image_only, as_json)
        return
    size = job.flash()
    if as_json:
        print_json(size)
    else:
        tell(f"{job.board.name}: {size['flash_bytes']:,} B of flash, {size['ram_bytes']:,} B of RAM, verified")


class _Job:
    """One image for one board."""

    def __init__(self, config: Config | None, board: str | None, port: str | None, app: str) -> None:
        from firmware_tools.boards.spec import load_board

        self.config, self.app = config, app
        self.port = port if config is None else config.device.port
        self.board: BoardSpec = load_board(config.device.board if config is not None else board or "")
        self.emulated = self.board.flasher == "emulated"

    @property
    def flasher(self) -> Flasher:
        from firmware_tools.flashers.attached import Attached
        from firmware_tools.flashers.find import flasher_for

        return flasher_for(self.board, attached=Attached(self.port, say))

    def look(self, folder: Path | None = None) -> None:
        """See, before an image is built, that it has a place to go to; ``folder``: where its files are written."""
        from firmware_tools.errors import BoardError
        from firmware_tools.image.for_tools import check_folder

        if self.emulated and self.port is not None:
            raise BoardError("the emulated board has no port", self.port, "leave the port out, or name another board")
        if folder is not None:
            check_folder(folder)

    def flash(self) -> dict[str, Any]:
        """Build, write, verify; what ``size.json`` says, and for a board that is there where it answered."""
        from firmware_tools.emulator.storage import default_state_dir

        self.look()
        self.flasher.look()
        if self.config is not None and self.app == "spotter":
            return self._spotter(self.config)
        if self.emulated:
            image = self._built(default_state_dir(self.board) / self.app)
            self.flasher.flash(image.bin)
            return image.to_dict()
        with self.image_aside() as image:
            return image.to_dict() | _answered(self.flasher.flash(image.bin))

    def _spotter(self, config: Config) -> dict[str, Any]:
        """The detector's image, as the step *flash* leaves it in the run's folder."""
        more: dict[str, Any] = {}
        if self.emulated:
            from kws_data.cli.steps import run_steps

            with progress_bars() as progress:
                run_steps(config, ["flash"], force=True, progress=progress)
        else:
            from kws_data.run_context import RunContext
            from kws_data.steps import flash_with

            more = _answered(flash_with(RunContext(config, 1, lambda *_: None, say), self.flasher))
        size: dict[str, Any] = json.loads((config.run_dir / "firmware" / SIZE_FILE).read_text())
        return size | more

    @contextmanager
    def image_aside(self) -> Iterator[FirmwareImage]:
        """The image, built in a folder that is removed afterwards."""
        with TemporaryDirectory(prefix="kws-flash-") as name:
            yield self._built(Path(name))

    def _built(self, folder: Path) -> FirmwareImage:
        from firmware_tools.image.build import build_image

        if self.app == "recorder":
            return build_image(self.board, self.app, {}, folder)
        from kws_data.deploy.images import generated_sources
        from kws_data.run_context import RunContext

        assert self.config is not None
        bundle = RunContext(self.config, 1, lambda *_: None, say).bundle()
        engine: Engine | None = "windowed" if self.app == "mlperf" else None  # whose runner times whole windows
        return build_image(self.board, self.app, generated_sources(bundle, engine), folder)


def _answered(report: FlashReport) -> dict[str, Any]:
    return {"tool": report.tool, "port": report.port, "firmware": report.firmware}


def _dry_run(job: _Job, image: FirmwareImage, as_json: bool) -> None:
    steps = job.flasher.steps(image.bin)
    if as_json:
        print_json({"board": job.board.name, "app": job.app, "flasher": job.board.flasher, "steps": steps})
        return
    for number, step in enumerate(steps, 1):
        tell(f"{number}. {step}")


def _give_files(job: _Job, image: FirmwareImage, folder: Path, as_json: bool) -> None:
    from firmware_tools.image.for_tools import write_for_tools

    files = [str(path) for path in write_for_tools(image, job.board, folder)]
    if as_json:
        print_json({"board": job.board.name, "app": job.app, "origin": job.board.flash.origin, "files": files})
        return
    for file in files:
        tell(file)
    say(f"flash addresses begin at {job.board.flash.origin:#x}; nothing was flashed")


def _give_rule(target: Path) -> None:
    from firmware_tools.atomic import write_text
    from firmware_tools.boards.spec import list_boards
    from firmware_tools.boards.udev import install_lines, udev_rule
    from firmware_tools.errors import BoardError
    from firmware_tools.link.ports import serial_group

    text = udev_rule(list_boards(), serial_group())
    if str(target) == "-":
        click.echo(text, nl=False)
        return
    try:
        write_text(target, text)
    except OSError as error:
        remedy = f"{error.strerror}; print it with --udev-rule and save it with sudo tee"
        raise BoardError("rule cannot be written", str(target), remedy) from None
    say(f"{target} is written; then:")
    for line in install_lines(str(target)):
        say(f"  {line}")
