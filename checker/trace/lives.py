"""The lives of ids in one log: all events of one life are about the same individuals, which settles many a choice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from checker.language.protocol import BEGIN, Bind
from checker.trace.binding import Key, Names
from checker.trace.candidates import Candidates
from checker.trace.shared import Candidate
from checker.trace.view import Seen, View, fails, succeeds


@dataclass(slots=True, eq=False)
class Life:
    """One life of an id: the events that mention it, and what individuals all of them allow."""

    sure: bool
    opening: bool
    events: list[int] = field(default_factory=list)
    allowed: frozenset[Names] | None = None


class Lives:
    """The lives of ids in one log, found from the candidates of its events."""

    def __init__(self, reads: Candidates, view: View, raw: Sequence[tuple[Candidate, ...]]) -> None:
        self.reads, self.view, self.raw = reads, view, raw
        self.lives: dict[tuple[int, Key], Life] = {}
        current: dict[Key, Life] = {}
        for at, seen in enumerate(view.events):
            for bind in reads.frame.ids.values():
                self._follow(at, seen, bind, current)
        for life in {id(life): life for life in self.lives.values()}.values():
            self._allow(life)

    def ordered(self) -> Iterator[tuple[Candidate, ...]]:
        """For each event its candidates, likely ones first, each with what is known of it."""
        for at, candidates in enumerate(self.raw):
            judged = [self._judged(at, candidate) for candidate in candidates]
            yield tuple(sorted(judged, key=lambda candidate: not candidate.likely))

    def _follow(self, at: int, seen: Seen, bind: Bind, current: dict[Key, Life]) -> None:
        text = self.view.text(seen.event, bind.field)
        readings = [r for r in seen.readings if any(f.name == bind.field for f in r.fields)]
        if text is None or not readings:
            return
        key = bind.field, "" if bind.per is None else self.view.log.host, text
        starts = all(r.action.name in bind.starts for r in readings)
        begins = starts and all(r.moment == BEGIN for r in readings)
        refused = starts and all(fails(r.action, r.moment) for r in readings)
        over = all(r.action.name in bind.ends and succeeds(r.action, r.moment) for r in readings)
        life = current.get(key)
        if starts and not (life is not None and life.opening and not begins):
            life = None
        if life is None:
            exact = self.reads.exact(self.view, bind)
            if exact and not starts:
                return  # an id that no record gave: it says nothing about other events
            life = current[key] = Life(exact and self.reads.ends_seen(self.view, bind), begins)
        life.opening = begins
        life.events.append(at)
        self.lives[at, key] = life
        if over or refused:
            current.pop(key, None)

    def _allow(self, life: Life) -> None:
        for at in life.events:
            named = {
                mention.names
                for candidate in self.raw[at]
                for mention in self.reads.shared.bindings.changes[candidate.change].mentions
                if self.lives.get((at, mention.key)) is life
            }
            life.allowed = frozenset(named) if life.allowed is None else life.allowed & named

    def _judged(self, at: int, candidate: Candidate) -> Candidate:
        likely, doomed = True, False
        for mention in self.reads.shared.bindings.changes[candidate.change].mentions:
            life = self.lives.get((at, mention.key))
            if life is not None and life.allowed and mention.names not in life.allowed:
                likely = False
                doomed = doomed or life.sure
        return candidate if likely else replace(candidate, likely=likely, doomed=doomed)
