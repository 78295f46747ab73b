"""What each step of the chain does: from one file or folder to the next, no more than glue.

Every step takes a :class:`RunContext`, writes below ``runs/<name>`` or into the catalogue, and returns a
fingerprint of what it made: two equal fingerprints mean that later steps would see the same input.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import write_text
from firmware_tools.frontend.spec import MICRO
from kws_data.labels import few_people, without_other_words
from kws_data.run_context import RunContext
from kws_data.run_folder import (
    BUDGET_FILE,
    DATASET_FILE,
    DEVICE_FILE,
    EXPORT_FILE,
    HOST_FILE,
    MOMENTS_FILE,
    SIZE_FILE,
    STREAM_FILE,
    TRY_FILE,
    WORST_FILE,
)
from kws_data.set_aside import told

if TYPE_CHECKING:
    from firmware_tools.flashers.flasher import Flasher, FlashReport
    from firmware_tools.link.session import BoardSession
    from kws_data.bundle import ModelBundle
    from kws_data.catalog.clips import Clip
    from kws_data.dataset.plan import Plan
    from kws_data.export.calibrate import Calibration
    from kws_data.gate.budget import BudgetReport


def collect(ctx: RunContext) -> str:
    """Bring in all that the configuration names, and noise where none was recorded; what is there already stays."""
    from kws_data.catalog.catalog import Catalog
    from kws_data.dataset.backgrounds import extra_noises, lack_silence, recorded_noises, rooms_of
    from kws_data.dataset.clip_pool import clips_of, synthetic_clips
    from kws_data.dataset.negatives import negative_clips
    from kws_data.dataset.unlabelled import unlabelled_clips
    from kws_data.sources.imports.configured import import_configured
    from kws_data.sources.synth.doubts import doubts
    from kws_data.sources.synth.noise import add_generated_noise
    from kws_data.sources.synth.noise_negatives import add_noise_negatives
    from kws_data.sources.synth.people import synth_people
    from kws_data.sources.synth.rich_noise import add_rich_noise
    from kws_data.sources.synth.running_speech import say_running_speech
    from kws_data.sources.synth.too_long import too_long

    config = ctx.config
    with Catalog(config.data.recordings) as catalog:
        for report in import_configured(catalog, config, ctx.progress):
            ctx.warn(f"{report.folder.name} {report.folder.path}: {line}" for line in report.lines())
        if config.data.source != "folder":
            unsaid: list[tuple[str, str]] = []
            synth_people(catalog, config, ctx.progress, ctx.workers, unsaid)
            ctx.warn(told(unsaid, "other voices say them", "other words that a voice cannot say"))
            ctx.warn(too_long(config, synthetic_clips(config, catalog)))
            unsaid.clear()
            say_running_speech(catalog, config, ctx.progress, ctx.workers, unsaid)
            ctx.warn(told(unsaid, "others stand in their place", "sentences that a voice cannot say"))
            ctx.warn(doubts(config))
        clips = clips_of(config, catalog)
        if lack_silence(config, noises := recorded_noises(config, clips)):
            if noises:
                ctx.say("  recorded noise is too short to cut silence from: generated noise is used too")
            clips += add_generated_noise(catalog, config.seed, config.frontend.sample_rate_hz, ctx.progress)
        if config.data.generated_noise == "rich":
            add = add_noise_negatives if config.data.wants_negatives else add_rich_noise
            add(catalog, config.seed, config.frontend.sample_rate_hz, ctx.progress)
        clips += [*extra_noises(config, catalog), *rooms_of(config, catalog)]
        clips += [clip for own in unlabelled_clips(config, catalog).values() for clip in own]
        clips += [clip for own in negative_clips(config, catalog).values() for clip in own]
        return _hash(sorted(_said_of(clip) for clip in clips))


def _said_of(clip: Clip) -> list[str]:
    """All that is said of a clip: a source may correct a label, a speaker or a licence, and the clip stays the same."""
    told = (clip.id, clip.word, clip.speaker, clip.session, clip.licence, clip.consent, clip.given_split)
    return [*told, json.dumps(dict(clip.attributes), sort_keys=True)]


def record(ctx: RunContext) -> str:
    """Play the planned clips into the board's microphone and record them over serial."""
    from kws_data.catalog.catalog import Catalog
    from kws_data.dataset.plan import board_takes, plan_dataset
    from kws_data.dataset.store_silence import store_silence
    from kws_data.sources.recording.through_board import record_through_board

    with Catalog(ctx.config.data.recordings) as catalog:
        plan = plan_dataset(ctx.config, catalog)
        if waiting := plan.to_record():
            store_silence(catalog, plan.cuts, ctx.config.frontend.sample_rate_hz)
            with recorder_session(ctx) as session:
                report = record_through_board(catalog, waiting, session, ctx.progress)
            listed = f"kws catalog --recordings {ctx.config.data.recordings} --set-aside"
            ctx.warn(told(report.set_aside, listed, "recordings set aside"))
            plan = plan.heard_by(board_takes(ctx.config, catalog))
    return _hash(_planned(plan))


