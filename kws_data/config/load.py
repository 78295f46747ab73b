"""A YAML file to checked settings: overrides, and errors that name file, key and the nearest valid one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from firmware_tools.errors import FrontendError, KwsError
from kws_data.config.config import Config
from kws_data.config.model import COMMON, shape_settings
from kws_data.config.renamed import renamed_keys, renamed_sections
from kws_data.errors import ConfigError


def load_config(path: str | Path, overrides: Iterable[str] = ()) -> Config:
    """Read, override and check a configuration.

    Args:
        path: YAML file; where there is none, one that comes with kws, by its name or as ``configs/<name>.yaml``.
        overrides: ``key.subkey=value`` strings, the value in YAML syntax.

    Raises:
        ConfigError: the file is missing or no YAML, a key is unknown, a value does not fit.
    """
    path = Path(path)
    if not path.is_file() and (found := _shipped_by(path)):
        path = found
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        remedy = f"kws new NAME writes one; those that come with kws: {', '.join(shipped_configurations())}"
        raise ConfigError("configuration not found", str(path), remedy) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("configuration cannot be read", str(path), str(error)) from None
    return parse_config(text, path, overrides)


def shipped_configurations() -> dict[str, Path]:
    """The configurations that come with kws, by the name that stands for them in place of a file."""
    files = Path(str(resources.files("kws_configs"))).glob("*.yaml")
    return {path.stem: path for path in sorted(files)}


def _shipped_by(path: Path) -> Path | None:
    name = path.name.removesuffix(".yaml")
    return shipped_configurations().get(name) if path in (Path(name), Path("configs", f"{name}.yaml")) else None


def parse_config(text: str, path: Path, overrides: Iterable[str] = ()) -> Config:
    """The same of a text; ``path`` stands in messages, and names a configuration that has no name.

    Raises:
        ConfigError: as :func:`load_config`.
    """
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: {getattr(error, 'problem', '')}" if mark else "check its syntax"
        raise ConfigError("configuration is not YAML", str(path), line) from None
    if not isinstance(values, dict):
        raise ConfigError("configuration holds no settings", str(path), "start it with name: and keywords:")
    values.setdefault("name", path.stem)
    values = renamed_sections(values)
    for key, value in renamed_keys(dict(_parsed(override) for override in overrides)).items():
        _apply_override(values, key, value)
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise _config_error(path, values, error) from None
    except KwsError as error:
        raise ConfigError(f"{path}: {error.what}", error.value, error.remedy) from None


def _parsed(override: str) -> tuple[str, Any]:
    """Key and value of ``key.subkey=value``."""
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ConfigError("override is not KEY=VALUE", override, "write --set data.folder=PATH")
    try:
        return key, yaml.safe_load(text)
    except yaml.YAMLError:
        return key, text


def _apply_override(values: dict[str, Any], key: str, value: Any) -> None:
    node = values
    *parents, last = key.split(".")
    for parent in parents:
        child = node.setdefault(parent, {})
        if not isinstance(child, dict):
            raise ConfigError("override goes into a plain value", key, f"{parent} has no parts")
        node = child
    node[last] = value


def _config_error(path: Path, values: Mapping[str, Any], error: ValidationError) -> ConfigError:
    first = error.errors()[0]
    location = [str(part) for part in first["loc"]]
    key = ".".join(location)
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        valid = _valid_keys(location[:-1])
        near = difflib.get_close_matches(location[-1], valid, n=1, cutoff=0.4)
        remedy = f"did you mean {near[0]}?" if near else f"valid keys here: {', '.join(valid)}"
        return ConfigError(f"{path}: unknown key", key, remedy)
    if first["type"] == "missing":
        return ConfigError(f"{path}: missing key", key, "add it")
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "string_type" and isinstance(first.get("input"), bool):
        message = "YAML reads yes, no, on and off as true and false: put the word in quotes"
    value = first.get("input")
    shown = value if isinstance(value, str | int | float | bool | list) else None
    if key and shown is not None:
        return ConfigError(f"{path}: {key} cannot be used", shown, message)
    return ConfigError(f"{path}: {key + ': ' if key else ''}{message}")


def _valid_keys(location: list[str]) -> list[str]:
    model: Any = Config
    for part in location:
        annotation = model.model_fields[part].annotation
        model = next((a for a in (annotation, *get_args(annotation)) if hasattr(a, "__mro__")), annotation)
        if not hasattr(model, "model_fields"):
            return sorted(getattr(model, "__dataclass_fields__", {}))
    return sorted(model.model_fields)


def with_settings(config: Config, settings: Mapping[str, Any]) -> Config:
    """The configuration with some settings changed: ``{"model.channels": 24, "frontend": {"coefficients": 20}}``.

    Raises:
        ConfigError: there is no such setting, or its value cannot be used.
    """
    values = config.model_dump(mode="json", exclude_unset=True)
    changes = renamed_keys(dict(_single(settings)))
    for key, value in changes.items():
        section, _, name = key.partition(".")
        values.setdefault(section, {})[name] = value
    if "model.family" in changes:
        values["model"] = _of_family(values["model"], changes)
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"setting {where} cannot be used", first.get("input"), first["msg"]) from None
    except FrontendError as error:
        raise ConfigError(error.what, error.value, error.remedy) from None


def _single(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each setting by itself, those of whole sections too."""
    for key, value in settings.items():
        if "." in key:
            yield key, value
        elif isinstance(value, Mapping):
            yield from ((f"{key}.{name}", one) for name, one in value.items())
        else:
            raise ConfigError("a whole section needs a mapping", key, f"write {key}: [{{...}}]")


def _of_family(model: dict[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The model's settings without those of the configuration's own family that the new one does not have."""
    known = COMMON | shape_settings(model["family"])
    return {key: value for key, value in model.items() if key in known or f"model.{key}" in settings}
