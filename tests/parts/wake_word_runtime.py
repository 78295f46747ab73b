"""pymicro-wakeword, which runs models of micro_wake_word on a computer: the judge of what a device would hear."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.spotter.wake_word import cutoff_for

FIRST_FRAME, HOP = 480, 160


def steps_heard(ring: bytes, stream: StreamSpec, samples: NDArray[np.int16], folder: Path) -> list[int]:
    """After how many samples the runtime says that the word was heard, as :func:`steps_of_manifest`.

    Args:
        ring: the file that a device loads.
        stream: of a bundle; its manifest's cutoff is what the runtime is given.
        samples: a recording.
        folder: gets model and manifest.
    """
    assert stream.sums is not None
    cutoff = cutoff_for(stream.sums[2], stream.average).probability
    (folder / "word.tflite").write_bytes(ring)
    micro = {"probability_cutoff": cutoff, "sliding_window_size": stream.average}
    (folder / "word.json").write_text(json.dumps({"wake_word": "word", "model": "word.tflite", "micro": micro}))
    return steps_of_manifest(folder / "word.json", samples)


def steps_of_manifest(manifest: Path, samples: NDArray[np.int16]) -> list[int]:
    """After how many samples the runtime says that the word was heard: each step at which the mean is above the cutoff.

    Args:
        manifest: beside its model.
        samples: a recording.
    """
    from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures

    runtime, features = MicroWakeWord.from_config(manifest), MicroWakeWordFeatures()
    frames = features.process_streaming(samples.tobytes())
    heard = [FIRST_FRAME + HOP * number for number, frame in enumerate(frames) if runtime.process_streaming(frame)]
    runtime.close()
    return heard


def first_of_each(heard: list[int], refractory_samples: int) -> list[int]:
    """The steps at which a detector would begin, which then says nothing for so many samples."""
    kept: list[int] = []
    for sample in heard:
        if not kept or sample - kept[-1] >= refractory_samples:
            kept.append(sample)
    return kept
