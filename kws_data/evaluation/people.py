"""Who is heard in a clip: the groups of clips that are not independent of each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from kws_data.dataset.manifest import read_columns
from kws_data.labels import BACKGROUND, SILENCE

#: What stands between the speaker and the number in a name of Speech Commands: ``<speaker>_nohash_<n>``.
NOHASH = "_nohash_"


def speakers_of(dataset_dir: Path | str, clip_ids: Sequence[str] | NDArray[np.str_]) -> list[str]:
    """The pseudonym of who says each clip; of silence and noise that of the recording that it was cut from.

    A clip whose speaker nobody told is a speaker of its own.

    Raises:
        DataError: the data set is not built, or damaged.
    """
    columns = read_columns(dataset_dir, "clip_id", "speaker")
    known = dict(zip(columns["clip_id"], columns["speaker"], strict=True))
    return [known.get(str(clip)) or f"clip {clip}" for clip in clip_ids]


def speakers_of_names(names: Sequence[str]) -> list[str] | None:
    """The speaker of each file of a folder in Speech Commands layout, by its name.

    A file of silence or noise is a speaker of its own. None where some file of a word does not tell its speaker.

    Args:
        names: paths below the folder, ``<word>/<speaker>_nohash_<n>.wav``.
    """
    found = []
    for name in names:
        path = PurePath(name)
        speaker, told, _ = path.stem.partition(NOHASH)
        if path.parent.name in (BACKGROUND, SILENCE):
            found.append(f"recording {name}")
        elif told and speaker:
            found.append(speaker)
        else:
            return None
    return found
