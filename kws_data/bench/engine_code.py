"""How much code the engine is: what an app that runs a model has more of than one that does nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.engine.emit import emit_c
from firmware_tools.engine.streaming.emit import emit_stream_c
from firmware_tools.image.build import build_image
from firmware_tools.tflite.graph import Graph
from kws_data.bundle import Engine

#: Of the windowed engine with the demo's shape, by this measure on commit 861fc6d: the last one whose kernels were
#: those of the table "The engine beside TFLM" (8,168 bytes there), before the engine streamed.
WINDOWED_BEFORE_BYTES = 8_164

_NOTHING = "int main(void) { return 0; }\n"
_WINDOWED = """#include "kws_model.h"
static int8_t in[KWS_MODEL_INPUT_BYTES], out[KWS_MODEL_OUTPUT_BYTES];
int main(void) {
    kws_model_invoke(in, out);
    return out[0];
}
"""
_STREAMING = """#include "kws_model.h"
static int32_t state[KWS_MODEL_STATE_BYTES / 4];
static int8_t frame[KWS_MODEL_FRAME_BYTES], out[KWS_MODEL_OUTPUT_BYTES];
int main(void) {
    kws_model_stream_reset(state);
    kws_model_push(state, frame);
    kws_model_scores(state, out);
    return out[0];
}
"""


def engine_code_bytes(board: BoardSpec, graph: Graph, engine: Engine) -> int:
    """Bytes of ``.text`` of all kernels that the graph needs, what they call, and the calls of its layers.

    Raises:
        FirmwareError, ModelError: it cannot be built for the board.
    """
    streams = engine == "streaming"
    sources = (emit_stream_c if streams else emit_c)(graph, header="engine's code")
    return _text_bytes(board, _STREAMING if streams else _WINDOWED, sources) - _text_bytes(board, _NOTHING, {})


def _text_bytes(board: BoardSpec, app: str, sources: dict[str, str]) -> int:
    with tempfile.TemporaryDirectory(prefix="kws-code-") as folder:
        path = Path(folder) / "engine.c"
        path.write_text(app, encoding="utf-8")
        return build_image(board, path, sources, Path(folder) / "image").sections[".text"]
