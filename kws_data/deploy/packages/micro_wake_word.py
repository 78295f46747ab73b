"""What ESPHome's micro_wake_word loads: a ring model, its manifest (version 2), a README and an example for a board.

The same folder serves pymicro-wakeword, which reads the manifest too.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from firmware_tools.frontend.spec import MICRO
from firmware_tools.spotter.detector import FIRST_KEYWORD
from firmware_tools.spotter.wake_word import Cutoff, cutoff_for
from firmware_tools.tflite.ring_model import ring_model
from kws_data.bundle import ModelBundle
from kws_data.deploy.packages.figures import RunFigures, licences_line
from kws_data.deploy.packages.layout import TEMPLATES, filled, templates, words
from kws_data.deploy.packages.maker import KWS, Maker
from kws_data.deploy.ring_arena import ring_arena_bytes
from kws_data.errors import BundleError

KIND = "micro_wake_word"
FEATURE_STEP_MS = 10
#: ESPHome reads manifests of version 2, and registers the operators of this one, since then.
LEAST_ESPHOME = "2024.7.0"
#: TFLM's own count is of plain kernels; those of ESP32s want scratch memory besides. ESPHome from 2026 on tries how
#: much is needed, up to twice this; before, it took the manifest's word.
ARENA_MARGIN = 1.5
ARENA_STEP = 16


@dataclass(frozen=True)
class WakeWord:
    """A bundle as micro_wake_word takes it.

    Attributes:
        name: of the files.
        phrase: the keyword, as it is shown.
        model: the ring model.
        cutoff: when it is detected.
        arena_bytes: counted by TFLM.
    """

    name: str
    phrase: str
    model: bytes
    cutoff: Cutoff
    arena_bytes: int


def wake_word(bundle: ModelBundle) -> WakeWord:
    """The ring model of a bundle and what its manifest says.

    Raises:
        BundleError: another front end, or other than one keyword.
        ModelError: the model cannot be a ring model, or never detects its keyword.
    """
    if bundle.frontend.kind != MICRO:
        remedy = f"train with frontend.kind: {MICRO}, or use --to esphome, which brings kws's own front end"
        raise BundleError("micro_wake_word has one front end, the bundle another", bundle.frontend.kind, remedy)
    keywords = bundle.labels[FIRST_KEYWORD:]
    if len(keywords) != 1:
        remedy = "train one with keywords: [WORD], a model for each word"
        raise BundleError("a micro_wake_word model hears one keyword", ", ".join(keywords), remedy)
    model = ring_model(bundle.tflite, bundle.stream.stride_frames)
    sums = bundle.stream.thresholds(len(bundle.labels), bundle.streaming_int8)
    cutoff = cutoff_for(sums[FIRST_KEYWORD], bundle.stream.average)
    name = re.sub(r"[^a-z0-9]+", "_", keywords[0].lower()).strip("_") or "wake_word"
    return WakeWord(name, words(bundle).title(), model, cutoff, ring_arena_bytes(bundle, model))


def manifest(word: WakeWord, maker: Maker) -> dict[str, Any]:
    """The manifest, version 2. The bundle does not say which languages were trained on, so none is claimed."""
    steps = -(-int(word.arena_bytes * ARENA_MARGIN) // ARENA_STEP)
    return {
        "type": "micro",
        "wake_word": word.phrase,
        "author": maker.author or KWS,
        **({"website": maker.url} if maker.url else {}),
        "model": f"{word.name}.tflite",
        "trained_languages": [],
        "version": 2,
        "micro": {
            "probability_cutoff": word.cutoff.probability,
            "feature_step_size": FEATURE_STEP_MS,
            "sliding_window_size": word.cutoff.window,
            "tensor_arena_size": steps * ARENA_STEP,
            "minimum_esphome_version": LEAST_ESPHOME,
        },
    }


def wake_word_files(bundle: ModelBundle, run: RunFigures, maker: Maker) -> dict[str, str | bytes]:
    """All files of the folder, path to contents; raises as :func:`wake_word`."""
    word = wake_word(bundle)
    said = manifest(word, maker)
    values = {
        "NAME": word.name,
        "PHRASE": word.phrase,
        "KIND": KIND,
        "HASH": bundle.bundle_hash[:16],
        "FIGURES": _figures(bundle, word, said["micro"]),
        "LICENCES": licences_line(run),
    }
    files: dict[str, str | bytes] = {
        filled(path, values): filled(text, values) for path, text in templates(KIND).items()
    }
    files["LICENSE"] = (TEMPLATES / "LICENSE").read_text(encoding="utf-8")
    files[f"{word.name}.json"] = json.dumps(said, indent=2, ensure_ascii=False) + "\n"
    files[f"{word.name}.tflite"] = word.model
    return files


def _figures(bundle: ModelBundle, word: WakeWord, micro: dict[str, Any]) -> str:
    """Markdown: a row a figure."""
    stream = bundle.stream
    rows = [
        ("model file", f"{len(word.model):,} bytes"),
        ("arena in TensorFlow Lite Micro", f"{word.arena_bytes:,} bytes; the manifest asks for {ARENA_MARGIN:g} times"),
        ("one inference", f"{bundle.macs:,} MACs, {bundle.parameters:,} parameters"),
        ("the model sees", f"{bundle.frames} frames of {FEATURE_STEP_MS} ms"),
        ("it runs", f"every {stream.stride_frames} frames; the mean of the last {stream.average} scores is compared"),
        ("cutoff", f"{micro['probability_cutoff']:g}: the threshold that was fixed on validation data"),
    ]
    return "| figure | value |\n|---|---|\n" + "".join(f"| {name} | {value} |\n" for name, value in rows)
