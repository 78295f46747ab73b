"""Takes of a recording session, written as a data folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from firmware_tools.atomic import write_text
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.file_names import folder_names, safe_name
from kws_data.sources.imports.attribution import FILE as ATTRIBUTION
from kws_data.sources.imports.attribution import Origin, attribution_table, read_attribution
from kws_data.sources.recording.sessions import SOURCE


def export_takes(catalog: Catalog, folder: Path, source: str = SOURCE) -> int:
    """Write all takes of a source that are not set aside as ``<word>/<speaker>_nohash_<n>.flac``; returns how many.

    ``ATTRIBUTION.csv`` keeps who said them (a pseudonym), on what terms and how, for whoever imports the folder.
    """
    from kws_data.audio import write_flac

    clips = catalog.clips(source=source)
    origins = read_attribution(folder)
    there = {origin.word: file.partition("/")[0] for file, origin in origins.items()}
    folders = folder_names((clip.word for clip in clips), there)
    names = [f"{folders[clip.word]}/{_file(clip)}" for clip in clips]
    moments = Counter(names)
    for clip, path in zip(clips, names, strict=True):
        several = moments[path] > 1  # boards that heard the same moment
        name = f"{path}{'-' + safe_name(clip.device) if several else ''}.flac"
        write_flac(folder / name, catalog.load(clip), 16_000)
        origins[name] = _origin(clip, name)
    if clips:
        write_text(folder / ATTRIBUTION, attribution_table(origins[name] for name in sorted(origins)))
    catalog.made.record_export(source, folder, [clip.id for clip in clips])
    return len(clips)


def _file(clip: Clip) -> str:
    return f"{clip.speaker}_nohash_{clip.origin.rsplit('/', 1)[-1]}"


def _origin(clip: Clip, file: str) -> Origin:
    return Origin(
        file=file,
        clip=clip.id,
        word=clip.word,
        label=clip.word,
        split="",
        speaker=clip.speaker,
        synthetic="yes" if clip.synthetic else "no",
        session=clip.session,
        licence=clip.licence,
        consent=clip.consent,
        source=clip.source,
        attributes=clip.attributes,
    )
