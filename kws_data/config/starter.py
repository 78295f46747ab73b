"""The configuration that ``kws new`` writes: what a beginner touches, each setting with its reason and its default.

Reasons and defaults are those of the settings themselves. The values are those of the demo, which is known to work, and
what makes detectors better where an extra is installed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

import yaml

from kws_data.config.base import Settings
from kws_data.config.config import Config
from kws_data.config.load import load_config
from kws_data.labels import likeness

#: Settings that are written, in this order.
SETTINGS = (
    "data.source",
    "data.folder",
    "data.layout",
    "data.synth.speakers",
    "data.synth.takes",
    "data.synth.other_words",
    "data.synth.running_speech_s",
    "data.synth.more",
    "data.negatives",
    "data.unlabelled",
    "data.record_test_clips",
    "data.record_train_clips",
    "split.test_share",
    "split.validation_share",
    "augment.copies",
    "augment.negative_copies",
    "augment.speech_share",
    "augment.noise_probability",
    "augment.tempo_probability",
    "augment.pitch_probability",
    "augment.formant_probability",
    "augment.formants",
    "augment.eq_probability",
    "model.channels",
    "model.blocks",
    "model.kernel",
    "model.padding",
    "model.stride",
    "model.first_kernel",
    "model.pointwise_bits",
    "train.epochs",
    "train.learning_rate",
    "train.ema",
    "train.label_smoothing",
    "train.negatives.share",
    "train.negatives.rounds",
    "train.teacher.kind",
    "train.teacher.optional",
    "train.teacher.entropy",
    "train.teacher.hears",
    "stream.false_accepts_per_hour",
    "stream.stride_frames",
    "threshold.max_fpr",
    "threshold.max_false_accepts_per_hour",
    "budget.model_bytes",
    "budget.arena_bytes",
    "budget.latency_ms",
    "device.board",
    "device.port",
)
#: Targets that are written, commented out, with a value that a good detector of a few words reaches.
TARGETS: dict[str, Any] = {
    "tpr_min": 0.9,
    "fpr_max": 0.02,
    "per_keyword_tpr_min": 0.85,
    "worst_slice_tpr_min": 0.75,
    "false_accepts_per_hour_max": 1.0,
    "frr_max": 0.2,
    "response_ms_max": 500.0,
    "agreement_min": 1.0,
    "by": "interval",
}
DEMO = "demo"
#: What the demo does without, because it runs on any machine: neural voices and the encoder, where they are installed.
EXTRAS: dict[str, Any] = {
    "data.synth.more": [
        {"speakers": 32, "optional": True, "engine": {"kind": "piper"}},
        {"speakers": 24, "optional": True, "engine": {"kind": "hibari"}},
    ],
    "train.teacher.kind": "encoder",
    "train.teacher.optional": True,
    "train.teacher.entropy": 0.45,
    "train.teacher.hears": 2,
}


def starter(name: str, keywords: Sequence[str], *, folder: str | None, board: str, microphone: bool) -> str:
    """A commented configuration, as YAML.

    Args:
        folder: recordings in Speech Commands layout; synthetic people when None.
        microphone: whether sound can be played into the board's microphone, as into the emulated one's.
    """
    demo = load_config(DEMO)
    values = {key: _value(demo, key) for key in SETTINGS} | EXTRAS
    like = {likeness(keyword) for keyword in keywords}
    others = [word for word in values["data.synth.other_words"] if likeness(word) not in like]
    values |= {"data.synth.other_words": others, "device.board": board}
    if not all(map(_latin, keywords)):
        values["data.synth.more"] = []  # their networks read no other letters
    if folder is not None:
        values = {key: value for key, value in values.items() if not key.startswith("data.synth.")}
        values |= {"data.source": "folder", "data.folder": folder, "data.record_train_clips": 0}
    if not microphone:
        values |= {"data.record_test_clips": 0, "data.record_train_clips": 0}
    return "\n".join([*_head(name, keywords), *_lines(values), *_targets()]) + "\n"


def _latin(word: str) -> bool:
    return all(unicodedata.name(sign, "").startswith("LATIN") for sign in word if sign.isalpha())


def _head(name: str, keywords: Sequence[str]) -> Iterator[str]:
    yield "# Above each setting stands what it is for, and the value that it has when it is left out."
    yield "# There are more: kws run names the nearest one when a key is unknown. For one run: --set train.epochs=20"
    yield _pair("name", name)
    yield "# what is heard; put words in quotes that YAML reads as true or false: yes, no, on, off"
    yield _pair("keywords", list(keywords))


def _lines(values: dict[str, Any]) -> Iterator[str]:
    """Sections with their settings, each below a comment."""
    before: list[str] = []
    for key, value in values.items():
        *sections, last = key.split(".")
        for depth, section in enumerate(sections):
            if sections[: depth + 1] != before[: depth + 1]:
                yield from _section(sections[: depth + 1], section)
        before = sections
        indent = "  " * len(sections)
        allowed = f"{', '.join(choices(key))}; " if choices(key) else ""
        yield f"{indent}# {description(key)} ({allowed}default {_plain(default(key))})"
        yield indent + _pair(last, value)


def _targets() -> Iterator[str]:
    """Targets, each commented out: nobody knows beforehand what a detector of new words can reach."""
    yield ""
    yield f"# {summary('targets')}"
    yield "# Take the # away in front of targets: and of each line that is wished for."
    yield "# targets:"
    for name, value in TARGETS.items():
        key = f"targets.{name}"
        allowed = f" ({', '.join(choices(key))})" if choices(key) else ""
        yield f"#   # {description(key)}{allowed}"
        yield f"#   {_pair(name, value)}"


def _section(path: list[str], name: str) -> Iterator[str]:
    indent = "  " * (len(path) - 1)
    if not indent:
        yield ""
    yield f"{indent}# {summary('.'.join(path))}"
    yield f"{indent}{name}:"


def summary(section: str) -> str:
    """What a section is for, as its model says."""
    return (_settings_of(section.split(".")).__doc__ or "").splitlines()[0].replace("``", "")


def description(key: str) -> str:
    """What a setting is for, as its model says; raises KeyError for a section or setting that there is not."""
    *sections, last = key.split(".")
    return _settings_of(sections).model_fields[last].description or ""


def default(key: str) -> Any:
    """What a setting is when it is left out."""
    *sections, last = key.split(".")
    return _settings_of(sections).model_fields[last].get_default(call_default_factory=True)


def choices(key: str) -> tuple[str, ...]:
    """What a setting may be, where it is one of a few; empty where it is any number or free text."""
    *sections, last = key.split(".")
    annotation = _settings_of(sections).model_fields[last].annotation
    return tuple(map(str, get_args(annotation))) if get_origin(annotation) is Literal else ()


def _settings_of(sections: Iterable[str]) -> type[Settings]:
    found: Any = Config
    for section in sections:
        found = found.model_fields[section].annotation
    kind: type[Settings] = found
    return kind


def _value(config: Config, key: str) -> Any:
    found: Any = config
    for part in key.split("."):
        found = getattr(found, part)
    return found


def _pair(key: str, value: Any) -> str:
    return f"{key}: {_plain(value)}"


def _plain(value: Any) -> str:
    """A value in one line of YAML, in quotes where it would be read as something else."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return text.removesuffix("...\n").strip()
