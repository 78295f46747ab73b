"""The catalogue held against a plan: who, what, how long, how good, on what terms.

Counted are clips of people (no synthetic voice, no recording of a recording) of the plan's words that were not set
aside; a person is what most of their clips say of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.near_duplicates import near_duplicate_groups
from kws_data.catalog.negative_clips import is_stretch, kind_of
from kws_data.coverage.data_plan.labels import labels_wanted
from kws_data.coverage.data_plan.needs import Calls, Need
from kws_data.coverage.data_plan.plan import DataPlan, QualityPlan
from kws_data.coverage.data_plan.sound import Sound, sound_of
from kws_data.labels import likeness
from kws_data.progress import Progress

_KEYS = {"age": ("age", "age_band")}
_COLUMNS = ("device", "source")


@dataclass(frozen=True)
class Held:
    """What the catalogue has of a plan.

    Attributes:
        clips: of the plan's words by people, not set aside.
        aside: such clips that were set aside.
        negatives: stretches in which no keyword is said.
        rates_hz: by hash of audio.
    """

    clips: tuple[Clip, ...]
    aside: int
    negatives: tuple[Clip, ...]
    rates_hz: Mapping[str, int]


def held_of(plan: DataPlan, catalog: Catalog) -> Held:
    """What the catalogue has of a plan."""
    words = {likeness(word) for word in plan.words}
    said: list[Clip] = []
    negatives: list[Clip] = []
    aside = 0
    for clip in catalog.clips(with_set_aside=True):
        if clip.synthetic or clip.parent:
            continue
        if is_stretch(clip):
            negatives += [] if clip.reasons else [clip]
        elif likeness(clip.word) in words and not clip.word.startswith("_"):
            aside += bool(clip.reasons)
            said += [] if clip.reasons else [clip]
    return Held(tuple(said), aside, tuple(negatives), catalog.sample_rates())


def needs_of(plan: DataPlan, catalog: Catalog, progress: Progress | None = None) -> list[Need]:
    """All that the plan wants, met or not.

    Args:
        plan: what is wanted.
        catalog: what there is.
        progress: told how far listening to clips is.

    Raises:
        CatalogError: stored audio is missing or damaged, where it has to be listened to.
    """
    held, calls = held_of(plan, catalog), Calls(plan, str(catalog.folder))
    sound = sound_of(catalog, held.clips, progress)
    return [
        *_terms(plan, held, calls),
        *_people(plan, held, calls),
        *_words(plan, held, calls),
        *_groups(plan.people.subgroups, "subgroups", held, calls),
        *_negatives(plan, held, calls),
        *_groups(plan.conditions.people, "conditions", held, calls),
        *_noise(plan, sound),
        *_quality(plan, held, sound, calls),
        *_duplicates(plan, held, calls, catalog),
        *labels_wanted(plan, catalog, calls),
    ]


def _terms(plan: DataPlan, held: Held, calls: Calls) -> Iterator[Need]:
    every = [*held.clips, *held.negatives]
    for name, wrong in (
        ("licence", Counter(clip.licence or "none" for clip in every if clip.licence not in plan.licences)),
        ("consent", Counter(clip.consent or "none" for clip in every if not _agreed(plan, clip))),
    ):
        note = ", ".join(f"{count} clips: {value}" for value, count in wrong.most_common(3))
        step = calls.look("catalog", "--by", "source", "--by", name)
        yield Need("terms", f"clips with another {name}", 0, wrong.total(), "clips", True, (step,), note)


def _agreed(plan: DataPlan, clip: Clip) -> bool:
    said = clip.consent.casefold()
    return bool(said) and (not plan.consents or any(one.casefold() in said for one in plan.consents))


def _people(plan: DataPlan, held: Held, calls: Calls) -> Iterator[Need]:
    """Who has said all words; who said some of them only has not finished."""
    said: dict[str, set[str]] = defaultdict(set)
    for clip in held.clips:
        said[clip.speaker].add(likeness(clip.word))
    people = sum(len(words) == len(plan.words) for words in said.values())
    some = len(said) - people
    note = f"{some} more said some of the words" if some else ""
    step = (calls.collect(), calls.record())
    yield Need("people", "people who said all words", plan.people.total, people, "people", next=step, note=note)


def _words(plan: DataPlan, held: Held, calls: Calls) -> Iterator[Need]:
    counts = Counter(likeness(clip.word) for clip in held.clips)
    for word in plan.words:
        step = calls.record(words=[word])
        yield Need("words", f"clips of {word}", plan.clips_a_word, counts[likeness(word)], "clips", next=(step,))


def _groups(asked: Mapping[str, Mapping[str, int]], kind: str, held: Held, calls: Calls) -> Iterator[Need]:
    """People of a group are those most of whose clips say so; people in a place all who were recorded there."""
    for name, wanted in asked.items():
        found = _people_by(name, held.clips, all_places=kind == "conditions")
        for value, people in wanted.items():
            step = calls.record(name, value)
            yield Need(kind, f"people with {name} {value}", people, found[value.casefold()], "people", next=(step,))


def _people_by(name: str, clips: Iterable[Clip], *, all_places: bool) -> Counter[str]:
    values: dict[str, Counter[str]] = defaultdict(Counter)
    for clip in clips:
        values[clip.speaker][_value(clip, name)] += 1
    counts: Counter[str] = Counter()
    for seen in values.values():
        counts.update(list(seen) if all_places else [min(seen, key=lambda value: (-seen[value], value))])
    return counts


def _value(clip: Clip, name: str) -> str:
    if name in _COLUMNS:
        return str(getattr(clip, name)).casefold()
    found = (clip.attributes.get(key) for key in _KEYS.get(name, (name,)))
    return next((str(value).casefold() for value in found if value), "")


def _negatives(plan: DataPlan, held: Held, calls: Calls) -> Iterator[Need]:
    hours: dict[str, float] = defaultdict(float)
    for clip in held.negatives:
        hours[kind_of(clip)] += clip.samples / held.rates_hz[clip.audio_sha256] / 3_600
    total = sum(hours.values())
    for kind, wanted in plan.hours.kinds.items():
        step = calls.negatives(wanted - hours[kind], kind)
        yield Need("negatives", f"hours of {kind} without a keyword", wanted, hours[kind], "h", next=(step,))
    step = calls.negatives(plan.hours.negatives - total)
    yield Need("negatives", "hours without a keyword", plan.hours.negatives, total, "h", next=(step,))


def _noise(plan: DataPlan, sound: Mapping[str, Sound]) -> Iterator[Need]:
    if plan.conditions.noisy_share:
        known = [snr for one in sound.values() if (snr := one["snr_db"]) is not None]
        share = sum(snr < plan.conditions.noisy_db for snr in known) / len(known) if known else 0.0
        what = f"clips with an SNR below {plan.conditions.noisy_db:g} dB"
        note = "record in noise: a kitchen, a street, with the radio on"
        yield Need("conditions", what, plan.conditions.noisy_share, share, "share", note=note)


def _quality(plan: DataPlan, held: Held, sound: Mapping[str, Sound], calls: Calls) -> Iterator[Need]:
    if not held.clips:
        return
    asked = plan.quality
    bad: Counter[str] = Counter()
    good = 0
    for clip in held.clips:
        broken = _broken(asked, sound[clip.id])
        bad.update(broken)
        good += not broken
    note = ", ".join(f"{count} {what}" for what, count in bad.most_common())
    step = (calls.look("audit"),)
    yield Need("quality", "good clips", asked.good_share_min, good / len(held.clips), "share", next=step, note=note)
    if asked.set_aside_share_max is not None:
        share = held.aside / (held.aside + len(held.clips))
        step = (calls.look("catalog", "--set-aside"),)
        yield Need("quality", "clips that were set aside", asked.set_aside_share_max, share, "share", True, step)


def _broken(asked: QualityPlan, sound: Sound) -> list[str]:
    """What keeps a clip from being good."""
    snr_db, peak_db, clipped = (sound[name] for name in ("snr_db", "peak_db", "clipped_share"))
    found = []
    if asked.snr_db_min is not None and snr_db is None:
        found.append("with no voice above the noise")
    if asked.snr_db_min is not None and snr_db is not None and snr_db < asked.snr_db_min:
        found.append(f"with an SNR below {asked.snr_db_min:g} dB")
    if asked.peak_db_min is not None and (peak_db is None or peak_db < asked.peak_db_min):
        found.append(f"with a peak below {asked.peak_db_min:g} dB")
    if asked.clipped_share_max is not None and (clipped is None or clipped > asked.clipped_share_max):
        found.append(f"with more than {asked.clipped_share_max:.2%} of their samples clipped")
    return found


def _duplicates(plan: DataPlan, held: Held, calls: Calls, catalog: Catalog) -> Iterator[Need]:
    if plan.quality.duplicates_max is None or not held.clips:
        return
    repeats = _repeats(near_duplicate_groups(catalog, held.clips))
    share, step = repeats / len(held.clips), calls.look("audit")
    yield Need("quality", "clips that repeat a recording", plan.quality.duplicates_max, share, "share", True, (step,))


def _repeats(groups: Sequence[Sequence[str]]) -> int:
    """Clips that are one too many: all but one of each group."""
    return sum(len(group) - 1 for group in groups)
