"""The C of one model in its streaming form: constants, parameters, and three functions that call the kernels.

- ``void <name>_stream_reset(void *state)`` forgets all that was heard,
- ``void <name>_push(void *state, const int8_t *frame)`` takes one frame of features, and
- ``void <name>_scores(void *state, int8_t *scores)`` says what the model gives for the window that ends with it.

With ``steps`` they call ``void <name>_step(uint32_t layer)``, which the app provides, after each call of a kernel.

The caller owns ``state``, word-aligned. A window begins with a frame whose number since the reset is a multiple of
``<NAME>_HOP_FRAMES``; asked at the end of any other, the scores are those of the last one that began so.
"""

from __future__ import annotations

from itertools import groupby

from firmware_tools.engine.call import Call
from firmware_tools.engine.emit import described, parameters_text, steps_text, tensor_constant
from firmware_tools.engine.streaming.plan import StreamPlan, plan_stream
from firmware_tools.engine.streaming.split import Columns
from firmware_tools.engine.streaming.steps import NOWHERE, StreamProgram, stream_program
from firmware_tools.tflite.graph import Graph

Line = tuple[Columns, list[str]]


def emit_stream_c(
    graph: Graph,
    program: StreamProgram | None = None,
    *,
    header: str,
    name: str = "kws_model",
    steps: bool = False,
) -> dict[str, str]:
    """The generated files, name to text: ``<name>.h`` and ``<name>.c``.

    Args:
        graph: the network.
        program: its streaming form; made when None.
        header: comment at the top of each file (what it was generated from, with the bundle's hash).
        name: beginning of all public names.
        steps: tell the app when a layer's part in a frame, or in the scores, is done.

    Raises:
        StreamingError: the network does not stream.
        ModelError: it cannot be lowered.
    """
    program = program or stream_program(graph)
    plan = plan_stream(graph, program)
    comment = "/* " + header.replace("*/", "* /").strip().replace("\n", "\n * ") + "\n */\n"
    return {
        f"{name}.h": comment + _header_text(graph, plan, name, steps),
        f"{name}.c": comment + _Source(graph, program, plan, name, steps).text(),
    }


def _header_text(graph: Graph, plan: StreamPlan, name: str, steps: bool) -> str:
    upper = name.upper()
    frames = graph.input.shape[1]
    return f"""#ifndef {upper}_H
#define {upper}_H

#include <stdint.h>

#define {upper}_STREAMS 1
#define {upper}_FRAMES {frames} /* of a window */
#define {upper}_FRAME_BYTES {plan.frame_bytes}
#define {upper}_HOP_FRAMES {plan.hop_frames} /* windows begin at multiples of so many frames after the reset */
#define {upper}_INPUT_BYTES {graph.input.elements} {described(graph.input)}
#define {upper}_OUTPUT_BYTES {plan.output_bytes} {described(graph.output)}
#define {upper}_STATE_BYTES {plan.state_bytes} /* word-aligned; {plan.lasting_bytes} of them last from frame to frame */
#define {upper}_MACS {graph.total_macs} /* of a window, computed anew */

/* The stream begins with the next frame. */
void {name}_stream_reset(void *state);

/* One more frame. */
void {name}_push(void *state, const int8_t *frame);

/* What the model says of the window that ends with the last frame. */
void {name}_scores(void *state, int8_t *scores);
{steps_text(graph, name) if steps else ""}
#endif
"""


