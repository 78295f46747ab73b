"""Small folders in the layouts that kws imports, of tones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import soundfile
from made_folder import tone

from kws_data.audio import write_wav

HASHES = tuple(f"{number:08x}" * 16 for number in (11, 22, 33))  # as Common Voice hashes its speakers


def encode(path: Path, word: str, speaker: int, rate_hz: int, form: str, subtype: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, tone(word, speaker, samples=rate_hz), rate_hz, format=form, subtype=subtype)


def make_audiomnist(root: Path) -> Path:
    """Two speakers, two digits, two takes each."""
    for speaker in ("01", "12"):
        for digit in (0, 7):
            for take in range(2):
                encode(
                    root / "data" / speaker / f"{digit}_{speaker}_{take}.wav", str(digit), take, 48_000, "WAV", "PCM_16"
                )
    meta = {
        "01": {"accent": "German", "age": "30", "gender": "male", "native speaker": "no", "recordingroom": "Kino"},
        "12": {"accent": "Spanish", "age": 61, "gender": "female", "origin": "South America, Chile, Santiago"},
    }
    (root / "data" / "audioMNIST_meta.txt").write_text(json.dumps(meta))
    return root


CV_COLUMNS = ["client_id", "path", "sentence", "up_votes", "down_votes", "age", "gender", "accents", "variant"]
CV_COLUMNS += ["locale", "segment"]


def make_common_voice(root: Path) -> Path:
    """Three single words and two sentences, one of them with a quote that never closes; one clip is not there."""
    rows = [
        (
            HASHES[0],
            "common_voice_en_1.mp3",
            "Yes.",
            "2",
            "0",
            "twenties",
            "male_masculine",
            "Scottish English",
            "",
            "en",
            "",
        ),
        (HASHES[1], "common_voice_en_2.mp3", "no", "2", "0", "sixties", "female", "", "", "en", ""),
        (HASHES[1], "common_voice_en_3.mp3", "Hey Firefox", "2", "0", "", "", "", "", "en", "Single Word"),
        (
            HASHES[2],
            "common_voice_en_4.mp3",
            'He said "go away and never',
            "2",
            "0",
            "teens",
            "other",
            "",
            "",
            "en",
            "",
        ),
        (HASHES[2], "common_voice_en_5.mp3", "Sit down, please.", "2", "1", "", "", "", "", "en", ""),
        (HASHES[2], "common_voice_en_6.mp3", "gone", "2", "1", "", "", "", "", "en", ""),
    ]
    folder = root / "en"
    for number in range(1, 6):
        encode(folder / "clips" / f"common_voice_en_{number}.mp3", "yes", number, 32_000, "MP3", "MPEG_LAYER_III")

    def table(name: str, chosen: list[tuple[str, ...]]) -> None:
        (folder / name).write_text("\n".join("\t".join(row) for row in [tuple(CV_COLUMNS), *chosen]) + "\n")

    table("validated.tsv", rows)
    table("train.tsv", rows[:1])
    table("dev.tsv", rows[1:2])
    table("test.tsv", rows[3:4])
    return root


def make_mswc(root: Path) -> Path:
    """Four clips of two words, one marked as not valid, one without a speaker, one not there."""
    lines = ["SET,LINK,WORD,VALID,SPEAKER,GENDER"]
    for number, (split, word, valid, speaker, gender) in enumerate(
        [
            ("TRAIN", "yes", "True", HASHES[0], "MALE"),
            ("DEV", "yes", "True", HASHES[1], "FEMALE"),
            ("TEST", "no", "True", "NAN", "NAN"),
            ("TRAIN", "no", "False", HASHES[2], "OTHER"),
            ("TRAIN", "absent", "True", HASHES[2], "OTHER"),
        ]
    ):
        link = f"{word}/common_voice_en_{number}.opus"
        lines.append(f"{split},{link},{word},{valid},{speaker},{gender}")
        if word != "absent":
            encode(root / "en" / "clips" / link, word, number, 48_000, "OGG", "OPUS")
    (root / "en" / "en_splits.csv").write_text("\n".join(lines) + "\n")
    return root


def make_folder_with_table(root: Path) -> Path:
    """Three files in a table with a foreign column and a name that has no file; a fourth file is not listed."""
    for number in range(4):
        (root / "audio").mkdir(parents=True, exist_ok=True)
        write_wav(root / "audio" / f"{number}.wav", tone("yes", number), 16_000)
    (root / "metadata.csv").write_text(
        "file,label,speaker,accent,gender,age,license,consent,split,session,device,mood\n"
        "audio/0.wav,yes,Anna Berg,Scottish,f,34,CC BY 4.0,signed 2026-01,train,monday,phone,glad\n"
        'audio/1.wav,no,"Berg, Otto",,m,61,CC0,signed 2026-01,test,monday,phone,\n'
        "audio/2.wav,yes,,,,,,,dev,,,\n"
        "audio/9.wav,yes,Anna Berg,,,,,,,,,\n"
    )
    return root


def acquisition(values: list[int], rate_hz: int = 16_000) -> dict[str, object]:
    """A document in Edge Impulse's data acquisition format."""
    return {
        "protected": {"ver": "v1", "alg": "HS256", "iat": 1732182893},
        "signature": "00" * 32,
        "payload": {
            "device_type": "PHONE",
            "interval_ms": 1_000 / rate_hz,
            "sensors": [{"name": "audio", "units": "wav"}],
            "values": values,
        },
    }


