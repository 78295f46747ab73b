"""The guided session: a person, a terminal, one board."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import click

from kws_data.audio import Samples
from kws_data.catalog.attributes import proven_whole
from kws_data.catalog.catalog import Catalog
from kws_data.cli.options import say
from kws_data.cli.record.keys import single_keys
from kws_data.cli.record.screen import screen
from kws_data.sources.recording.boards import Board
from kws_data.sources.recording.guide import Guide
from kws_data.sources.recording.sessions import AGE_BANDS, SOURCE, HeardTake, Item, Person, Place, Session, unfinished
from kws_data.sources.recording.take_verdict import Judgement

Sound = Callable[[Item], Samples | None]


def ask_once(
    catalog: Catalog, person: Person, place: Place, plan: Sequence[Item], *, fresh: bool
) -> tuple[Person, Place]:
    """Ask what is not known yet of the person and the place; what the catalogue knows is not asked again."""
    pseudonym = catalog.pseudonym(SOURCE, person.name, named=True)
    known = catalog.profile("speaker", pseudonym)
    if known is None:
        person = replace(
            person,
            consent=person.consent or _ask("What does the speaker agree to (research, publication, …)?"),
            accent=person.accent or _ask("Accent or home region (empty: not said)", ""),
            age_band=person.age_band or _ask_age(),
        )
    resumed = None if fresh or not plan else unfinished(catalog, person, place, plan)
    if resumed is not None:
        return person, resumed
    if not place.room:
        place = Place(_ask("Room (empty: not said)", ""), place.distance)
    if not place.distance:
        place = Place(place.room, _ask("Distance from the microphone (empty: not said)", ""))
    return person, place


def _ask_age() -> str:
    answer: str = click.prompt("Age band", type=click.Choice(AGE_BANDS), default="", show_default=False, err=True)
    return answer


def _ask(question: str, default: str | None = None) -> str:
    answer: str = click.prompt(question, default=default, show_default=False, err=True)
    return answer.strip()


def guided_session(session: Session, board: Board, clip_samples: int, sound: Sound, countdown_s: float) -> Guide:
    """Lead a person through what remains of a session; each take is stored as it is kept.

    Raises:
        LinkError: the board is gone; what was kept is stored.
        CatalogError, DataError: a take cannot be stored.
    """
    guide = Guide(
        session.remaining,
        board.rate_hz,
        clip_samples,
        on_take=_player(board, sound),
        on_keep=_keeper(session, board),
        on_skip=session.skip,
        countdown_s=countdown_s,
    )
    _lead(guide, session, board)
    return guide


def _player(board: Board, sound: Sound) -> Callable[[Item], None]:
    def play(item: Item) -> None:
        samples = sound(item)
        if samples is not None and board.play is not None:
            board.play(samples)

    return play


def _keeper(session: Session, board: Board) -> Callable[[Item, Samples, Judgement], None]:
    def keep(item: Item, samples: Samples, verdict: Judgement) -> None:
        session.keep(item, [HeardTake(board.device, samples, board.rate_hz, {**verdict.attributes, **board.figures()})])

    return keep


def _lead(guide: Guide, session: Session, board: Board) -> None:
    from rich.console import Console
    from rich.live import Live

    planned, before = len(session.plan), len(session.plan) - len(session.remaining)
    place = " · ".join(part for part in (session.place.room, session.place.distance) if part)
    title = f"{session.person.name} → {board.device.removeprefix('board:')}" + (f" · {place}" if place else "")
    proven = proven_whole(board.figures())
    with (
        single_keys() as keys,
        Live(console=Console(stderr=True), auto_refresh=False, transient=False) as view,
        board.capture() as blocks,
    ):
        due = 0
        view.update(screen(guide, planned, before, title, proven=proven), refresh=True)
        for block in blocks:
            stage = guide.stage
            guide.hear(block)
            for key in keys():
                guide.press(key)
            due -= len(block.samples)
            if due <= 0 or guide.stage is not stage:  # about twenty times a second
                view.update(screen(guide, planned, before, title, proven=proven), refresh=True)
                due = board.rate_hz // 20
            if guide.stage.value == "done":
                break
    say(f"{guide.kept} kept, {guide.skipped} skipped, {guide.redone} said again")