def _planned(plan: Plan) -> list[Any]:
    """All of a plan that shapes a data set."""
    clips = [[p.label, p.split, *_said_of(p.clip), *_said_of(p.audio)] for p in plan.clips]
    sounds = [[_said_of(clip) for clip in clips] for clips in (plan.noises, plan.rooms)]
    negatives = [[s.recording, s.split, *_said_of(s.clip)] for s in plan.negatives.stretches]
    beside = [[negatives, sorted(plan.negatives.left_out.items())]] if negatives else []
    return [clips, sounds, sorted(plan.left_out.items()), plan.kept_for_later, *beside]


@contextmanager
def recorder_session(ctx: RunContext) -> Iterator[BoardSession]:
    """The board with the recorder app on it; an emulated one is flashed with it first."""
    from firmware_tools.emulator.storage import default_state_dir
    from firmware_tools.link.session import open_board
    from firmware_tools.recorder.flash import flash_recorder

    board = ctx.board()
    if ctx.config.device.port is None and board.emulator:
        flash_recorder(board, default_state_dir(board))
    with open_board(board, ctx.config.device.port) as session:
        session.require_itself()
        session.require("recorder")
        yield session


def build(ctx: RunContext) -> str:
    """Split, augment, compute features, and describe the data set; leaks fail the build."""
    from kws_data.catalog.catalog import Catalog
    from kws_data.coverage.subgroups import PURPOSE
    from kws_data.dataset.build import BuildOptions, build_dataset
    from kws_data.provenance.register import register_dataset
    from kws_data.release.documents import rows_once, write_release_documents

    options = replace(ctx.build or BuildOptions(ctx.workers), say=ctx.say)
    with Catalog(ctx.config.data.recordings) as catalog:
        manifest = build_dataset(ctx.config, catalog, ctx.dataset_dir, options, ctx.progress)
        secret = catalog.secret(PURPOSE) if ctx.config.release.epsilon else b""
        write_release_documents(ctx.dataset_dir, manifest.info, rows_once(ctx.dataset_dir), secret)
        register_dataset(catalog, ctx.dataset_dir)
    gone = {**manifest.info["left_out"], **manifest.info["set_aside"]}
    ctx.warn(told(gone.items(), f"left_out and set_aside of {ctx.dataset_dir / DATASET_FILE}", "clips left out"))
    warnings = (without_other_words(manifest.info["labels_per_split"]), few_people(manifest.info["speakers"]))
    ctx.warn(filter(None, warnings))
    return str(manifest.version)


def train(ctx: RunContext) -> str:
    """Train the float model."""
    from kws_data.run_folder import FLOAT_FILE
    from kws_data.training.run import train as train_model

    train_model(ctx.config, ctx.dataset_dir, ctx.model_dir, ctx.progress, ctx.say)
    return _hash_file(ctx.model_dir / FLOAT_FILE)


