"""What kind of noise a recording is, by the tables of those who recorded it or by what made it."""

from __future__ import annotations

from kws_data.catalog.clips import Clip
from kws_data.catalog.negative_clips import KINDS
from kws_data.labels import kind_name


def kind_of_noise(clip: Clip) -> str:
    """What kind of noise a recording is (``rain``, ``clock``); empty where nobody tells."""
    return str(clip.attributes.get("noise_kind", "")) or _of_noise_folder(clip) or made_kind(clip.origin)


def _of_noise_folder(clip: Clip) -> str:
    """The column ``kind`` of a table in ``data.noise_folder``, where it names more than noise or music."""
    named = kind_name(str(clip.attributes.get("kind", "")))
    return "" if named in KINDS else named


def made_kind(origin: str) -> str:
    """The kind of a sound that was made, by its origin ``generated/<kind>/<seed>/<rate>``."""
    parts = origin.split("/")
    return parts[1] if parts[0] == "generated" and len(parts) == 4 else ""
