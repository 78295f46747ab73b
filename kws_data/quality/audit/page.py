"""An audit as one page that needs nothing else: counts, levels beside their limits, the worst clips, copies, people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import LOOK, RELABEL, SET_ASIDE, Finding
from kws_data.pages.html import Html, Section, figure, page, says, table, text, tile, tiles
from kws_data.quality.audit.checks import CHECKS
from kws_data.quality.audit.examples import example, worst
from kws_data.quality.audit.plots import counts_plot, level_plots
from kws_data.quality.audit.result import Audit

_MANY = 0.05  # share of clips to be set aside that is worth worry
_ROWS = 50
_OPEN = 2  # reasons whose examples are shown unasked


def audit_page(done: Audit, catalog: Catalog, *, sounds: bool = True, rate_hz: int = 16_000) -> str:
    """HTML of an audit; the same for the same audit.

    Args:
        done: the audit.
        catalog: whose clips it looked at.
        sounds: whether clips can be heard; without them the page holds nobody's voice.
        rate_hz: of the clips.
    """
    sections = [
        Section("", "", _tiles(done)),
        Section("found", "What was found", _found(done)),
        Section("levels", "Level, noise and length", _levels(done)),
        Section("clips", "Clips to hear", _clips(done, catalog, rate_hz, sounds=sounds)),
        Section("copies", "The same recording twice", _copies(done)),
        Section("people", "Who is missing", _people(done)),
        Section("notes", "What was not looked at", _notes(done)),
    ]
    lead = f"{len(done.clips):,} clips of the catalogue"
    return page("Audit of clips and labels", lead, [one for one in sections if one.html])


def _ids(done: Audit, action: str) -> set[str]:
    return {one.clip_id for one in done.findings if one.action == action}


def _tiles(done: Audit) -> str:
    aside = _ids(done, SET_ASIDE)
    across = {one.clip_id for one in done.findings if one.reason == "copy across splits"}
    return tiles(
        (
            tile(f"{len(done.clips):,}", "clips looked at"),
            tile(f"{len(aside):,}", "to set aside", bad=len(aside) > _MANY * len(done.clips)),
            tile(f"{len(_ids(done, RELABEL)):,}", "whose word is in doubt"),
            tile(f"{len(_ids(done, LOOK)):,}", "worth a look"),
            tile(f"{len(across):,}", "copies across splits", bad=bool(across)),
        )
    )


def _found(done: Audit) -> str:
    reasons = done.by_reason()
    if not reasons:
        return says("No check found anything.", "good")
    aside = len(_ids(done, SET_ASIDE))
    share = aside / len(done.clips)
    sentence = (
        f"{aside:,} clips ({share:.1%}) should be set aside: kws audit … --apply does so, --undo brings them back."
    )
    actions = {reason: _actions(found) for reason, found in reasons.items()}
    rows = [
        (
            reason,
            f"{len({one.clip_id for one in found}):,}",
            " / ".join(actions[reason]),
            CHECKS[reason].means if reason in CHECKS else "",
            CHECKS[reason].why if reason in CHECKS else "",
        )
        for reason, found in reasons.items()
    ]
    named = table(rows, ("found", "clips", "suggested", "what it is", "what it does"), (1,))
    picture = figure(counts_plot(actions), "Clips by what was found of them; one clip may stand in several bars.")
    return says(sentence, "bad" if share > _MANY else "doubt" if aside else "good") + picture + named


def _actions(found: Sequence[Finding]) -> Mapping[str, int]:
    return Counter({one.clip_id: one.action for one in found}.values())


def _levels(done: Audit) -> str:
    rows = [done.rows[audio] for audio in sorted(done.rows)]
    if not rows:
        return ""
    caption = (
        "The line is the check's limit. Clips without speech have no signal to noise; counts above 10 are logarithmic."
    )
    return figure(f'<div class="cols">{level_plots(rows)}</div>', caption)


def _clips(done: Audit, catalog: Catalog, rate_hz: int, *, sounds: bool) -> str:
    parts = list[str]()
    for reason, found in done.by_reason().items():
        shown = [example(one, done, catalog, rate_hz, sound=sounds) for one in worst(found)]
        examples = f'<div class="examples">{"".join(shown)}</div>'
        if len(parts) >= _OPEN:
            said = "1 example" if len(shown) == 1 else f"{len(shown)} examples"
            examples = f"<details><summary>{said} of “{text(reason)}”</summary>{examples}</details>"
        parts.append(f"<h3>{text(reason)}</h3>{examples}")
    people = any(not done.clips[one.clip_id].synthetic for one in done.findings)
    warning = (
        '<p class="voices"><strong>This page holds people’s voices</strong>: hand it on only as far as they allow. '
        "<code>--no-audio</code> leaves them out.</p>"
        if sounds and people and parts
        else ""
    )
    return warning + "".join(parts)


def _copies(done: Audit) -> str:
    found = [one for one in done.findings if one.reason in CHECKS and CHECKS[one.reason].family == "copies"]
    if not found:
        return ""
    across = [one for one in found if one.reason == "copy across splits"]
    sentence = (
        f"{len(across):,} clips stand in one split and, as the same recording, in another: a test that was trained on."
        if across
        else "No recording stands in two splits."
    )
    ordered = [*across, *(one for one in found if one not in across)][:_ROWS]
    rows = [
        (Html(f"<code>{text(one.clip_id)}</code>"), done.clips[one.clip_id].word, one.reason, one.detail)
        for one in ordered
    ]
    more = f"<p>{len(found) - _ROWS:,} more: kws audit --json lists all.</p>" if len(found) > _ROWS else ""
    return says(sentence, "bad" if across else "good") + table(rows, ("clip", "word", "found", "detail")) + more


def _people(done: Audit) -> str:
    if not done.thin:
        return ""
    rows = [
        (one.reason, ", ".join(f"{name} {value}" for name, value in one.values), one.speakers, f"{one.expected:.0f}")
        for one in done.thin[:_ROWS]
    ]
    sentence = (
        f"{len(done.thin):,} groups have far fewer speakers than the others lead one to expect: record these next."
    )
    return says(sentence, "doubt") + table(rows, ("found", "group", "speakers", "expected"), (2, 3))


def _notes(done: Audit) -> str:
    return "<ul>" + "".join(f"<li>{text(note)}</li>" for note in done.notes) + "</ul>" if done.notes else ""
