"""Files that no page, table or list is written over: catalogues, configurations, recordings, models."""

from __future__ import annotations

from pathlib import Path

import click

from kws_data.errors import DataError

OUTPUTS = ("--out", "--page", "--plot", "--markdown")
_SQLITE = b"SQLite format 3\x00"
_KINDS = {
    **dict.fromkeys((".yaml", ".yml"), "a configuration"),
    **dict.fromkeys((".flac", ".wav", ".ogg", ".opus", ".mp3"), "a recording"),
    **dict.fromkeys((".tflite", ".keras"), "a model"),
}


def check_outputs(context: click.Context) -> None:
    """Refuse a call that names, as the file to be written, one that kws never writes there.

    Raises:
        DataError: it is a catalogue, a configuration, a recording or a model that exists.
    """
    for one in context.command.params:
        value = context.params.get(one.name or "")
        if isinstance(one.type, click.Path) and set(one.opts) & set(OUTPUTS) and value:
            kind = _kind(Path(value))
            if kind:
                raise DataError(f"{one.opts[0]} names {kind}, which would be lost", str(value), "name another file")


def _kind(path: Path) -> str:
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            if file.read(len(_SQLITE)) == _SQLITE or path.name.startswith("catalog.sqlite"):
                return "a catalogue"
    except OSError:
        return ""  # whoever writes there says what is wrong with it
    return _KINDS.get(path.suffix.lower(), "")