def export(ctx: RunContext) -> str:
    """Convert to int8, slim, fix the threshold on validation data, save the bundle and C for any firmware."""
    from kws_data.evaluation.stated_wish import Stated
    from kws_data.export.calibrate import calibrate, problems_line
    from kws_data.export.export import export_model
    from kws_data.run_folder import read_json

    version = read_json(ctx.dataset_dir / DATASET_FILE, "build")["version"]
    bundle = export_model(ctx.config, ctx.dataset_dir, version, ctx.model_dir, ctx.progress)
    report = read_json(ctx.model_dir / EXPORT_FILE, "export")
    for note in (*report.get("engine", {}).get("notes", ()), *report.get("stream", {}).get("notes", ())):
        ctx.say(f"  {note}")
    stated = Stated.read(ctx.model_dir)
    if stated is None:
        return _shipped(ctx, bundle)
    found = calibrate(bundle, ctx.config, stated, ctx.dataset_dir, ctx.model_dir, ctx.progress)
    ctx.say(f"  thresholds by {ctx.model_dir / 'calibration.json'}: {', '.join(stated.wishes.words())}")
    ctx.warn([problems_line(found.problems)] if found.problems else [])
    return apply_calibration(ctx, found)


def apply_calibration(ctx: RunContext, found: Calibration) -> str:
    """Put the thresholds of a calibration in the place of those of *export*, with the wish beside them."""
    found.save(ctx.model_dir)
    return _hash([_shipped(ctx, found.bundle), found.stated.to_dict()])


def undo_calibration(ctx: RunContext) -> str:
    """Put back the thresholds of *export*, and remove the wish."""
    from kws_data.export.calibrate import uncalibrated

    return _shipped(ctx, uncalibrated(ctx.bundle(), ctx.model_dir))


def _shipped(ctx: RunContext, bundle: ModelBundle) -> str:
    """C for any firmware from a saved bundle, which is noted in the catalogue."""
    from kws_data.catalog.catalog import Catalog
    from kws_data.deploy.images import write_sources
    from kws_data.deploy.tflm import write_tflm_files
    from kws_data.provenance.register import register_model

    if bundle.frontend.kind != MICRO:
        write_sources(bundle, ctx.firmware_dir)
    write_tflm_files(bundle, ctx.config.run_dir / "export")
    with Catalog(ctx.config.data.recordings) as catalog:
        register_model(catalog, ctx.model_dir)
    return bundle.bundle_hash


def check(ctx: RunContext) -> str:
    """Build the image, hold the bundle against its limits; a broken one is said here and fails the run at its end."""
    found = _held(ctx, ctx.firmware_dir)
    for line in (*(one.line() for one in found.checks), *found.lines()):
        ctx.say(f"  {line}")
    document = {**found.to_dict(), "island_bytes": None if found.island is None else found.island.bytes}
    part = _detector_for_browsers(ctx)
    _write_json(ctx.model_dir / BUDGET_FILE, document)
    return _hash([document, part])


def _detector_for_browsers(ctx: RunContext) -> str:
    """Write the part of the report that runs the detector, and return its hash; none where its C is not ours."""
    from kws_data.browser.page import embedded

    path, bundle = ctx.report_dir / TRY_FILE, ctx.bundle()
    if bundle.frontend.kind == MICRO:
        path.unlink(missing_ok=True)
        return ""
    write_text(path, embedded(bundle))
    return _hash_file(path)


def check_limits(ctx: RunContext) -> BudgetReport:
    """Hold the bundle against the configuration's limits, one clip on the core included; changes nothing in the run.

    Of a board that is neither emulated nor named by a port, the core is emulated at the board's clock, which is said.
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="kws-check-") as folder:
        board = ctx.board()
        if board.emulated or ctx.config.device.port is not None or ctx.config.frontend.kind == MICRO:
            return _held(ctx, Path(folder))
        from kws_data.deploy.images import spotter_image
        from kws_data.gate.hold import hold
        from kws_data.gate.stand_in import stand_in

        core, bundle = stand_in(board), ctx.bundle()
        ctx.say(
            f"{board.name}: no port is named, a {core.core} at {core.clock_hz / 1e6:g} MHz is emulated in its place; "
            "nothing of the board itself is measured"
        )
        return hold(core, bundle, spotter_image(core, bundle, Path(folder)), ctx.config.budget)


def _held(ctx: RunContext, folder: Path) -> BudgetReport:
    """The bundle held against the limits, in the run's image where that is there, else in one built in ``folder``."""
    from kws_data.deploy.images import spotter_image, spotter_there
    from kws_data.gate.hold import hold
    from kws_data.gate.micro_wake_word import check_micro_wake_word

    board, bundle, limits = ctx.board(), ctx.bundle(), ctx.config.budget
    if bundle.frontend.kind == MICRO:
        return check_micro_wake_word(bundle, limits)
    image = spotter_there(board, bundle, ctx.firmware_dir) or spotter_image(board, bundle, folder)
    return hold(board, bundle, image, limits, ctx.config.device.port)


