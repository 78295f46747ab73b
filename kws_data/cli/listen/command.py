"""``kws listen``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.board_port import port_here
from kws_data.cli.options import Number, board_option, json_option, port_option, print_json, say, verb

if TYPE_CHECKING:
    from firmware_tools.link.session import BoardSession

_SCREEN_FPS = 12


@verb("listen", "kws listen configs/demo.yaml --play some_speech.wav")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting of CONFIG.")
@click.option("--seconds", type=Number(min=0.1), default=None, help="Stop after so long; otherwise at Ctrl-C.")
@click.option(
    "--play", type=click.Path(path_type=Path), default=None, help="Sound for the emulated board's microphone."
)
@board_option
@port_option
@json_option
def command(
    config_file: Path | None,
    overrides: tuple[str, ...],
    seconds: float | None,
    play: Path | None,
    board: str,
    port: str | None,
    as_json: bool,
) -> None:
    """Listen live: what a board's microphone hears (level, waveform, spectrogram), or which keywords its detector
    hears.

    With CONFIG: its board must run the detector, and each keyword that it hears is printed. Without: the board that
    --board and --port name; level, waveform and spectrogram when it runs the recorder app (the emulated board gets it
    when nothing is flashed), detections when it runs the detector.
    """
    from kws_data.audio import read_audio

    if config_file is not None:
        from kws_data.config.load import load_config

        config = load_config(config_file, overrides)
        board, port = config.device.board, config.device.port
    if play is not None:
        read_audio(play, None)  # before a board is opened for it
    with _opened(board, port, config_file is None) as session:
        if config_file is not None:
            session.require("spotter")
        if play is not None and session.play is not None:
            session.play(read_audio(play, session.hello.sample_rate_hz))
        hear = _detections if session.hello.app == "spotter" else _microphone
        result = hear(session, seconds, as_json)
    if as_json:
        print_json(result)


@contextmanager
def _opened(name: str, port: str | None, with_recorder: bool) -> Iterator[BoardSession]:
    """The board; on an emulated one that is empty the recorder where that will do, else nothing is changed."""
    from firmware_tools.boards.spec import load_board
    from firmware_tools.emulator.storage import FLASH_FILE, default_state_dir
    from firmware_tools.errors import BoardError
    from firmware_tools.link.session import open_board
    from firmware_tools.recorder.flash import flash_recorder

    board, port = load_board(name), port_here(name, port)
    if port is None and board.emulator and not (default_state_dir(board) / FLASH_FILE).is_file():
        if not with_recorder:
            raise BoardError(
                "nothing is flashed on the emulated board", name, "call kws flash with the same CONFIG first"
            )
        flash_recorder(board, default_state_dir(board))
    # A person who looks wants sound as it is heard; a program wants it as fast as it comes.
    with open_board(board, port, realtime=sys.stderr.isatty()) as session:
        if session.stranger:
            say(session.stranger)
        yield session


def _detections(session: BoardSession, seconds: float | None, as_json: bool) -> list[dict[str, Any]]:
    from firmware_tools.spotter.client import StreamDetection, listen
    from kws_data.scores import probability

    heard: list[dict[str, Any]] = []
    rate_hz, labels = session.hello.sample_rate_hz, session.hello.labels
    say("listening; Ctrl-C ends it" if seconds is None else f"listening for {seconds:g} s; Ctrl-C ends it sooner")
    try:
        for event in listen(session.link, seconds=seconds):
            if isinstance(event, StreamDetection):
                heard.append({"time_s": event.sample / rate_hz, "label": labels[event.label], "score": event.score})
                if not as_json:
                    score = probability(event.score)
                    click.echo(f"{event.sample / rate_hz:8.2f} s  {labels[event.label]}  {score:.2f}")
    except KeyboardInterrupt:
        say("stopped")
    say(f"{len(heard)} keywords heard")
    return heard


def _microphone(session: BoardSession, seconds: float | None, as_json: bool) -> dict[str, Any]:
    from kws_data.cli.listen.screen import Scene

    session.require("recorder")
    scene = Scene(session.hello.sample_rate_hz)
    try:
        if sys.stderr.isatty() and not as_json:
            _on_screen(session, scene, seconds)
        else:
            _in_lines(session, scene, seconds)
    except KeyboardInterrupt:
        say("stopped")
    say(f"{scene.seconds:.1f} s heard, {scene.lost} samples lost, highest peak {scene.highest_db:.1f} dB")
    return scene.as_dict()


def _on_screen(session: BoardSession, scene: Any, seconds: float | None) -> None:
    from contextlib import closing

    from rich.console import Console
    from rich.live import Live

    from firmware_tools.recorder.capture import capture
    from kws_data.cli.listen.screen import listen_screen

    title, due = f"{session.board.name} on {session.link.port}", 0.0
    with (
        closing(capture(session.link, seconds=seconds)) as blocks,
        Live(console=Console(stderr=True), auto_refresh=False) as view,
    ):
        for block in blocks:
            scene.hear(block)
            if scene.seconds >= due:
                view.update(listen_screen(scene, blocks, title), refresh=True)
                due = scene.seconds + 1 / _SCREEN_FPS


def _in_lines(session: BoardSession, scene: Any, seconds: float | None) -> None:
    from contextlib import closing

    from firmware_tools.recorder.capture import capture

    due = 1.0
    with closing(capture(session.link, seconds=seconds)) as blocks:
        for block in blocks:
            scene.hear(block)
            if scene.seconds >= due:
                say(scene.line())
                due += 1.0
