"""The rival stories of a trace that no run explains, each with its price, its run and what would decide for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

from checker.language.types import type_of
from checker.model.ground import Ground
from checker.trace.binding import Binding
from checker.trace.conform import Case
from checker.trace.event import Event
from checker.trace.evidence import apart, further_records, possible
from checker.trace.explain import Culprit, forced
from checker.trace.prices import Cause, price, violation
from checker.trace.search import MISSING, Node
from checker.trace.skewed import Skewed, skewed
from checker.trace.suppose import Supposition, suppositions
from checker.trace.trial import Path, Supposing, Trial, Trials, joined, run_along
from checker.trace.verdict import Blocked, Story, StoryKind
from checker.trace.words import Words
from checker.trace.world import World

SECONDS = 10.0  # for all stories of one event, should the nodes take that long
NODES = 15_000  # for all of them
FEW, MANY = 250, 3000  # nodes spent on a supposition: at first, and where it gets further or is likely
EACH = 2  # stories of one kind
MOST = 8  # stories
CLOCK_NODES = 40_000  # for the story of the clocks: the whole trace is searched several times
LATER = "; for what comes later no run was found"
ADMITTED = (Cause.TWICE_ALLOWED, Cause.LATE_ALLOWED)


@dataclass(frozen=True, slots=True)
class Stories:
    """The stories, cheapest first. `untried` is how many suppositions there was no time to try; `admitted` is a story
    that the log's own source says may happen, so that nothing need have gone wrong.
    """

    found: tuple[Story, ...]
    untried: int = 0
    admitted: Story | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A supposition with the run that was found for it; `whole`: it explains the trace to its end."""

    supposition: Supposition
    trial: Trial
    path: Path
    world: World
    whole: bool


def stories(case: Case, words: Words, found: Culprit, blocked: tuple[Blocked, ...]) -> Stories:
    """What may have happened. The story that the rule was broken is always among them."""
    return _Teller(case, words, found, blocked).tell()


