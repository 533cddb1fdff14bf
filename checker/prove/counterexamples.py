"""Why properties are not proved, with a counterexample wherever there is one to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product

from checker.language.protocol import Protocol, Value
from checker.prove.answers import Counterexample, Fails, Settings, Unknown
from checker.prove.decode import Decoder, decode, in_order_of_appearance
from checker.prove.encode import Encoding
from checker.prove.induction import Failure, Induction, Part, Trouble
from checker.prove.queries import Undecided
from checker.prove.smallest import smallest

MOST_OF_A_SORT = 3
MOST_WORLDS = 12


class Finder:
    """Finds a counterexample for each property whose induction failed, as small as it can."""

    def __init__(
        self, protocol: Protocol, induction: Induction, settings: Mapping[str, Value], without: frozenset[str]
    ) -> None:
        self._protocol = protocol
        self._induction = induction
        self._settings = settings
        self._without = without
        self._found: dict[str, tuple[Part, Counterexample]] = {}
        self._unshown: dict[str, str] = {}

    def run(self, wanted: Sequence[str]) -> None:
        """Look for one for each property that has a failure to show. Raises KeyboardInterrupt, Unconfirmed."""
        for goal in wanted:
            for failure in _to_show(self._induction.failures.get(goal, ())):
                try:
                    self._found[goal] = failure.part, self._look(goal, failure)
                    break
                except Undecided as problem:
                    self._unshown.setdefault(goal, str(problem))

    def judgement(self, goal: str, failures: Sequence[Failure], settings: Settings) -> Fails | Unknown:
        """The answer for a property that is not proved for every setting."""
        part, found = self._found.get(goal, (None, None))
        if found is not None and found.step is None:
            return Fails(found, settings)
        moments = self._induction.encoding.core.moments
        steps = [f.part for f in failures if f.trouble is Trouble.STEP] + [part]
        return Unknown(
            reason=self._reason(goal, failures),
            counterexample=found,
            broken_by=tuple((moments[at].action, moments[at].moment) for at in dict.fromkeys(steps) if at is not None),
            settings=settings,
        )

    def _look(self, goal: str, failure: Failure) -> Counterexample:
        if failure.trouble is not Trouble.UNDECIDED:
            return self._find(self._induction, goal, failure.part)
        for sizes in self._small_worlds():
            small = Induction(Encoding(self._induction.encoding.core, sizes, self._settings), self._induction.effort)
            small.refuted = self._induction.refuted
            try:
                return self._find(small, goal, failure.part)
            except Undecided:
                continue
        raise Undecided("and no small world shows it")

    def _find(self, induction: Induction, goal: str, part: Part) -> Counterexample:
        query, happening, false, chosen = induction.question(goal, part)
        assumed = induction.assumed(part, again=False)
        if part is not None and goal in self._induction.refuted:  # to be shown where the start does not break it
            outside = induction.regions.outside(self._induction.refuted[goal])
            false = induction.encoding.vocabulary.boolean(induction.encoding.now.and_([false, outside]))
        small = smallest(query, induction.encoding, assumed, false)
        named = [*(happening.chosen if happening is not None else ()), *chosen]
        individuals = in_order_of_appearance(small.model, small.individuals, named)
        decoder = Decoder(induction.encoding, small.model, individuals)
        # What is refuted for some settings was assumed for the others; that part the reference is not asked about.
        everywhere = [name for name in assumed if name not in self._induction.refuted]
        return decode(self._protocol, goal, decoder, induction.encoding, happening, chosen, everywhere, self._without)

    def _small_worlds(self) -> Iterator[dict[str, int]]:
        """Sizes of the open sorts, the smallest worlds first."""
        sorts = self._induction.encoding.vocabulary.open_sorts
        sizes = sorted(product(range(1, MOST_OF_A_SORT + 1), repeat=len(sorts)), key=sum) if len(sorts) < 9 else []
        return (dict(zip(sorts, chosen, strict=True)) for chosen in islice(sizes, MOST_WORLDS))

    def _reason(self, goal: str, failures: Sequence[Failure]) -> str:
        if goal in self._found:
            return f"not inductive: {self._moment(self._found[goal][0])} may break it"
        first = next(iter(_to_show(failures)), failures[0])
        moment = self._moment(first.part)
        unshown = f" (no counterexample to show: {self._unshown[goal]})" if goal in self._unshown else ""
        match first.trouble:
            case Trouble.START:
                return f"an initial state may break it{unshown}"
            case Trouble.STEP:
                return f"not inductive: {moment} may break it{unshown}"
            case Trouble.LEANS:
                names = ", ".join(f"`{name}`" for name in first.on) or "invariants that are not proved"
                return f"inductive only together with {names}, not proved"
            case Trouble.UNDECIDED:
                return f"at {moment}: {first.reason}"

    def _moment(self, part: Part) -> str:
        if part is None:
            return "the initial states"
        moment = self._induction.encoding.core.moments[part]
        return f"{moment.action}.{moment.moment}"


def _to_show(failures: Sequence[Failure]) -> tuple[Failure, ...]:
    """The failures to find a counterexample for: an initial state first, then a step, then where z3 did not know."""
    order = (Trouble.START, Trouble.STEP, Trouble.UNDECIDED)
    return tuple(failure for trouble in order for failure in failures if failure.trouble is trouble)
