"""How names of audio files end: what is looked at in a folder. All else in it is no recording."""

from __future__ import annotations

#: Of those that are read, for people.
USUAL = ".wav, .flac, .ogg, .opus, .mp3, .aiff, .au or .caf"
_WAV = {".wav", ".wave", ".bwf", ".rf64", ".bw64", ".w64"}
_READ = _WAV | {".flac", ".ogg", ".oga", ".opus", ".mp3", ".mp2", ".mpga", ".aiff", ".aif", ".aifc", ".au", ".snd"}
_OTHERS_READ = {".caf", ".sph", ".nist"}
_APPLE_AND_PHONES = {".m4a", ".m4b", ".mp4", ".3gp", ".3g2", ".aac", ".amr", ".awb"}
_OTHERS = {".wma", ".webm", ".weba", ".mka", ".spx", ".tta", ".ape", ".wv", ".mpc", ".ac3", ".dsf", ".dff", ".ra"}
#: Nothing here reads these: they are set aside with how to convert them, not overlooked.
CONVERTED = frozenset(_APPLE_AND_PHONES | _OTHERS)
#: Samples and nothing else.
RAW = frozenset({".pcm", ".raw", ".s16", ".sw", ".ul", ".ulaw", ".al", ".alaw", ".vox"})
#: Of older programs and recorders: what is in such a file shows whether it can be read.
_RARE = {".voc", ".gsm", ".htk", ".sf", ".ircam", ".paf", ".svx", ".8svx", ".iff", ".pvf", ".mpeg", ".mpg", ".mp1"}
_RECORDERS = {".ogx", ".3ga", ".qta", ".dvf", ".dss", ".ds2"}
AUDIO_SUFFIXES = frozenset(_READ | _OTHERS_READ | _RARE | _RECORDERS) | CONVERTED | RAW
