"""The always-on island: bytes of the weights and of every object in RAM that engine and front end use."""

from __future__ import annotations

from firmware_tools.errors import FirmwareError
from firmware_tools.image.build import FirmwareImage

#: The detector's own objects in RAM, as its image names them; the line and the buffers of the serial link are not its.
ISLAND_RAM = (
    "frontend",
    "frontend_work",
    "frontend_history",
    "frame",
    "scores",
    "detector",
    "detector_sums",
    "detector_ring",
)
WINDOWED_RAM, STREAMING_RAM = ("kws_model_invoke.arena", "window"), ("stream_state",)


def island_parts(image: FirmwareImage, model_bytes: int) -> dict[str, int]:
    """Bytes of the weights, and of each object in RAM of engine and front end, from the image's own symbols.

    Raises:
        FirmwareError: the image has no object of a name that is counted.
    """
    engine = STREAMING_RAM if STREAMING_RAM[0] in image.by_symbol else WINDOWED_RAM
    names = (*engine, *ISLAND_RAM)
    missing = [name for name in names if name not in image.by_symbol]
    if missing:
        raise FirmwareError("image lacks an object of the detector", missing[0], "this is a fault of kws: report it")
    return {"model file": model_bytes, **{name: image.by_symbol[name] for name in names}}
