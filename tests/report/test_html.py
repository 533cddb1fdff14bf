"""The page: complete in one file, inert whatever a recording says, and enough to see what went wrong."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from checker.language.protocol import Page
from checker.report.documents import Recording
from checker.report.expected import Expected
from checker.report.html.lanes import Arrow, Box, Divider, Ghost, picture
from checker.report.html.page import MANY, html_text
from checker.report.html.rows import clock, day
from checker.report.told import address, opening, plain
from checker.trace.event import Event, Log, Origin
from checker.trace.verdict import Part, Verdict, VerdictKind
from tests.report import two_hosts

VOID = {"meta", "br", "input", "link", "img", "rect"}
TAGS = {
    "html", "head", "meta", "title", "style", "body", "a", "main", "header", "footer", "section", "article", "nav",
    "h1", "h2", "h3", "h4", "p", "div", "span", "strong", "b", "i", "em", "small", "code", "bdi", "time", "br", "ul",
    "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "fieldset",
    "legend", "label", "input", "svg", "rect", "script",
}  # fmt: skip


@dataclass
class Read(HTMLParser):
    """The page as a browser takes it apart: tags with their attributes, the text of each tag, what is not closed."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.wrong += [f"{name} twice in {tag}" for name in names if names.count(name) > 1]
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"{tag} closes nothing, at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def attributes(self, name: str) -> Iterator[str]:
        yield from (attrs[name] for _, attrs in self.tags if name in attrs)

    @property
    def text(self) -> str:
        return " ".join("".join(text for tag, text in self.texts if tag not in ("script", "style")).split())


def page(*recordings: Recording, not_judged: int = 0) -> str:
    return html_text(recordings, two_hosts.PROTOCOLS, not_judged)


def read(text: str) -> Read:
    found = Read()
    found.feed(text)
    found.close()
    return found


def of(verdict: Verdict) -> Read:
    return read(page(*two_hosts.alone(verdict)))


# ---------------------------------------------------------------------------------------------------------- one file


@pytest.mark.parametrize("verdict", two_hosts.EVERY, ids=lambda verdict: verdict.kind.value)
def test_the_page_is_well_formed_and_loads_nothing(verdict: Verdict) -> None:
    inert(of(verdict))


def inert(found: Read) -> None:
    """Nothing in the page is loaded, sent or run, but its own style and script; every place it leads to is there."""
    assert not found.wrong
    assert not found.open
    assert {tag for tag, _ in found.tags} <= TAGS
    assert [tag for tag, _ in found.tags].count("script") == 1
    names = {name for _, attrs in found.tags for name in attrs}
    assert not {name for name in names if name.startswith("on")}
    assert not names & {"src", "srcset", "style", "action", "formaction", "data", "poster", "background", "ping"}
    ids = list(found.attributes("id"))
    assert len(ids) == len(set(ids))
    for href in found.attributes("href"):
        assert href[1:] in ids if href.startswith("#") else urlsplit(href).scheme in ("http", "https")
    assert set(found.attributes("aria-labelledby")) <= set(ids)


def test_the_policy_lets_only_its_own_style_and_script_through() -> None:
    text = page(*two_hosts.alone(two_hosts.VIOLATES))
    [policy] = [attrs["content"] for tag, attrs in read(text).tags if attrs.get("http-equiv")]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == parts["base-uri"] == parts["form-action"] == "'none'"
    for tag in ("style", "script"):
        [inside] = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        wanted = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert parts[f"{tag}-src"] == f"'sha256-{wanted}'"
    assert not re.search(r"url\(|@import|https?:", re.search("<style>(.*?)</style>", text, re.DOTALL)[1])


def test_the_page_is_ascii_and_the_same_each_time() -> None:
    assert page(*two_hosts.alone(two_hosts.VIOLATES)).isascii()
    assert page(*two_hosts.alone(two_hosts.VIOLATES)) == page(*two_hosts.alone(two_hosts.VIOLATES))


@pytest.mark.parametrize("value", two_hosts.HOSTILE)
def test_hostile_values_are_inert(value: str) -> None:
    verdict = two_hosts.hostile(value)
    found = of(verdict)
    inert(found)
    assert "alert" not in "".join(text for tag, text in found.texts if tag in ("script", "style"))
    assert all(letter.isprintable() or letter == "\n" for letter in "".join(text for _, text in found.texts))
    hosts = {urlsplit(href).netloc for href in found.attributes("href")} - {""}
    assert hosts == {"example.org"}
    shown = "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in value)
    assert " ".join(shown.split()) in found.text


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//example.org", False),
        ("https://", False),
        ("https://[", False),
        ("https://example.org/\u202e", False),
        ('https://example.org/"onmouseover=', False),
        ("the manual", False),
    ],
)
def test_only_plain_web_addresses_of_the_text_are_links(url: str, good: bool) -> None:
    assert address(url) == (url if good else "")
    protocol = replace(two_hosts.PROTOCOL, pages=(Page("MANUAL", url),))
    found = read(html_text(two_hosts.alone(two_hosts.VIOLATES), {"lock": protocol}))
    assert (url in set(found.attributes("href"))) is good


