"""Which families there are, and how a user's own one is found.

A family is a function ``(settings, input_shape, labels) -> keras.Model``. Those of this package stand in
:data:`FAMILIES`; any other is named by its place: ``model.family: my_family.py:build`` (a file below the working
directory, or with its full path) or ``my_package.module:build`` (installed). Its own shape settings come in
``model.options``.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kws_data.config.model import check_settings, is_place, shape_settings
from kws_data.errors import ConfigError
from kws_data.models.bc_resnet import bc_resnet
from kws_data.models.ds_cnn import ds_cnn
from kws_data.models.mel_resnet import mel_resnet
from kws_data.models.one_score import with_one_score
from kws_data.models.temporal_dscnn import temporal_dscnn
from kws_data.models.tenet import tenet
from kws_data.models.tiny_conv import tiny_conv

if TYPE_CHECKING:
    import keras

    from kws_data.config.model import ModelSettings
    from kws_data.models.mel_axis import MelAxis

Shape = tuple[int, int, int]
Builder = Callable[..., "keras.Model"]


@dataclass(frozen=True)
class Family:
    """A family of models.

    Attributes:
        name: as in ``model.family``.
        build: makes a freshly initialised model.
        on_bands: whether ``build`` is told the way from features to mel bands as well.
    """

    name: str
    build: Builder
    on_bands: bool = False

    def __call__(
        self, settings: ModelSettings, input_shape: Shape, labels: int, axis: MelAxis | None = None
    ) -> keras.Model:
        if self.on_bands:
            return self.build(settings, input_shape, labels, axis)
        return self.build(settings, input_shape, labels)


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family("temporal_dscnn", temporal_dscnn),
        Family("tenet", tenet),
        Family("ds_cnn", ds_cnn),
        Family("bc_resnet", bc_resnet),
        Family("tiny_conv", tiny_conv),
        Family("mel_resnet", mel_resnet, on_bands=True),
    )
}


def build_model(settings: ModelSettings, input_shape: Shape, labels: int, axis: MelAxis | None = None) -> keras.Model:
    """A freshly initialised model of the family that the settings name.

    Args:
        settings: family and shape.
        input_shape: (frames, 1, features).
        labels: number of outputs.
        axis: the way from features to mel bands; without it features are taken for bands where that matters.

    Raises:
        ConfigError: there is no such family, it lacks a setting, or makes another model than it must.
    """
    check_settings(settings)
    family = find_family(settings.family)
    model = family(settings, input_shape, labels, axis)
    if family.name not in FAMILIES:
        _check_model(model, family.name, input_shape, labels)
    return with_one_score(model) if settings.one_score else model


def find_family(name: str) -> Family:
    """The family of that name, or of that place; raises ConfigError when there is none."""
    if is_place(name):
        return Family(name, _load(name))
    shape_settings(name)  # raises with the nearest name
    return FAMILIES[name]


def family_files(name: str) -> tuple[Path, ...]:
    """The user's file that a family stands in, when it is one; its content shapes what is trained."""
    place = name.rpartition(":")[0]
    return (Path(place),) if place.endswith(".py") else ()


def _load(name: str) -> Builder:
    place, _, function = name.rpartition(":")
    try:
        module = _module_of_file(Path(place)) if place.endswith(".py") else importlib.import_module(place)
        found: Any = getattr(module, function)
    except (ImportError, OSError, SyntaxError, AttributeError, SystemExit) as error:
        remedy = f"{error}; write path/to/file.py:function or package.module:function"
        raise ConfigError("model.family cannot be loaded", name, remedy) from None
    if not callable(found):
        raise ConfigError("model.family is no function", name, "define it as (settings, input_shape, labels) -> Model")
    builder: Builder = found
    return builder


def _module_of_file(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"kws_family_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _check_model(model: Any, name: str, input_shape: Shape, labels: int) -> None:
    """What a user's family makes must have the ends that training and export rely on."""
    given = tuple(getattr(model, "input_shape", ())[1:])
    made = tuple(getattr(model, "output_shape", ())[1:])
    if given != tuple(input_shape) or made != (labels,):
        shown = f"{list(given)} -> {list(made)}"
        raise ConfigError(f"{name} makes a model {shown}; needed", f"{list(input_shape)} -> [{labels}]")
    if "logits" not in [layer.name for layer in model.layers]:
        raise ConfigError(f"{name} makes a model without a layer named", "logits", "end it with kws_data.models.layers")
