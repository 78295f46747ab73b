"""One run of all checks on the clips of a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import monotonic

import numpy as np

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import SET_ASIDE, Finding
from kws_data.catalog.clips import Clip
from kws_data.catalog.fingerprints import fingerprints
from kws_data.catalog.near_duplicates import near_duplicate_groups
from kws_data.dataset.clip_pool import clips_of
from kws_data.dataset.manifest import read_columns
from kws_data.errors import DataError
from kws_data.labelling.labels import WITHOUT_LABEL
from kws_data.progress import Progress, no_progress
from kws_data.quality.audit.checks import CHECKS, FAMILIES
from kws_data.quality.audit.copies import Known, copy_findings
from kws_data.quality.audit.edges import edge_findings
from kws_data.quality.audit.findings import found
from kws_data.quality.audit.judged import Judged, judged
from kws_data.quality.audit.measure import MEASURES
from kws_data.quality.audit.measured import Measured, measured
from kws_data.quality.audit.outliers import OF_TEXTURES, outlier_findings
from kws_data.quality.audit.result import Audit, AuditSettings
from kws_data.quality.audit.signal import signal_findings
from kws_data.quality.audit.thin import ThinGroup, thin_groups
from kws_data.quality.label_errors import LABEL_DOUBT, LABEL_ERROR
from kws_data.quality.rot import find_obsolete
from kws_data.run_folder import MANIFEST_FILE

CLIP_S = 1.0  # length of clips where there is no configuration
PEOPLE = ("person", "adjudicator")


def audit(catalog: Catalog, settings: AuditSettings | None = None, progress: Progress | None = None) -> Audit:
    """Run the checks. Nothing is changed; measures and fingerprints are kept for the next time.

    Raises:
        CatalogError: the catalogue cannot be read.
        DataError: there are no clips to audit, the run has no data set, or a worker process was killed.
        ConfigError: an encoder cannot be opened.
    """
    return _Run(catalog, settings or AuditSettings(), progress or no_progress).whole()


class _Run:
    """One audit as it goes on."""

    def __init__(self, catalog: Catalog, settings: AuditSettings, progress: Progress) -> None:
        self.catalog, self.settings, self.progress = catalog, settings, progress
        self.findings: list[Finding] = []
        self.notes: list[str] = []
        self.seconds: dict[str, float] = {}
        config = settings.config
        everything = clips_of(config, catalog) if config else catalog.clips()
        self.clips = [clip for clip in everything if not clip.word.startswith("_") or clip.word in WITHOUT_LABEL]
        if not self.clips:
            raise DataError("no clips to audit", str(catalog.folder), "import some, or name another --recordings")
        self.clip_s = config.data.clip_ms / 1_000 if config else CLIP_S
        self.splits = _splits(catalog, settings)
        self.groups: list[list[str]] = []
        self.judged = Judged()
        self.measured = Measured(np.zeros(0, MEASURES))
        self.thin: tuple[ThinGroup, ...] = ()

    def whole(self) -> Audit:
        """All families; which copy is the best is said last, when it is known what else is wrong with each."""
        steps: tuple[tuple[str, Callable[[], Iterable[Finding]]], ...] = (
            ("readable", self._readable),
            ("signal", self._signal),
            ("edges", self._edges),
            ("copies", self._group_copies),
            ("stale", self._stale),
            ("labels", self._labels),
            ("outliers", self._outliers),
            ("copies", self._copies),
            ("coverage", self._coverage),
        )
        if self.settings.run is not None:
            _check_run(self.settings.run)
        self._measure()
        for name, step in steps:
            if name in self.settings.families:
                begun = monotonic()
                self.findings += step()
                self.seconds[name] = self.seconds.get(name, 0.0) + monotonic() - begun
        order = list(FAMILIES)
        self.findings.sort(key=lambda one: order.index(CHECKS[one.reason].family))
        clips = {clip.id: clip for clip in [*self.clips, *self._aside]}
        return Audit(
            clips,
            tuple(self.findings),
            self.thin,
            self.rows,
            tuple(self.notes),
            self.seconds,
            self.judged.by,
            self.splits,
        )

    def _measure(self) -> None:
        begun, rates = monotonic(), self.catalog.sample_rates()
        wanted = {clip.audio_sha256: rates[clip.audio_sha256] for clip in self.clips}
        self.measured = measured(self.catalog.folder, wanted, self.settings.workers, self.progress)
        self.rows = self.measured.by_audio()
        self._aside: list[Clip] = []
        self.seconds["signal"] = monotonic() - begun

    @property
    def _whole(self) -> list[Clip]:
        """Clips whose audio can be read."""
        return [clip for clip in self.clips if clip.audio_sha256 in self.rows]

    def _readable(self) -> Iterator[Finding]:
        for clip in self.clips:
            if clip.audio_sha256 in self.measured.failures:
                yield found(clip.id, "unreadable", None, self.measured.failures[clip.audio_sha256])
        if self.settings.config is None:
            self._aside = [
                clip for clip in self.catalog.clips(with_set_aside=True) if clip.reasons.startswith("silent:")
            ]
            for clip in self._aside:
                yield found(clip.id, "refused", None, clip.reasons)

    def _signal(self) -> Iterator[Finding]:
        rates = self.catalog.sample_rates()
        usual_hz = self.settings.config.frontend.sample_rate_hz if self.settings.config else 16_000
        for clip in self._whole:
            yield from signal_findings(clip.id, self.rows[clip.audio_sha256])
            if rates[clip.audio_sha256] != usual_hz:
                detail = f"stored at {rates[clip.audio_sha256]:,} Hz, {usual_hz:,} Hz are wanted"
                yield found(clip.id, "wrong rate", None, detail)

    def _edges(self) -> Iterator[Finding]:
        for clip in self._whole:
            yield from edge_findings(clip.id, self.rows[clip.audio_sha256], self.clip_s)

    def _group_copies(self) -> tuple[()]:
        clips = [clip for clip in self._whole if not clip.parent]
        self.progress("copies", 0, len(clips))
        self.groups = near_duplicate_groups(self.catalog, clips)
        self.progress("copies", len(clips), len(clips))
        return ()

    def _copies(self) -> Iterator[Finding]:
        clips = {clip.id: clip for clip in self._whole}
        labelled = {one.clip_id for one in self.catalog.opinions.all(kinds=PEOPLE)}
        judged = {one.clip_id: one for one in self.findings if one.reason in (LABEL_ERROR, LABEL_DOUBT)}
        known = Known(self.rows, labelled, self.splits, self._faulty(), judged)
        yield from copy_findings([[clips[one] for one in group] for group in self.groups], known)

    def _faulty(self) -> set[str]:
        """Clips that are to be set aside whatever their copies and labels are; for those that have copies levels and
        edges count although nobody asks for these findings."""
        copied = {one for group in self.groups for one in group}
        findings = [one for one in self.findings if CHECKS[one.reason].family != "labels"]
        for clip in self._whole:
            if clip.id in copied:
                row = self.rows[clip.audio_sha256]
                findings += [*signal_findings(clip.id, row), *edge_findings(clip.id, row, self.clip_s)]
        return {one.clip_id for one in findings if one.action == SET_ASIDE}

    def _stale(self) -> Iterator[Finding]:
        reasons, notes = find_obsolete(self.catalog, self.clips)
        self.notes += notes
        for reason in reasons:
            yield from (found(clip, reason.name, None, reason.definition) for clip in reason.clips)
        if self.settings.run is not None:
            from kws_data.quality.easy_clips import DEFINITION, easy_clips

            ids = {clip.id for clip in self.clips}
            easy = easy_clips(self.settings.run, self.progress)
            yield from (found(clip, "easy", None, DEFINITION) for clip in easy if clip in ids)

    def _labels(self) -> Iterator[Finding]:
        clips = [clip for clip in self._whole if clip.word not in WITHOUT_LABEL]
        self.judged = judged(
            self.catalog,
            clips,
            self.settings.config,
            self.groups,
            self.settings.workers,
            self.progress,
            encoder=self.settings.encoder,
        )
        self.notes += self.judged.notes
        yield from self.judged.findings

    def _outliers(self) -> Iterator[Finding]:
        clips = [clip for clip in self._whole if clip.word not in WITHOUT_LABEL]
        if self.judged.vectors is not None:
            yield from outlier_findings([clip.id for clip in clips], [clip.word for clip in clips], self.judged.vectors)
            return
        prints = fingerprints(self.catalog.folder, (clip.audio_sha256 for clip in clips))
        place = {bytes(sha256).decode(): n for n, sha256 in enumerate(prints["audio"])}
        textures = prints["texture"][[place[clip.audio_sha256] for clip in clips]]
        ids, words = [clip.id for clip in clips], [clip.word for clip in clips]
        yield from outlier_findings(ids, words, textures, OF_TEXTURES)

    def _coverage(self) -> Iterator[Finding]:
        keywords: Sequence[str] = self.settings.config.keywords if self.settings.config else ()
        self.thin = tuple(thin_groups(self.catalog, self.clips, keywords))
        yield from ()


def _check_run(run: Path) -> None:
    if not (run / "dataset" / MANIFEST_FILE).exists():
        raise DataError("no such run, or none with a data set", str(run), "kws build makes one; name a folder in runs/")


def _splits(catalog: Catalog, settings: AuditSettings) -> dict[str, str]:
    """Splits of clips by id: those of the data set that was built, else those that the folders' lists give."""
    runs = [settings.run, settings.config.run_dir if settings.config else None]
    for run in runs:
        if run is not None and (run / "dataset" / MANIFEST_FILE).exists():
            columns = read_columns(run / "dataset", "clip_id", "split")
            return dict(zip(columns["clip_id"], columns["split"], strict=True))
    return catalog.given_splits()
