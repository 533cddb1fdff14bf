"""Whether the definitions of a certificate mean what the text says: each is compared with what the reference says.

Both sides are evaluated, the SMT-LIB term by `evaluate` and the typed tree by the reference, in worlds with one
individual of each sort, with two, and with one to three. A difference refuses the certificate; no difference is
evidence, not proof, and the answer says how many states it rests on. The proof is the solver's, about the second
translation of `translate`; here is what holds both translations to the definition (translation validation: Pnueli,
Siegel, Singerman, TACAS 1998).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from checker.language.protocol import Expr, Protocol, Type, Value
from checker.model.reference import Conflict, Location, OutOfRange, Reference, State
from checker.model.run import Step
from checker.model.scope import Scope
from checker.model.symbols import symbol
from checker.verify.evaluate import Function, Meaningless, World
from checker.verify.outline import Family, Moment, Outline
from checker.verify.script import Definition, Refused, Script, Section
from checker.verify.text import Term
from checker.verify.worlds import Choices, Compare, Drawn, Draws, every, some

MOST_STATES = 64  # of one definition in the smallest world, before they are drawn
DRAWN = 16  # states of one definition in each larger world
LARGER = 1  # worlds with one to three individuals of each sort, besides those with one and with two


@dataclass(slots=True)
class Validation:
    """How much was compared. `whole` definitions were compared in every state of the smallest world."""

    seed: int
    definitions: int = 0
    whole: int = 0
    states: int = 0


class Different(Exception):
    """A state in which the two sides differ: what they say there."""


@dataclass(frozen=True, slots=True)
class _Place:
    """One finite world to compare in."""

    reference: Reference
    fixed: Mapping[str, Value]
    outline: Outline

    def values(self, type_: Type) -> tuple[Value, ...]:
        return self.reference.values(type_)

    def world(self, state: State, others: Mapping[str, Function]) -> World:
        """The words of a script in a state; `others` are those that only one section has."""
        members: dict[str, Function] = {name: _always(at) for name, at in self.outline.members.items()}
        families = {name: _reading(state, family) for name, family in self.outline.families.items()}
        sizes = {symbol(sort): size for sort, size in self.reference.sizes.items()}
        return World(sizes, {**members, **families, **others})


def validate(
    protocol: Protocol,
    script: Script,
    outline: Outline,
    settings: Mapping[str, Value],
    without: Sequence[str],
    seed: int,
    progress: Callable[[str], None] | None = None,
) -> Validation:
    """Compares every definition with the text. Raises Refused."""
    return _Comparing(protocol, script, outline, settings, without, seed, progress).run()


@dataclass
class _Comparing:
    protocol: Protocol
    script: Script
    outline: Outline
    settings: Mapping[str, Value]
    without: Sequence[str]
    seed: int
    progress: Callable[[str], None] | None
    done: Validation = field(init=False)
    places: list[_Place] = field(init=False)

    def __post_init__(self) -> None:
        self.done = Validation(self.seed)
        chance = Random(f"{self.seed} sizes")
        sorts = [sort.name for sort in self.protocol.sorts if sort.members is None]
        sizes = [[1 for _ in sorts], [2 for _ in sorts]] + [
            [chance.randint(1, 3) for _ in sorts] for _ in range(LARGER)
        ]
        scopes = (
            Scope("", tuple(zip(sorts, size, strict=True)), settings=tuple(self.settings.items()),
                  without=frozenset(self.without))
            for size in sizes
        )  # fmt: skip
        references = [Reference(self.protocol, scope) for scope in scopes]
        self.places = [_Place(reference, self.settings, self.outline) for reference in references]

    def run(self) -> Validation:
        assumptions = {f"{item.name}.assumed": item.formula for item in self.protocol.assumptions}
        for name, made in self.script.given.items():
            self.formula(name, made, assumptions.get(name))
        for name, made in self.script.holds.items():
            self.formula(f"{name}.holds", made, self.outline.invariants[name].formula)
        for section in self.script.sections:
            if section.moment is None:
                self.initial(section)
            else:
                self.moment(section, section.moment)
        return self.done

    # ------------------------------------------------------------------------------------------- one definition each

    def formula(self, name: str, made: Definition, wanted: Expr | None) -> None:
        """A closed formula about one state. None: it is true of every state whose numbers lie in their ranges."""

        def compare(place: _Place, state: Drawn, _: Choices | Draws) -> None:
            meant = True if wanted is None else place.reference.evaluate(wanted, state, {})
            _equal(place.world(state, {}), made.body, {}, meant)

        self.compare(name, made.line, compare)

    def initial(self, section: Section) -> None:
        for name, made in section.becomes.items():
            self.start(name, self.outline.initial[name], made)

    def start(self, name: str, family: Family, made: Definition) -> None:
        declared = next((cell for cell in self.protocol.cells if cell.name == family.name), None)

        def compare(place: _Place, state: Drawn, choices: Choices | Draws) -> None:
            at = _chosen(place, choices, family.index)
            meant: Value = False  # nothing is pending at first
            if declared is not None and declared.initial is not None:
                names = {variable.name: value for variable, value in zip(declared.index, at, strict=True)}
                meant = place.reference.evaluate(declared.initial, state, names)
            first = {f"{n}.first": _reading(state, f) for n, f in self.outline.initial.items()}
            _equal(place.world(state, first), made.body, dict(zip(made.parameters, at, strict=True)), meant)

        self.compare(f"{name}.first", made.line, compare)

    def moment(self, section: Section, moment: Moment) -> None:
        if self.progress is not None:
            self.progress(section.name)
        self.guards(section, moment)
        for name, made in section.becomes.items():
            self.effect(section, moment, moment.touched[name], made)
        for name, obligation in section.obligations.items():
            if name in self.outline.steps:
                self.step_rule(section, moment, name, obligation.line, obligation.goal)

    def guards(self, section: Section, moment: Moment) -> None:
        example = Step(moment.action, moment.moment, tuple(int(self.places[0].values(t)[0]) for t in moment.params))
        wanted = self.places[0].reference.guards(example)
        line = section.commands[-1].line if section.commands else 1
        if len(wanted) != len(section.guards):
            raise Refused(line, f"{section.name} has {len(section.guards)} guards here, and {len(wanted)} in the text")
        for at, (guard, made) in enumerate(zip(wanted, section.guards, strict=True), 1):
            self.guard(section, moment, f"guard {at} of {section.name}", guard.condition, made)

    def guard(self, section: Section, moment: Moment, name: str, condition: Expr, made: Definition) -> None:
        def compare(place: _Place, state: Drawn, choices: Choices | Draws) -> None:
            step = _step(place, choices, moment)
            meant = place.reference.evaluate(condition, state, place.reference.arguments(step))
            _equal(place.world(state, _constants(section, step)), made.body, {}, meant)

        self.compare(name, made.line, compare)

    def effect(self, section: Section, moment: Moment, family: Family, made: Definition) -> None:
        def compare(place: _Place, state: Drawn, choices: Choices | Draws) -> None:
            step, at = _step(place, choices, moment), _chosen(place, choices, family.index)
            try:
                changes = place.reference.changes(step, state)
            except (Conflict, OutOfRange):
                return  # no step has this meaning, so whatever is proved of it is proved of nothing
            location = (family.name, at)
            meant = changes[location] if location in changes else state[location]
            bound = dict(zip(made.parameters, at, strict=True))
            _equal(place.world(state, _constants(section, step)), made.body, bound, meant)

        self.compare(f"{section.name}, what becomes of {family.name}", made.line, compare)

    def step_rule(self, section: Section, moment: Moment, name: str, line: int, goal: Term) -> None:
        rule = self.outline.steps[name]
        touched = {family.name for family in moment.touched.values()}

        def compare(place: _Place, state: Drawn, choices: Choices | Draws) -> None:
            step = _step(place, choices, moment)
            then = _After(state, Drawn(place.reference, choices, self.settings), touched)
            meant = place.reference.step_holds(rule, state, step, then)
            after = {f"{n}.next": _reading(then, family) for n, family in moment.touched.items()}
            _equal(place.world(state, {**_constants(section, step), **after}), goal, {}, meant)

        self.compare(f"{name} of {section.name}", line, compare)

    def compare(self, name: str, line: int, compare: Callable[[_Place, Drawn, Choices | Draws], None]) -> None:
        """Compares in every place. Raises Refused."""

        def in_place(place: _Place) -> Compare:
            return lambda choices: compare(place, Drawn(place.reference, choices, self.settings), choices)

        self.done.definitions += 1
        chance = Random(f"{self.seed} {name}")
        try:
            for number, place in enumerate(self.places):
                count = every(in_place(place), MOST_STATES) if number == 0 else None
                if count is None:
                    count = some(in_place(place), MOST_STATES if number == 0 else DRAWN, chance)
                elif number == 0:
                    self.done.whole += 1
                self.done.states += count
        except Different as difference:
            raise Refused(line, f"{name} is not what the text says: {difference}") from difference
        except (Meaningless, KeyError, TypeError, IndexError) as problem:
            raise Refused(line, f"{name} has no meaning: {problem}") from problem


class _After(dict[Location, Value]):
    """A state after a step that may be any, but for the families that the step does not touch."""

    def __init__(self, before: State, free: State, touched: set[str]) -> None:
        super().__init__()
        self._before = before
        self._free = free
        self._touched = touched

    def __missing__(self, place: Location) -> Value:
        self[place] = (self._free if place[0] in self._touched else self._before)[place]
        return self[place]


# -------------------------------------------------------------------------------------------------------------- helpers


def _equal(world: World, term: Term, bound: Mapping[str, Value], meant: Value) -> None:
    said = world.value(term, bound)
    if said != meant:
        raise Different(f"in some state it is {_word(said)} here, and {_word(meant)} by the text")


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else f"value {value}"


def _chosen(place: _Place, choices: Choices | Draws, types: Sequence[Type]) -> tuple[int, ...]:
    return tuple(int(choices.pick(f"argument {at}", place.values(type_))) for at, type_ in enumerate(types))


def _step(place: _Place, choices: Choices | Draws, moment: Moment) -> Step:
    return Step(moment.action, moment.moment, _chosen(place, choices, moment.params))


def _constants(section: Section, step: Step) -> Mapping[str, Function]:
    return {name: _always(value) for name, value in zip(section.constants, step.args, strict=True)}


def _always(value: Value) -> Function:
    return lambda at: value if not at else _too_many(at)


def _too_many(at: Sequence[Value]) -> Value:
    raise Meaningless(f"something without arguments is given {len(at)}")


def _reading(state: State, family: Family) -> Function:
    return lambda at: state[family.name, tuple(at)]
