"""The table of checks: what each looks for, from what value on, and what is suggested then.

``set aside`` is for clips that teach or measure the wrong thing whatever the word; ``relabel`` for a clip whose word is
in doubt; ``look`` for what may be right; ``none`` for what is only told. How the limits were chosen:
``kws_data/docs/audit.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

from kws_data.catalog.changes import LOOK, NONE, RELABEL, SET_ASIDE

#: Family -> what its checks need, in the order in which their findings are told.
FAMILIES: dict[str, str] = {
    "readable": "the catalogue and its audio",
    "signal": "each clip's samples",
    "edges": "each clip's samples",
    "copies": "fingerprints",
    "stale": "the folders that were imported, and the data sets that were built",
    "outliers": "embeddings of the encoder, or levels of bands",
    "labels": "a classifier that has not seen the clip",
    "coverage": "what is known of the speakers",
}


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: the reason that its findings give.
        family: of :data:`FAMILIES`.
        means: what was found, in words.
        action: that is suggested.
        limit: from which value on.
        unit: of value and limit.
        why: what such a clip does to a model or to a figure.
    """

    name: str
    family: str
    means: str
    action: str
    limit: float | None
    unit: str
    why: str


_ALL = (
    Check("unreadable", "readable", "stored audio is missing, damaged or empty", SET_ASIDE, None, "", "it stops a run"),
    Check(
        "refused", "readable", "set aside when it was imported", NONE, None, "", "so that it is not taken for missing"
    ),
    Check(
        "wrong rate",
        "signal",
        "nothing lies above 4 kHz: recorded at 8 kHz",
        LOOK,
        0.8,
        "steps of 16 bits (RMS above 4.6 kHz)",
        "the missing band is learnt instead of the word",
    ),
    Check("faint", "signal", "a word 58 to 65 dB under full scale", LOOK, -58.0, "dB (RMS)", "few bits are left of it"),
    Check("silence", "signal", "holds no sound", SET_ASIDE, -58.0, "dB (RMS)", "teaches that silence is a word"),
    Check(
        "no speech",
        "signal",
        "nothing stands out of its noise",
        LOOK,
        None,
        "",
        "as silence, where the word is really missing",
    ),
    Check(
        "clipping",
        "signal",
        "its wave is flat at the top, at full scale or below it",
        SET_ASIDE,
        0.3,
        "%",
        "harmonics that the word does not have",
    ),
    Check("DC offset", "signal", "its mean is not zero", LOOK, 1.0, "% of full scale", "a fault of the microphone"),
    Check(
        "mains hum",
        "signal",
        "50 or 60 Hz and harmonics beside the speech",
        LOOK,
        20.0,
        "dB over its neighbours",
        "the hum of one room becomes the mark of its words",
    ),
    Check(
        "low SNR",
        "signal",
        "the word hardly stands out of the noise",
        LOOK,
        11.0,
        "dB",
        "people themselves may not hear it",
    ),
    Check(
        "truncated",
        "edges",
        "ends within its sound: shorter than it was, or zeros follow",
        SET_ASIDE,
        -30.0,
        "dB under its loudest",
        "half a word is another word",
    ),
    Check(
        "cut off",
        "edges",
        "sounds at full level at its first or last moment",
        SET_ASIDE,
        -12.0,
        "dB under its loudest",
        "half a word is another word",
    ),
    Check(
        "speech at an edge",
        "edges",
        "speech touches its first or last moment",
        LOOK,
        -20.0,
        "dB under its loudest",
        "its beginning or end may be missing",
    ),
    Check(
        "two words",
        "edges",
        "two utterances apart from each other",
        LOOK,
        -10.0,
        "dB, the second under the first",
        "which of them is the label?",
    ),
    Check("too short", "edges", "much shorter than the clips of the configuration", LOOK, 60, "%", "may be no word"),
    Check("no word", "edges", "too short for any word", SET_ASIDE, 0.25, "s", "nobody says a word in that"),
    Check("too long", "edges", "speech is longer than a clip of the configuration", LOOK, 100, "%", "it is cut"),
    Check(
        "exact copy",
        "copies",
        "the same samples as another clip of the same word",
        SET_ASIDE,
        None,
        "",
        "counts twice; in two splits it is a test that was trained on",
    ),
    Check(
        "near copy", "copies", "the same recording as another clip, changed", SET_ASIDE, None, "", "as an exact copy"
    ),
    Check(
        "copy with another word",
        "copies",
        "the same recording stands under two words",
        RELABEL,
        None,
        "",
        "one of them is wrong",
    ),
    Check(
        "copy of another person",
        "copies",
        "the same recording stands under two speakers",
        LOOK,
        None,
        "",
        "speakers are kept apart by name: this one is on both sides",
    ),
    Check(
        "copy across splits",
        "copies",
        "the same recording stands in two splits",
        LOOK,
        None,
        "",
        "a test that was trained on",
    ),
    Check(
        "outlier",
        "outliers",
        "unlike the other clips of its word",
        LOOK,
        2.0,
        "times the usual distance",
        "often another word, or none",
    ),
    Check(
        "label error",
        "labels",
        "a classifier that has not seen it is sure of another word",
        RELABEL,
        None,
        "confidence",
        "wrong labels cap the accuracy of any model",
    ),
    Check(
        "label doubt",
        "labels",
        "a classifier that has not seen it leans to another word",
        LOOK,
        None,
        "confidence",
        "as a label error",
    ),
    Check(
        "hurts",
        "labels",
        "other people's words are harder to tell with it as an example",
        LOOK,
        -1.0,
        "times the good that a usual clip does",
        "it costs accuracy, whatever is wrong with it",
    ),
    Check("file gone", "stale", "its file is no longer in the folder it came from", LOOK, None, "", "who took it out?"),
    Check("superseded", "stale", "a later recording of the same take is there", SET_ASIDE, None, "", "taken again"),
    Check("unused", "stale", "in none of the data sets on this disk", NONE, None, "", "costs room only"),
    Check("easy", "stale", "the run's model knows it for certain", NONE, None, "", "teaches that model nothing"),
    Check(
        "thin subgroup",
        "coverage",
        "a combination with far fewer speakers than expected",
        NONE,
        None,
        "speakers",
        "the model is worst on those it has not heard",
    ),
    Check(
        "thin word", "coverage", "a keyword that few people say", NONE, 5.0, "speakers", "nothing can be measured on it"
    ),
)

#: By name.
CHECKS: dict[str, Check] = {check.name: check for check in _ALL}


def limit(name: str) -> float:
    """The limit of a check that has one."""
    value = CHECKS[name].limit
    assert value is not None
    return value
