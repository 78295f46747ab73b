"""``kws bench gate``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from kws_data.cli.options import json_option, print_json, progress_bars, tell, verb


@verb("gate", "kws bench gate --bundle runs/gsc9/model --words speech_commands --sound noise=noise --sound talk=talk")
@click.option("--bundle", "bundle_dir", type=click.Path(path_type=Path), required=True, help="The detector.")
@click.option("--words", type=click.Path(path_type=Path), required=True, help="Clips in Speech Commands layout.")
@click.option("--sound", "sounds", multiple=True, metavar="KIND=FOLDER", help="Recordings of a kind; repeatable.")
@click.option(
    "--noise", default=None, metavar="KIND", help="The kind that words are laid into; the first when not given."
)
@click.option(
    "--open-db", type=click.FloatRange(0.1, 36), default=3.0, show_default=True, help="As stream.gate.open_db."
)
@click.option(
    "--hold-ms", type=click.IntRange(1, 20_000), default=1_000, show_default=True, help="As stream.gate.hold_ms."
)
@click.option("--preroll-ms", type=click.IntRange(1, 5_000), default=120, show_default=True, help="As its preroll_ms.")
@click.option("--most", type=click.IntRange(1), default=300, show_default=True, help="Words that are laid into noise.")
@json_option
def command(
    bundle_dir: Path,
    words: Path,
    sounds: tuple[str, ...],
    noise: str | None,
    open_db: float,
    hold_ms: int,
    preroll_ms: int,
    most: int,
    as_json: bool,
) -> None:
    """A gate of energy before the network (stream.gate): what it saves in silence, speech and noise, what it misses.

    For each kind of sound: how often the gate is open, and the share of the core that is left of listening, measured
    on the emulated board. Then keywords, in a quiet room and in noise of several levels, by the bundle with the gate
    and without it.
    """
    from firmware_tools.boards.spec import load_board
    from kws_data.bench.gate import open_shares, sounds_of, words_heard, words_of
    from kws_data.bundle import ModelBundle
    from kws_data.config.stream import GateSettings
    from kws_data.export.make_bundle import gate_in_frames
    from kws_data.gate.hold import measure_listening

    bundle = ModelBundle.load(bundle_dir)
    pairs = [_kind_and_folder(one) for one in sounds]
    folders = dict(pairs)
    if len(folders) < len(pairs):
        raise click.UsageError("--sound names a kind twice: give each folder a kind of its own")
    if noise is not None and noise not in folders:
        raise click.UsageError(f"--noise {noise}: no such kind, give it as --sound {noise}=FOLDER")
    gate = gate_in_frames(GateSettings(open_db=open_db, hold_ms=hold_ms, preroll_ms=preroll_ms), bundle.frontend)
    heard = sounds_of(folders, bundle.frontend.sample_rate_hz)
    laid = heard[noise] if noise is not None else [one for kind in list(folders)[:1] for one in heard[kind]]
    with progress_bars() as progress:
        shares = list(open_shares(bundle, gate, heard))
        found = list(words_heard(bundle, gate, words_of(bundle, words, most), laid, progress))
    plain = replace(bundle, stream=replace(bundle.stream, gate=None))
    gated = replace(bundle, stream=replace(bundle.stream, gate=gate))
    without, work = (measure_listening(load_board("emulated"), one) for one in (plain, gated))
    rows = [{**one.to_dict(), "core_share": work.behind_gate(one.share)} for one in shares]
    document = {"gate": gate.to_dict(), "core_share_without": without.share, "sounds": rows}
    document["words"] = [one.to_dict() for one in found]
    if as_json:
        print_json(document)
    else:
        _show(document)


def _kind_and_folder(text: str) -> tuple[str, Path]:
    kind, equals, folder = text.partition("=")
    if not equals or not kind or not folder:
        raise click.UsageError(f"--sound {text}: write KIND=FOLDER")
    return kind, Path(folder)


def _show(document: dict[str, Any]) -> None:
    from kws_data.cli.terminal.table import print_table

    tell(f"share of the core without the gate: {document['core_share_without']:.2%}")
    print_table(
        [
            {
                "sound": row["kind"],
                "minutes": f"{row['seconds'] / 60:.1f}",
                "gate open": f"{row['open_share']:.1%}",
                "core": f"{row['core_share']:.2%}",
            }
            for row in document["sounds"]
        ]
    )
    print_table([_cells(row) for row in document["words"]])


def _cells(row: dict[str, Any]) -> dict[str, str]:
    low, high = row["tpr_behind_ci95"]
    return {
        "words in": row["background"],
        "words": f"{row['words']:,}",
        "heard without": f"{row['tpr_without']:.1%}",
        "with the gate": f"{row['tpr_behind']:.1%}",
        "95 %": f"{low:.1%} to {high:.1%}",
        "lost": f"{row['lost']:,}",
        "gained": f"{row['gained']:,}",
    }
