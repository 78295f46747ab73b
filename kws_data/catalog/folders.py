"""How the catalogue names a folder of recordings, by what it is for."""

from __future__ import annotations

from pathlib import Path

SOURCE = "speech"


def folder_id(folder: Path | str) -> str:
    """How the catalogue names a folder: its absolute path."""
    return str(Path(folder).resolve())


def noise_folder_id(folder: Path | str) -> str:
    """How the catalogue names a folder of noise recordings."""
    return f"noise {folder_id(folder)}"


def room_folder_id(folder: Path | str) -> str:
    """How the catalogue names a folder of impulse responses."""
    return f"rooms {folder_id(folder)}"


def speech_folder_id(folder: Path | str) -> str:
    """How the catalogue names a folder of running speech."""
    return f"speech {folder_id(folder)}"