class _Teller:
    def __init__(self, case: Case, words: Words, found: Culprit, blocked: tuple[Blocked, ...]) -> None:
        self.words, self.found, self.blocked = words, found, blocked
        self.trials = Trials(case, NODES)
        self.case = self.trials.case
        self.clocks = Trials(case, CLOCK_NODES)
        self.until = monotonic() + SECONDS
        self.whole = sum(case.search.lengths)
        self.world = self.trials.world(found.block.world)
        self.waived = self._waived()
        # Where the trace goes wrong again later even if this is let pass, a story need only get as far as that.
        self.goal = self.waived.furthest
        self.first = frozenset(node for node, _ in case.search.path(found.block.node))

    def tell(self) -> Stories:
        found: list[Story] = [self._violation()]
        next_if_broken = possible(
            self.case, self.words, self.world, self._end(self.waived, forced(self.case, self.found.block))
        )
        untried = 0
        admitted: Story | None = None
        clocks = skewed(self.clocks, self.whole, self.found.block.node[1])
        if clocks is not None:
            found.append(self._clocks(clocks))
        for supposition in suppositions(self.case, self.words, self.found):
            amount = price(*supposition.causes)
            same = [story for story in found if story.kind is supposition.kind]
            if len(same) >= EACH and all(story.price <= amount for story in same):
                continue
            if supposition.lost > 1 and any(story.price < amount + price(Cause.LOSS_BESIDE) for story in same):
                continue  # fewer will do
            if self.trials.nodes <= 0 or monotonic() > self.until:
                untried += 1
                continue
            told = self._explained(supposition)
            if told is not None:
                found.append(self._told(told, next_if_broken))
                if admitted is None and supposition.causes[0] in ADMITTED and told.whole:
                    admitted = found[-1]
        return Stories(_ranked(found), untried, admitted)

    # ------------------------------------------------------------------------------------------------------ violation

    def _waived(self) -> Trial:
        """The search from behind the event, as if nothing had been in its way."""
        trial = self.trials.trial(MANY)
        self.trials.explores(trial, self.world, forced(self.case, self.found.block))
        return trial

    def _violation(self) -> Story:
        block = self.found.block
        rules = self.case.protocol.rules_by_id()
        causes: list[Cause] = []
        for each in self.blocked or (Blocked((), "", ""),):
            causes.append(violation(rules[rule].duty for rule in each.rules if rule in rules))
        causes.sort(key=price, reverse=True)
        cited = list(dict.fromkeys(rule for each in self.blocked for rule in each.rules))
        against = f", against {' '.join(cited)}" if cited else ""
        whole = self.waived.ended is not None
        told = f"{self.words.event(self.found.event)} happened just so{against}{'' if whole else LATER}"
        evidence = () if block.number is None else further_records(self.case, self.world, block.number)
        amount = _price((causes[0], *(Cause.CONDITION,) * (len(causes) - 1)), whole=whole)
        return Story(StoryKind.VIOLATION, amount, told, evidence)

    def _end(self, trial: Trial, otherwise: Node) -> Node:
        """Where a search got to: its end, else the furthest of its nodes."""
        if trial.ended is not None:
            return trial.ended
        return max(trial.taken, key=lambda node: sum(node[1]), default=otherwise)

    # ----------------------------------------------------------------------------------------------------- suppositions

    def _explained(self, supposition: Supposition) -> Told | None:
        """The run of a supposition, from one of the nodes before it to the end of the trace.

        If there is none: one that gets as far as the trace does with the event let pass, where that is not to the end.
        """
        longer = sum(map(len, supposition.sequence)) - self.whole
        beyond, goal = sum(self.found.block.node[1]) + longer, self.goal + longer
        trial = self.trials.trial(MANY if supposition.likely else FEW, supposition.sequence)
        for world, root in self.trials.roots(supposition.log, supposition.position, self.first):
            if supposition.readings:
                world = Supposing(world, supposition.readings)
            done = self.trials.explores(trial, world, root)
            if not done and trial.furthest > beyond and trial.budget.nodes < MANY:
                # It gets further than the trace did as it is: worth more.
                trial = self.trials.trial(MANY, supposition.sequence)
                done = self.trials.explores(trial, world, root)
            if done or trial.budget.spent >= trial.budget.nodes or monotonic() > self.until:
                break
        whole = trial.ended is not None
        if trial.best is None or not (whole or (self.waived.ended is None and trial.furthest >= goal)):
            return None
        world = trial.taken[trial.best].world
        return Told(supposition, trial, joined(self.case, trial, trial.best), world, whole)

    def _told(self, found: Told, broken: dict[str, str]) -> Story:
        run_along(self.case, found.path)
        supposition = found.supposition
        lost = [taken.number for node, taken in found.path if self._missing(found, node, taken.logs)]
        told, decisive = supposition.told, [*lost]
        causes = supposition.causes
        if supposition.lost:
            told, causes = self._lost(found, lost)
        elif supposition.readings:
            told, decisive = self._doubted(found)
        end = found.path[-1][0]
        evidence = [each for number in decisive[:1] for each in further_records(self.case, found.world, number)]
        if supposition.kind is StoryKind.TWICE:
            evidence.append("for this: both have one number, or one time, where they were written")
        if supposition.kind is StoryKind.LATE:
            evidence.append("for this: their times, if the clock that wrote them can be trusted")
        evidence += apart(possible(self.case, self.words, found.world, end), broken)
        return Story(
            supposition.kind,
            _price(causes, whole=found.whole),
            told + ("" if found.whole else LATER),
            tuple(evidence),
            tuple(self._path_words(found.path, found.trial)),
        )

    def _missing(self, found: Told, node: Node, logs: tuple[int, ...]) -> bool:
        return any(found.trial.sequence[log][node[1][log] - 1] == MISSING for log in logs)

    def _lost(self, found: Told, lost: list[int]) -> tuple[str, tuple[Cause, ...]]:
        supposition = found.supposition
        log = supposition.log
        steps = [self._step(found, number) for number in lost]
        position, row = supposition.position, self.case.search.sequence[log]
        beside = supposition.about
        where = f"before {self.words.event(beside)}" if beside is not None and position < len(row) else "at the end"
        action = found.world.action(self.case.machine.grounds[lost[0]]) if lost else None
        allowed = action is not None and self._may_lose(log, action.name)
        name = self.case.views[log].log.name
        told = f"{' and '.join(steps)} happened {where}, and {name} lacks the record of it"
        first = Cause.LOSS_ALLOWED if allowed else Cause.LOSS
        return told, (first, *supposition.causes[1:])

    def _may_lose(self, log: int, action: str) -> bool:
        view = self.case.views[log]
        return view.log.recorded is not None or action in view.reader.source.may_lose

    def _step(self, found: Told, number: int) -> str:
        at = next((at for at, (_, taken) in enumerate(found.path) if taken.number == number), 0)
        return self.words.step(self.case.machine.grounds[number], self._binding(found.path, at))

    def _binding(self, path: Path, at: int) -> Binding:
        met = self.case.shared.bindings.met
        before = met[path[max(0, at - 1)][0][2]]
        return Binding.of({**before.named, **met[path[at][0][2]].named}, {})

    def _doubted(self, found: Told) -> tuple[str, list[int]]:
        """What the doubted record would have had to say, read off the step that the run takes for it."""
        supposition = found.supposition
        assert supposition.about is not None
        said = self.words.event(supposition.about)
        for at, (node, taken) in enumerate(found.path):
            for log in taken.logs:
                spot = log, found.trial.sequence[log][node[1][log] - 1]
                if log == supposition.log and spot in supposition.readings:
                    ground = self.case.machine.grounds[taken.number]
                    later = len(supposition.readings) > 1
                    if supposition.what == "status":
                        told = f"{said} says {supposition.about.status}, and the outcome was {ground.moment.moment}"
                    else:
                        binding = self._binding(found.path, at)
                        told = self._otherwise(found, spot, ground, said, later=later, binding=binding)
                    return told, [taken.number]
        return f"{said} is not to be believed", []

    def _otherwise(
        self, found: Told, spot: tuple[int, int], ground: Ground, said: str, *, later: bool, binding: Binding
    ) -> str:
        name = found.supposition.what
        view = self.case.views[spot[0]]
        text = view.text(view.events[spot[1]].event, name)
        onward = " from here on" if later else ""
        for reading in view.events[spot[1]].readings:
            for field in reading.fields:
                values = field.values or ()
                action = reading.action
                if field.name != name or action.name != ground.moment.action:
                    continue
                if not all(found.world.meanings.settled(action, value) for value in values):
                    continue
                numbers = tuple(found.world.meanings.value(action, value, ground.args) for value in values)
                live = next(
                    (key[2] for key, (names, _) in binding.named.items() if key[0] == name and names == numbers), None
                )
                if live is not None and live != text:
                    return f"{said} says {name} {text}{onward}, and {live} would be right"
                told = ", ".join(self.words.value(type_of(value), n) for value, n in zip(values, numbers, strict=True))
                return f"{said} says {name} {text}{onward}, and it was {told}"
        return f"{said} says {name} {text}{onward}, and it was something else"

    # ----------------------------------------------------------------------------------------------------------- clocks

    def _clocks(self, found: Skewed) -> Story:
        run_along(self.case, found.path)
        cause = Cause.CLOCKS_LITTLE if found.excess <= found.stated else Cause.CLOCKS
        one, other = found.earlier.log, found.later.log
        least = "or more" if found.exact else "(less may do: not every amount was tried)"
        told = (
            f"the clocks of {one} and {other} differ by {_milliseconds(found.stated + found.excess)} {least}, where "
            f"{_milliseconds(found.stated)} is stated: {self.words.event(found.earlier)} came before "
            f"{self.words.event(found.later)}"
        )
        evidence = (
            f"for this: by how much the clocks of {one} and {other} differed at the time",
            f"against this: a message, recorded at both ends, that puts {self.words.event(found.later)} first",
        )
        return Story(StoryKind.CLOCKS, price(cause), told, evidence, tuple(self._path_words(found.path, found.trial)))

    # ------------------------------------------------------------------------------------------------------------ steps

    def _path_words(self, path: Path, trial: Trial) -> Iterator[tuple[str, Event | None]]:
        if self.case.starts.anywhere:
            _, before = self.case.starts.steps_to(path[0][0][0])
            yield f"the logs begin where {len(before)} steps led", None
        for at, (node, taken) in enumerate(path[1:], 1):
            said = self.words.step(self.case.machine.grounds[taken.number], self._binding(path, at))
            events = [trial.sequence[log][node[1][log] - 1] for log in taken.logs]
            known = [(log, event) for log, event in zip(taken.logs, events, strict=True) if event != MISSING]
            if known:
                yield said, self.case.views[known[0][0]].events[known[0][1]].event
            else:
                yield (f"{said}, its record is missing" if events else said), None


def _price(causes: tuple[Cause, ...], *, whole: bool) -> int:
    """What the causes cost, and what is left over if they do not explain the trace to its end."""
    return price(*causes) + (0 if whole else price(Cause.MORE))


def _milliseconds(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e6:,.6f}".rstrip("0").rstrip(".") + " ms"


def _ranked(found: list[Story]) -> tuple[Story, ...]:
    """The cheapest first, a broken rule before others of its price; few of each kind, and each told once."""
    order = sorted(found, key=lambda story: (story.price, story.kind is not StoryKind.VIOLATION))
    kept: dict[str, Story] = {}
    for story in order:
        if sum(other.kind is story.kind for other in kept.values()) < EACH:
            kept.setdefault(story.told, story)
    few = list(kept.values())[:MOST]
    if not any(story.kind is StoryKind.VIOLATION for story in few):
        few[-1:] = [story for story in order if story.kind is StoryKind.VIOLATION]
    return tuple(few)