def make_edge_impulse(root: Path) -> Path:
    """A labelled WAV, one with two labelled stretches, a JSON and a CBOR document, one unlabelled, one not there."""
    for name in ("training/yes.1.wav", "training/long.2.wav", "training/hidden.4.wav"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        write_wav(root / name, tone(name, 1, samples=32_000), 16_000)
    (root / "testing").mkdir()
    values = [int(value) for value in tone("no", 2)]
    (root / "testing" / "no.3.json").write_text(json.dumps(acquisition(values)))
    (root / "testing" / "no.5.cbor").write_bytes(to_cbor(acquisition(values[::2], 8_000)))
    stretches = [
        {"label": "yes", "startIndex": 0, "endIndex": 999},
        {"label": "no", "startIndex": 1_000, "endIndex": 1_999},
    ]
    files = [
        {
            "path": "training/yes.1.wav",
            "name": "yes.1",
            "category": "training",
            "label": {"type": "label", "label": "yes"},
            "metadata": {"speaker": "Anna", "license": "cc0", "gender": "f"},
        },
        {"path": "training/long.2.wav", "category": "training", "label": {"type": "multi-label", "labels": stretches}},
        {"path": "training/hidden.4.wav", "category": "training", "label": {"type": "unlabeled"}},
        {"path": "training/gone.wav", "category": "training", "label": {"type": "label", "label": "yes"}},
    ]
    (root / "info.labels").write_text(json.dumps({"version": 1, "files": files}))
    return root


def to_cbor(value: object) -> bytes:
    """Just enough CBOR for a document in the data acquisition format."""
    if isinstance(value, dict):
        return _head(5, len(value)) + b"".join(to_cbor(k) + to_cbor(v) for k, v in value.items())
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(to_cbor, value))
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, float):
        return b"\xfb" + np.array([value], ">f8").tobytes()
    assert isinstance(value, int)
    return _head(0, value) if value >= 0 else _head(1, -1 - value)


def _head(kind: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([kind << 5 | argument])
    size = next(size for size in (1, 2, 4, 8) if argument < 1 << (8 * size))
    return bytes([kind << 5 | 24 + size.bit_length() - 1]) + argument.to_bytes(size, "big")


def annotation(*words: str, stretches: tuple[tuple[float, float, str], ...] = (), cancelled: bool = False) -> object:
    result: list[object] = [{"type": "choices", "value": {"choices": [word]}} for word in words]
    result += [{"type": "labels", "value": {"start": s, "end": e, "labels": [word]}} for s, e, word in stretches]
    who = {"id": 3, "email": "ann@example.org"}
    return {"was_cancelled": cancelled, "completed_by": who, "result": result}


def make_label_studio(root: Path) -> Path:
    """Tasks: one voice, a majority, a tie, nobody, two stretches, a file that is not there, one that names none."""
    for name in "abcde":
        (root / "audio").mkdir(parents=True, exist_ok=True)
        write_wav(root / "audio" / f"{name}.wav", tone("yes", ord(name), samples=32_000), 16_000)
    stretches = ((0.1, 0.9, "yes"), (1.0, 1.9, "no"))
    tasks = [
        {"id": 1, "data": {"audio": "audio/a.wav", "speaker": "Anna"}, "annotations": [annotation("yes")]},
        {
            "id": 2,
            "data": {"audio": "/data/upload/1/9f3c1a2b-b.wav"},
            "annotations": [annotation("no"), annotation("yes"), annotation("no"), annotation("yes", cancelled=True)],
        },
        {
            "id": 3,
            "data": {"audio": "/data/local-files/?d=audio/c.wav"},
            "annotations": [annotation("no"), annotation("yes")],
        },
        {"id": 4, "data": {"audio": "audio/d.wav"}, "annotations": []},
        {"id": 5, "data": {"audio": "audio/e.wav"}, "annotations": [annotation("talk", stretches=stretches)]},
        {"id": 6, "data": {"audio": "audio/f.wav"}, "annotations": [annotation("yes")]},
        {"id": 7, "data": {"image": "audio/a.png"}, "annotations": [annotation("yes")]},
    ]
    (root / "export.json").write_text(json.dumps(tasks))
    return root
