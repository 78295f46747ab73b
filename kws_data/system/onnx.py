"""Models in ONNX files, run by onnxruntime on one core: the only door to a package that not everybody has.

What runs here is deterministic: one thread, CPU kernels. A model with random numbers in its graph is not; see
:mod:`kws_data.system.onnx_random`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import ConfigError, DataError, MissingPackagesError

RUNTIME = "onnxruntime"


def lacking(*modules: str) -> list[str]:
    """Those of these modules that are not installed; nothing is imported."""
    return [module for module in modules if not _is_there(module)]


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # a package above it is not there
        return False


def need(what: str, extra: str, *modules: str) -> None:
    """Raise MissingPackagesError, with the command that installs them, when modules are missing.

    Args:
        what: what cannot be had without them.
        extra: of ``pip install 'kws[…]'``.
        modules: names as they are imported.
    """
    missing = lacking(*modules)
    if missing:
        raise MissingPackagesError(f"{what} needs packages that are not installed", ", ".join(missing), install(extra))


def install(extra: str) -> str:
    """The command that installs an extra."""
    return f"pip install 'kws[{extra}]'"


def read_model(path: Path) -> bytes:
    """Raises ConfigError: there is no such file, or it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError("model cannot be read", str(path), error.strerror or str(error)) from None


class OnnxModel:
    """A model, loaded: arrays in by name, arrays out in the order of :attr:`outputs`.

    Args:
        model: a file, or its bytes.
        name: of the file, for messages.

    Raises:
        ConfigError: onnxruntime is not installed, or the file cannot be read or is no ONNX.
    """

    def __init__(self, model: Path | bytes, name: str = "") -> None:
        self.name = name or ("model" if isinstance(model, bytes) else str(model))
        if lacking(RUNTIME):
            raise ConfigError(f"{self.name} needs a package that is not installed", RUNTIME, f"pip install {RUNTIME}")
        import onnxruntime

        onnxruntime.set_default_logger_severity(4)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        data = model if isinstance(model, bytes) else read_model(model)
        try:
            self._session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has a class for each status, without a common one
            raise ConfigError("not an ONNX model that can be run", self.name, _first_line(error)) from None

    @property
    def inputs(self) -> dict[str, Sequence[Any]]:
        """Each input's shape; names stand for lengths that are free."""
        return {one.name: one.shape for one in self._session.get_inputs()}

    @property
    def outputs(self) -> dict[str, Sequence[Any]]:
        """Each output's shape."""
        return {one.name: one.shape for one in self._session.get_outputs()}

    def __call__(self, arrays: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Run it once.

        Raises:
            DataError: the arrays do not fit the model.
        """
        try:
            return [np.asarray(made) for made in self._session.run(None, dict(arrays))]
        except Exception as error:
            raise DataError("model cannot be run on this input", self.name, _first_line(error)) from None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
