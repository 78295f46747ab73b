"""``kws collect``."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kws_data.cli.options import json_option, print_json, recordings_option, say, tell, verb

if TYPE_CHECKING:
    from kws_data.web.collect.consent import ConsentText
    from kws_data.web.collect.store import Contributions
    from kws_data.web.guard import Access
    from kws_data.web.serve import Tls

PORT = 8020
PURPOSE = "to teach a small device to hear these words, and to test how well it does"
RETENTION = "until you withdraw them, or until they are no longer needed for this purpose"
#: Of a page that only this machine can open: whoever records sits in front of it.
HERE = {"who": "The owner of this computer", "contact": "the person who asked you to record"}


@verb("collect", "kws collect --words lamp,radio --licence CC-BY-4.0")
@click.argument("config_file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path))
@click.option("--set", "overrides", metavar="KEY=VALUE", multiple=True, help="Override a setting of CONFIG.")
@click.option("--words", default=None, help="Words to say, with commas between them; the keywords of CONFIG.")
@click.option("--takes", type=click.IntRange(1, 100), default=3, show_default=True, help="Takes of each word.")
@click.option("--licence", default="", help="Licence under which contributors give their recordings.")
@click.option(
    "--consent-text",
    "text_file",
    type=click.Path(path_type=Path),
    default=None,
    help="What contributors agree to, in Markdown; {purpose}, {who}, … in it are filled. One comes with kws.",
)
@click.option("--purpose", default=PURPOSE, show_default=True, help="What the recordings are for.")
@click.option("--who", default="", help="Who collects them: a name that can be found.")
@click.option("--contact", default="", help="How to ask questions, and to withdraw without the link.")
@click.option("--retention", default=RETENTION, show_default=True, help="How long they are kept.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen at; beyond it a token is asked."
)
@click.option("--port", type=click.IntRange(0, 65_535), default=PORT, show_default=True, help="0 for any.")
@click.option("--name", "names", multiple=True, help="Further name by which the page is reached; repeatable.")
@click.option("--certificate", type=click.Path(path_type=Path), default=None, help="PEM, for https: phones need it.")
@click.option("--key", type=click.Path(path_type=Path), default=None, help="PEM of its key.")
@click.option("--most-clips", type=click.IntRange(1), default=20_000, show_default=True, help="Of all contributors.")
@click.option("--per-minute", type=click.IntRange(1), default=40, show_default=True, help="Takes of one contributor.")
@click.option(
    "--export",
    "export_to",
    type=click.Path(path_type=Path),
    default=None,
    help="At the end write all that was collected here in Speech Commands layout, ready for kws run.",
)
@recordings_option
@json_option
def command(config_file: Path | None, overrides: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Serve a page on which contributors record one word at a time in their browsers, until Ctrl-C: consent and licence
    first, a check of the microphone, playback, and a secret link by which each can go on later or withdraw. Ctrl-C ends
    it with a summary and exit code 0.

    What they keep goes into the catalogue with the version of the consent text, the licence and a pseudonym; no name,
    no address. Withdrawing erases at once, as kws forget-speaker does. Only this machine can open the page unless
    --host names another address: then the address that is printed has a token, and browsers give the page a
    microphone by https only (--certificate, --key). See kws_data/docs/collect.md.
    """
    from kws_data.release.takes import check_export

    order = Order(**options)
    words, order = _words(config_file, overrides, order)
    text = _text(words, order)
    tls = _tls(order)
    if order.export_to is not None:
        check_export(order.export_to)
    store, summary = _serve(words, text, order, tls, as_json)
    _end(store, summary, order, as_json)


@dataclass(frozen=True)
class Order:
    """The options, as they were given."""

    words: str | None
    takes: int
    licence: str
    text_file: Path | None
    purpose: str
    who: str
    contact: str
    retention: str
    host: str
    port: int
    names: tuple[str, ...]
    certificate: Path | None
    key: Path | None
    most_clips: int
    per_minute: int
    export_to: Path | None
    recordings: Path


def _words(config_file: Path | None, overrides: tuple[str, ...], order: Order) -> tuple[dict[str, int], Order]:
    """Takes of each word, and the order with what the configuration says where nothing else was said."""
    from kws_data.config.load import load_config
    from kws_data.sources.recording.plan_file import check_words

    if config_file is None and order.words is None:
        raise click.UsageError("name a CONFIG, whose keywords are said, or --words")
    if config_file is None:
        if overrides:
            raise click.UsageError("--set changes a CONFIG: name one, or leave it out")
        names = (order.words or "").split(",")
    else:
        config = load_config(config_file, overrides)
        names = config.keywords if order.words is None else order.words.split(",")
        source = click.get_current_context().get_parameter_source("recordings")
        given = source is click.core.ParameterSource.COMMANDLINE
        folder = order.recordings if given else Path(config.data.recordings)
        order = replace(order, licence=order.licence or config.data.licence, recordings=folder)
    return check_words({name.strip(): order.takes for name in names}, "--words"), order


