"""A model and everything that must travel with it: front end, labels, threshold, and the hash of the data it saw.

``bundle.json`` lies beside ``model.tflite`` (the file that is flashed) and ``labels.txt``. Its hash goes into the
firmware image and comes back in the board's greeting, so that a board is never measured against another bundle.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from firmware_tools.atomic import write_bytes, write_text
from firmware_tools.errors import FrontendError, ModelError
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.errors import BundleError
from kws_data.scores import threshold_from_int8

SCHEMA = 1
Engine = Literal["windowed", "streaming"]
MODEL_FILE, BUNDLE_FILE, LABELS_FILE = "model.tflite", "bundle.json", "labels.txt"


@dataclass(frozen=True)
class ModelBundle:
    """What a firmware image and an evaluation need to know of a model.

    Attributes:
        config: name of the configuration.
        labels: ``_silence_``, ``_unknown_``, keywords.
        frontend: the front end whose features the model was trained on.
        clip_samples: samples of one clip.
        threshold_int8: operating threshold on int8 scores, frozen on validation data.
        stream_threshold_int8: the same for averaged scores in a stream; the higher of both holds there.
        stream: how a stream is decided on; where it has sums, they hold in a stream instead.
        engine: whether firmware keeps a window of frames and runs the model on it, or streams: keeps each layer's last
            columns and computes new ones as the frames come. The scores are the same.
        dataset_version: content hash of the data set.
        model_sha256: hash of ``model.tflite``.
        seed: of the run.
        tflite_bytes, arena_bytes, macs, parameters: measured on ``model.tflite``.
        train_settings: family, shape and training settings, for the record.
        tflite: the model itself; in the folder it is a file of its own.
    """

    config: str
    labels: tuple[str, ...]
    frontend: FrontendSpec
    clip_samples: int
    threshold_int8: int
    dataset_version: str
    model_sha256: str
    seed: int
    tflite_bytes: int
    arena_bytes: int
    macs: int
    parameters: int
    train_settings: Mapping[str, Any]
    tflite: bytes = field(repr=False, compare=False)
    stream_threshold_int8: int = field(default=-128, kw_only=True)
    stream: StreamSpec = field(default=StreamSpec(), kw_only=True)
    engine: Engine = field(default="windowed", kw_only=True)

    def __post_init__(self) -> None:
        if model_hash(self.tflite) != self.model_sha256:
            raise BundleError("model is not the one of its bundle", model_hash(self.tflite), "call kws export again")
        if self.stream.sums is not None and len(self.stream.sums) != len(self.labels):
            remedy = f"there are {len(self.labels)} labels: export it again: kws export"
            raise BundleError("bundle's thresholds on sums do not fit its labels", len(self.stream.sums), remedy)

    @property
    def threshold(self) -> float:
        """The threshold as a probability."""
        return threshold_from_int8(self.threshold_int8)

    @property
    def streaming_int8(self) -> int:
        """The int8 threshold that holds in a stream where ``stream`` has no sums."""
        return max(self.threshold_int8, self.stream_threshold_int8)

    @property
    def frames(self) -> int:
        """Feature frames of a clip."""
        return self.frontend.frames(self.clip_samples)

    @property
    def hop_s(self) -> float:
        """Seconds from one decision in a stream to the next."""
        return self.stream.stride_frames * self.frontend.hop_samples / self.frontend.sample_rate_hz

    @property
    def bundle_hash(self) -> str:
        """sha256 of everything in the bundle, the model's own hash included."""
        return hashlib.sha256(json.dumps(self._values(), sort_keys=True).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Plain values with the schema and the bundle's hash, as in ``bundle.json``."""
        return {
            "schema": SCHEMA,
            **self._values(),
            "threshold": self.threshold,
            "frontend_sha256": self.frontend.sha256(),
            "bundle_hash": self.bundle_hash,
        }

    def _values(self) -> dict[str, Any]:
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "tflite"}
        values["frontend"] = self.frontend.to_dict()
        del values["stream"]
        if self.engine == "windowed":  # as those say that know of no other
            del values["engine"]
        if self.stream != StreamSpec():  # bundles from before it was chosen keep their hash
            values["stream"] = self.stream.to_dict()
        return {**values, "labels": list(self.labels), "train_settings": dict(self.train_settings)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], tflite: bytes) -> ModelBundle:
        """Inverse of :meth:`to_dict`, with the model that the values describe.

        Raises:
            BundleError: another schema or model, a missing value, or values that do not match the hash.
        """
        if values.get("schema") != SCHEMA:
            raise BundleError("bundle has another schema", values.get("schema"), "export it again: kws export")
        try:
            chosen = {f.name: values[f.name] for f in fields(cls) if f.name not in ("tflite", "stream", "engine")}
            chosen["engine"] = known_engine(values.get("engine", "windowed"))
            chosen["stream"] = StreamSpec.from_dict(values["stream"]) if "stream" in values else StreamSpec()
            chosen["frontend"] = FrontendSpec.from_dict(chosen["frontend"])
            chosen["labels"] = tuple(str(label) for label in chosen["labels"])
            bundle = cls(**chosen, tflite=tflite)
            fits = bundle.bundle_hash == values["bundle_hash"]
        except ModelError as error:
            raise BundleError("bundle cannot be used", str(error), "export it again: kws export") from None
        except (KeyError, TypeError, ValueError, FrontendError) as error:
            raise BundleError("bundle is incomplete", str(error), "export it again: kws export") from None
        if not fits:
            raise BundleError("bundle was changed by hand", values["bundle_hash"], "export it again: kws export")
        return bundle

    def save(self, folder: Path | str) -> None:
        """Write ``model.tflite``, ``labels.txt`` and, last, ``bundle.json``; raises OSError."""
        folder = Path(folder)
        write_bytes(folder / MODEL_FILE, self.tflite)
        write_text(folder / LABELS_FILE, "".join(f"{label}\n" for label in self.labels))
        write_text(folder / BUNDLE_FILE, json.dumps(self.to_dict(), indent=1, sort_keys=True) + "\n")

    @classmethod
    def load(cls, folder: Path | str) -> ModelBundle:
        """Read a bundle and its model, and check that they belong together.

        Raises:
            BundleError: a file is missing or damaged, or the model is another one.
        """
        folder = Path(folder)
        _refuse_other_places(folder)
        try:
            values = json.loads((folder / BUNDLE_FILE).read_text(encoding="utf-8"))
            tflite = (folder / MODEL_FILE).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            remedy = "make it with kws export, or kws run CONFIG"
            raise BundleError("bundle is missing", str(error.filename), remedy) from None
        except (OSError, ValueError, RecursionError) as error:
            raise BundleError("bundle cannot be read", str(folder), str(error)) from None
        if not isinstance(values, dict):
            raise BundleError("bundle is damaged", str(folder / BUNDLE_FILE), "export it again: kws export")
        return cls.from_dict(values, tflite)


def _refuse_other_places(folder: Path) -> None:
    """A model file, or a run, given as the bundle."""
    if folder.is_file():
        what = f"a bundle is a folder with {BUNDLE_FILE} and {MODEL_FILE}, this is a file"
        raise BundleError(what, str(folder), "name the folder, as in runs/demo/model")
    if not (folder / BUNDLE_FILE).exists() and (folder / "model" / BUNDLE_FILE).is_file():
        raise BundleError("bundle is missing", str(folder / BUNDLE_FILE), f"it lies in {folder / 'model'}")


def known_engine(name: object) -> Engine:
    """The engine of a name; raises BundleError for another."""
    if name == "windowed" or name == "streaming":
        return name
    raise BundleError("bundle is for an engine that this kws does not have", name, "export it again: kws export")


def model_hash(tflite: bytes) -> str:
    """sha256 of a model file."""
    return hashlib.sha256(tflite).hexdigest()
