"""What each framework asks of a package, as lists of our own: where a tool is at hand it is often laxer."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from firmware_tools.spotter.wake_word import Cutoff
from firmware_tools.tflite.ring_model import LIMIT_BYTES
from firmware_tools.tflite.streaming_rules import check_streaming
from kws_data.errors import ModelError


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SEMVER = re.compile(r"\d+\.\d+\.\d+")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")  # RFC 3986, section 3, as far as arduino-lint looks
NAME = re.compile(r"[a-z][a-z0-9_]*")
COMMON = ("README.md", "LICENSE")
EXAMPLES = ("recorder", "spotter", "evaluate")
ARDUINO_KEYS = _words(
    "name version author maintainer sentence paragraph category url architectures includes dot_a_linkage"
)
ARDUINO_CATEGORIES = frozenset(
    {"Display", "Communication", "Signal Input/Output", "Sensors", "Device Control", "Timing", "Data Storage"}
    | {"Data Processing", "Other"}
)
ARDUINO_KEYWORDS = frozenset({"KEYWORD1", "KEYWORD2", "LITERAL1"})
PLATFORMIO_KEYS = _words(
    "name version description keywords authors homepage headers frameworks platforms build examples"
)
IDF_KEYS = _words("version description license maintainers url targets dependencies examples")
IDF_TARGETS = _words("esp32 esp32s2 esp32s3 esp32c2 esp32c3 esp32c5 esp32c6 esp32c61 esp32h2 esp32p4")
ZEPHYR_KEYS = _words("name build samples tests boards blobs security package-managers runners")
ESPHOME_NAMES = ("DEPENDENCIES", "CONFIG_SCHEMA", "FINAL_VALIDATE_SCHEMA", "to_code")
ESPHOME_KEYS = ("esphome", "esp32", "external_components", "i2s_audio", "microphone", "kws")
ESPHOME_EXAMPLES = ("esp32-s3-inmp441", "s3-box-3", "voice-pe")
WAKE_WORD_KEYS = _words("type wake_word author website model trained_languages version micro")
MICRO_KEYS = _words(
    "probability_cutoff feature_step_size sliding_window_size tensor_arena_size minimum_esphome_version"
)
ZEPHYR_BUILD_KEYS = _words("cmake kconfig cmake-ext kconfig-ext sysbuild-cmake depends settings")


def check_package(kind: str, folder: Path) -> list[str]:
    """What is wrong with a package as its framework sees it, a line each; empty when nothing is.

    Args:
        kind: a key of :data:`CHECKS`.
        folder: the package.
    """
    lines = [f"{name} is missing" for name in COMMON if not (folder / name).is_file()]
    lines += [f"{path.relative_to(folder)}: a name is not filled in" for path in _unfilled(folder)]
    try:
        return lines + list(CHECKS[kind](folder))
    except (OSError, SyntaxError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        return [*lines, f"cannot be read: {type(error).__name__} {error}"]


def _unfilled(folder: Path) -> Iterable[Path]:
    """Files in which the name of the package was forgotten."""
    return (p for p in sorted(folder.rglob("*")) if p.is_file() and (b"@NAME@" in p.read_bytes() or "@" in p.name))


def _keys(what: str, found: Iterable[str], known: frozenset[str], needed: Iterable[str]) -> list[str]:
    there = set(found)
    unknown = [f"{what}: unknown key {key}" for key in sorted(there - known)]
    return unknown + [f"{what}: {key} is missing" for key in needed if key not in there]


def _version(what: str, value: object) -> list[str]:
    return [] if isinstance(value, str) and SEMVER.fullmatch(value) else [f"{what}: version {value!r} is not x.y.z"]


def _missing(folder: Path, *names: str) -> list[str]:
    return [f"{name} is missing" for name in names if not (folder / name).is_file()]


def _arduino(folder: Path) -> list[str]:
    lines = (folder / "library.properties").read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if line)
    bad = _keys("library.properties", values, ARDUINO_KEYS, sorted(ARDUINO_KEYS - {"dot_a_linkage"}))
    bad += _version("library.properties", values.get("version"))
    if not URI.match(values.get("url", "")):
        bad.append(f"library.properties: url {values.get('url')!r} is no URI")
    if values.get("category") not in ARDUINO_CATEGORIES:
        bad.append(f"library.properties: Arduino has no category {values.get('category')!r}")
    bad += _missing(folder, f"src/{values.get('includes')}")
    bad += [f"{path.parent.name}/{path.name}: a sketch has its folder's name" for path in _misnamed(folder)]
    bad += _missing(folder, *(f"examples/{name.title()}/{name.title()}.ino" for name in EXAMPLES))
    return bad + _keyword_lines(folder / "keywords.txt")


def _misnamed(folder: Path) -> Iterable[Path]:
    return (path for path in folder.glob("examples/*/*.ino") if path.stem != path.parent.name)


def _keyword_lines(path: Path) -> list[str]:
    """Arduino's editor wants a tab, one tab, between a word and its kind."""
    parts = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line]
    bad = [words for words in parts if len(words) != 2 or words[1] not in ARDUINO_KEYWORDS]
    return [f"keywords.txt: {words} is not a word, a tab and a kind" for words in bad]


