"""The files of a package: the product's C in the framework's places, and the framework's own files filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from firmware_tools.firmware import FIRMWARE_DIR, INCLUDE_DIR, SOURCE_DIR
from firmware_tools.spotter.detector import FIRST_KEYWORD
from kws_data.bundle import ModelBundle
from kws_data.deploy.images import generated_sources
from kws_data.deploy.packages.figures import RunFigures, figures_table, licences_line
from kws_data.deploy.packages.maker import Maker

TEMPLATES = Path(__file__).parent / "files"
#: Apps that a package calls from the framework's own main, and their names there.
APPS = {"recorder.c": "kws_recorder.c", "spotter.c": "kws_spotter.c"}
#: Parts of the recorder and of the serial line, which only the apps need.
LINE = frozenset({"kws_adpcm", "kws_app", "kws_link", "kws_port", "kws_wire"})


@dataclass(frozen=True)
class Layout:
    """Where a framework wants what.

    Attributes:
        templates: folder of ``files`` with the framework's own files.
        sources: folder of the ``.c`` files, and of the generated headers.
        headers: folder of the headers.
        apps: with the apps that speak to the kws tool, and what they need.
    """

    templates: str
    sources: str = "src"
    headers: str = "include"
    apps: bool = True


def package_name(bundle: ModelBundle) -> str:
    """A name that all frameworks take: ``kws_`` and the configuration's, in small letters, digits and underscores."""
    return "kws_" + (re.sub(r"[^a-z0-9]+", "_", bundle.config.lower()).strip("_") or "model")


def package_files(bundle: ModelBundle, kind: str, layout: Layout, run: RunFigures, maker: Maker) -> dict[str, str]:
    """All files of a package, path below its folder to text.

    Raises:
        ModelError, FrontendError: the bundle's model cannot be generated as C.
    """
    values = _values(bundle, kind, run) | maker.values(bundle.bundle_hash)
    own = templates(layout.templates)
    for part in ("USE", "PROVEN"):  # of the common README; ESPHome has one of its own
        values[part] = filled(own.pop(f"{part}.md", ""), values)
    common = {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in ("README.md", "LICENSE")}
    own_files = {filled(path, values): filled(text, values) for path, text in (common | own).items()}
    return {**_sources(bundle, layout), **own_files}


def _sources(bundle: ModelBundle, layout: Layout) -> dict[str, str]:
    """The C that is the same in every framework: portable, generated, and the apps without a main."""
    headers = {f"{layout.headers}/{path.name}": path for path in sorted(INCLUDE_DIR.glob("*.h"))}
    sources = {f"{layout.sources}/{path.name}": path for path in sorted(SOURCE_DIR.glob("*.c"))}
    files = {name: path for name, path in (headers | sources).items() if layout.apps or path.stem not in LINE}
    texts = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    for name, text in generated_sources(bundle).items():
        texts[f"{layout.headers if name == 'kws_bundle.h' else layout.sources}/{name}"] = text
    setting = f"#define KWS_NO_MAIN 1\n#define KWS_SAMPLE_RATE_HZ {bundle.frontend.sample_rate_hz}u\n"
    for name, here in APPS.items() if layout.apps else ():
        text = (FIRMWARE_DIR / "apps" / name).read_text(encoding="utf-8")
        texts[f"{layout.sources}/{here}"] = setting + text
    return texts


def templates(folder: str) -> dict[str, str]:
    """A framework's own files, path to text."""
    root = TEMPLATES / folder
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files}


def _values(bundle: ModelBundle, kind: str, run: RunFigures) -> dict[str, str]:
    """What stands between ``@`` signs in the templates."""
    return {
        "NAME": package_name(bundle),
        "VERSION": _version(),
        "KIND": kind,
        "HASH": bundle.bundle_hash[:16],
        "RATE": str(bundle.frontend.sample_rate_hz),
        "MODEL_BYTES": f"{bundle.tflite_bytes}",
        "KEYWORDS": words(bundle),
        "KEYWORD_LIST": json.dumps(bundle.labels[FIRST_KEYWORD:], ensure_ascii=False),
        "FIRST_KEYWORD": str(FIRST_KEYWORD),
        "FIRST_WORD": words(bundle).split(", ")[0],
        "PY": ".py",  # in the name of a file, so that Python of a framework is not taken for ours
        "FIGURES": figures_table(bundle, run),
        "LICENCES": licences_line(run),
    }


def words(bundle: ModelBundle) -> str:
    """The keywords in one line that is safe between quotes, in YAML, JSON and properties."""
    plain = (re.sub(r"[^\w '-]+", " ", word).strip() for word in bundle.labels[FIRST_KEYWORD:])
    return ", ".join(word or "a word" for word in plain)


def _version() -> str:
    """Of kws, as its three numbers: frameworks refuse what is no semantic version."""
    try:
        numbers = re.match(r"\d+\.\d+\.\d+", version("kws"))
    except PackageNotFoundError:
        numbers = None
    return numbers[0] if numbers else "0.1.0"


def filled(text: str, values: Mapping[str, str]) -> str:
    """With each ``@NAME@`` that is known replaced; CMake has some of its own."""
    return re.sub(r"@([A-Z_]+)@", lambda found: values.get(found[1], found[0]), text)
