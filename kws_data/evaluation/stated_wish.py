"""``model/calibration.json``: what a run's thresholds are chosen for in place of its configuration's wish.

It keeps the wish, not the thresholds: a model that is made anew gets thresholds of its own for the same wish.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kws_data.config.config import Config
from kws_data.config.stream import StreamSettings
from kws_data.errors import DataError
from kws_data.evaluation.wishes import Wishes
from kws_data.run_folder import CALIBRATION_FILE, read_json

SCHEMA = 1


@dataclass(frozen=True)
class Stated:
    """What a person stated: the wish, a threshold for each keyword or not (None: as the configuration has it), and
    folders of negatives beside those of the data set."""

    wishes: Wishes
    per_keyword: bool | None = None
    negatives: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in calibration.json."""
        beside = {"per_keyword": self.per_keyword, "negatives": list(self.negatives)}
        return {"schema": SCHEMA, "wish": self.wishes.to_dict(), **beside}

    @classmethod
    def read(cls, model_dir: Path) -> Stated | None:
        """What a run is calibrated to; None where it is not.

        Raises:
            DataError, ConfigError: calibration.json is damaged.
        """
        path = model_dir / CALIBRATION_FILE
        if not path.is_file():
            return None
        values = read_json(path, "calibrate")
        try:
            known = values["schema"] == SCHEMA and values["per_keyword"] in (None, True, False)
            found = cls(Wishes.from_dict(values["wish"]), values["per_keyword"], tuple(map(str, values["negatives"])))
        except (KeyError, TypeError, AttributeError):
            known = False
        if not known:
            raise DataError("calibration is damaged", str(path), "remove it, or call kws calibrate --apply again")
        return found

    def settings(self, config: Config) -> StreamSettings:
        """The configuration's stream, with what is stated in its place."""
        rate, changes = self.wishes.false_accepts_per_hour, dict[str, Any]()
        changes |= {} if rate is None else {"false_accepts_per_hour": rate}
        changes |= {} if self.per_keyword is None else {"per_keyword": self.per_keyword}
        return config.stream.model_copy(update=changes)

    def overrides(self) -> list[str]:
        """``--set`` texts with which a run without calibration.json has the same thresholds; none where no setting says
        what is stated."""
        if self.wishes.floor or self.negatives:
            return []
        rate, fpr, own = self.wishes.false_accepts_per_hour, self.wishes.fpr, self.per_keyword
        said = [] if rate is None else [f"stream.false_accepts_per_hour={rate:g}"]
        said += [] if fpr is None else [f"threshold.max_fpr={fpr:g}"]
        return [*said, *([] if own is None else [f"stream.per_keyword={str(own).lower()}"])]


def calibrated_config(config: Config, model_dir: Path) -> Config:
    """The configuration with the wish that its run was calibrated to, for whoever measures against it."""
    stated = Stated.read(model_dir)
    return config if stated is None else config.model_copy(update={"stream": stated.settings(config)})