# ------------------------------------------------------------------------------------------------------ what it says


def test_who_was_told_nothing_can_say_what_went_wrong() -> None:
    text = page(*two_hosts.alone(two_hosts.VIOLATES))
    first = read(text[: text.index("<nav")]).text
    for wanted in (
        "lock violates “A lock”",
        "On WEST, TAKE Who=bob was recorded (record 2 of log b, b.jsonl:3)",
        "It was read as take(bob), and nothing recorded before it allows that",
        "against rule L-1: “One holder at a time.” Keeping it was the switch's duty",
        "It needs not held[ann] , which is not so since TAKE Who=ann (record 1 of log a, a.jsonl:2)".replace(" ,", ","),
        "Possible there instead: give(EAST)",
        "If no rule was broken, the least to suppose is that a record was lost: a record of give(EAST) is missing.",
        "If the records are true, this stopped being so after TAKE (record 2 of log b, b.jsonl:3): Two never hold it.",
    ):
        assert wanted in first
    assert "https://example.org/locks" in text[: text.index("<nav")]


@pytest.mark.parametrize("verdict", two_hosts.EVERY, ids=lambda verdict: verdict.kind.value)
def test_every_record_is_shown_once_and_every_rule_is_accounted_for(verdict: Verdict) -> None:
    found = of(verdict)
    boxes = [attrs["id"] for tag, attrs in found.tags if attrs.get("class", "").startswith("box")]
    drawn = verdict.events if verdict.parts else 0
    assert sorted(boxes) == sorted(f"r1-e{number}" for number in range(1, drawn + 1))
    rows = [attrs for tag, attrs in found.tags if tag == "tr" and attrs.get("class", "").startswith("s-")]
    assert len(rows) == sum(len(part.roster) for part in verdict.parts)


@pytest.mark.parametrize(
    ("verdict", "wanted"),
    [
        (two_hosts.VIOLATES, ("Nothing explains this record", "Since then it is not so that not held[ann] (L-1)",
                              "these marked records cannot all be", "given[ann]", "What would decide:",
                              "switch on GIVE at EAST", "price 1", "HELLO (1x)", "2 Worker that no record names",
                              "these logs cannot show whether these were kept: L-2", "within 50 ms of true time")),
        (two_hosts.CONFORMS, ("conforms to “A lock”", "those of its 6 records that it speaks of")),
        (two_hosts.CONFORMS_IF, ("It hangs on 1 order", "only if TAKE (record 1 of a) on EAST came before")),
        (two_hosts.UNFINISHED, ("Still owed at the end: Ann still has it (L-2).",)),
        (two_hosts.UNKNOWN, ("It is not known whether lock conforms", "No time was left.", "No run is told here")),
        (two_hosts.UNREADABLE, ("4 records could not be read", "First: lock.jsonl:1: Not JSON.")),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Verdict) else "",
)  # fmt: skip
def test_what_a_page_says(verdict: Verdict, wanted: tuple[str, ...]) -> None:
    text = of(verdict).text
    for each in wanted:
        assert each in text


def test_nothing_that_is_not_there_has_a_heading() -> None:
    text = of(two_hosts.CONFORMS).text
    for absent in ("What is wrong", "Still owed", "Orders that the logs", "What came about", "case by case"):
        assert absent not in text
        assert absent not in plain(opening(two_hosts.CONFORMS, two_hosts.PROTOCOLS))


# ------------------------------------------------------------------------------------------------------- the picture


def told(part: Part, verdict: Verdict = two_hosts.VIOLATES) -> list[str]:
    """The rows in short."""
    said = []
    for row in picture(verdict, part, two_hosts.PROTOCOL).rows:
        match row:
            case Box(event, lane, place, step):
                said.append(f"{lane} {event.log}{event.seq} {place}" + (f" {step}" if step else ""))
            case Ghost(steps, lane):
                said.append(f"{lane} hidden {'; '.join(steps)}")
            case Arrow(earlier, later, start, end, assumed, _):
                kind = "only if" if assumed else "after"
                said.append(f"{start}->{end} {kind} {earlier.log}{earlier.seq} {later.log}{later.seq}")
            case Divider(text):
                said.append(f"-- {text[:12]}")
    return said


