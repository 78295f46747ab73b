"""The doors of kws that files of strangers come through, and what one does with a damaged file."""

from __future__ import annotations

import contextlib
import math
import traceback
from pathlib import Path

import firmware_tools
import kws_data
from firmware_tools.errors import KwsError
from kws_data.bench.damaged.case import Case, Verdict
from kws_data.bench.damaged.plain_decoder import promise, still_promises

OURS = tuple(str(Path(str(package.__file__)).parent) for package in (kws_data, firmware_tools))
RESAMPLED = 4  # of so many audio files that are read, one is read at the project's rate too
ARENA_ASKED = 50  # of so many models that are read, one is given to tflite-micro too, as kws check does
PASSED_OVER = 2 * 576  # samples of MP3: every decoder passes over a frame that is damaged inside, and the next
CUT_SHARE = 0.9  # a cut of a compressed file must leave less than this, to be sure that sound is missing


def try_door(case: Case, path: Path) -> Verdict:
    """What the door of its kind does with a case that lies at ``path``."""
    door = {"audio": _audio, "yaml": _yaml, "tflite": _tflite}[case.kind]
    try:
        return door(case, path)
    except KwsError:
        return Verdict("refused")
    except Exception as error:  # the bench is after exactly these
        return Verdict("traceback", _cause(error))


def _cause(error: Exception) -> str:
    """Type of an exception and the line of kws that it came through last."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if frame.filename.startswith(OURS)]
    last = inside[-1] if inside else frames[-1]
    kind = type(error)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    return f"{name} in {Path(last.filename).name}, {last.name}"


def _audio(case: Case, path: Path) -> Verdict:
    """Lengths, then all samples; what was handed over is held against what the file promises."""
    from kws_data.audio import read_audio
    from kws_data.decoding import duration_s

    seconds = 0.0
    with contextlib.suppress(KwsError):  # reading says it, too
        seconds = duration_s(path)
    samples = len(read_audio(path, None))
    if not (math.isfinite(seconds) and seconds >= 0):
        return Verdict("loss", f"length of {seconds} s")
    if case.number % RESAMPLED == 0:
        read_audio(path)
    return _loss(case, samples) or Verdict("read")


def _loss(case: Case, samples: int) -> Verdict | None:
    """Sound that was lost without a word: less than is there, or a file that its header calls longer."""
    form = case.seed.name.partition("-")[0]
    told = promise(case.data)
    if told is not None:
        if told.cut and samples < (told.promised or 0):
            return Verdict("loss", f"{form}: cut, and read as whole")
        if samples < told.frames:
            return Verdict("loss", f"{form}: fewer samples than are there")
        return None
    if samples >= case.seed.frames - (PASSED_OVER if form == "MP3" else 0):
        return None
    if case.only_cut and form != "piped" and len(case.data) < CUT_SHARE * len(case.seed.data):
        return Verdict("loss", f"{form}: cut, and read as whole")
    if still_promises(case.seed.data, case.data):
        return Verdict("loss", f"{form}: shorter than its header says")
    return None


def _yaml(case: Case, path: Path) -> Verdict:
    """Settings; a key that stands twice must be refused: one of its values is lost."""
    from kws_data.config.load import load_config

    load_config(path, ("data.folder=.",))
    if case.damage == ("duplicate",):
        return Verdict("loss", "a key stands twice, one value was taken")
    return Verdict("read")


def _tflite(case: Case, path: Path) -> Verdict:
    """All that check and export do: graph, limits, plan of memory, C, and its streaming form where it has one."""
    from firmware_tools.engine.emit import emit_c
    from firmware_tools.engine.plan import plan_memory
    from firmware_tools.engine.streaming.columns import why_not_streaming
    from firmware_tools.engine.streaming.emit import emit_stream_c
    from firmware_tools.engine.tflm_plan import plan_vector
    from firmware_tools.tflite.flatbuffer import file_bytes
    from firmware_tools.tflite.graph import read_tflite
    from firmware_tools.tflite.slim import slim
    from kws_data.config.device import BudgetSettings
    from kws_data.export.make_bundle import arena_bytes
    from kws_data.gate.budget import check_model

    tflite = file_bytes(path)
    graph = read_tflite(tflite)
    plan = plan_memory(graph)
    emit_c(graph, plan, header="damaged")
    if why_not_streaming(graph) is None:
        emit_stream_c(graph, header="damaged")
    check_model(tflite, plan.arena_bytes, BudgetSettings())
    plan_vector(slim(tflite))
    if case.number % ARENA_ASKED == 0:
        arena_bytes(tflite)
    return Verdict("read")
