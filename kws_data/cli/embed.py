"""``kws embed``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import json_option, print_json, progress_bars, say, tell, verb, workers_option
from kws_data.config.config import Config
from kws_data.config.load import load_config
from kws_data.errors import DataError

if TYPE_CHECKING:
    from kws_data.catalog.catalog import Catalog
    from kws_data.dataset.used_clips import UsedClip
    from kws_data.encoder.embedded import EmbedReport

_SHOWN = 10


@verb("embed", "kws embed configs/gsc9.yaml --workers 2 --out embeddings.npz")
@click.argument("config_file", metavar="CONFIG", type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting; repeatable.")
@click.option("--data", type=click.Path(path_type=Path), help="Clips of this folder, which was imported, instead.")
@workers_option
@click.option("--out", type=click.Path(path_type=Path), help="Also write features, clip ids, words, speakers: an .npz.")
@json_option
def command(
    config_file: Path, overrides: tuple[str, ...], data: Path | None, workers: int, out: Path | None, as_json: bool
) -> None:
    """Let a frozen speech encoder hear the clips of CONFIG, and keep its features in the feature store: for labels,
    outliers, selection and teachers that know words (encoder.kind; pip install 'kws[encoder]').

    Takes the clips of the data set that was built, or else those that the catalogue holds for CONFIG. Only what is not
    in the store is computed; interrupted, it goes on where it was. The features are the same for any number of workers.
    """
    from kws_data.catalog.catalog import Catalog
    from kws_data.encoder.embedded import embed_missing
    from kws_data.encoder.encoders import check_rate, encoder_of

    extra = () if data is None else ("data.source=folder", f"data.folder={data}")
    config = load_config(config_file, (*overrides, *extra))
    if out is not None and out.is_dir():
        raise click.UsageError(f"--out {out} is a folder: name a file, as {out / 'features.npz'}")
    check_rate(config.frontend.sample_rate_hz)
    encoder_of(config.encoder)  # one that is not there is told before recordings are read
    with Catalog(config.data.recordings) as catalog, progress_bars() as progress:
        clips = _clips(config, catalog, built=data is None)
        audio = [clip.audio_sha256 for clip in clips]
        report = embed_missing(catalog.folder, config.encoder, audio, config.clip_samples, workers, progress)
        whole = [clip for clip in clips if clip.audio_sha256 not in report.failures]
        if not whole:
            raise DataError("audio of no clip can be used", next(iter(report.failures.values())))
        if out is not None:
            _write(out, config, catalog, whole, report)
    if as_json:
        print_json(_document(report, out))
    else:
        _print(report, out)


def _clips(config: Config, catalog: Catalog, *, built: bool) -> list[UsedClip]:
    from kws_data.dataset.used_clips import built_clips, catalog_clips

    found = built_clips(config) if built else None
    if found is None:
        return catalog_clips(config, catalog)
    say(f"clips of the data set that was built, {config.run_dir / 'dataset'}")
    return found


def _write(out: Path, config: Config, catalog: Catalog, clips: list[UsedClip], report: EmbedReport) -> None:
    """Write the features of clips, and note it, so that ``kws forget-speaker`` knows whom the file holds."""
    from kws_data.encoder.embedded import embedded
    from kws_data.encoder.embeddings_file import write_embeddings

    columns = {
        "clip_ids": [clip.id for clip in clips],
        "words": [clip.word for clip in clips],
        "speakers": [clip.speaker for clip in clips],
        "audio_sha256": [clip.audio_sha256 for clip in clips],
    }
    features = embedded(catalog.folder, config.encoder, columns["audio_sha256"], config.clip_samples)
    write_embeddings(out, features, columns, report.encoder, report.licence)
    catalog.made.record_export("embeddings", out, columns["clip_ids"])


def _document(report: EmbedReport, out: Path | None) -> dict[str, Any]:
    speed = None if report.ms_a_clip is None else round(report.ms_a_clip, 2)
    return {**asdict(report), "ms_a_clip": speed, "out": None if out is None else str(out)}


def _print(report: EmbedReport, out: Path | None) -> None:
    speed = "" if report.ms_a_clip is None else f", {report.ms_a_clip:.1f} ms a clip and core"
    tell(f"{report.embedded:,} clips embedded now{speed}; {report.stored:,} were there")
    tell(f"{report.frames} frames of {report.width} values a clip, of {report.encoder} (licence {report.licence})")
    for sha256, reason in list(report.failures.items())[:_SHOWN]:
        say(f"left out, audio {sha256[:12]}…: {reason}")
    if len(report.failures) > _SHOWN:
        say(f"left out, {len(report.failures) - _SHOWN} more; --json lists them")
    if out is not None:
        say(f"wrote {out}")