class _Source:
    """The text of the C file, put together call by call."""

    def __init__(self, graph: Graph, program: StreamProgram, plan: StreamPlan, name: str, steps: bool) -> None:
        self._graph, self._program, self._plan, self._name, self._steps = graph, program, plan, name, steps

    def text(self) -> str:
        """All of the file."""
        name, calls = self._name, self._program.calls
        parts = [f'#include "{name}.h"\n\n#include "kws_stream.h"\n']
        parts += [tensor_constant(self._graph, index, name) for index in self._constants()]
        for number, call in enumerate(calls):
            place = self._graph.layer_name(self._graph.operators[call.layer])
            parts.append(f"\n/* layer {place} */\n{parameters_text(call, f'{name}_{number}')}")
        parts += [self._reset(), self._push(), self._scores()]
        return "".join(parts)

    def _constants(self) -> list[int]:
        """Tensors of the file that kernels read as they read computed ones."""
        read = [self._program.source(index) for call in self._program.calls for index in call.inputs]
        return [index for index in dict.fromkeys(read) if self._graph.tensors[index].data is not None]

    def _reset(self) -> str:
        return f"""
void {self._name}_stream_reset(void *state) {{
    __builtin_memset(state, 0, {self._plan.lasting_bytes});
}}
"""

    def _push(self) -> str:
        lines = [self._input_line(), *self._step_lines(), *self._mean_lines()]
        body = "".join(_due(due, [text for _, texts in group for text in texts]) for due, group in _grouped(lines))
        begin, end = "", ""
        if self._plan.cycle_frames > 1:
            begin = "    uint32_t *frames = state;\n    const uint32_t now = *frames;\n"
            end = f"    *frames = now + 1u == {self._plan.cycle_frames}u ? 0 : now + 1u;\n"
        return f"""
void {self._name}_push(void *state, const int8_t *frame) {{
    int8_t *const at = state;
{begin}{body}{end}}}
"""

    def _scores(self) -> str:
        first = len(self._program.steps) + len(self._program.means)
        ends = enumerate(zip(self._program.means, self._program.means.values(), strict=True), first)
        lines = [self._call(number, mean.finish, [f"at + {self._plan.means[index]}"]) for number, (index, mean) in ends]
        for number, call in enumerate(self._program.head, first + len(self._program.means)):
            lines.append(self._call(number, call, [self._whole(index) for index in call.inputs]))
        body = "".join(f"    {line}\n" for line in lines)
        return f"""
void {self._name}_scores(void *state, int8_t *scores) {{
    int8_t *const at = state;
{body}}}
"""

    def _input_line(self) -> Line:
        """The frame, kept where more than itself is needed of the frames before."""
        (index,) = self._graph.inputs
        store = self._program.stores[index]
        due = self._program.columns[index]
        if not store.lasting:
            return due, []
        place = f"at + {self._plan.rows[index]}"
        return due, [f"kws_stream_keep({place}, {store.rows}, {store.row_bytes}, frame);"]

    def _step_lines(self) -> list[Line]:
        lines = []
        for number, step in enumerate(self._program.steps):
            pairs = zip(step.call.inputs, step.rows_back, strict=True)
            texts = [*self._advance(number), self._call(number, step.call, [self._rows(*pair) for pair in pairs])]
            lines.append((step.due, texts))
        return lines

    def _advance(self, number: int) -> list[str]:
        """Room for the new column, before the first of its calls."""
        output = self._program.source(self._program.steps[number].call.output)
        store = self._program.stores[output]
        before = [self._program.source(step.call.output) for step in self._program.steps[:number]]
        if store.rows == 1 or output in before:
            return []
        return [f"kws_stream_advance(at + {self._plan.rows[output]}, {store.rows}, {store.row_bytes});"]

    def _mean_lines(self) -> list[Line]:
        first, lines = len(self._program.steps), []
        for number, (index, mean) in enumerate(self._program.means.items(), first):
            text = f"kws_stream_add(&{self._name}_{number}, at + {self._plan.means[index]}, "
            text += f"{self._rows(mean.add.inputs[0], 1)});"
            lines.append((mean.due, [text + self._told(mean.add)]))
        return lines

    def _call(self, number: int, call: Call, inputs: list[str]) -> str:
        output = [] if call.function == "kws_stream_add" else [self._output(call.output)]
        arguments = [f"&{self._name}_{number}", *inputs, *output]
        if call.scratch_bytes:
            arguments.append(f"(int16_t *)(void *)(at + {self._plan.scratch[number]})")
        elif call.scratch_bytes is not None:
            arguments.append("0")
        return f"{call.function}({', '.join(arguments)});" + self._told(call)

    def _told(self, call: Call) -> str:
        """Word to the app that a layer's call is done."""
        return f" {self._name}_step({call.layer});" if self._steps else ""

    def _output(self, index: int) -> str:
        source = self._program.source(index)
        ends = source == NOWHERE or source == self._program.source(self._graph.outputs[0])
        return "scores" if ends and source not in self._program.stores else self._rows(index, 1)

    def _whole(self, index: int) -> str:
        """What the head reads: a window's columns, or what it made itself."""
        named = index
        while named not in self._program.columns and named in self._program.renamed:
            named = self._program.renamed[named]  # a flattened window; one that was cut short has fewer columns
        columns = self._program.columns.get(named)
        return self._rows(index, columns.count if columns else 1)

    def _rows(self, index: int, back: int) -> str:
        """The address of the row that is ``back`` rows before the end of a tensor's memory."""
        source = self._program.source(index)
        if self._graph.tensors[source].data is not None:
            return f"{self._name}_t{source}"
        store = self._program.stores.get(source)
        if source in self._graph.inputs and not (store and store.lasting):
            return "frame"
        rows, row_bytes = (store.rows, store.row_bytes) if store else (1, 0)
        return f"at + {self._plan.rows[source] + (rows - back) * row_bytes}"


def _grouped(lines: list[Line]) -> list[tuple[Columns, list[Line]]]:
    """Neighbours that are due in the same frames together."""
    key = {id(line): (line[0].period, line[0].first % line[0].period) for line in lines}
    return [(group[0][0], group) for _, items in groupby(lines, lambda line: key[id(line)]) for group in [list(items)]]


def _due(due: Columns, texts: list[str]) -> str:
    """The lines, in the frames that they are due in."""
    if due.period == 1 or not texts:
        return "".join(f"    {text}\n" for text in texts)
    inside = "".join(f"        {text}\n" for text in texts)
    return f"    if (now % {due.period}u == {due.first % due.period}u) {{\n{inside}    }}\n"
