"""``kws record --from-stream``: a board that sends bare samples, opened and looked at before anybody speaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import say

if TYPE_CHECKING:
    from firmware_tools.protocol.bare_samples import StreamForm
    from kws_data.sources.recording.stream_board import StreamBoard


class StreamOf(click.ParamType):  # type: ignore[type-arg]
    """``raw16@115200`` or ``lines@115200``."""

    name = "form@baud"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> StreamForm:
        """The form; fails with one line when it is none."""
        from firmware_tools.protocol.bare_samples import stream_form

        try:
            return stream_form(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def only_what_streams_can(boards: Sequence[str], ports: Sequence[str], config: Path | None, play: Path | None) -> None:
    """Raises UsageError where an order needs a board that kws can talk to."""
    if boards or config is not None or play is not None:
        named = "--board" if boards else "a CONFIG" if config is not None else "--play"
        raise click.UsageError(f"--from-stream only listens: it goes without {named}")
    if len(ports) != 1:
        raise click.UsageError("--from-stream needs one --port; kws boards lists the ports there are")


@contextmanager
def open_stream(port: str, form: StreamForm, rate_hz: int | None) -> Iterator[StreamBoard]:
    """The board behind ``port``, once sound has come from it; says how fast, and that nothing proves it whole.

    Raises:
        LinkError: the port cannot be opened, or nothing, silence or something else comes.
    """
    from firmware_tools.link.sample_stream import SampleStream
    from kws_data.sources.recording.stream_board import StreamBoard

    with SampleStream(port, form) as stream:
        stream.examine(rate_hz)
        measured = f"{stream.measured_hz:.0f} samples/s by this machine's clock"
        say(f"{form} on {port}: {measured}, taken as {stream.rate_hz} Hz")
        for doubt in stream.doubts:
            say(doubt)
        if stream.decoder.columns > 1:
            say(f"each line has {stream.decoder.columns} values: the first one is the sound")
        say("bare samples have no numbers: these clips are marked as not proven whole")
        yield StreamBoard(stream)
