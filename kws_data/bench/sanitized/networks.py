"""A sanitized program of many networks: each given memory of just its size, and random inputs.

It prints a line a network, a hash of its outputs; a program of another compiler must print the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from firmware_tools.engine.emit import emit_c
from firmware_tools.engine.streaming.emit import emit_stream_c
from kws_data.bench.graphs.library import Network
from kws_data.bench.sanitized.compiler import build_program

HERE = Path(__file__).parent
WINDOWS, FRAMES_BEYOND = 4, 9
_HEADER = "Generated for the host; do not edit."

_HARNESS = """
#include <stdio.h>
#include <stdlib.h>

#include "draw.h"

static int8_t *fresh(size_t bytes, unsigned kind) {
    int8_t *at = malloc(bytes + (bytes == 0));
    for (size_t i = 0; i < bytes; i++) {
        at[i] = kind == 0 ? INT8_MIN : kind == 1 ? INT8_MAX : (int8_t)draw();
    }
    return at;
}

static uint32_t windows(void (*run)(const int8_t *, int8_t *, int8_t *), size_t in, size_t out, size_t arena) {
    uint32_t hash = 2166136261u;
    for (unsigned kind = 0; kind < WINDOWS; kind++) {
        int8_t *const input = fresh(in, kind), *const output = fresh(out, 2), *const memory = fresh(arena, 2);
        run(input, output, memory);
        hash = fold(hash, output, (uint32_t)out);
        free(input);
        free(output);
        free(memory);
    }
    return hash;
}

typedef struct {
    void (*reset)(void *);
    void (*push)(void *, const int8_t *);
    void (*scores)(void *, int8_t *);
    size_t state, frame, frames, hop, out;
} stream;

__attribute__((unused)) static uint32_t hear(const stream *s) {
    uint32_t hash = 2166136261u;
    int8_t *const state = fresh(s->state, 2);
    for (size_t turn = 0; turn < 2; turn++) { /* the first ends anywhere */
        const size_t count = turn ? s->frames + BEYOND : 1u + draw_below((uint32_t)(s->frames + BEYOND));
        s->reset(state);
        for (size_t heard = 1; heard <= count; heard++) {
            int8_t *const frame = fresh(s->frame, draw_below(8)), *const output = fresh(s->out, 2);
            s->push(state, frame);
            if (heard >= s->frames && (heard - s->frames) % s->hop == 0) {
                s->scores(state, output);
                hash = fold(hash, output, (uint32_t)s->out);
            }
            free(frame);
            free(output);
        }
    }
    free(state);
    return hash;
}
"""


def networks_source(networks: Sequence[Network], seed: int) -> tuple[str, dict[str, str]]:
    """The text of the program and its headers."""
    headers: dict[str, str] = {}
    parts = [f"#define WINDOWS {WINDOWS}u\n#define BEYOND {FRAMES_BEYOND}u\n", _HARNESS]
    calls = [f"    draw_seed({seed}u);"]
    for number, network in enumerate(networks):
        name = f"graph_{number}"
        files = emit_c(network.graph, network.plan, header=_HEADER, name=name)
        parts.append(files.pop(f"{name}.c"))
        headers |= files
        sizes = ", ".join(f"{name.upper()}_{what}_BYTES" for what in ("INPUT", "OUTPUT", "ARENA"))
        calls.append(f'    printf("%d %08x\\n", {number}, (unsigned)windows({name}_run, {sizes}));')
        if network.stream is not None:
            name = f"stream_{number}"
            files = emit_stream_c(network.graph, header=_HEADER, name=name)
            parts.append(files.pop(f"{name}.c"))
            headers |= files
            calls.append(_stream_call(name, number))
    main = "\nint main(void) {\n" + "\n".join(calls) + "\n    return 0;\n}\n"
    return "".join(parts) + main, headers


def _stream_call(name: str, number: int) -> str:
    sizes = ", ".join(f"{name.upper()}_{what}" for what in ("STATE_BYTES", "FRAME_BYTES", "FRAMES", "HOP_FRAMES"))
    functions = f"{name}_stream_reset, {name}_push, {name}_scores"
    made = f"&(stream){{{functions}, {sizes}, {name.upper()}_OUTPUT_BYTES}}"
    return f'    printf("%d stream %08x\\n", {number}, (unsigned)hear({made}));'


def networks_program(networks: Sequence[Network], seed: int, folder: Path, kernels: Sequence[Path]) -> Path:
    """The program, with objects of the kernels.

    Raises:
        FirmwareError: there is no such compiler, or it refused.
    """
    text, headers = networks_source(networks, seed)
    return build_program([text, *kernels], headers, folder, includes=[HERE], name="networks")
