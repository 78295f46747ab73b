"""The C of one model: constants, parameters, and one function that calls the kernels in order.

Only constants and calls are generated; the logic is in ``firmware/src/kws_kernels_*.c``. The generated functions are

- ``void <name>_run(const int8_t *input, int8_t *output, int8_t *arena)`` with the caller's word-aligned arena, and
- ``void <name>_invoke(const int8_t *input, int8_t *output)`` with an arena of its own.

With ``steps`` they call ``void <name>_step(uint32_t layer)``, which the app provides, after each layer.

The input is only read.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from firmware_tools.engine.call import Call, Constant, Symbol, Value
from firmware_tools.engine.lower import Program, lower
from firmware_tools.engine.plan import MemoryPlan, plan_memory
from firmware_tools.tflite.graph import Graph, Tensor

LINE_WIDTH = 116


def emit_c(
    graph: Graph, plan: MemoryPlan | None = None, *, header: str, name: str = "kws_model", steps: bool = False
) -> dict[str, str]:
    """The generated files, name to text: ``<name>.h`` and ``<name>.c``.

    Args:
        graph: the network.
        plan: its memory plan; made when None.
        header: comment at the top of each file (what it was generated from, with the bundle's hash).
        name: beginning of all public names.
        steps: tell the app when each layer is done.

    Raises:
        ModelError: the graph cannot be lowered.
    """
    program = lower(graph)
    plan = plan or plan_memory(graph, program)
    comment = "/* " + header.replace("*/", "* /").strip().replace("\n", "\n * ") + "\n */\n"
    return {
        f"{name}.h": comment + _header_text(graph, plan, name, steps),
        f"{name}.c": comment + _source_text(graph, program, plan, name, steps),
    }


def _header_text(graph: Graph, plan: MemoryPlan, name: str, steps: bool) -> str:
    upper = name.upper()
    return f"""#ifndef {upper}_H
#define {upper}_H

#include <stdint.h>

#define {upper}_INPUT_BYTES {plan.input_bytes} {described(graph.input)}
#define {upper}_OUTPUT_BYTES {plan.output_bytes} {described(graph.output)}
#define {upper}_ARENA_BYTES {max(plan.arena_bytes, 4)} /* word-aligned */
#define {upper}_MACS {graph.total_macs}

/* One inference with the caller's arena. The input is only read. */
void {name}_run(const int8_t *input, int8_t *output, int8_t *arena);

/* One inference with the model's own arena; not for two threads at once. */
void {name}_invoke(const int8_t *input, int8_t *output);
{steps_text(graph, name) if steps else ""}
#endif
"""


def steps_text(graph: Graph, name: str) -> str:
    """What a header says of the steps."""
    return f"""
#define {name.upper()}_LAYERS {len(graph.operators)}

/* Called after each layer; the app provides it. */
void {name}_step(uint32_t layer);
"""


def described(tensor: Tensor) -> str:
    """Type, shape and quantisation as a comment."""
    return f"/* int8 {list(tensor.shape)}, scale {tensor.scale!r}, zero point {tensor.zero_point} */"


def _source_text(graph: Graph, program: Program, plan: MemoryPlan, name: str, steps: bool) -> str:
    upper = name.upper()
    parts = [f'#include "{name}.h"\n\n#include "kws_kernels.h"\n']
    parts += [tensor_constant(graph, index, name) for index, place in plan.places.items() if place == "constant"]
    calls = []
    for number, call in enumerate(program.calls):
        place = graph.layer_name(graph.operators[call.layer])
        prefix = f"{name}_{number}"
        parts.append(f"\n/* layer {place} */\n")
        parts.append(parameters_text(call, prefix))
        calls.append(_call_text(call, number, prefix, plan, name))
        if steps:
            calls.append(f"    {name}_step({call.layer});")
    body = "\n".join(calls)
    unused = "" if plan.arena_bytes else "    (void)arena;\n"
    parts.append(f"\nvoid {name}_run(const int8_t *input, int8_t *output, int8_t *arena) {{\n{unused}{body}\n}}\n")
    parts.append(f"""
void {name}_invoke(const int8_t *input, int8_t *output) {{
    static int32_t arena[{upper}_ARENA_BYTES / 4];
    {name}_run(input, output, (int8_t *)arena);
}}
""")
    return "".join(parts)


def parameters_text(call: Call, prefix: str) -> str:
    """A call's constants, then its parameters, in constants whose names begin with ``prefix``."""
    constants = [_constant_text(f"{prefix}_{key}", constant) for key, constant in call.constants.items()]
    return "".join(constants) + f"static const {call.struct} {prefix} = {_struct_text(call, prefix)};\n"


def _call_text(call: Call, number: int, prefix: str, plan: MemoryPlan, name: str) -> str:
    arguments = [f"&{prefix}", *(_address(plan, i, name) for i in call.inputs), _address(plan, call.output, name)]
    if call.scratch_bytes:
        arguments.append(f"(int16_t *)(void *)(arena + {plan.scratch[number]})")
    elif call.scratch_bytes is not None:
        arguments.append("0")
    return f"    {call.function}({', '.join(arguments)});"


def _address(plan: MemoryPlan, index: int, name: str) -> str:
    place = plan.places[index]
    if place == "arena":
        return f"arena + {plan.offsets[index]}"
    return f"{name}_t{index}" if place == "constant" else place


def tensor_constant(graph: Graph, index: int, name: str) -> str:
    """A tensor that the file holds, for operators that read it as they read computed ones."""
    data = graph.tensors[index].data
    assert data is not None
    return _constant_text(f"{name}_t{index}", Constant("int8_t", data.reshape(-1)))


def _constant_text(name: str, constant: Constant) -> str:
    if constant.ctype.startswith("kws_"):  # structs
        rows = [f"{{{', '.join(_number(v) for v in row)}}}" for row in constant.values.tolist()]
    else:
        rows = [_number(value) for value in constant.values.reshape(-1).tolist()]
    aligned = "__attribute__((aligned(4))) " if constant.values.dtype in (np.int8, np.int16) else ""
    return f"static const {constant.ctype} {name}[{len(rows)}] {aligned}= {{\n{_wrapped(rows)}}};\n"


def _number(value: int) -> str:
    return "INT32_MIN" if value == -(1 << 31) else str(value)


def _wrapped(items: Iterable[str]) -> str:
    lines, line = [], "   "
    for item in items:
        if len(line) + len(item) + 2 > LINE_WIDTH:
            lines.append(line + "\n")
            line = "   "
        line += f" {item},"
    return "".join(lines) + line + "\n"


def _struct_text(call: Call, prefix: str, value: Value | None = None) -> str:
    fields = call.parameters if value is None else value
    if isinstance(fields, int):
        return _number(fields)
    if isinstance(fields, str):
        return f"{prefix}_{fields}"
    if isinstance(fields, Symbol):
        return f"&{fields.name}"
    if isinstance(fields, tuple):
        return "{" + ", ".join(_number(v) for v in fields) + "}"
    inner = ", ".join(f".{key} = {_struct_text(call, prefix, item)}" for key, item in fields.items())
    return "{" + inner + "}"
