"""What an evaluation found, as values, and the JSON that others rely on: clips on host and board, the whole.

``steps`` writes the parts of an :class:`EvaluationReport` below ``runs/<name>/report``; :meth:`EvaluationReport.load`
reads them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kws_data.evaluation.metrics import Metrics
from kws_data.evaluation.silence_kinds import SilenceKinds
from kws_data.evaluation.stream_evaluation import ResponseTimes, StreamEvaluation
from kws_data.run_folder import DEVICE_FILE, HOST_FILE, STREAM_FILE, read_result


@dataclass(frozen=True)
class HostEvaluation:
    """Clips on the host. ``runtime`` is what ran the int8 file; None for the float model. ``silence`` is known of the
    int8 file of a run."""

    metrics: Metrics
    runtime: str | None = None
    silence: SilenceKinds | None = None

    def to_dict(self) -> dict[str, Any]:
        """METRICS, the runtime as ``engine``, and ``silence``."""
        runtime = {} if self.runtime is None else {"engine": self.runtime}
        silence = {} if self.silence is None else {"silence": self.silence.to_dict()}
        return {**self.metrics.to_dict(), **runtime, **silence}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> HostEvaluation:
        """Inverse of :meth:`to_dict`."""
        silence = None if "silence" not in values else SilenceKinds.from_dict(values["silence"])
        return cls(Metrics.from_dict(values), values.get("engine"), silence)


@dataclass(frozen=True)
class Cycles:
    """Core cycles on the board: the slowest front-end frame and the mean one, the slowest inference and decision."""

    frontend_frame: int
    frontend_frame_mean: float
    inference: int
    decision: int


@dataclass(frozen=True)
class Latency:
    """Milliseconds from a clip's last sample to the decision: what the last frame, inference and decision take."""

    p50: float
    p95: float
    max: float


@dataclass(frozen=True)
class BoardTiming:
    """What a board took for its clips, and the clock that its cycles were counted at."""

    clock_hz: int
    cycles: Cycles
    latency_ms: Latency


@dataclass(frozen=True)
class BoardEvaluation:
    """Clips replayed on a board. ``agreement`` is the share whose int8 scores are those of the host, every byte."""

    board: str
    metrics: Metrics
    agreement: float
    timing: BoardTiming

    def to_dict(self) -> dict[str, Any]:
        """Board, METRICS, agreement and timing."""
        return {
            "board": self.board,
            **self.metrics.to_dict(),
            "agreement": self.agreement,
            **asdict(self.timing),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> BoardEvaluation:
        """Inverse of :meth:`to_dict`."""
        timing = BoardTiming(values["clock_hz"], Cycles(**values["cycles"]), Latency(**values["latency_ms"]))
        return cls(values["board"], Metrics.from_dict(values), values["agreement"], timing)


@dataclass(frozen=True)
class DeviceEvaluation:
    """The device block: held-out clips on the flashed board, the image's bytes, how fast it answers in a stream."""

    clips: BoardEvaluation
    image_flash_bytes: int
    image_ram_bytes: int
    response_ms: ResponseTimes

    def to_dict(self) -> dict[str, Any]:
        """As in report.json."""
        return {
            **self.clips.to_dict(),
            "image_flash_bytes": self.image_flash_bytes,
            "image_ram_bytes": self.image_ram_bytes,
            "response_ms": asdict(self.response_ms),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DeviceEvaluation:
        """Inverse of :meth:`to_dict`."""
        response = ResponseTimes(**values["response_ms"])
        flash_bytes, ram_bytes = values["image_flash_bytes"], values["image_ram_bytes"]
        return cls(BoardEvaluation.from_dict(values), flash_bytes, ram_bytes, response)


@dataclass(frozen=True)
class EvaluationReport:
    """A run's whole: ``float``, ``int8`` and, after a refit, ``before_refit`` on the host; the board; the stream.

    ``device`` is None where the detector runs in no firmware of ours.
    """

    host: Mapping[str, HostEvaluation]
    device: DeviceEvaluation | None
    stream: StreamEvaluation

    def to_dict(self) -> dict[str, Any]:
        """The blocks ``host``, ``device`` and ``stream`` of report.json."""
        host = {engine: one.to_dict() for engine, one in self.host.items()}
        return {"host": host, "device": self.device and self.device.to_dict(), "stream": self.stream.to_dict()}

    @classmethod
    def load(cls, folder: Path, on_board: bool = True) -> EvaluationReport:
        """What *evaluate* and *device-eval* (unless not ``on_board``) wrote into ``runs/<name>/report``.

        Raises:
            DataError: a part is missing or damaged; it names the call that makes it.
        """
        until = "run --until evaluate"
        return cls(
            read_result(
                folder / HOST_FILE, until, lambda host: {k: HostEvaluation.from_dict(v) for k, v in host.items()}
            ),
            read_result(folder / DEVICE_FILE, "device-eval", DeviceEvaluation.from_dict) if on_board else None,
            read_result(folder / STREAM_FILE, until, StreamEvaluation.from_dict),
        )
