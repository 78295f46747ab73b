"""``device:`` and ``budget:`` the board, and the limits of the gate."""

from __future__ import annotations

from pydantic import Field

from kws_data.config.base import Settings

STREAMING_ISLAND_BYTES = 16_384


class BudgetSettings(Settings):
    """Limits of the gate."""

    model_bytes: int = Field(16_384, ge=1, description="of the file that goes on the board")
    arena_bytes: int = Field(16_384, ge=1, description="of RAM that TensorFlow Lite Micro takes for the model")
    latency_ms: float = Field(200.0, gt=0, description="from a clip's last sample to the decision, on the board's core")
    island_bytes: int | None = Field(
        None,
        ge=0,
        description="weights, tables, RAM and stack that listening needs; null: 16,384 where the model streams, "
        "no limit where it does not; 0: no limit",
    )
    duty: float | None = Field(None, gt=0, le=100, description="per cent of the core while listening; null: no limit")
    inference_cycles: int | None = Field(None, ge=1, description="of the model, on the board's core; null: no limit")

    def island_limit(self, streams: bool) -> int | None:
        """Most bytes of the island of a model that streams, or that does not; None: no limit."""
        if self.island_bytes is None:
            return STREAMING_ISLAND_BYTES if streams else None
        return self.island_bytes or None


class DeviceSettings(Settings):
    """The board on which the detector is proven."""

    board: str = Field("emulated", description="name of a board (kws boards lists them), or a file of your own")
    port: str | None = Field(None, description="serial port; null starts the emulated board")
    eval_clips: int | None = Field(None, ge=1, description="held-out clips to replay; all when null")
