"""A process that speaks: ``python -m kws_data.sources.synth.espeak_process``, requests in, samples out.

espeak-ng carries state from one utterance to the next, so the same word would sound a little different
depending on what was said before it. Here each utterance is spoken by a fresh copy (fork) of a process in which
espeak-ng has just been set up, so it depends on nothing but the request. Loads no numpy, to be quick to copy.

Requests are lines of JSON: voice, text, pitch, rate, range, seed; or voice and words, to hear how they are pronounced.
Each answer (:mod:`kws_data.sources.synth.speaking_process`) holds 16-bit samples at :data:`RATE_HZ`, or a JSON list of
pronunciations, or an error.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from kws_data.sources.synth.speaking_process import payload, refusal

RATE_HZ = 22_050
UTTERANCE_SECONDS = 30
SEPARATOR = "_"  # between the phonemes of a pronunciation

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples go to the callback within espeak_Synth; no thread is started
_NO_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT: report a missing data folder instead of ending the process
_UTF8 = 1
_IPA_WITH_SEPARATORS = 0x02 | ord(SEPARATOR) << 8
_PARAMETERS = {"rate": 1, "pitch": 3, "range": 4}  # espeak_PARAMETER
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def load_espeak() -> Any:
    """The library, set up.

    Raises:
        RuntimeError: it has no data, or another sample rate.
        OSError: it cannot be loaded.
    """
    import espeakng_loader

    library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, os.fsencode(espeakng_loader.get_data_path()), _NO_EXIT)
    if rate != RATE_HZ:
        raise RuntimeError(f"espeak-ng cannot be set up (rate {rate})")
    return library


def speak(library: Any, request: dict[str, Any]) -> bytes:
    """Samples of one utterance; to be called once in a process.

    Raises:
        RuntimeError: no such voice, or nothing was said.
    """
    pieces: list[bytes] = []

    def take(samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            pieces.append(ctypes.string_at(samples, 2 * count))
        return 0

    callback = _CALLBACK(take)
    library.espeak_SetSynthCallback(callback)
    library.espeak_ng_SetRandSeed(ctypes.c_long(request["seed"]))
    _set_voice(library, request["voice"])
    for name, number in _PARAMETERS.items():
        library.espeak_SetParameter(number, int(request[name]), 0)
    text = request["text"].encode() + b"\0"
    library.espeak_Synth(text, ctypes.c_size_t(len(text)), 0, 1, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    if not pieces:
        raise RuntimeError(f"espeak-ng says nothing for {request['text']}")
    return b"".join(pieces)


def pronounce(library: Any, request: dict[str, Any]) -> list[str]:
    """IPA of each word as the voice says it, phonemes parted by :data:`SEPARATOR`, words and clauses by spaces.

    Raises:
        RuntimeError: no such voice.
    """
    _set_voice(library, request["voice"])
    return [_ipa(library, word) for word in request["words"]]


def _ipa(library: Any, text: str) -> str:
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    buffer = ctypes.create_string_buffer(text.encode())
    rest = ctypes.c_void_p(ctypes.addressof(buffer))
    clauses: list[str] = []
    while rest.value:
        clauses.append(library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA_WITH_SEPARATORS).decode())
    return " ".join(clause.strip() for clause in clauses if clause.strip())


def _set_voice(library: Any, voice: str) -> None:
    if not _has_variant(voice) or library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise RuntimeError(f"espeak-ng has no voice {voice}")


def _has_variant(voice: str) -> bool:
    """espeak-ng itself takes its plain voice, without a word, for a variant that it lacks."""
    import espeakng_loader

    variant = voice.partition("+")[2]
    return not variant or (Path(espeakng_loader.get_data_path()) / "voices" / "!v" / variant).is_file()


def answer(library: Any, line: bytes) -> bytes:
    """Header and what was asked for, or header and error, from a copy of this process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(UTTERANCE_SECONDS)  # ends this copy, which the other side hears of as a crash
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(_answer(library, line))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        message = pipe.read()
    os.waitpid(child, 0)
    return message or _error("espeak-ng crashed or hung")


def _answer(library: Any, line: bytes) -> bytes:
    try:
        request = json.loads(line)
        said = json.dumps(pronounce(library, request)).encode() if "words" in request else speak(library, request)
    except Exception as error:  # whatever it is, the other side has to hear of it
        return _error(str(error))
    return payload(said)


def _error(text: str) -> bytes:
    return refusal("synthetic voice failed", text, "choose another word or voice")


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    try:
        library = load_espeak()
    except (ImportError, OSError, RuntimeError) as error:
        for _ in requests:
            answers.write(_error(f"espeak-ng cannot be loaded: {error}"))
            answers.flush()
        return
    for line in requests:
        answers.write(answer(library, line))
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