def flash(ctx: RunContext) -> str:
    """Write the detector's image to the board, the one that *check* built unless what it is made of has changed."""
    from firmware_tools.errors import BoardError
    from firmware_tools.flashers.attached import Attached
    from firmware_tools.flashers.emulated import EmulatedFlasher
    from firmware_tools.flashers.find import flasher_for

    board, port = ctx.board(), ctx.config.device.port
    if board.emulated and port is not None:
        raise BoardError(
            "the emulated board has no port", port, "leave device.port out, or name the board on that port"
        )
    if board.emulator and port is None:
        return flash_with(ctx, EmulatedFlasher(board)).sha256
    return flash_with(ctx, flasher_for(board, attached=Attached(port, lambda line: ctx.say(f"  {line}")))).sha256


def flash_with(ctx: RunContext, flasher: Flasher) -> FlashReport:
    """Write the detector's image to the board of this flasher, and note that there is such an image."""
    from kws_data.catalog.catalog import Catalog
    from kws_data.deploy.images import spotter_image
    from kws_data.provenance.register import register_image

    image = spotter_image(ctx.board(), ctx.bundle(), ctx.firmware_dir)
    flashed = flasher.flash(image.bin)
    with Catalog(ctx.config.data.recordings) as catalog:
        register_image(catalog, ctx.firmware_dir, ctx.model_dir)
    return flashed


def evaluate(ctx: RunContext) -> str:
    """Float and int8 on the held-out clips, and the streaming detector: on test negatives, and on clips in a row.

    The look is noted before anything is written. How often a test was looked at is no part of the fingerprint.
    """
    from kws_data.evaluation.leaking_test import check_held_out
    from kws_data.evaluation.moment_finder import MomentFinder
    from kws_data.evaluation.moment_sources import with_sources
    from kws_data.evaluation.moments import write_moments
    from kws_data.evaluation.noise_kinds import silence_kinds
    from kws_data.evaluation.predictions import HOST_PART, INT8, write_predictions
    from kws_data.evaluation.run_clips import run_on_host
    from kws_data.evaluation.stated_wish import calibrated_config
    from kws_data.evaluation.stream_of_run import evaluate_run_stream
    from kws_data.evaluation.worst_clips import write_worst
    from kws_data.evaluation.worst_finder import find_worst

    bundle, config = ctx.bundle(), calibrated_config(ctx.config, ctx.model_dir)
    check_held_out(ctx.dataset_dir, ctx.config.data.recordings)
    made = run_on_host(bundle, ctx.model_dir, ctx.dataset_dir)
    silence = silence_kinds(bundle, made.predictions.of(INT8), ctx.dataset_dir, config, ctx.progress)
    on_host = made.evaluations(bundle.threshold, ctx.dataset_dir, silence)
    host = {engine: one.to_dict() for engine, one in on_host.items()}
    finder = MomentFinder(bundle)
    heard = evaluate_run_stream(bundle, ctx.dataset_dir, config, ctx.progress, finder)
    ctx.warn([] if heard.not_measured is None else [f"false accepts were not measured: {heard.not_measured}"])
    stream = heard.to_dict()
    _note_look(ctx, bundle, "run")
    write_predictions(ctx.report_dir / HOST_PART, made.predictions)
    _write_json(ctx.report_dir / HOST_FILE, host)
    _write_json(ctx.report_dir / STREAM_FILE, stream)
    found = finder.found()
    sounds = [one.samples for one in found.chosen]
    write_moments(ctx.report_dir, with_sources(found, ctx.dataset_dir), sounds, bundle.frontend.sample_rate_hz)
    write_worst(ctx.report_dir, find_worst(bundle, made.predictions.of(INT8), ctx.dataset_dir))
    files = [_hash_file(ctx.report_dir / name) for name in (HOST_PART, MOMENTS_FILE, WORST_FILE)]
    return _hash([host, stream, *files])


