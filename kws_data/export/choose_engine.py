"""Which engine firmware runs a model with: one on windows, or one that streams where the model allows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from firmware_tools.frontend.spec import MICRO
from kws_data.bundle import Engine
from kws_data.config.config import Config
from kws_data.config.stream import StreamSettings
from kws_data.errors import ConfigError


@dataclass(frozen=True)
class EngineChoice:
    """The engine, the settings of the stream that go with it, and in a line why it does not stream, if it was to."""

    engine: Engine
    stream: StreamSettings
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As in ``export.json``."""
        notes = [self.note] if self.note else []
        return {"engine": self.engine, "stride_frames": self.stream.stride_frames, "notes": notes}


def choose_engine(config: Config, tflite: bytes) -> EngineChoice:
    """The engine that ``stream.engine`` asks for.

    ``auto`` streams where the configuration has ``stream:``, the model allows it, and the stride that was written down
    fits; where none was, a model that streams decides whenever it has a new column.

    Raises:
        ConfigError: streaming is asked for, but the model does not stream, or not by ``stream.stride_frames``.
        ModelError: the model cannot be read.
    """
    from firmware_tools.engine.streaming.steps import stream_program
    from firmware_tools.errors import StreamingError
    from firmware_tools.spotter.sources import check_stride
    from firmware_tools.tflite.graph import read_tflite

    stream = config.stream
    if not _may_stream(config):
        return EngineChoice("windowed", stream)
    try:
        hop_frames = stream_program(read_tflite(tflite)).hop_frames
        if "stride_frames" not in stream.model_fields_set:
            stream = fitted(stream, hop_frames)
        check_stride(hop_frames, stream.stride_frames)
    except StreamingError as error:
        if stream.engine == "streaming":
            raise ConfigError("stream.engine cannot be used", stream.engine, str(error)) from None
        return EngineChoice("windowed", config.stream, f"windowed engine: {error}")
    return EngineChoice("streaming", stream)


def _may_stream(config: Config) -> bool:
    """Whether streaming is asked for, or may be chosen; other firmware than ours has a ring of its own."""
    asked = config.stream.engine
    if asked == "auto":
        return "stream" in config.model_fields_set and config.frontend.kind != MICRO
    return asked == "streaming"


def fitted(stream: StreamSettings, hop_frames: int) -> StreamSettings:
    """With a decision whenever a streaming model has a new column: it costs no more than what follows the mean over
    time. At the same false accepts words are answered as surely, and sooner than with a decision every third frame.
    """
    return stream.model_copy(update={"stride_frames": hop_frames})
