"""A YAML file to checked settings: overrides, and errors that name file, key and the nearest valid one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from pydantic import ValidationError

from firmware_tools.errors import FrontendError, KwsError
from firmware_tools.yaml_text import decoded, parse_yaml
from kws_data.config.complaints import complaint
from kws_data.config.config import Config
from kws_data.config.model import COMMON, shape_settings
from kws_data.config.renamed import renamed_keys, renamed_sections
from kws_data.config.with_negatives import names_negatives, taken_out
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
    try:
        if not path.is_file() and (found := _shipped_by(path)):
            path = found
        text = decoded(path.read_bytes())
    except FileNotFoundError:
        remedy = f"kws new NAME writes one; those that come with kws: {', '.join(shipped_configurations())}"
        raise ConfigError("configuration not found", str(path), remedy) from None
    except IsADirectoryError:
        raise ConfigError("configuration is a folder", str(path), "name the .yaml file") from None
    except (OSError, ValueError) as error:
        raise ConfigError("configuration cannot be read", str(path), reason(error)) from None
    return parse_config(text, path, overrides)


def reason(error: OSError | ValueError) -> str:
    """Why a file could not be read, without its name."""
    return getattr(error, "strerror", None) or str(error)


def shipped_configurations() -> dict[str, Path]:
    """The configurations that come with kws, by the name that stands for them in place of a file."""
    files = Path(str(resources.files("kws_configs"))).glob("*.yaml")
    return {path.stem: path for path in sorted(files)}


def run_command(config: Config) -> str:
    """The command that makes a run again: what comes with kws goes by its name, other settings are in a file."""
    return f"kws run {config.name}" + ("" if config.name in shipped_configurations() else ".yaml")


def _shipped_by(path: Path) -> Path | None:
    name = path.name.removesuffix(".yaml")
    return shipped_configurations().get(name) if path in (Path(name), Path("configs", f"{name}.yaml")) else None


def parse_config(text: str, path: Path, overrides: Iterable[str] = ()) -> Config:
    """The same of a text; ``path`` stands in messages, and names a configuration that has no name.

    Raises:
        ConfigError: as :func:`load_config`.
    """
    try:
        values = parse_yaml(text)
    except ValueError as error:
        raise ConfigError("configuration is not YAML that can be used", str(path), str(error)) from None
    if not isinstance(values, dict):
        raise ConfigError("configuration holds no settings", str(path), "start it with name: and keywords:")
    values.setdefault("name", path.stem)
    values = renamed_sections(values)
    listening = renamed_keys(taken_out(values, str(path)))
    told = renamed_keys(dict(map(_key_and_text, overrides)))
    changes = {key: _parsed(key, value) for key, value in told.items()}
    plain = _overridden(values, changes)
    if not listening:
        return _checked(plain, path)
    hears = _checked(_overridden(_overridden(values, listening), changes), path)  # wrong settings are told at once
    return hears if names_negatives(plain) else _checked(plain, path)


def _checked(values: dict[str, Any], path: Path) -> Config:
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise complaint(error, values, str(path)) from None
    except KwsError as error:
        raise ConfigError(f"{path}: {error.what}", error.value, error.remedy) from None


def _key_and_text(override: str) -> tuple[str, str]:
    """Both sides of ``key.subkey=value``."""
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ConfigError("override is not KEY=VALUE", override, "write --set data.folder=PATH")
    return key, text


def _parsed(key: str, text: str) -> Any:
    """The value of an override. Where a text is wanted it is taken as it was typed: 007, 2024-01-01, ``a #b``."""
    try:
        value = parse_yaml(text)
    except ValueError as error:
        if not _is_text(key):
            raise ConfigError(f"--set {key} cannot be used", text, str(error).removeprefix("line 1: ")) from None
        return text
    typed = value is None or (text.lstrip()[:1] in ("'", '"') and isinstance(value, str))
    return text.strip() if _is_text(key) and not typed else value


def _is_text(key: str) -> bool:
    """Whether a setting is any text."""
    kind: Any = Config
    for part in key.split("."):
        field = getattr(kind, "model_fields", {}).get(part)
        kind = field.annotation if field else None
    plain = [get_args(one)[0] if get_origin(one) is Annotated else one for one in (kind, *get_args(kind))]
    return str in plain and get_origin(kind) not in (list, tuple, dict)


def _overridden(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with some settings changed."""
    changed = deepcopy(dict(values))
    for key, value in changes.items():
        _override(changed, key, value)
    return changed


def _override(values: dict[str, Any], key: str, value: Any) -> None:
    node = values
    *parents, last = key.split(".")
    for parent in parents:
        child = node[parent] = {} if node.get(parent) is None else node[parent]
        if not isinstance(child, dict):
            raise ConfigError("override goes into a plain value", key, f"{parent} has no parts")
        node = child
    node[last] = value


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
        raise complaint(error, values, "settings") from None
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
