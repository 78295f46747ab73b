"""``croissant.json``: a data set described for machines, in Croissant 1.0 with the RAI vocabulary.

https://docs.mlcommons.org/croissant/docs/croissant-spec.html and .../croissant-rai-spec.html. The manifest is a
``FileObject`` with its hash, and its columns are the fields of the one record set. No date stands in it, so the
same data set gives the same file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kws_data.release.datasheet.blocks import Block, Section, Table
from kws_data.release.datasheet.sections import sections
from kws_data.run_folder import MANIFEST_FILE

_TYPES = {"samples": "sc:Integer", "synthetic": "sc:Boolean"}
_MEANINGS = {
    "clip_id": "id of the clip in the catalogue",
    "audio_sha256": "hash of the clip's 16-bit samples",
    "samples": "length of the clip in samples",
    "label": "what the model learns; (unlabelled) where nobody is told the word",
    "word": "what was said",
    "speaker": "pseudonym of who says it",
    "synthetic": "whether the speaker is a synthetic voice",
    "split": "train, validation or test; unlabelled where there is no label",
    "source": "where the clip comes from",
    "device": "what it was recorded through, empty when it is as it came",
    "licence": "terms of use",
    "consent": "what the speaker agreed to",
    "origin": "its name at the source",
    "session": "recording session",
    "attributes": "what else is known of it, in JSON",
}
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
#: RAI property -> section of the datasheet that answers it.
_RESPONSIBLE = {
    "rai:dataCollection": "Collection process",
    "rai:dataBiases": "Known gaps",
    "rai:dataAnnotationProtocol": "Labels and their checks",
    "rai:dataPreprocessingProtocol": "Preprocessing",
    "rai:dataManipulationProtocol": "Splits and the audit for leaks",
    "rai:dataUseCases": "Uses",
    "rai:dataLimitations": "What was left out, and why",
    "rai:personalSensitiveInformation": "Who speaks",
    "rai:dataReleaseMaintenancePlan": "Maintenance",
}


def croissant_text(
    folder: Path, info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], made: Sequence[Section]
) -> str:
    """Text of ``croissant.json`` for a data set whose manifest lies in ``folder``.

    Args:
        folder: of the data set.
        info: what ``dataset.json`` says.
        rows: of the manifest.
        made: the sections of its datasheet.

    Raises:
        OSError: the manifest cannot be read.
    """
    return json.dumps(_document(folder, info, rows, made), indent=1, ensure_ascii=False) + "\n"


def croissant(
    folder: Path, info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], secret: bytes = b""
) -> dict[str, Any]:
    """The JSON-LD document."""
    return _document(folder, info, rows, sections(info, rows, secret))


def _document(
    folder: Path, info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], made: Sequence[Section]
) -> dict[str, Any]:
    content = {section.title: section for section in made}
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": info["config"],
        "description": _plain(content["Motivation"]),
        "version": f"1.0.0+{_short(info['version'])}",
        "identifier": info["version"],
        "url": f"urn:sha256:{info['version'].removeprefix('sha256:')}",
        "citeAs": f"Data set {info['config']}, version {info['version']}, made with kws.",
        "license": _licences(rows),
        "creator": {"@type": "Organization", "name": info.get("release", {}).get("maintainer") or "unstated"},
        "isLiveDataset": False,
        "keywords": ["keyword spotting", *info["labels"][2:]],
        "distribution": [_manifest_file(folder)],
        "recordSet": [_records(rows)],
        **{name: _plain(content[title]) for name, title in _RESPONSIBLE.items()},
    }


def _short(version: str) -> str:
    return version.removeprefix("sha256:")[:12]


def _licences(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """SPDX addresses of licences that look like SPDX ids, the others as they are written."""
    names = sorted({row["licence"] or "unstated" for row in rows})
    return [f"https://spdx.org/licenses/{n}.html" if re.fullmatch(r"[A-Z][\w.-]*-[\d.]+", n) else n for n in names]


def _manifest_file(folder: Path) -> dict[str, Any]:
    content = (folder / MANIFEST_FILE).read_bytes()
    return {
        "@type": "cr:FileObject",
        "@id": MANIFEST_FILE,
        "name": MANIFEST_FILE,
        "description": "One row a clip.",
        "contentUrl": MANIFEST_FILE,
        "contentSize": f"{len(content)} B",
        "encodingFormat": "application/x-parquet",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _records(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "clips",
        "name": "clips",
        "description": "The clips, in the order of the features of their split.",
        "key": {"@id": "clips/clip_id"},
        "field": [_field(column) for column in (rows[0] if rows else _MEANINGS)],
    }


def _field(column: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"clips/{column}",
        "name": column,
        "description": _MEANINGS.get(column, column),
        "dataType": _TYPES.get(column, "sc:Text"),
        "source": {"fileObject": {"@id": MANIFEST_FILE}, "extract": {"column": column}},
    }


def _plain(section: Section) -> str:
    """A section as running text."""
    return " ".join(filter(None, map(_sentence, section.blocks)))


def _sentence(block: Block) -> str:
    if isinstance(block, Table):
        rows = (", ".join(f"{name} {cell}" for name, cell in zip(block.head, row, strict=True)) for row in block.rows)
        return "; ".join(rows) + "." if block.rows else ""
    return block if isinstance(block, str) else ""
