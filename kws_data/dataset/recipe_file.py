"""``recipe.json`` of a data set: what shaped the sound of its copies, so that they can be made again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_text
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.features.recipe import Recipe
from kws_data.features.store import FOLDER
from kws_data.run_folder import read_json

RECIPE_FILE = "recipe.json"


def write_recipe(folder: Path, recipe: Recipe) -> None:
    """Note what the configuration does not say: which sounds there were."""
    names = ("seed", "noises", "rooms", "voices", "copied")
    sounds: dict[str, Any] = {name: getattr(recipe, name) for name in names}
    write_text(folder / RECIPE_FILE, json.dumps(sounds, indent=1, sort_keys=True) + "\n")


def read_recipe(folder: Path, config: Config) -> Recipe:
    """The recipe of a data set that was built of this configuration, with audio and feature store of its recordings.

    Its seed is that of the build: further seeds of a training learn from the same copies.

    Raises:
        DataError: it is missing or damaged.
    """
    noted = read_json(folder / RECIPE_FILE, "build")
    recordings = Path(config.data.recordings).resolve()
    try:
        seed = int(noted["seed"])
        noises = tuple((str(audio), int(start), int(end)) for audio, start, end in noted["noises"])
        rooms, voices, copied = (tuple(map(str, noted[name])) for name in ("rooms", "voices", "copied"))
    except (KeyError, TypeError, ValueError):
        raise DataError("a result is damaged", str(folder / RECIPE_FILE), "call kws build again") from None
    return Recipe(
        audio_at=str(recordings),
        store_at=str(recordings / FOLDER),
        frontends=(config.frontend,),
        augment=config.augment,
        seed=seed,
        clip_samples=config.clip_samples,
        noises=noises,
        rooms=rooms,
        voices=voices,
        copied=copied,
    )
