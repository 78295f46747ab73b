"""``kws new``: a configuration for keywords of one's own."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from firmware_tools.atomic import write_text
from firmware_tools.boards.spec import load_board
from kws_data.cli.options import board_option, json_option, print_json, verb
from kws_data.config.config import Config
from kws_data.config.load import parse_config
from kws_data.config.starter import starter
from kws_data.errors import ConfigError
from kws_data.labels import spelt


@verb("new", "kws new kitchen --keywords lamp,radio")
@click.argument("name")
@click.option("--keywords", required=True, metavar="WORD,WORD", help="Words to hear, with commas between them.")
@click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path),
    help="Recordings that exist, <word>/<speaker>_nohash_<n>.wav; synthetic people when left out.",
)
@board_option
@click.option("--force", is_flag=True, help="Replace a file of that name.")
@json_option
def command(name: str, keywords: str, folder: Path | None, board: str, force: bool, as_json: bool) -> None:
    """Write NAME.yaml, a commented configuration for keywords of your own, and say what to do next.

    It holds what a beginner changes: each setting with its reason and its default, the values being those of the
    demo. Without --data synthetic people say the words, so that the first detector needs no recording.
    """
    if folder is not None and not folder.is_dir():
        raise ConfigError(f"data folder {str(folder)!r} does not exist", None, "--data names a folder of recordings")
    name = name.removesuffix(".yaml")
    path = Path(f"{name}.yaml")
    emulated = load_board(board).emulated
    where = None if folder is None else str(folder)
    text = starter(name, [spelt(word) for word in keywords.split(",")], folder=where, board=board, microphone=emulated)
    config = parse_config(text, path)
    if path.exists() and not force:
        raise ConfigError("configuration is there already", str(path), "--force replaces it, or take another name")
    try:
        write_text(path, text)
    except OSError as error:
        raise ConfigError("configuration cannot be written", str(path), error.strerror or "") from None
    steps = _next(path, config, emulated)
    if as_json:
        written = {"config": str(path), "name": config.name, "keywords": config.keywords}
        print_json(written | {"next": [call for call, _ in steps]})
        return
    click.echo(f"{path} written; next:")
    for call, why in steps:
        click.echo(f"  {call}\n      {why}")


def _next(path: Path, config: Config, emulated: bool) -> list[tuple[str, str]]:
    """Calls and what each is for, in their order."""
    run = ["kws", "run", str(path)]
    board = [] if emulated else ["--board", config.device.board, "--port", "PORT"]
    if not emulated:
        run += ["--set", "device.port=PORT"]
    words = ["--words", ",".join(config.keywords), "--takes", "10"]
    record = ["kws", "record", "--speaker", "ann", *words, "--export", config.data.folder or "data", *board]
    steps = [
        (shlex.join(run), "all steps, to a detector proven on the board; interrupted, call it again"),
        (shlex.join(record), "people, who make it better than anything else: one call for each"),
    ]
    if config.data.folder is None:
        people = [*run, "--set", "data.source=folder", "--set", "data.folder=data"]
        steps.append((shlex.join(people), "the same with the people you recorded"))
    return steps
