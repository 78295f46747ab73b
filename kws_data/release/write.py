"""Writes the clips of a built data set in the layout of another tool, with whose they are and on what terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from firmware_tools.atomic import write_text
from kws_data.audio import write_wav
from kws_data.catalog.audio_store import load_audio
from kws_data.catalog.catalog import Catalog
from kws_data.config.split import SPLITS
from kws_data.errors import CatalogError, DataError
from kws_data.progress import Progress
from kws_data.release.clips import Release, ReleasedClip, Terms, load_release
from kws_data.release.layouts import edge_impulse, label_studio, speech_commands
from kws_data.release.new_folder import new_folder
from kws_data.sources.imports.attribution import FILE as ATTRIBUTION
from kws_data.sources.imports.attribution import attribution_table

THREADS = 2
_EVERY = 50


@dataclass(frozen=True)
class ExportLayout:
    """How a layout names its files, and what it writes beside them."""

    file_names: Callable[[Sequence[ReleasedClip]], list[str]]
    documents: Callable[[Release, Sequence[str]], dict[str, str]]


LAYOUTS: dict[str, ExportLayout] = {
    "speech-commands": ExportLayout(speech_commands.file_names, speech_commands.documents),
    "edge-impulse": ExportLayout(edge_impulse.file_names, edge_impulse.documents),
    "label-studio": ExportLayout(label_studio.file_names, label_studio.documents),
}

#: Whom to name for clips of a source, beside what its licence says.
CREDITS = {
    "speech_commands": 'Pete Warden, "Speech Commands: A Dataset for Limited-Vocabulary Speech Recognition", 2018',
    "audiomnist": "Becker et al., AudioMNIST, 2018",
    "common_voice": "Mozilla Common Voice and its contributors",
    "mswc": 'Mazumder et al., "Multilingual Spoken Words Corpus", 2021',
    "synth": "synthetic voices, nobody's",
}


@dataclass(frozen=True)
class ExportReport:
    """What was written, and how many clips stayed behind for which reason."""

    folder: Path
    layout: str
    clips: Mapping[str, int]
    left_out: Mapping[str, int]


def export_dataset(
    dataset: Path,
    recordings: Path,
    layout: str,
    out: Path,
    *,
    terms: Terms | None = None,
    splits: Sequence[str] = SPLITS,
    replace: bool = False,
    progress: Progress | None = None,
) -> ExportReport:
    """Write a built data set to the folder ``out``, which appears when all of it is there.

    Args:
        dataset: folder of the data set (``runs/<name>/dataset``).
        recordings: folder of the catalogue that holds its audio.
        layout: one of :data:`LAYOUTS`.
        out: where it goes.
        terms: licences and consents that may leave; any when None.
        splits: those to write.
        replace: replace an export that is there.
        progress: told ("export", done, total).

    Raises:
        DataError: no such layout, the data set is not built, its audio is gone, or ``out`` is taken.
    """
    if layout not in LAYOUTS:
        raise DataError("no such layout to export to", layout, f"there are {', '.join(LAYOUTS)}")
    release = load_release(dataset, terms or Terms(), splits)
    names = LAYOUTS[layout].file_names(release.clips)
    with new_folder(out, marker=ATTRIBUTION, replace=replace) as folder:
        _write_audio(release, names, recordings, folder, progress)
        origins = [clip.at(name) for clip, name in zip(release.clips, names, strict=True)]
        texts = LAYOUTS[layout].documents(release, names)
        for name, text in {**texts, ATTRIBUTION: attribution_table(origins), "LICENCES.md": _licences(release)}.items():
            write_text(folder / name, text)
        _record(release, recordings, layout, out)
    counts = Counter(clip.origin.split for clip in release.clips)
    return ExportReport(out, layout, {split: counts[split] for split in SPLITS if counts[split]}, release.left_out)


def _write_audio(
    release: Release, names: Sequence[str], recordings: Path, folder: Path, progress: Progress | None
) -> None:
    def write(pair: tuple[ReleasedClip, str]) -> None:
        clip, name = pair
        try:
            samples = load_audio(recordings, clip.audio_sha256)
        except CatalogError as error:
            remedy = f"{error.what}: build the data set again, or name its --recordings"
            raise DataError("audio of a clip of the data set is gone", clip.origin.clip, remedy) from None
        write_wav(folder / name, samples, release.sample_rate_hz)

    pairs = list(zip(release.clips, names, strict=True))
    with ThreadPoolExecutor(THREADS) as pool:
        for done, _ in enumerate(pool.map(write, pairs), 1):
            if progress and (done % _EVERY == 0 or done == len(pairs)):
                progress("export", done, len(pairs))


def _record(release: Release, recordings: Path, layout: str, out: Path) -> None:
    """Note in the catalogue where the copies lie, so that ``kws forget-speaker`` finds them."""
    if (recordings / "catalog.sqlite").exists():
        with Catalog(recordings) as catalog:
            ids = (clip.origin.clip for clip in release.clips)
            catalog.made.record_export(layout, out, ids, str(release.info["version"]))


def _licences(release: Release) -> str:
    """What the folder holds, and on whose terms."""
    counts = Counter((clip.origin.licence, clip.origin.consent, clip.origin.source) for clip in release.clips)
    rows = [
        f"| {licence} | {consent} | {source} | {count} | {CREDITS.get(source, '')} |"
        for (licence, consent, source), count in sorted(counts.items())
    ]
    table = "\n".join(["| licence | consent | source | clips | credit |", "|---|---|---|---|---|", *rows])
    return (
        f"# Licences\n\nClips of the data set `{release.info['config']}`, version `{release.info['version']}`. "
        f"`{ATTRIBUTION}` says it clip by clip; speakers are pseudonyms.\n\n{table}\n"
    )
