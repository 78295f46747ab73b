"""``kws record``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import (
    board_option,
    json_option,
    port_option,
    print_json,
    progress_bars,
    recordings_option,
    say,
    verb,
)

if TYPE_CHECKING:
    from kws_data.audio import Samples
    from kws_data.config import Config
    from kws_data.sources.takes import Take


@verb("record", "kws record --speaker ann --words yes,no --takes 3 --consent research --port /dev/ttyACM0")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting of CONFIG.")
@click.option("--words", default=None, help="Words to say, with commas between them.")
@click.option("--speaker", default=None, help="Who speaks; stored as a pseudonym.")
@click.option("--takes", type=click.IntRange(1, 1_000), default=3, show_default=True, help="Takes of each word.")
@click.option("--consent", default=None, help="What the speaker agreed to; stored with each clip.")
@click.option("--licence", default="", help="Licence of the clips.")
@click.option("--clip-ms", type=click.IntRange(250, 10_000), default=1_000, show_default=True)
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
@board_option
@port_option
@recordings_option
@json_option
def command(
    config_file: Path | None, overrides: tuple[str, ...], words: str | None, as_json: bool, **options: Any
) -> None:
    """Record clips from a board over serial, into the catalogue.

    With CONFIG: plays the clips that the configuration plans into the board's microphone and records those that
    were not recorded yet. With --words: records takes of one person. No clip with a lost sample is kept.
    """
    if (config_file is None) == (words is None):
        raise click.UsageError("name either a CONFIG, or --words to say")
    if config_file is not None:
        from kws_data.config import load_config

        result = _record_config(load_config(config_file, overrides))
    else:
        result = _record_takes([word.strip() for word in str(words).split(",")], **options)
    if as_json:
        print_json(result)


def _record_config(config: Config) -> dict[str, Any]:
    from kws_data.catalog import Catalog
    from kws_data.cli.steps import run_steps
    from kws_data.plan import board_device

    with progress_bars() as progress:
        run_steps(config, ["record"], progress=progress)
    with Catalog(config.data.recordings) as catalog:
        count = len(catalog.clips(device=board_device(config)))
    say(f"{count} clips recorded through {config.device.board} are in {config.data.recordings}")
    return {"recorded_through_board": count}


def _record_takes(
    words: list[str],
    *,
    speaker: str | None,
    consent: str | None,
    takes: int,
    licence: str,
    clip_ms: int,
    play: Path | None,
    export_to: Path | None,
    board: str,
    port: str | None,
    recordings: Path,
) -> dict[str, Any]:
    from firmware_tools.boards import load_board
    from firmware_tools.session import open_board
    from kws_data.catalog import Catalog
    from kws_data.firmware import flash_recorder
    from kws_data.sources.takes import Speaker, export_takes, record_takes

    if not all(words):
        raise click.UsageError("--words has an empty word in it")
    if not speaker or not consent:
        raise click.UsageError("name the --speaker and what they agreed to with --consent")
    spec, plan = load_board(board), [(word, number) for word in words for number in range(takes)]
    if port is None:
        flash_recorder(spec)
    done: list[Take] = []
    with Catalog(recordings) as catalog:
        with open_board(spec, port) as session:
            session.require("recorder")
            rate_hz = session.hello.sample_rate_hz
            samples, who = clip_ms * rate_hz // 1_000, Speaker(speaker, consent, licence)
            with _prompter(rate_hz, samples, play, speaker, on_desk=session.play is None) as prompt:
                for take in record_takes(catalog, session, who, plan, samples, prompt):
                    done.append(take)
                    say(f"  {len(done)}/{len(plan)} {_verdict(take)}")
        exported = export_takes(catalog, export_to) if export_to else None
    kept = sum(bool(take.clip_id) for take in done)
    say(f"{kept} of {len(plan)} takes kept in {recordings}")
    result = {"planned": len(plan), "kept": kept, "takes": [_as_dict(take) for take in done]}
    return result if exported is None else {**result, "exported": exported}


@contextmanager
def _prompter(
    rate_hz: int, samples: int, play: Path | None, speaker: str, *, on_desk: bool
) -> Iterator[Callable[[str, int], Samples | None]]:
    """What happens before a take: a person is asked to speak, or a sound is given to the emulated microphone."""
    if on_desk:
        yield _ask
    elif play is not None:
        from kws_data.audio import read_audio

        sound = read_audio(play, rate_hz)
        yield lambda word, number: sound
    else:
        from kws_data.sources.takes import stand_in

        with stand_in(speaker, samples) as voice:
            yield voice


def _ask(word: str, number: int) -> None:
    click.pause(f"  press a key, then say  «{word}»", err=True)


def _verdict(take: Take) -> str:
    recording = take.recording
    state = "kept" if take.clip_id else "not kept: " + "; ".join(recording.reasons)
    warnings = "".join(f", {warning}" for warning in recording.warnings)
    return f"{take.word}: {state}, peak {recording.levels.peak_db:.0f} dB{warnings}"


def _as_dict(take: Take) -> dict[str, Any]:
    recording = take.recording
    return {
        "word": take.word,
        "clip": take.clip_id,
        "lost_samples": recording.lost_samples,
        "attempts": recording.attempts,
        "peak_db": recording.levels.peak_db,
        "reasons": list(recording.reasons),
        "warnings": list(recording.warnings),
    }
