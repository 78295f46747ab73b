"""Audio by which no threshold may be chosen, told by its samples: test clips, keywords, streams made of test clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kws_data.audio import Samples, read_audio
from kws_data.catalog.audio_store import pcm_sha256
from kws_data.dataset.manifest import read_columns
from kws_data.dataset.negative_streams import has_negatives
from kws_data.dataset.negative_table import read_negatives
from kws_data.decoding import duration_s
from kws_data.errors import AudioError
from kws_data.scores import FIRST_KEYWORD

_SAME_LENGTH_S = 0.1  # a stream is read only where a recording is as long


@dataclass
class KnownAudio:
    """What a data set holds, by hash of its samples.

    Attributes:
        reasons: why audio with a hash is not heard as a negative.
        longest: samples of the longest stretch that recordings of negatives are cut into.
        streams: (seconds, file) of streams that were made of test clips.
        rate_hz: to read them at.
    """

    reasons: dict[str, str]
    longest: int
    streams: Sequence[tuple[float, Path]]
    rate_hz: int
    _hashes: dict[Path, str] = field(default_factory=dict)

    @classmethod
    def of(cls, dataset_dir: Path, labels: Sequence[str], rate_hz: int) -> KnownAudio:
        """Of a data set, and the streams of the runs beside it.

        Raises:
            DataError: the data set is not built, or cannot be read.
        """
        columns, keywords = read_columns(dataset_dir, "audio_sha256", "split", "label"), set(labels[FIRST_KEYWORD:])
        reasons, longest = dict[str, str](), 0
        for sha256, split, label in zip(columns["audio_sha256"], columns["split"], columns["label"], strict=True):
            if split == "test":
                reasons[sha256] = "it is a clip of the test split"
            elif label in keywords:
                reasons.setdefault(sha256, "a keyword is said in it: it is a clip of the data set")
        if has_negatives(dataset_dir):
            for row in read_negatives(dataset_dir, "test", ("audio_sha256", "samples")):
                reasons[row["audio_sha256"]] = "it is a negative of the test split"
                longest = max(longest, row["samples"])
        streams = list[tuple[float, Path]]()
        for file in sorted(dataset_dir.parent.parent.glob("*/dataset/stream/*.flac")):
            try:
                streams.append((duration_s(file), file))
            except AudioError:
                continue
        return cls(reasons, longest, streams, rate_hz)

    def reason(self, sha256: str, samples: Samples) -> str | None:
        """Why these samples, of this hash, are not heard as a negative; None where they may be."""
        if sha256 in self.reasons:
            return self.reasons[sha256]
        if 0 < self.longest < len(samples) and (why := self.reasons.get(pcm_sha256(samples[: self.longest]))):
            return why
        near = [file for seconds, file in self.streams if abs(seconds - len(samples) / self.rate_hz) < _SAME_LENGTH_S]
        return "it is a stream of test clips" if sha256 in map(self._hash, near) else None

    def _hash(self, file: Path) -> str:
        if file not in self._hashes:
            try:
                self._hashes[file] = pcm_sha256(read_audio(file, self.rate_hz))
            except AudioError:
                self._hashes[file] = ""
        return self._hashes[file]