def test_a_run_that_stops() -> None:
    assert told(two_hosts.PART) == [
        "0 a1 explained take(ann)",
        "0 hidden give(EAST)",
        "None hidden wait()",
        "0 a2 explained sent(m1)",
        "0->1 after a2 b1",
        "1 b1 explained got(m1)",
        "1 b2 unexplained take(bob)",
        "-- What follows",
        "0 a3 after",
        "1 b3 after",
    ]


def test_what_means_nothing_before_the_unexplained_record_stays_before_it() -> None:
    finding = replace(two_hosts.FINDING, event=two_hosts.B[2])
    rows = told(replace(two_hosts.PART, findings=(finding,)))
    assert rows[-4:] == ["1 b2 aside", "1 b3 unexplained take(bob)", "-- What follows", "0 a3 after"]


def test_a_run_to_the_end_with_an_open_order() -> None:
    rows = told(two_hosts.CONFORMS_IF.parts[0])
    assert rows[-4:] == ["0->1 only if a1 b2", "1 b2 explained take(bob)", "1 b3 explained give(WEST)", "0 a3 aside"]


def test_a_trace_without_a_run_is_shown_as_recorded() -> None:
    part = replace(two_hosts.PART, kind=VerdictKind.UNKNOWN, findings=(), explained=())
    rows = [row for row in told(part) if "->" not in row]
    assert rows == [
        "-- No run is to",
        *(f"{lane} {log}{n} aside" for n in (1, 2, 3) for lane, log in ((0, "a"), (1, "b"))),
    ]


def test_a_part_of_one_host_is_drawn_among_the_records_of_the_others() -> None:
    whole = two_hosts.EXPLAINED
    part = replace(two_hosts.PART, host="WEST", explained=(("hide()", None), ("got(m1)", two_hosts.B[0])))
    rows = told(part, replace(two_hosts.VIOLATES, parts=(part, whole)))
    assert rows[:5] == ["0 a1 aside", "0 a2 aside", "0 a3 aside", "1 hidden hide()", "0->1 after a2 b1"]


def test_trouble_at_the_end_is_told_at_the_end() -> None:
    finding = replace(two_hosts.FINDING, event=None, message="at their end bob has it")
    assert told(replace(two_hosts.EXPLAINED, findings=(finding,)))[-1] == "-- at their end"


def test_times_are_shown_as_fine_as_they_are() -> None:
    assert clock(1_700_000_000_250_000_000) == "22:13:20.25"
    assert clock(None) == ""
    assert day(1_700_000_000_250_000_000) == "2023-11-14"
    assert day(10**30) == ""


# ------------------------------------------------------------------------------------------------------ many, and much


def test_many_recordings_have_an_index_and_the_first_are_told_in_full() -> None:
    recordings = [Recording(replace(two_hosts.CONFORMS, trace=f"n{n}"), None, ()) for n in range(MANY + 2)]
    found = read(page(*recordings))
    inert(found)
    assert f"The first {MANY} are told in full on this page" in found.text
    assert sum(tag == "article" for tag, _ in found.tags) == MANY
    assert f"n{MANY + 1}" in found.text


def test_the_index_says_what_was_expected_and_what_was_left() -> None:
    expected = Expected(VerdictKind.CONFORMS)
    wrong = Recording(two_hosts.VIOLATES, expected, ("expected conforms, got violates",))
    text = read(page(wrong, *two_hosts.alone(two_hosts.CONFORMS), not_judged=7)).text
    assert "not as expected" in text
    assert "expected conforms, got violates" in text
    assert "7 more were not judged" in text


def test_five_hundred_records_stay_under_half_a_megabyte() -> None:
    events = tuple(
        Event("a", n, "OID_OF_AVERAGE_LENGTH", {"PortId": n, "NicName": "VM1--N1", "Flag": False}, time=n * 10**9,
              origin=Origin("some/folder/of/recordings/one-of-average-length.jsonl", n + 1))
        for n in range(1, 501)
    )  # fmt: skip
    part = replace(
        two_hosts.EXPLAINED, explained=tuple((f"take(HOST-A, VM1--N1, {n})", e) for n, e in enumerate(events))
    )
    verdict = replace(two_hosts.CONFORMS, parts=(part,), events=500, logs=(Log("a", "A", "oid", events),))
    text = page(*two_hosts.alone(verdict))
    assert len(text.encode()) < 450_000
    assert text.count('<li class="box') == 500
