"""What a TensorFlow Lite Micro program needs of a model, as C: the bytes, the operators, the settings.

Written to ``runs/<name>/export``: ``model_data.h`` and ``.c`` (the file as an array), ``kws_op_resolver.h`` (the
operators that the model uses, registered), ``kws_model_settings.h`` (arena, labels, scales, thresholds, front end)
and ``ops.json`` (the same list for programs).
"""

from __future__ import annotations

import json
from pathlib import Path

from firmware_tools.atomic import write_text
from firmware_tools.tflite.graph import read_tflite
from kws_data.bundle import ModelBundle

RESOLVER_NAMES = {
    "CONV_2D": "Conv2D",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2D",
    "FULLY_CONNECTED": "FullyConnected",
    "AVERAGE_POOL_2D": "AveragePool2D",
    "MAX_POOL_2D": "MaxPool2D",
    "MEAN": "Mean",
    "ADD": "Add",
    "MUL": "Mul",
    "RESHAPE": "Reshape",
    "SQUEEZE": "Squeeze",
    "EXPAND_DIMS": "ExpandDims",
    "PAD": "Pad",
    "CONCATENATION": "Concatenation",
    "STRIDED_SLICE": "StridedSlice",
    "RELU": "Relu",
    "RELU6": "Relu6",
    "LOGISTIC": "Logistic",
    "SOFTMAX": "Softmax",
}
BYTES_A_LINE = 16


def write_tflm_files(bundle: ModelBundle, folder: Path) -> None:
    """Write all files of a bundle; raises OSError."""
    operators = operators_of(bundle.tflite)
    head = f"/* {bundle.config}, bundle {bundle.bundle_hash[:16]}: made by kws export; do not edit. */\n"
    write_text(folder / "model_data.h", head + data_header(bundle.tflite))
    write_text(folder / "model_data.c", head + data_source(bundle.tflite))
    write_text(folder / "kws_op_resolver.h", head + resolver_header(operators))
    write_text(folder / "kws_model_settings.h", head + settings_header(bundle))
    note = {"bundle": bundle.bundle_hash, "operators": operators, "arena_bytes": bundle.arena_bytes}
    write_text(folder / "ops.json", json.dumps(note, indent=1) + "\n")


def operators_of(tflite: bytes) -> list[str]:
    """The kinds of operators in a model, in the order of the schema's names."""
    return sorted({operator.kind for operator in read_tflite(tflite).operators})


def data_header(tflite: bytes) -> str:
    """Declaration of the array."""
    return f"""#ifndef KWS_MODEL_DATA_H
#define KWS_MODEL_DATA_H

#define KWS_MODEL_DATA_BYTES {len(tflite)}

#ifdef __cplusplus
extern "C" {{
#endif
extern const unsigned char kws_model_data[KWS_MODEL_DATA_BYTES];
#ifdef __cplusplus
}}
#endif

#endif
"""


def data_source(tflite: bytes) -> str:
    """The model as an array, aligned as TFLM wants its flatbuffer."""
    rows = (tflite[i : i + BYTES_A_LINE] for i in range(0, len(tflite), BYTES_A_LINE))
    lines = "\n".join("    " + ", ".join(f"0x{byte:02x}" for byte in row) + "," for row in rows)
    return f"""#include "model_data.h"

#if defined(__GNUC__) || defined(__clang__)
__attribute__((aligned(16)))
#endif
const unsigned char kws_model_data[KWS_MODEL_DATA_BYTES] = {{
{lines}
}};
"""


def resolver_header(operators: list[str]) -> str:
    """A resolver with these operators and no other, for ``tflite::MicroInterpreter``."""
    calls = "\n".join(f"    resolver.Add{RESOLVER_NAMES[kind]}();" for kind in operators)
    return f"""#ifndef KWS_OP_RESOLVER_H
#define KWS_OP_RESOLVER_H

#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

using KwsOpResolver = tflite::MicroMutableOpResolver<{len(operators)}>;

inline KwsOpResolver MakeKwsOpResolver() {{
    KwsOpResolver resolver;
{calls}
    return resolver;
}}

#endif
"""


def _stream_numbers(bundle: ModelBundle) -> dict[str, object]:
    """What decides in a stream; one int8 threshold for all is told only where it is what holds."""
    stream = bundle.stream
    sums = stream.thresholds(len(bundle.labels), bundle.streaming_int8)
    one_for_all = {"KWS_STREAM_THRESHOLD_INT8": f"({bundle.streaming_int8})"} if stream.sums is None else {}
    return {
        **one_for_all,
        "KWS_STREAM_STRIDE_FRAMES": stream.stride_frames,
        "KWS_STREAM_AVERAGE": stream.average,
        "KWS_STREAM_REFRACTORY_SAMPLES": stream.refractory_samples(bundle.frontend.sample_rate_hz),
        "KWS_STREAM_SUMS": f"{{{', '.join(map(str, sums))}}}",
    }


def settings_header(bundle: ModelBundle) -> str:
    """Arena, shapes, labels and thresholds. The arena is that of 64-bit pointers: enough for any board."""
    spec = bundle.frontend
    labels = ", ".join(json.dumps(label, ensure_ascii=False) for label in bundle.labels)
    numbers = {
        "KWS_ARENA_BYTES": bundle.arena_bytes,
        "KWS_LABEL_COUNT": len(bundle.labels),
        "KWS_FRAMES": bundle.frames,
        "KWS_FEATURES": spec.features,
        "KWS_SAMPLE_RATE_HZ": spec.sample_rate_hz,
        "KWS_WINDOW_SAMPLES": spec.window_samples,
        "KWS_HOP_SAMPLES": spec.hop_samples,
        "KWS_THRESHOLD_INT8": f"({bundle.threshold_int8})",
        **_stream_numbers(bundle),
    }
    defines = "\n".join(f"#define {name} {value}" for name, value in numbers.items())
    return f"""#ifndef KWS_MODEL_SETTINGS_H
#define KWS_MODEL_SETTINGS_H

/* Input: int8 [1, KWS_FRAMES, 1, KWS_FEATURES], scale 1/128, zero point 0: the front end's features as they are.
   Output: int8 [1, KWS_LABEL_COUNT], probability = (value + 128) / 256. A keyword is detected when the largest
   score is that of a keyword (label 2 and up) and at least the threshold. In a stream the model runs every
   KWS_STREAM_STRIDE_FRAMES frames; a keyword is detected when the sum of its last KWS_STREAM_AVERAGE scores is at least
   its value in KWS_STREAM_SUMS, no other keyword's is further above its own, and KWS_STREAM_REFRACTORY_SAMPLES have
   passed since the last detection. */
{defines}
#define KWS_LABELS {{{labels}}}

#endif
"""
