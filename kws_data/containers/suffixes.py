"""How names of audio files end: what is looked at in a folder. All else in it is no recording."""

from __future__ import annotations

_WAV = {".wav", ".wave", ".bwf", ".rf64", ".bw64", ".w64"}
_READ = _WAV | {".flac", ".ogg", ".oga", ".opus", ".mp3", ".mp2", ".mpga", ".aiff", ".aif", ".aifc", ".au", ".snd"}
_OTHERS_READ = {".caf", ".sph", ".nist"}
_APPLE_AND_PHONES = {".m4a", ".m4b", ".mp4", ".3gp", ".3g2", ".aac", ".amr", ".awb"}
_OTHERS = {".wma", ".webm", ".weba", ".mka", ".spx", ".tta", ".ape", ".wv", ".mpc", ".ac3", ".dsf", ".dff", ".ra"}
#: Nothing here reads these: they are set aside with how to convert them, not overlooked.
CONVERTED = frozenset(_APPLE_AND_PHONES | _OTHERS)
#: Samples and nothing else.
RAW = frozenset({".pcm", ".raw"})
AUDIO_SUFFIXES = frozenset(_READ | _OTHERS_READ) | CONVERTED | RAW
