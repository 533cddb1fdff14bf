"""Writes the page: one file that needs nothing else, and that lets nothing run or load but its own style and script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.resources import files

from checker import __version__
from checker.language.protocol import Protocol
from checker.report.documents import Recording
from checker.report.html.article import article, index_line
from checker.report.html.data import Article

MANY = 50  # recordings that are told in full


def html_text(recordings: Sequence[Recording], protocols: Mapping[str, Protocol], not_judged: int = 0) -> str:
    """The page of these recordings. `protocols` are those they were held to, `not_judged` were left at Ctrl-C."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("checker.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    articles = [article(each, protocols, f"r{number}") for number, each in enumerate(recordings[:MANY], 1)]
    index = [
        index_line(each, f"#r{number}" if number <= MANY else "") for number, each in enumerate(recordings, 1)
    ]  # fmt: skip
    style = _file("style.css") + "".join(_lane_rules(articles))
    script = _file("page.js")
    text = environment.get_template("page.html").render(
        articles=articles,
        index=index if len(recordings) > 1 else [],
        in_full=MANY,
        not_judged=not_judged,
        csp=_csp(style, script),
        style=Markup(style),  # our own files, and numbers
        script=Markup(script),
        version=__version__,
    )
    # Pure ASCII, so that it is the same page whatever a terminal or a mail makes of its letters.
    return text.encode("ascii", "xmlcharrefreplace").decode()


def _file(name: str) -> str:
    return (files("checker.report.html") / "templates" / name).read_text(encoding="utf-8")


def _csp(style: str, script: str) -> str:
    """Nothing is loaded, nothing is sent; only this style and this script, by their hashes, take effect."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _lane_rules(articles: Iterable[Article]) -> Iterator[str]:
    """The rules for as many lanes as there are: attributes that say it are what the policy forbids."""
    counts = sorted({len(each.hosts) for each in articles if each.hosts})
    for count in counts:
        middles = ",".join(f"{100 * (at + 0.5) / count:.3f}% 0" for at in range(count))
        threads = ",".join(["linear-gradient(var(--thread),var(--thread))"] * count)
        yield f".lanes-{count}{{--lanes:{count};background-image:{threads};background-position:{middles}}}\n"
    most = max(counts, default=0)
    for lane in range(most):
        yield f".lane-{lane + 1}{{--lane:{lane}}} .to-{lane + 1}{{--to:{lane}}}\n"
        for end in range(lane, most):
            yield f".span-{lane + 1}-{end + 1}{{--lane:{lane};--over:{end - lane}}}\n"