def device_eval(ctx: RunContext) -> str:
    """Replay the held-out clips through the serial port on the flashed image."""
    from firmware_tools.link.session import open_board
    from kws_data.evaluation.evaluation_report import DeviceEvaluation
    from kws_data.evaluation.leaking_test import check_held_out
    from kws_data.evaluation.on_board import BoardDetector, board_evaluation
    from kws_data.evaluation.people import speakers_of
    from kws_data.evaluation.predictions import DEVICE, DEVICE_PART, predicted, write_predictions
    from kws_data.evaluation.response_time import response_times
    from kws_data.features.load import load_audio_clips, load_features
    from kws_data.run_folder import read_json

    bundle, test = ctx.bundle(), load_features(ctx.dataset_dir, "test")
    check_held_out(ctx.dataset_dir, ctx.config.data.recordings)
    chosen = _replayed(len(test), ctx.config.device.eval_clips)
    clips, y = np.asarray(load_audio_clips(ctx.dataset_dir)[chosen]), test.y[chosen]
    with open_board(ctx.board(), ctx.config.device.port) as session:
        detector = BoardDetector(session, bundle)
        made = detector.scores(clips, ctx.progress)
        response = response_times(detector, clips, y, ctx.progress)
    size = read_json(ctx.firmware_dir / SIZE_FILE, "flash")
    found = board_evaluation(bundle, made, clips, y, speakers_of(ctx.dataset_dir, test.clip_ids[chosen]))
    document = DeviceEvaluation(found, size["flash_bytes"], size["ram_bytes"], response).to_dict()
    rows = predicted(bundle, DEVICE, test.split, test.clip_ids[chosen], y, made.values)
    _note_look(ctx, bundle, "device-eval")
    write_predictions(ctx.report_dir / DEVICE_PART, rows)
    _write_json(ctx.report_dir / DEVICE_FILE, document)
    return _hash([document, _hash_file(ctx.report_dir / DEVICE_PART)])


def _note_look(ctx: RunContext, bundle: ModelBundle, verb: str) -> None:
    """Note in the catalogue that the test split was looked at with this model."""
    from kws_data.evaluation.sealed import Looking, look

    looking = Looking(verb, ctx.reason, ctx.who)
    look(ctx.config.data.recordings, ctx.dataset_dir, ctx.config.name, [bundle.model_sha256], looking)


def _replayed(clips: int, limit: int | None) -> NDArray[np.intp]:
    """Indices of the clips to replay: all, or ``limit`` spread evenly over them."""
    count = clips if limit is None else min(limit, clips)
    return np.unique(np.linspace(0, clips - 1, count).astype(np.intp))


def slices(ctx: RunContext) -> str:
    """Search the held-out clips for slices that fail beyond chance."""
    from kws_data.evaluation.leaking_test import check_held_out
    from kws_data.slices.of_run import slices_of_run
    from kws_data.slices.slice_report import SLICES_FILE

    check_held_out(ctx.dataset_dir, ctx.config.data.recordings)
    rate_hz = ctx.config.frontend.sample_rate_hz
    document = slices_of_run(ctx.config.run_dir, rate_hz, progress=ctx.progress).to_dict()
    _write_json(ctx.report_dir / SLICES_FILE, document)
    return _hash(document)


def report(ctx: RunContext) -> str:
    """Join the predictions of host and board; write the report as page, Markdown and JSON, and the model card."""
    from kws_data.report.write import write_report

    return write_report(ctx.config, ctx.audio)


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _hash_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_json(path: Path, document: Any) -> None:
    write_text(path, json.dumps(document, indent=1) + "\n")
