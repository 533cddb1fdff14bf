"""What the proof of each property rests on, and what breaks it when taken away: data, and lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from checker import __version__
from checker.explore.cuts import Cuts, guard_rules
from checker.language.core import PropertyKind
from checker.language.lower import lower
from checker.language.protocol import Protocol
from checker.model.scope import Scope
from checker.prove.answers import Proofs
from checker.prove.cores import Cores, Used
from checker.prove.loosened import Element, Part
from checker.report.explored import RunView, clean_row, run_view, scope_words, shortened
from checker.report.page import BAD, DOUBT, GOOD, NAME, QUIET, STRONG, Line, labelled, line
from checker.report.plain import written
from checker.report.rules import PageView
from checker.report.text import clean, listed, plural

MOST_RULES, MOST_LEMMAS, MOST_CUTS = 10, 4, 5  # that one line tells; `--json` and `--property` have them all


@dataclass(frozen=True, slots=True)
class ElementView:
    """One thing that a proof may rest on: a guard, what an outcome does to one family of cells, or an invariant."""

    part: Part
    what: str
    text: str
    rules: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class CutView:
    """Rules without which the property fails in the scope, while with any one of them it holds as far as was seen."""

    rules: tuple[str, ...]
    steps: int | None
    witness: RunView | None


@dataclass(frozen=True, slots=True)
class NeedsRow:
    """One property. `sets` and `always` are numbers of `NeedsView.elements`: minimal sets, and what is in all of them.

    `complete` is whether there are no other minimal sets, else `why` says why not. `proved` is false where there is no
    proof to speak of. `open` says why there may be other cuts than these.
    """

    name: str
    kind: PropertyKind
    lemma: bool
    rules: tuple[str, ...]
    proved: bool
    sets: tuple[tuple[int, ...], ...]
    always: tuple[int, ...]
    complete: bool
    minimal: bool
    why: str
    broken: bool
    cuts: tuple[CutView, ...]
    open: str


@dataclass(frozen=True, slots=True)
class RuleNeed:
    """A rule that guards cite: the properties whose proofs cannot do without it, and those that it alone protects.

    `need` is needed, helps (in some proofs, and others do without it), or idle: no proof that is known uses it.
    """

    id: str
    need: str
    pages: tuple[PageView, ...]
    place: str
    proofs: tuple[str, ...]
    protects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeedsView:
    """One protocol. `scope` is where the cuts were looked for, None where nobody looked."""

    protocol: str
    digest: str
    solver: str
    limits: str
    interrupted: bool
    scope: Scope | None
    largest: int
    states: int
    depth: int
    reason: str
    elements: tuple[ElementView, ...]
    properties: tuple[NeedsRow, ...]
    rules: tuple[RuleNeed, ...]


@dataclass(frozen=True, slots=True)
class NeedsDocument:
    """What `switchover needs --json` answers: one table for each protocol."""

    needs: tuple[NeedsView, ...]
    exit: int
    switchover: Literal["needs"] = "needs"
    format: Literal[1] = 1
    version: str = __version__


def needs_view(protocol: Protocol, proofs: Proofs, used: Used, cuts: Cuts | None) -> NeedsView:
    """The minimal sets of the proofs and, where they were looked for, the smallest cuts, as plain data."""
    numbers = {item.key: at for at, item in enumerate(used.elements)}
    cores = {item.property: item for item in used.cores}
    rows = tuple(
        _row(protocol, item.name, item.kind, item.lemma, item.rules, cores.get(item.name), numbers, cuts)
        for item in lower(protocol).properties
        if item.name in {answer.name for answer in proofs.answers}
    )
    return NeedsView(
        protocol.name,
        protocol.digest,
        proofs.solver,
        proofs.limits,
        used.interrupted or proofs.interrupted,
        cuts.scope if cuts is not None else None,
        cuts.largest if cuts is not None else 0,
        cuts.states if cuts is not None else 0,
        cuts.depth if cuts is not None else 0,
        cuts.reason if cuts is not None else "",
        tuple(map(_element, used.elements)),
        rows,
        tuple(_rules(protocol, used, rows)),
    )


def needs_lines(view: NeedsView, *, every: bool) -> Iterator[Line]:
    """A line or two a property; `every` adds the guards and lemmas one by one, and the runs."""
    proved = sum(row.proved for row in view.properties)
    cut = ", stopped by Ctrl-C" if view.interrupted else ""
    yield line((view.protocol, STRONG), f": what {plural(proved, 'proof')} for any number rest on{cut}")
    yield labelled("solver", f"{view.solver}, {view.limits}")
    if view.scope is not None:
        seen = (
            f"all {view.states:,} states"
            if not view.reason
            else f"every run of up to {view.depth} steps, then {view.reason}"
        )
        yield labelled(
            "without", f"up to {plural(view.largest, 'rule')}, in scope {clean(scope_words(view.scope))}: {clean(seen)}"
        )
    told = [row for row in view.properties if every or (not row.lemma and (row.proved or row.cuts or row.broken))]
    width = max((len(row.name) for row in told), default=0)
    for row in told:
        yield from _lines(view, row, width, every)
    rest = [row.name for row in view.properties if row not in told and not row.lemma]
    if rest:
        yield labelled("nothing", f"is known of what these rest on: {', '.join(rest)}")
    lemmas = sum(row.lemma for row in view.properties)
    if lemmas and not every:
        yield labelled("lemmas", f"{plural(lemmas, 'lemma')} more: --json, or --property NAME, has them")
    if every:
        for rule in (rule for rule in view.rules if rule.need == "needed"):
            pages = "  ".join(f"{page.name} {page.url}".strip() for page in rule.pages)
            yield line(
                "  ", ("rule ", QUIET), (rule.id, NAME), f"  {clean(rule.place)}", (f"  {clean(pages)}", QUIET), hang=10
            )
        return
    for need, words in _NEED.items():
        ids = [rule.id for rule in view.rules if rule.need == need]
        if ids:
            yield labelled(need, f"{plural(len(ids), 'rule')} {words}: {' '.join(ids)}")


_NEED = {
    "needed": "without which some proof fails",
    "helps": "in some proofs, which can do without",
    "idle": "that no proof uses",
}


def _lines(view: NeedsView, row: NeedsRow, width: int, every: bool) -> Iterator[Line]:
    kind = "lemma" if row.lemma else row.kind.value
    said, style = ("proved", GOOD) if row.proved else ("", QUIET)
    yield line(
        "  ", (said.ljust(8), style), (kind.ljust(10), QUIET), (row.name.ljust(width), NAME),
        f"  {_rests(view, row)}", hang=22,
    )  # fmt: skip
    if every:
        for at in row.always:
            item = view.elements[at]
            words = clean(f"{item.what}  {item.text}".strip())
            yield line("          ", (item.part.ljust(7), QUIET), words, (f"  {clean(item.place)}", QUIET), hang=17)
    if row.broken:
        yield line("          ", ("fails in the scope with all rules", BAD))
    if row.cuts:
        told = [
            f"{' + '.join(cut.rules)} ({plural(cut.steps, 'step')})" if cut.steps is not None else " + ".join(cut.rules)
            for cut in row.cuts
        ]
        yield line(
            "          ", ("broken without ", BAD), listed(told, len(told) if every else MOST_CUTS, "; "), hang=25
        )
    if every:
        for cut in row.cuts:
            if cut.witness is not None:
                yield line("          ", (f"without {' '.join(cut.rules)}", QUIET))
                for text in shortened(cut.witness.text):
                    yield line("          ", clean_row(text))
    if row.open and (every or not view.reason):
        yield line("          ", (f"there may be others: {clean(row.open)}", DOUBT))


def _rests(view: NeedsView, row: NeedsRow) -> str:
    if not row.proved:
        return ""
    items = [view.elements[at] for at in row.always]
    rules = list(dict.fromkeys(rule for item in items if item.part is Part.GUARD for rule in item.rules))
    guards = sum(item.part is Part.GUARD for item in items)
    outcomes = len({item.what.partition(" sets ")[0] for item in items if item.part is Part.EFFECT})
    lemmas = [item.what for item in items if item.part is Part.LEMMA]
    parts = [
        f"rests on {plural(guards, 'guard')} ({listed(rules, MOST_RULES, ' ')})"
        if rules
        else f"rests on {plural(guards, 'guard')}"
    ]
    parts.append(plural(outcomes, "outcome"))
    if lemmas:
        parts.append(listed(lemmas, MOST_LEMMAS))
    if len(row.sets) > 1 or not row.complete:
        parts.append(f"and one of {len(row.sets)} ways on" + ("" if row.complete else f", or more ({row.why})"))
    return ", ".join(parts)


# -------------------------------------------------------------------------------------------------------------- views


def _element(item: Element) -> ElementView:
    match item.part:
        case Part.GUARD:
            what = f"{item.action}.{item.moment}" if item.moment else item.action
            return ElementView(item.part, what, " ".join(written(item.span).split()), item.rules, item.span.place)
        case Part.EFFECT:
            what = f"{item.action}.{item.moment} sets {item.cell}"
            return ElementView(item.part, what, "", item.rules, item.span.place)
        case Part.LEMMA:
            return ElementView(item.part, item.key, "", item.rules, item.span.place)


def _row(
    protocol: Protocol,
    name: str,
    kind: PropertyKind,
    lemma: bool,
    rules: tuple[str, ...],
    core: Cores | None,
    numbers: dict[str, int],
    cuts: Cuts | None,
) -> NeedsRow:
    found = [cut for cut in cuts.cuts if cut.property == name] if cuts is not None else []
    shown = []
    for cut in found:
        run = cut.answer.witness if cut.answer is not None else None
        view = run_view(protocol, run, f"{name}_fails") if run is not None else None
        shown.append(CutView(cut.rules, len(run.steps) if run is not None else None, view))
    shown.sort(key=lambda cut: (len(cut.rules), cut.steps if cut.steps is not None else 1 << 30))
    return NeedsRow(
        name,
        kind,
        lemma,
        rules,
        core is not None and bool(core.sets),
        tuple(tuple(numbers[key] for key in keys) for keys in core.sets) if core is not None else (),
        tuple(numbers[key] for key in core.always) if core is not None else (),
        core is not None and core.complete,
        core is None or core.minimal,
        core.why if core is not None else "",
        cuts is not None and name in cuts.broken,
        tuple(shown),
        dict(cuts.unknown).get(name, "") if cuts is not None else "nobody looked",
    )


def _rules(protocol: Protocol, used: Used, rows: Sequence[NeedsRow]) -> Iterator[RuleNeed]:
    """Lemmas are there for the proofs of others: what only they need counts with those."""
    urls = {page.name: page.title for page in protocol.pages}
    known = protocol.rules_by_id()
    guards = {at: item.rules for at, item in enumerate(used.elements) if item.part is Part.GUARD}
    for rule in guard_rules(protocol):
        real = [row for row in rows if not row.lemma]
        proofs = [row.name for row in real if any(rule in guards.get(at, ()) for at in row.always)]
        some = any(rule in guards.get(at, ()) for row in real for found in row.sets for at in found)
        protects = tuple(row.name for row in rows if any(cut.rules == (rule,) for cut in row.cuts))
        pages = tuple(PageView(name, urls.get(name, "")) for name in known[rule].pages)
        need = "needed" if proofs else "helps" if some else "idle"
        yield RuleNeed(rule, need, pages, known[rule].span.place, tuple(proofs), protects)
