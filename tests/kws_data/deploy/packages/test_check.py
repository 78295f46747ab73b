"""Each thing that a framework asks is looked for: taken away or spoilt, it is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from packages import written

from kws_data.deploy.packages.check import check_package
from kws_data.deploy.packages.write import KINDS


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: written(kind, tmp_path_factory.mktemp("whole") / kind) for kind in KINDS}


@pytest.mark.parametrize(
    ("kind", "file", "old", "new", "named"),
    [
        ("arduino", "library.properties", "version=", "version=v", "version"),
        ("arduino", "library.properties", "maintainer=unstated\n", "", "maintainer is missing"),
        ("arduino", "library.properties", "sentence=", "sentance=", "unknown key sentance"),
        ("arduino", "library.properties", "Signal Input/Output", "Speech", "category"),
        ("arduino", "library.properties", "url=urn:sha256:", "url=", "is no URI"),
        ("arduino", "keywords.txt", "\t", "    ", "a tab and a kind"),
        ("arduino", "LICENSE", None, None, "LICENSE is missing"),
        ("arduino", "src/kws_tiny.h", None, None, "src/kws_tiny.h is missing"),
        ("arduino", "examples/Recorder/Recorder.ino", None, None, "Recorder.ino is missing"),
        ("arduino", "examples/Recorder/Recorder.ino", "kws_tiny", "@NAME@", "not filled in"),
        ("platformio", "library.json", '"version": "', '"version": "x', "version"),
        ("platformio", "library.json", '"name"', '"license": "Apache-2.0", "name"', "unknown key license"),
        ("platformio", "library.json", "{", "", "cannot be read"),
        ("platformio", "library.json", "Spotter.ino", "Other.ino", "Other.ino is missing"),
        ("esp-idf", "idf_component.yml", "esp32c3", "esp99", "no chip esp99"),
        ("esp-idf", "idf_component.yml", "description:", "descr:", "unknown key descr"),
        ("esp-idf", "idf_component.yml", "examples/spotter", "examples/other", "examples/other/main/main.c is missing"),
        ("esp-idf", "CMakeLists.txt", "idf_component_register", "add_library", "registers no component"),
        ("esp-idf", "examples/recorder/main/main.c", None, None, "main.c is missing"),
        ("zephyr", "zephyr/module.yml", "kconfig:", "kconfg:", "cannot be read"),
        ("zephyr", "zephyr/module.yml", "name:", "nam:", "unknown key nam"),
        ("zephyr", "zephyr/module.yml", "build:\n", "build:\n  cmaek: x\n", "unknown key cmaek"),
        ("zephyr", "zephyr/Kconfig", None, None, "zephyr/Kconfig is missing"),
        ("zephyr", "samples/recorder/prj.conf", None, None, "prj.conf is missing"),
        ("cmake", "CMakeLists.txt", "install(EXPORT", "install(TARGETS", "install(EXPORT"),
        ("cmake", "cmake/Config.cmake.in", None, None, "Config.cmake.in is missing"),
        ("esphome", "components/kws/__init__.py", "CONFIG_SCHEMA =", "SCHEMA =", "has no CONFIG_SCHEMA"),
        ("esphome", "components/kws/__init__.py", "async def to_code", "async def to_cod", "has no to_code"),
        ("esphome", "components/kws/__init__.py", "{", "", "cannot be read"),
        ("esphome", "components/kws/kws.cpp", None, None, "kws.cpp is missing"),
        ("esphome", "examples/s3-box-3.yaml", "external_components:", "components:", "has no external_components"),
        ("esphome", "examples/voice-pe.yaml", None, None, "cannot be read"),
    ],
)
def test_a_fault_is_named(
    kind: str, file: str, old: str | None, new: str | None, named: str, whole: dict[str, Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(whole[kind], tmp_path / kind))
    if old is None or new is None:
        (folder / file).unlink()
    else:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))
    assert check_package(kind, whole[kind]) == []
    assert any(named in line for line in check_package(kind, folder)), check_package(kind, folder)