def _platformio(folder: Path) -> list[str]:
    manifest = json.loads((folder / "library.json").read_text(encoding="utf-8"))
    bad = _keys("library.json", manifest, PLATFORMIO_KEYS, ("name", "version", "description", "keywords", "authors"))
    bad += _version("library.json", manifest["version"])
    if len(str(manifest["name"])) > 50 or not NAME.fullmatch(str(manifest["name"])):
        bad.append(f"library.json: name {manifest['name']!r} cannot be used")
    for example in manifest["examples"]:
        bad += _missing(folder, *(f"{example['base']}/{file}" for file in example["files"]))
    return bad + _missing(folder, f"src/{manifest['headers']}")


def _esp_idf(folder: Path) -> list[str]:
    manifest = _yaml(folder / "idf_component.yml")
    bad = _keys("idf_component.yml", manifest, IDF_KEYS, ("version", "description", "license", "dependencies"))
    bad += _version("idf_component.yml", manifest["version"])
    bad += [f"idf_component.yml: no chip {chip}" for chip in manifest["targets"] if chip not in IDF_TARGETS]
    if "idf_component_register" not in (folder / "CMakeLists.txt").read_text(encoding="utf-8"):
        bad.append("CMakeLists.txt registers no component")
    paths = [example["path"] for example in manifest["examples"]]
    needed = ("CMakeLists.txt", "main/CMakeLists.txt", "main/main.c", "main/idf_component.yml")
    return bad + _missing(folder, *(f"{path}/{name}" for path in paths for name in needed), "include/kws_listener.h")


def _zephyr(folder: Path) -> list[str]:
    manifest = _yaml(folder / "zephyr/module.yml")
    build = manifest["build"]
    bad = _keys("module.yml", manifest, ZEPHYR_KEYS, ("name", "build"))
    bad += _keys("module.yml build", build, ZEPHYR_BUILD_KEYS, ("cmake", "kconfig"))
    bad += _missing(folder, f"{build['cmake']}/CMakeLists.txt", build["kconfig"])
    for sample in (f"{root}/{name}" for root in manifest["samples"] for name in EXAMPLES):
        bad += _missing(folder, *(f"{sample}/{name}" for name in ("CMakeLists.txt", "prj.conf", "src/main.c")))
        declared = _yaml(folder / sample / "sample.yaml")
        bad += _keys(f"{sample}/sample.yaml", declared, frozenset({"sample", "tests"}), ("sample", "tests"))
    return bad


def _cmake(folder: Path) -> list[str]:
    text = (folder / "CMakeLists.txt").read_text(encoding="utf-8")
    wanted = ("cmake_minimum_required", "project(", "add_library", "install(EXPORT", "configure_package_config_file")
    bad = [f"CMakeLists.txt has no {word}" for word in wanted if word not in text]
    examples = (f"examples/{name}/main.c" for name in EXAMPLES)
    return bad + _missing(folder, "cmake/Config.cmake.in", "include/kws_listener.h", *examples)


def _esphome(folder: Path) -> list[str]:
    component = ast.parse((folder / "components/kws/__init__.py").read_text(encoding="utf-8"))
    names = {node.name for node in component.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    for node in component.body:
        names |= {ast.unparse(target) for target in node.targets} if isinstance(node, ast.Assign) else set()
    bad = [f"components/kws/__init__.py has no {name}" for name in ESPHOME_NAMES if name not in names]
    for path in (folder / "examples" / f"{name}.yaml" for name in ESPHOME_EXAMPLES):
        keys = _yaml(path)
        bad += [f"examples/{path.name} has no {key}" for key in ESPHOME_KEYS if key not in keys]
    return bad + _missing(folder, *(f"components/kws/{name}" for name in ("kws.h", "kws.cpp", "kws_bundle.c")))


def _micro_wake_word(folder: Path) -> list[str]:
    (path,) = (path for path in folder.glob("*.json") if not path.name.startswith("kws-"))
    said = json.loads(path.read_text(encoding="utf-8"))
    bad = _keys(path.name, said, WAKE_WORD_KEYS, WAKE_WORD_KEYS - {"website"})
    bad += _keys(f"{path.name} micro", said["micro"], MICRO_KEYS, MICRO_KEYS)
    if bad:
        return bad
    if said["type"] != "micro" or said["version"] != 2:
        bad.append(f"{path.name} is no manifest of version 2")
    if said["wake_word"] == "vad":
        bad.append(f"{path.name}: ESPHome takes a wake word named vad for a voice detector")
    try:
        Cutoff(said["micro"]["probability_cutoff"], said["micro"]["sliding_window_size"])
        check_streaming((folder / said["model"]).read_bytes(), LIMIT_BYTES)
    except ModelError as error:
        bad.append(f"{said['model']}: {error}")
    models = _yaml(folder / "example.yaml")["micro_wake_word"]["models"]
    return bad + _missing(folder, *(model["model"] for model in models))


def _yaml(path: Path) -> Mapping[str, Any]:
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(values, dict):
        raise ValueError(f"{path.name} is no list of keys")
    return values


#: Kind of package -> its check.
CHECKS: Mapping[str, Callable[[Path], list[str]]] = {
    "arduino": _arduino,
    "platformio": _platformio,
    "esp-idf": _esp_idf,
    "zephyr": _zephyr,
    "cmake": _cmake,
    "esphome": _esphome,
    "micro_wake_word": _micro_wake_word,
}
