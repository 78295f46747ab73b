"""The chain of steps from a person to a detector on a board; ``kws run`` is this list.

Each step says which settings shape its result; which code does follows from what its function imports. Together with
the fingerprints of the steps before it they make its key; a step whose key and files are those of last time is skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from firmware_tools.boards.spec import board_file
from firmware_tools.frontend.spec import MICRO
from kws_data import steps
from kws_data.config.config import Config
from kws_data.models.registry import family_files
from kws_data.run_context import RunContext
from kws_data.run_folder import CALIBRATION_FILE, TRY_FILE


@dataclass(frozen=True)
class Step:
    """One step of the chain.

    Attributes:
        name: the verb that runs this step alone.
        title: what a person reads while it runs.
        run: does the work; returns the fingerprint of what it made. All code that it reaches shapes the result.
        sections: configuration sections that shape the result.
        needs: steps whose fingerprints shape the result.
        outputs: files below ``runs/<name>`` that must exist for the step to be current.
        always: the step finds out by itself what is new, so it runs each time.
        own_files: the user's files, named in the configuration, that shape the result.
    """

    name: str
    title: str
    run: Callable[[RunContext], str]
    sections: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    always: bool = False
    own_files: Callable[[Config], tuple[Path, ...]] = lambda config: ()


def own_families(config: Config) -> tuple[Path, ...]:
    """The user's own files of model and teachers, where these are no families of ours."""
    shapes = (config.model, *config.train.teacher.models)
    return tuple(dict.fromkeys(file for shape in shapes for file in family_files(shape.family)))


def export_files(config: Config) -> tuple[Path, ...]:
    """The user's own families, and the wish that thresholds are chosen for in place of the configuration's, where
    ``kws calibrate --apply`` left one."""
    return (*own_families(config), config.run_dir / "model" / CALIBRATION_FILE)


def own_board(config: Config) -> tuple[Path, ...]:
    """The file of the board, whoever wrote it: memory, clock, core."""
    return (board_file(config.device.board),)


#: Below ``runs/<name>``: C for TensorFlow Lite Micro (``kws_data.deploy.tflm``).
TFLM_FILES = tuple(
    f"export/{name}"
    for name in ("model_data.h", "model_data.c", "kws_op_resolver.h", "kws_model_settings.h", "ops.json")
)

#: What is learnt, and how: *export* trains as well (quantisation-aware, and again with the validation people).
LEARNING = ("seed", "keywords", "frontend", "balance", "model", "train")

STEPS: tuple[Step, ...] = (
    Step("collect", "collect clips", steps.collect, always=True),
    Step("record", "record through the board", steps.record, needs=("collect",), always=True),
    Step(
        "build",
        "build the data set",
        steps.build,
        sections=("seed", "keywords", "data", "split", "balance", "release", "frontend", "augment", "device.board"),
        needs=("record",),
        outputs=("dataset/dataset.json", "dataset/manifest.parquet"),
    ),
    Step(
        "train",
        "train the model",
        steps.train,
        sections=LEARNING,
        needs=("build",),
        outputs=("model/model_float.keras",),
        own_files=own_families,
    ),
    Step(
        "export",
        "convert, slim, fix the threshold",
        steps.export,
        sections=(*LEARNING, "threshold", "stream", "split", "export"),
        needs=("train",),
        outputs=("model/model.tflite", "model/bundle.json", "model/labels.txt", "model/export.json", *TFLM_FILES),
        own_files=export_files,
    ),
    Step(
        "check",
        "hold the limits",
        steps.check,
        sections=("budget", "device"),
        needs=("export",),
        outputs=("model/budget.json", "firmware/size.json", f"report/{TRY_FILE}"),
        own_files=own_board,
    ),
    Step(
        "flash",
        "flash the board",
        steps.flash,
        sections=("device",),
        needs=("export", "check"),
        always=True,
    ),
    Step(
        "evaluate",
        "measure on the host",
        steps.evaluate,
        sections=("threshold", "stream"),
        needs=("build", "export"),
        outputs=(
            "report/host.json",
            "report/stream.json",
            "report/moments.json",
            "report/moments",
            "report/worst.json",
            "report/predictions-host.parquet",
        ),
    ),
    Step(
        "device-eval",
        "measure on the board",
        steps.device_eval,
        sections=("device",),
        needs=("build", "flash"),
        outputs=("report/device.json", "report/predictions-device.parquet"),
        own_files=own_board,
    ),
    Step(
        "slices",
        "find failing slices",
        steps.slices,
        sections=("frontend",),
        needs=("build", "evaluate"),
        outputs=("report/slices.json",),
    ),
    Step(
        "report",
        "write the report",
        steps.report,
        sections=tuple(Config.model_fields),
        needs=("evaluate", "device-eval", "check", "slices"),
        outputs=tuple(
            f"report/{name}"
            for name in ("report.json", "report.html", "report.md", "model_card.md", "predictions.parquet")
        ),
    ),
)


#: Steps that run the detector in firmware of ours.
ON_BOARD = ("flash", "device-eval")


def steps_of(config: Config) -> tuple[Step, ...]:
    """The chain of a configuration: where the front end is in no firmware of ours, without the steps on a board."""
    if config.frontend.kind != MICRO:
        return STEPS
    return tuple(
        replace(
            step,
            needs=tuple(need for need in step.needs if need not in ON_BOARD),
            outputs=tuple(name for name in step.outputs if not name.startswith(("firmware/", f"report/{TRY_FILE}"))),
        )
        for step in STEPS
        if step.name not in ON_BOARD
    )


def verb_of(step: str) -> str:
    """The command that runs a step: *collect* is ``synth`` or ``import``, and ``kws evaluate`` takes any bundle."""
    return f"run CONFIG --until {step}" if step in ("collect", "evaluate") else f"{step} CONFIG"
