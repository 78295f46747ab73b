"""What the columns of a table mean: one name here for each, whatever name the tool wrote that made the table."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

#: Columns that are used, and other names for them that tools write.
COLUMNS = {
    "file": ("path", "filename", "file_name", "audio"),
    "label": ("word", "class", "keyword"),
    "speaker": ("speaker_id", "client_id"),
    "accent": (),
    "gender": ("sex",),
    "age": (),
    "licence": ("license",),
    "consent": (),
    "split": ("set", "subset"),
    "session": (),
    "device": ("device_model", "microphone"),
    "room": (),
    "distance": (),
    "transcript": ("sentence", "text"),
    "language": ("locale", "lang"),
}
#: Rarer names, which count where no column has one of the names above for the same thing.
RARER = {
    "file": (
        *("file_path", "filepath", "wav", "wav_file", "wav_filename", "wav_path", "audio_file", "audio_filename"),
        *("audio_path", "audio_filepath", "fname", "clip", "clip_path", "recording", "slice_file_name"),
    ),
    "label": ("label_name", "class_name", "classname", "category", "command", "tag"),
    "speaker": ("spk", "spk_id", "speakerid", "speaker_name", "user_id", "participant", "person"),
    "transcript": ("transcription", "utterance", "raw_transcript"),
    "split": ("partition", "fold_name"),
}

Names = Mapping[str, Sequence[str]]


def used_columns(columns: Sequence[str], names: Names = COLUMNS, rarer: Names = RARER) -> dict[str, str]:
    """Name that is used here for each column; empty for one that is not used.

    Args:
        columns: of a table, in lower case; blanks and signs between their words count as ``_``.
        names: what is used, each with other names for it.
        rarer: more such names, for what no column of the names above says.
    """
    used = {column: _standard(_plain(column), names) for column in columns}
    said = set(used.values())
    late = {column: _standard(_plain(column), rarer) for column in columns if not used[column]}
    return used | {column: standard for column, standard in late.items() if standard not in said}


def _plain(column: str) -> str:
    return re.sub(r"\W+", "_", column).strip("_")


def _standard(column: str, names: Names) -> str:
    """The name that is used here for a column; empty when it is not used."""
    return next((name for name, others in names.items() if column and (column == name or column in others)), "")


def standard_row(used: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Texts of a row by the names that are used here; of two columns for the same thing the first that says it."""
    row: dict[str, str] = {}
    for column, text in values.items():
        if (name := used[column]) and not row.get(name):
            row[name] = text
    return row


def lacking(name: str, columns: Sequence[str], names: Names = COLUMNS, rarer: Names = RARER) -> str:
    """What to do where no column has a meaning that is needed: which names would do, and which one is near."""
    others = [*names[name], *rarer.get(name, ())]
    near = [column for column in columns if difflib.get_close_matches(_plain(column), [name, *others], 1, 0.75)]
    if any(re.search(r"\.(wav|flac|mp3|ogg|opus|m4a)$", column) for column in columns):
        return "its first line is no header: put one above it that names the columns, such as file,label"
    hint = f"did you mean {near[0]}? " if near else ""
    if not near and not any(used_columns(columns, names, rarer).values()):
        hint = "if its first line is no header, put one above it, such as file,label,speaker; else "
    return f"{hint}call one of them {name} ({', '.join(others[:6])} do as well)"


def unused_note(table_name: str, used: Mapping[str, str], own: Sequence[str] = (), names: Names = COLUMNS) -> list[str]:
    """What to tell about columns that nothing is made of; one without a name (an index, as pandas writes it) is none.

    Args:
        table_name: for people.
        used: of :func:`used_columns`.
        own: columns that the caller uses by itself.
        names: what is used.
    """
    unknown = [column for column, standard in used.items() if column and not standard and column not in own]
    if not unknown:
        return []
    known = [*own, *(name for name in names if not own or name != "file")]
    free = [name for name in known if name not in used.values()]
    near = {column: difflib.get_close_matches(_plain(column), free, 1, 0.75) for column in unknown}
    named = [f"{column} (did you mean {near[column][0]}?)" if near[column] else column for column in unknown]
    return [f"{table_name}: columns that are not used: {', '.join(named)}; used are {', '.join(known)}"]
