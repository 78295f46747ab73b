"""``kws try``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kws_data.cli.options import config_here, json_option, print_json, tell, verb

if TYPE_CHECKING:
    from kws_data.bundle import ModelBundle

PORT = 8010


@verb("try", "kws try configs/demo.yaml --serve")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting of CONFIG.")
@click.option("--bundle", "bundle_dir", type=click.Path(path_type=Path), default=None, help="runs/<name>/model.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="The page. [default: try.html in the run's report folder; with --serve none is written]",
)
@click.option("--serve", is_flag=True, help="Serve the page to browsers on this machine, until Ctrl-C.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=PORT, show_default=True, help="--serve: where; 0 for any."
)
@json_option
def command(
    config_file: Path | None,
    overrides: tuple[str, ...],
    bundle_dir: Path | None,
    out: Path | None,
    serve: bool,
    port: int,
    as_json: bool,
) -> None:
    """Write the detector of CONFIG (or of --bundle) as one page for a browser, in which it hears: front end, model and
    decisions are the board's own C as WebAssembly, and its detections the board's bit for bit.

    The page hears a microphone or a recording, shows level, spectrogram, scores and detections, lets the threshold be
    dragged, and saves a missed or false moment, with consent, as a clip for kws import. It asks nobody for anything.
    Chromium and Firefox give a page that was opened as a file the microphone; where a browser does not, use --serve.
    """
    from kws_data.browser.page import try_page
    from kws_data.bundle import ModelBundle

    folder = _model_folder(config_file, overrides, bundle_dir)
    if (
        serve is False
        and click.get_current_context().get_parameter_source("port") is click.core.ParameterSource.COMMANDLINE
    ):
        raise click.UsageError("--port is where --serve serves: add --serve, or leave it out")
    bundle = ModelBundle.load(folder)
    page = try_page(bundle)
    target = out or (None if serve else _beside(folder))
    if target is not None:
        _write(target, page)
    document = {"page": None if target is None else str(target), "bytes": len(page.encode()), "address": None}
    if serve:
        _serve(bundle, page, port, document, as_json)
    elif as_json:
        print_json(document)
    else:
        tell(f"{target}: {document['bytes']:,} bytes; open it in a browser")


def _model_folder(config_file: Path | None, overrides: tuple[str, ...], bundle_dir: Path | None) -> Path:
    if config_file is not None and bundle_dir is not None:
        raise click.UsageError("name a CONFIG or a --bundle, not both")
    if config_file is None and bundle_dir is None:
        raise click.UsageError("name a CONFIG, whose run is tried, or a --bundle")
    if bundle_dir is not None:
        if overrides:
            raise click.UsageError("--set changes a CONFIG: name one, or leave it out")
        return bundle_dir
    assert config_file is not None
    return config_here(config_file, overrides).run_dir / "model"


def _beside(folder: Path) -> Path:
    """``report/try.html`` of the run that a bundle lies in."""
    from kws_data.browser.page import PAGE_FILE

    if folder.resolve().name != "model":
        raise click.UsageError("the bundle lies in no run (runs/<name>/model): name the page with --out")
    return folder.parent / "report" / PAGE_FILE


def _write(target: Path, page: str) -> None:
    from firmware_tools.atomic import write_text
    from kws_data.errors import DataError

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_text(target, page)
    except OSError as error:
        raise DataError("page cannot be written", str(target), f"{error.strerror}; name another with --out") from None


def _serve(bundle: ModelBundle, page: str, port: int, document: Mapping[str, object], as_json: bool) -> None:
    from kws_data.browser.serve import page_server

    with page_server(page, port) as server:
        address = f"http://{server.server_address[0]!s}:{server.server_port}/"
        if as_json:
            print_json({**document, "address": address})
        else:
            tell(
                f"{address} hears {', '.join(bundle.labels[2:])}; open it in a browser on this machine. Ctrl-C ends it"
            )
        try:
            server.serve_forever()
        except KeyboardInterrupt as end:
            end.args = ("the page is no longer served; one that is open goes on",)
            raise