def _text(words: Mapping[str, int], order: Order) -> ConsentText:
    from kws_data.web.collect.consent import consent_text
    from kws_data.web.guard import is_loopback

    if not order.licence.strip():
        raise click.UsageError("say under which licence the recordings are given: --licence CC-BY-4.0, or your own")
    here = HERE if is_loopback(order.host) else {}
    values = {
        "purpose": order.purpose,
        "who": order.who or here.get("who", ""),
        "contact": order.contact or here.get("contact", ""),
        "licence": order.licence,
        "retention": order.retention,
        "words": ", ".join(word.replace("_", " ") for word in words),
        "takes": str(order.takes),
    }
    return consent_text(values, order.text_file)


def _tls(order: Order) -> Tls | None:
    from kws_data.web.guard import is_loopback
    from kws_data.web.serve import Tls

    if (order.certificate is None) != (order.key is None):
        raise click.UsageError("--certificate and --key go together")
    if order.certificate is not None and order.key is not None:
        tls = Tls(order.certificate, order.key)
        tls.check()
        return tls
    if not is_loopback(order.host):
        say("without --certificate and --key browsers give this page no microphone, unless a proxy before it has https")
    return None


def _serve(
    words: Mapping[str, int], text: ConsentText, order: Order, tls: Tls | None, as_json: bool
) -> tuple[Contributions, dict[str, Any]]:
    """Serve until Ctrl-C; what was served, and a summary of it."""
    from kws_data.web.collect.app import collect_app
    from kws_data.web.collect.limits import Limits
    from kws_data.web.collect.store import Contributions
    from kws_data.web.collect.upload import MOST_BYTES
    from kws_data.web.guard import access_for
    from kws_data.web.serve import address_of, listening, serve

    store = Contributions(order.recordings, text, words)
    at = listening(order.host, order.port)
    access = _lasting(access_for(order.host, order.names, MOST_BYTES + 4_096), store)
    limits = Limits(takes_a_minute=order.per_minute, most_clips=order.most_clips)
    app = collect_app(store, limits, access.token, lambda error: say(f"a contributor could not be served: {error}"))
    address = address_of(at, order.host, access, "https" if tls else "http")
    speak = say if as_json else tell

    def ready() -> None:
        speak(f"{address} records {', '.join(words)}, {_count(order.takes, 'take')} each; Ctrl-C ends it")
        speak(f"consent text {text.version}, licence {text.licence}, into {order.recordings}")

    with suppress(KeyboardInterrupt):  # the one way to end it
        serve(app, access, at, ready, tls)
    return store, {"address": address, "consent": text.version, "licence": text.licence}


def _lasting(access: Access, store: Contributions) -> Access:
    """The same with a token that this catalogue has every time, so that the links of contributors stay good."""
    if not access.token:
        return access
    secret = base64.urlsafe_b64encode(store.secret("token of the page for contributors")[:18]).decode()
    return replace(access, token=secret)


def _end(store: Contributions, summary: dict[str, Any], order: Order, as_json: bool) -> None:
    counts = store.counts()
    exported = _export(order) if order.export_to is not None else None
    if as_json:
        print_json({**summary, **counts, **({} if exported is None else {"exported": exported})})
    else:
        tell(
            f"{_count(counts['contributors_now'], 'contributor')} recorded {_count(counts['clips_now'], 'clip')} this"
            f" time, {counts['withdrawn_now']} withdrew; {_count(counts['contributors'], 'contributor')} and"
            f" {_count(counts['clips'], 'clip')} ({counts['set_aside']} set aside) in all"
        )
        if exported is not None:
            tell(f"{_count(exported, 'clip')} written to {order.export_to}")
    if not store.tidy():
        say("traces of who withdrew are still in the database file: another kws uses it; call kws collect once more")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _export(order: Order) -> int:
    from kws_data.catalog.catalog import Catalog
    from kws_data.release.takes import export_takes
    from kws_data.web.collect.store import SOURCE

    assert order.export_to is not None
    with Catalog(order.recordings) as catalog:
        return export_takes(catalog, order.export_to, SOURCE)
