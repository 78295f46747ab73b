"""``device:`` and ``budget:`` the board, and the limits of the gate."""

from __future__ import annotations

from pydantic import Field

from kws_data.config.base import Settings


class BudgetSettings(Settings):
    """Limits of the gate."""

    model_bytes: int = Field(16_384, ge=1, description="of the file that goes on the board")
    arena_bytes: int = Field(16_384, ge=1, description="of RAM that TensorFlow Lite Micro takes for the model")
    latency_ms: float = Field(200.0, gt=0, description="from a clip's last sample to the decision, on the board's core")
    island_bytes: int | None = Field(None, ge=1, description="weights, and RAM of engine and front end; null: no limit")
    inference_cycles: int | None = Field(None, ge=1, description="of the model, on the board's core; null: no limit")


class DeviceSettings(Settings):
    """The board on which the detector is proven."""

    board: str = Field("emulated", description="name of a board (kws boards lists them), or a file of your own")
    port: str | None = Field(None, description="serial port; null starts the emulated board")
    eval_clips: int | None = Field(None, ge=1, description="held-out clips to replay; all when null")
