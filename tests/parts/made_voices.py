"""Voice files that hum: networks with the inputs and outputs of real ones, whose sound tells what went in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.parts.onnx_file import FLOAT32, INT64, model, node

PHONEMES = ["_", "^", "$", " ", "?", *"abdefhijklmnoprstuvwxzæðŋɐɑɔəɚɛɜɡɪɹɾʃʊʌʒˈˌːθ"]


def description(**changes: Any) -> dict[str, Any]:
    """The JSON of a Piper voice of one speaker; ``None`` takes a field out."""
    values: dict[str, Any] = {
        "audio": {"sample_rate": 22_050, "quality": "low"},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.5, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": {phoneme: [number] for number, phoneme in enumerate(PHONEMES)},
        "num_speakers": 1,
        "speaker_id_map": {},
        "dataset": "hum",
        "language": {"code": "en_US"},
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def piper_voice(folder: Path, values: dict[str, Any] | None = None, text: str | None = None) -> Path:
    """``hum.onnx`` and its description: 4 samples a number times the length scale, each the number over 100 plus noise.

    A voice of many speakers adds the speaker's number over 1,000.

    Args:
        folder: where.
        values: the description; that of one speaker when None.
        text: stands in the description's file instead.
    """
    values = description() if values is None else values
    path = folder / "hum.onnx"
    many = values.get("num_speakers", 1) != 1
    path.write_bytes(humming(many))
    path.with_name("hum.onnx.json").write_text(json.dumps(values) if text is None else text, encoding="utf-8")
    return path


def humming(many: bool = False) -> bytes:
    """The network of :func:`piper_voice`."""
    constants = {
        "hundred": np.asarray(100.0, np.float32),
        "thousand": np.asarray(1_000.0, np.float32),
        "four": np.asarray([4.0], np.float32),
        "first": np.asarray([0], np.int64),
        "second": np.asarray([1], np.int64),
        "all": np.asarray([1, 1, 1, -1], np.int64),
        "one": np.asarray([1], np.int64),
    }
    nodes = [
        node("Cast", ["input"], ["numbers"], to=FLOAT32),
        node("Div", ["numbers", "hundred"], ["low"]),
        node("Gather", ["scales", "first"], ["noise_scale"], axis=0),
        node("Gather", ["scales", "second"], ["length_scale"], axis=0),
        node("Mul", ["length_scale", "four"], ["often"]),
        node("Cast", ["often"], ["whole"], to=INT64),
        node("Concat", ["one", "whole"], ["repeats"], axis=0),
        node("Tile", ["low", "repeats"], ["long"]),
        node("RandomNormalLike", ["long"], ["noise"]),
        node("Mul", ["noise", "noise_scale"], ["quiet"]),
        node("Div", ["quiet", "thousand"], ["hiss"]),
        node("Add", ["long", "hiss"], ["said"]),
        *(
            [
                node("Cast", ["sid"], ["who"], to=FLOAT32),
                node("Div", ["who", "thousand"], ["shift"]),
                node("Add", ["said", "shift"], ["shifted"]),
                node("Reshape", ["shifted", "all"], ["output"]),
            ]
            if many
            else [node("Reshape", ["said", "all"], ["output"])]
        ),
    ]
    inputs: dict[str, Any] = {
        "input": (INT64, ["batch", "phonemes"]),
        "input_lengths": (INT64, ["batch"]),
        "scales": (FLOAT32, [3]),
    }
    if many:
        inputs["sid"] = (INT64, ["batch"])
    return model(nodes, inputs, {"output": (FLOAT32, [1, 1, 1, "samples"])}, constants, opset=15)


def kokoro_network(tokens: str = "tokens") -> bytes:
    """A network with Kokoro's inputs: each number over 1,000 plus the style's first value, 4 samples over the speed."""
    constants = {
        "thousand": np.asarray(1_000.0, np.float32),
        "four": np.asarray([4.0], np.float32),
        "zeros": np.asarray([0, 0], np.int64),
        "ones": np.asarray([1, 1], np.int64),
        "one": np.asarray([1], np.int64),
        "flat": np.asarray([-1], np.int64),
    }
    nodes = [
        node("Cast", [tokens], ["numbers"], to=FLOAT32),
        node("Div", ["numbers", "thousand"], ["low"]),
        node("Slice", ["style", "zeros", "ones"], ["first"]),
        node("Add", ["low", "first"], ["styled"]),
        node("Div", ["four", "speed"], ["often"]),
        node("Cast", ["often"], ["whole"], to=INT64),
        node("Concat", ["one", "whole"], ["repeats"], axis=0),
        node("Tile", ["styled", "repeats"], ["long"]),
        node("Reshape", ["long", "flat"], ["audio"]),
    ]
    inputs: dict[str, Any] = {tokens: (INT64, [1, "n"]), "style": (FLOAT32, [1, 256]), "speed": (FLOAT32, [1])}
    return model(nodes, inputs, {"audio": (FLOAT32, ["samples"])}, constants, opset=17)


def kokoro_styles(folder: Path, **first: float) -> Path:
    """A folder of styles; row n of each begins with ``first`` plus n times 0.0001."""
    folder.mkdir(exist_ok=True)
    for name, value in first.items():
        style = np.zeros((510, 1, 256), "<f4")
        style[:, 0, 0] = value + np.arange(510) * 1e-4
        style.tofile(folder / f"{name}.bin")
    return folder
