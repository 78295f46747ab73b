"""Everything generated that the spotter app needs: front-end tables, model, labels and thresholds of one bundle."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_tools.engine.emit import emit_c
from firmware_tools.engine.plan import plan_memory
from firmware_tools.engine.streaming.emit import emit_stream_c
from firmware_tools.engine.streaming.steps import stream_program
from firmware_tools.errors import ModelError, StreamingError
from firmware_tools.firmware import FIRMWARE_DIR
from firmware_tools.frontend.emit import frontend_c_header, frontend_c_source
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.protocol.frames import MAX_PAYLOAD
from firmware_tools.protocol.replies import HELLO
from firmware_tools.spotter.detector import FIRST_KEYWORD, check_threshold
from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.tflite.graph import Graph, read_tflite

MAX_LABELS = 64
BUNDLE_DIR = FIRMWARE_DIR / "bundle"  # what is the same for every bundle, but needs what was generated for it
HELLO_ROOM = 128  # of a board's hello, for the names of app and board and the bundle's hash


def spotter_sources(
    spec: FrontendSpec,
    tflite: bytes,
    labels: Sequence[str],
    threshold_int8: int,
    bundle_hash: str,
    *,
    clip_samples: int = 16_000,
    stream: StreamSpec | None = None,
    stream_threshold_int8: int | None = None,
    streaming: bool = False,
) -> dict[str, str]:
    """Generated files of the spotter app, file name to text, for :func:`firmware_tools.image.build.build_image`.

    Args:
        spec: the front end.
        tflite: the model; its input is one clip's features, its output one score a label.
        labels: ``_silence_``, ``_unknown_``, then the keywords.
        threshold_int8: operating threshold on int8 scores.
        bundle_hash: sha256 in hexadecimal; heads each file and is told by the board.
        clip_samples: samples of a clip.
        stream: how a stream is decided on.
        stream_threshold_int8: of all labels where ``stream`` has no sums; ``threshold_int8`` when None.
        streaming: the model hears frame by frame and keeps its layers' last columns; else it keeps a window of frames.

    Raises:
        ModelError: the model cannot be read, or does not fit front end and labels.
        StreamingError: the model does not stream, or not by the stream's stride.
        FrontendError: impossible front-end parameters.
    """
    stream = stream or StreamSpec()
    stream_threshold = threshold_int8 if stream_threshold_int8 is None else stream_threshold_int8
    check_threshold(threshold_int8)
    check_threshold(stream_threshold)
    graph = read_tflite(tflite)
    _check_fits(graph, spec, labels, clip_samples)
    sums = stream.thresholds(len(labels), stream_threshold)
    header = f"bundle {bundle_hash}"
    config = {
        "KWS_APP_LABELS": len(labels),
        "KWS_APP_CLIP_SAMPLES": clip_samples,
        "KWS_APP_CLIP_FRAMES": spec.frames(clip_samples),
        "KWS_APP_THRESHOLD": threshold_int8,
        "KWS_APP_STRIDE_FRAMES": stream.stride_frames,
        "KWS_APP_AVERAGE": stream.average,
        "KWS_APP_REFRACTORY_SAMPLES": stream.refractory_samples(spec.sample_rate_hz),
        **({} if stream.gate is None else {f"KWS_APP_GATE_{k.upper()}": v for k, v in stream.gate.to_dict().items()}),
    }
    return {
        **(_streaming_model(graph, stream, header) if streaming else emit_c(graph, plan_memory(graph), header=header)),
        "kws_frontend_tables.h": _headed(header, frontend_c_header(spec)),
        "kws_frontend_tables.c": _headed(header, frontend_c_source(spec)),
        "kws_app_config.h": _headed(header, _config_header(config)),
        "kws_app_config.c": _headed(header, _config_source(labels, sums, bundle_hash)),
        "kws_bundle.h": _headed(header, (BUNDLE_DIR / "kws_bundle.h").read_text(encoding="utf-8")),
        "kws_bundle.c": _headed(header, (BUNDLE_DIR / "kws_bundle.c").read_text(encoding="utf-8")),
    }


def _streaming_model(graph: Graph, stream: StreamSpec, header: str) -> dict[str, str]:
    program = stream_program(graph)
    check_stride(program.hop_frames, stream.stride_frames)
    return emit_stream_c(graph, program, header=header)


def check_stride(hop_frames: int, stride_frames: int) -> None:
    """Raises StreamingError where a model that strides in time cannot be asked every ``stride_frames`` frames."""
    if stride_frames % hop_frames:
        below, above = stride_frames // hop_frames * hop_frames, -(-stride_frames // hop_frames) * hop_frames
        fit = [frames for frames in (below, above) if frames]
        remedy = f"use {' or '.join(str(n) for n in fit)}: the model makes a column every {hop_frames} frames"
        raise StreamingError("the model does not stream at stream.stride_frames", stride_frames, remedy)


def _check_fits(graph: Graph, spec: FrontendSpec, labels: Sequence[str], clip_samples: int) -> None:
    if not FIRST_KEYWORD < len(labels) <= MAX_LABELS:
        raise ModelError("number of labels cannot be used", len(labels), f"use 3 to {MAX_LABELS}")
    told = HELLO.size + sum(len(label.encode()) + 1 for label in labels) + HELLO_ROOM
    if told > MAX_PAYLOAD or any("\0" in label for label in labels):
        raise ModelError("labels are too long for the wire", f"{told} bytes", f"keep below {MAX_PAYLOAD}, no NUL")
    frames = spec.frames(clip_samples)
    inputs, outputs = _values(graph, graph.inputs), _values(graph, graph.outputs)
    if inputs != frames * spec.features:
        want = f"the front end gives {frames} frames of {spec.features} values"
        raise ModelError("model's input does not fit the front end", inputs, want)
    if outputs != len(labels):
        raise ModelError("model's output does not fit the labels", outputs, f"there are {len(labels)} labels")


def _values(graph: Graph, indices: Sequence[int]) -> int:
    """Values in the only tensor of ``indices``."""
    if len(indices) != 1:
        raise ModelError("model has not one input and one output", len(indices), "export a model with one of each")
    count = 1
    for size in graph.tensors[indices[0]].shape:
        count *= size
    return count


def _headed(header: str, text: str) -> str:
    return f"/* {header} */\n{text}"


def _config_header(config: dict[str, int]) -> str:
    lines = "\n".join(f"#define {name} {value}" for name, value in config.items())
    return (
        "#ifndef KWS_APP_CONFIG_H\n#define KWS_APP_CONFIG_H\n\n#include <stdint.h>\n\n"
        f"{lines}\n\n"
        "extern const char *const kws_app_labels[KWS_APP_LABELS];\n"
        "extern const int16_t kws_app_stream_thresholds[KWS_APP_LABELS];\n"
        "extern const char kws_app_bundle_hash[];\n\n#endif\n"
    )


def _config_source(labels: Sequence[str], sums: Sequence[int], bundle_hash: str) -> str:
    names = "\n".join(f"    {_c_text(label)}," for label in labels)
    thresholds = ", ".join(str(threshold) for threshold in sums)
    return (
        '#include "kws_app_config.h"\n\n'
        f"const char *const kws_app_labels[KWS_APP_LABELS] = {{\n{names}\n}};\n"
        f"const int16_t kws_app_stream_thresholds[KWS_APP_LABELS] = {{{thresholds}}};\n"
        f"const char kws_app_bundle_hash[] = {_c_text(bundle_hash)};\n"
    )


def _c_text(text: str) -> str:
    """A C string literal: every byte that is not plain is written in octal, so that nothing can break out."""
    plain = set(b" !#$%&'()*+,-./0123456789:;<=>@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~")
    return '"' + "".join(chr(byte) if byte in plain else f"\\{byte:03o}" for byte in text.encode()) + '"'
