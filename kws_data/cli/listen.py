"""``kws listen``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kws_data.cli.options import config_options, json_option, print_json, say, verb
from kws_data.config import Config


@verb("listen", "kws listen configs/demo.yaml --play some_speech.wav")
@config_options
@click.option("--seconds", type=float, default=None, help="Stop after so long; otherwise at Ctrl-C.")
@click.option(
    "--play", type=click.Path(path_type=Path), default=None, help="Sound for the emulated board's microphone."
)
@json_option
def command(config: Config, seconds: float | None, play: Path | None, as_json: bool) -> None:
    """Listen live with the flashed detector and print each keyword that the board hears."""
    from firmware_tools.boards import load_board
    from firmware_tools.session import open_board
    from firmware_tools.spotter import StreamDetection, listen
    from kws_data.audio import read_audio

    heard: list[dict[str, Any]] = []
    board = load_board(config.device.board)
    with open_board(board, config.device.port) as session:
        session.require("spotter")
        rate_hz, labels = session.hello.sample_rate_hz, session.hello.labels
        if play is not None and session.play is not None:
            session.play(read_audio(play, rate_hz))
        say("listening; Ctrl-C ends it")
        try:
            for event in listen(session.link, seconds=seconds):
                if isinstance(event, StreamDetection):
                    heard.append({"time_s": event.sample / rate_hz, "label": labels[event.label], "score": event.score})
                    if not as_json:
                        click.echo(
                            f"{event.sample / rate_hz:8.2f} s  {labels[event.label]}  {(event.score + 128) / 256:.2f}"
                        )
        except KeyboardInterrupt:
            say("stopped")
    if as_json:
        print_json(heard)
