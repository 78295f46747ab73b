"""Encoders that take the sound itself: Moonshine tiny's (Jeffries et al., 2024), as package moonshine-voice 0.0.73
carries it, or any other of that shape.

Moonshine gives 288 values every 24 ms, and attends to the whole clip at once: nothing is put around it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples
from kws_data.encoder.packaged import package_file, package_version, read_model, short_hash
from kws_data.errors import ConfigError
from kws_data.system.onnx import OnnxModel, install

MODULE, DISTRIBUTION = "moonshine_voice", "moonshine-voice"
ENCODER_FILE = "assets/tiny-en/encoder_model.ort"
#: Shorter clips get silence at their end: a tenth of a second, more than the 895 samples of Moonshine's first frame.
LEAST_SAMPLES = 1_600
_EXPECTED = "expected input [clips, samples], if need be an attention mask as well, and output [clips, frames, width]"


class Moonshine:
    """An encoder of waveforms in this process; see :class:`kws_data.encoder.encoder.Encoder`.

    Args:
        model: ONNX or ORT file of one, if not the package's own: float32 samples within ±1 at 16 kHz come in.

    Raises:
        ConfigError: the package has no such file, or the file cannot be read or is no such model.
    """

    def __init__(self, model: Path | None = None) -> None:
        path = model or package_file(MODULE, ENCODER_FILE, install("encoder"))
        data = read_model(path)
        origin = "own" if model else package_version(DISTRIBUTION)
        self.name = f"moonshine {origin} {short_hash([data])}"
        self.licence = "not stated" if model else "MIT"
        self._model = OnnxModel(data, str(path))
        self._sound, self._mask = _inputs(self._model)
        self.width = _width(self._model)
        self._frames: dict[int, int] = {}

    def frames(self, samples: int) -> int:
        """Frames of so many samples: as many as silence of that length gives."""
        if samples not in self._frames:
            self._frames[samples] = len(self._encode(np.zeros(samples, np.int16)))
        return self._frames[samples]

    def __call__(self, clips: Samples) -> NDArray[np.float32]:
        """float32 ``[clips, frames, width]`` of int16 ``[clips, samples]`` at 16 kHz, one clip after the other."""
        made = np.empty((len(clips), self.frames(clips.shape[1]), self.width), np.float32)
        for into, clip in zip(made, clips, strict=True):
            into[:] = self._encode(clip)
        return made

    def _encode(self, clip: Samples) -> NDArray[np.float32]:
        sound = np.zeros((1, max(len(clip), LEAST_SAMPLES)), np.float32)
        sound[0, : len(clip)] = clip / np.float32(32_768)
        arrays = {self._sound: sound}
        masks = {self._mask: np.ones(sound.shape, np.int64)} if self._mask else {}
        made: NDArray[np.float32] = self._model({**arrays, **masks})[0][0]
        return made


def _inputs(model: OnnxModel) -> tuple[str, str]:
    """Names of the inputs for samples and for the mask, the latter empty when there is none; raises ConfigError."""
    masks = [name for name in model.inputs if "mask" in name]
    sounds = [name for name, shape in model.inputs.items() if name not in masks and len(shape) == 2]
    if len(sounds) != 1 or len(masks) > 1 or len(model.inputs) != len(sounds) + len(masks):
        raise ConfigError("not a speech encoder", model.name, _EXPECTED)
    return sounds[0], masks[0] if masks else ""


def _width(model: OnnxModel) -> int:
    shape = next(iter(model.outputs.values()), [])
    if len(shape) != 3 or not isinstance(shape[2], int):
        raise ConfigError("not a speech encoder", model.name, _EXPECTED)
    return shape[2]
