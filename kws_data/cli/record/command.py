"""``kws record``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.catalog.negative_clips import KINDS, STRETCH_S, Kind
from kws_data.cli.board_port import ports_here
from kws_data.cli.options import (
    Number,
    config_here,
    json_option,
    print_json,
    progress_bars,
    recordings_option,
    say,
    verb,
)
from kws_data.cli.record.continuous import Duration
from kws_data.cli.record.streamed import StreamOf, only_what_streams_can

if TYPE_CHECKING:
    from firmware_tools.protocol.bare_samples import StreamForm
    from kws_data.audio import Samples
    from kws_data.catalog.catalog import Catalog
    from kws_data.config.config import Config
    from kws_data.sources.recording.boards import Board
    from kws_data.sources.recording.sessions import Item, Person, Place


CONSENT = "say what the speaker agreed to with --consent"


@verb("record", "kws record --speaker s01 --words yes,no --takes 10 --port /dev/ttyACM0")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting of CONFIG.")
@click.option("--words", default=None, help="Words to say, with commas between them.")
@click.option(
    "--plan", "plan_file", type=click.Path(path_type=Path), default=None, help="Words from a YAML or CSV file."
)
@click.option("--continuous", type=Duration(), default=None, help="Stream for so long (30m) and cut out what is said.")
@click.option("--negatives", is_flag=True, help="With --continuous: no keyword is said; keep all of it as that.")
@click.option("--kind", type=click.Choice(KINDS), default=None, help="Of --negatives; noise when left out.")
@click.option("--speaker", default=None, help="Who speaks; stored as a pseudonym.")
@click.option("--takes", type=click.IntRange(1, 1_000), default=3, show_default=True, help="Takes of each word.")
@click.option("--consent", default="", help="What the speaker agreed to; asked once, stored with each clip.")
@click.option("--licence", default="", help="Licence of the clips.")
@click.option("--accent", default="", help="The speaker's accent; asked once.")
@click.option("--age-band", default="", help="child, teen, 20-39, 40-59 or 60+; asked once.")
@click.option("--room", default="", help="Where it is recorded; asked once a session.")
@click.option("--distance", default="", help="From mouth to microphone; asked once a session.")
@click.option("--clip-ms", type=click.IntRange(250, 10_000), default=1_000, show_default=True)
@click.option("--countdown", type=Number(0, 30), default=1.5, show_default=True, help="Seconds before a take.")
@click.option("--yes", "unasked", is_flag=True, help="Ask nothing, keep every take that is whole: for scripts.")
@click.option("--quarantine", multiple=True, metavar="RULE=VALUE", help="Set takes aside, e.g. min_snr_db=10.")
@click.option("--new-session", is_flag=True, help="Begin anew even when a session like this one is unfinished.")
@click.option(
    "--play",
    type=click.Path(path_type=Path),
    default=None,
    help="Audio file to play into the emulated board's microphone; a synthetic voice when left out.",
)
@click.option(
    "--export",
    "export_to",
    type=click.Path(path_type=Path),
    default=None,
    help="Afterwards write all takes here in Speech Commands layout, ready for kws run.",
)
@click.option("--board", "boards", multiple=True, help="Board name, its YAML, or NAME@PORT; several record together.")
@click.option("--port", "ports", multiple=True, help="Serial port of each board; found when left out.")
@click.option(
    "--from-stream",
    "stream",
    type=StreamOf(),
    default=None,
    help="Bare samples of another firmware: raw16@BAUD, or lines@BAUD as Edge Impulse's data forwarder reads them.",
)
@click.option(
    "--stream-rate",
    type=click.IntRange(1_000, 192_000),
    default=None,
    help="Samples a second of --from-stream; measured by this machine's clock when left out.",
)
@recordings_option
@json_option
def command(config_file: Path | None, overrides: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """Record clips from a board over serial, into the catalogue: a guided session with a person, without an end,
    through several boards, or the planned clips of a configuration.

    With --words or --plan: a guided session with one person. It shows the next word, counts down, shows level and
    clipping, and asks keep, redo or skip; called again, it goes on where it stopped. With --continuous: streams, cuts
    out what is said and files it unlabelled; with --negatives keeps all of it as hours in which no keyword is said, for
    data.negatives. With several --board: all hear the same take, aligned to the sample.
    With CONFIG: plays the clips that the configuration plans into the board's microphone and records those that were
    not recorded yet. No clip with a lost sample is kept. With --from-stream: from a board that sends bare samples,
    which nothing numbers; such clips carry the mark "whole: not proven".
    """
    order = Order(**options)
    if sum(way is not None for way in (config_file, order.words, order.plan_file, order.continuous)) != 1:
        raise click.UsageError("name one of: a CONFIG, --words to say, a --plan, or --continuous")
    if order.negatives and order.continuous is None:
        raise click.UsageError(f"--negatives needs --continuous, such as --continuous 8h; {STRETCH_S:g} s at least")
    if order.negatives and order.continuous is not None and order.continuous < STRETCH_S:
        raise click.UsageError(f"--continuous is too short for --negatives: {STRETCH_S:g} s at least")
    if order.kind is not None and not order.negatives:
        raise click.UsageError("--kind is of --negatives: add that, or leave it out")
    if order.stream is not None:
        only_what_streams_can(order.boards, order.ports, config_file, order.play)
    elif order.stream_rate is not None:
        raise click.UsageError("--stream-rate goes with --from-stream")
    if config_file is not None:
        result = _record_config(config_here(config_file, overrides))
    else:
        result = _record(order, guided=not as_json and not order.unasked and _at_a_terminal())
    if as_json:
        print_json(result)
    return 0


@dataclass(frozen=True)
class Order:
    """The options, as they were given."""

    words: str | None
    plan_file: Path | None
    continuous: float | None
    negatives: bool
    kind: Kind | None
    speaker: str | None
    takes: int
    consent: str
    licence: str
    accent: str
    age_band: str
    room: str
    distance: str
    clip_ms: int
    countdown: float
    unasked: bool
    new_session: bool
    quarantine: tuple[str, ...]
    play: Path | None
    export_to: Path | None
    boards: tuple[str, ...]
    ports: tuple[str, ...]
    stream: StreamForm | None
    stream_rate: int | None
    recordings: Path


@dataclass(frozen=True)
class Job:
    """What is to be done: an order with its plan read and its person known."""

    words: dict[str, int]
    person: Person
    place: Place
    clip_ms: int


def _at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _record_config(config: Config) -> dict[str, Any]:
    from kws_data.catalog.catalog import Catalog
    from kws_data.cli.steps import run_steps
    from kws_data.dataset.plan import board_device

    with progress_bars() as progress:
        run_steps(config, ["record"], progress=progress, with_needs_of="record")
    with Catalog(config.data.recordings) as catalog:
        count = len(catalog.clips(device=board_device(config)))
    say(f"{count} clips recorded through {config.device.board} are in {config.data.recordings}")
    return {"recorded_through_board": count}


def _record(order: Order, *, guided: bool) -> dict[str, Any]:
    from kws_data.catalog.catalog import Catalog
    from kws_data.release.takes import check_export

    job, boards = _job(order), named_boards(order.boards, order.ports)
    if order.continuous is not None and len(boards) > 1:
        raise click.UsageError("--continuous records one board")
    _check(order, boards)
    if order.export_to is not None:
        check_export(order.export_to)
    with Catalog(order.recordings) as catalog:
        new = not catalog.is_there  # it is made only once the boards are there
        if new and not (job.person.consent or guided):
            raise click.UsageError(CONSENT)
        job = job if new else _known(catalog, job, ask=guided, fresh=order.new_session)
        with _opened(order, boards) as opened:
            job = _known(catalog, job, ask=guided, fresh=order.new_session) if new else job
            if order.continuous is not None:
                return _continuous(catalog, opened[0], job, order)
            return _takes(catalog, opened, job, order, guided=guided)


@contextmanager
def _opened(order: Order, boards: Sequence[tuple[str, str | None]]) -> Iterator[Sequence[Board]]:
    """The boards of an order, or the one that streams."""
    from kws_data.cli.record.streamed import open_stream
    from kws_data.sources.recording.boards import open_boards

    if order.stream is not None:
        with open_stream(order.ports[0], order.stream, order.stream_rate) as board:
            yield [board]
    else:
        with open_boards(ports_here(boards)) as opened:
            for one in opened:
                if one.session.stranger:
                    say(f"{one.session.stranger}; clips are stored as of {one.device}")
            yield opened


def _check(order: Order, boards: Sequence[tuple[str, str | None]]) -> None:
    """Raises the error of a board or rule that nobody knows, or of a sound that cannot be played, before anything is
    begun."""
    from firmware_tools.boards.spec import load_board
    from kws_data.audio import read_audio
    from kws_data.sources.recording.take_verdict import quarantine_rules

    for name, _ in boards:
        load_board(name)
    quarantine_rules(order.quarantine)
    if order.play is not None:
        read_audio(order.play)


def _job(order: Order) -> Job:
    from kws_data.sources.recording.plan_file import PlanFile, check_words, read_plan
    from kws_data.sources.recording.sessions import Person, Place

    plan = PlanFile({})
    if order.plan_file is not None:
        plan = read_plan(order.plan_file, order.takes)
    elif order.words is not None:
        words = [word.strip() for word in order.words.split(",")]
        if not all(words):
            raise click.UsageError("--words has an empty word in it")
        plan = PlanFile(check_words(dict.fromkeys(words, order.takes), "--words"))
    text = {key: getattr(order, key) or plan.texts.get(key, "") for key in ("speaker", "room", "distance")}
    about = {k: getattr(order, k) or plan.texts.get(k, "") for k in ("consent", "licence", "accent", "age_band")}
    if not text["speaker"]:
        raise click.UsageError("name the --speaker, and what they agreed to with --consent")
    person, place = Person(text["speaker"], **about), Place(text["room"], text["distance"])
    return Job(dict(plan.words), person, place, plan.clip_ms or order.clip_ms)


def _known(catalog: Catalog, job: Job, *, ask: bool, fresh: bool) -> Job:
    """The job with what the catalogue knows of the person, or what they are asked now."""
    from kws_data.cli.record.guided import ask_once
    from kws_data.sources.recording.sessions import known_person, plan_of

    person, place = job.person, job.place
    if ask:
        person, place = ask_once(catalog, person, place, plan_of(job.words), fresh=fresh)
    if not (person.consent or known_person(catalog, person).consent):
        raise click.UsageError(CONSENT)
    return Job(job.words, known_person(catalog, person), place, job.clip_ms)


def _continuous(catalog: Catalog, board: Board, job: Job, order: Order) -> dict[str, Any]:
    from kws_data.audio import read_audio
    from kws_data.cli.record.continuous import record_continuous
    from kws_data.cli.record.negatives import record_negatives

    sound = None if order.play is None else read_audio(order.play, board.rate_hz)
    assert order.continuous is not None
    if order.negatives:
        return record_negatives(catalog, board, job.person, job.place, order.continuous, sound, order.kind or "noise")
    return record_continuous(catalog, board, job.person, job.place, order.continuous, sound)


def _takes(catalog: Catalog, boards: Sequence[Board], job: Job, order: Order, *, guided: bool) -> dict[str, Any]:
    from kws_data.cli.record.guided import guided_session
    from kws_data.cli.record.scripted import record_scripted
    from kws_data.release.takes import export_takes
    from kws_data.sources.recording.sessions import open_session, plan_of
    from kws_data.sources.recording.take_verdict import quarantine_rules

    rules, rate_hz = quarantine_rules(order.quarantine), boards[0].rate_hz
    samples = job.clip_ms * rate_hz // 1_000
    with (
        open_session(catalog, job.person, job.place, plan_of(job.words), fresh=order.new_session) as session,
        _sounds(rate_hz, samples, order.play, job.person.name, boards) as sound,
    ):
        if session.resumed:
            say(f"session {session.id} goes on: {len(session.remaining)} of {len(session.plan)} takes remain")
        before = set(session.kept)
        details: list[dict[str, Any]] = []
        if guided and len(boards) == 1:
            guided_session(session, boards[0], samples, sound, order.countdown)
        else:
            details = record_scripted(session, boards, samples, sound, order.countdown, ask=guided, rules=rules)
        kept = len(set(session.kept) - before)
        say(f"{len(session.kept)} of {len(session.plan)} takes kept in {catalog.folder}")
        result = {
            "session": session.id,
            "resumed": session.resumed,
            "planned": len(session.plan),
            "kept": kept,
            "remaining": len(session.remaining),
            "takes": details,
        }
    if order.export_to is not None:
        result["exported"] = export_takes(catalog, order.export_to)
    return result


@contextmanager
def _sounds(
    rate_hz: int, samples: int, play: Path | None, speaker: str, boards: Sequence[Board]
) -> Iterator[Callable[[Item], Samples | None]]:
    """What emulated microphones hear at a take: a file, or a synthetic voice. A board on the desk hears the person."""
    emulated = [board.device.removeprefix("board:") for board in boards if board.play is not None]
    if not emulated:
        yield lambda item: None
        return
    heard = "a synthetic voice" if play is None else str(play)
    say(f"emulated {', '.join(emulated)}: {heard} is recorded, not {speaker}; a board on a desk needs its --port")
    if play is not None:
        from kws_data.audio import read_audio

        sound = read_audio(play, rate_hz)
        yield lambda item: sound
    else:
        from kws_data.sources.synth.stand_in import stand_in

        with stand_in(speaker, samples) as voice:
            yield lambda item: voice(item.word, item.take)


def named_boards(names: Sequence[str], ports: Sequence[str]) -> list[tuple[str, str | None]]:
    """Board and port of each ``--board NAME[@PORT]`` and ``--port PORT``; ports go to the boards in order.

    Raises:
        UsageError: more ports than boards, an empty one, or the same port twice.
    """
    names = list(names) or ["emulated"] * max(1, len(ports))
    free = list(ports)
    if not all(free):
        raise click.UsageError("--port is empty: name one; kws boards lists the ports there are")
    boards: list[tuple[str, str | None]] = []
    for name in names:
        board, at, port = name.partition("@")
        if at and not port:
            raise click.UsageError(f"{name} names no port: write {board}@PORT")
        boards.append((board, port or (free.pop(0) if free else None)))
    if free:
        raise click.UsageError(f"{len(ports)} ports for {len(names)} boards: name a --board for each --port")
    used = [port for _, port in boards if port]
    if len(set(used)) < len(used):
        raise click.UsageError("the same port is named twice")
    return boards
