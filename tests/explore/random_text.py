"""Random protocol texts full of what symmetry and fairness can get wrong: the same for the same seed.

Two sorts, cells indexed by none, one or two of them, values that are individuals, a const function, pending marks,
faults, optional actions, properties with variables, weak and strong fairness.
"""

from __future__ import annotations

from random import Random

SORTS = ("A", "B")
CELLS = {  # name -> index, type
    "f": (("A",), "bool"),
    "g": (("B",), "Mood"),
    "r": (("A", "B"), "bool"),
    "q": (("A", "A"), "bool"),
    "at": (("B",), "A"),
    "boss": ((), "A"),
    "flag": ((), "bool"),
}
INITIAL = {"bool": ("false",), "Mood": ("low",), "A": (None,)}
MOODS = ("low", "high")


def text(seed: int) -> str:
    return _Text(Random(seed)).text()


def text_with_outlooks(seed: int) -> str:
    """The same text, with more failures, and with fates, harms and goals."""
    made = _Text(Random(seed))
    lines = [made.text().rstrip("\n")]
    lines += [made.action(number, "fault") for number in (7, 8)]
    for number, sorts in enumerate(({"a": "A"}, {"b": "B", "a": "A"})):
        head = f"forall {', '.join(f'{name}: {sort}' for name, sort in sorts.items())}. {made.formula(sorts)} ~>"
        lines += [f"fate end_{number}_{at} {head} {made.formula(sorts)}" for at in range(2)]
        lines.append(f"harm on_the_way_{number} {head} {made.formula(sorts, 1)}")
        without = f" without {made.random.choice(made.actions)}" if made.random.random() < 0.7 else ""
        lines.append(f"goal still_{number} {head} {made.formula(sorts)}{without}")
    return "\n".join(lines) + "\n"


class _Text:
    def __init__(self, random: Random) -> None:
        self.random = random
        names = random.sample(sorted(CELLS), random.randint(2, 4))
        self.actions: list[str] = []
        self.cells = {name: CELLS[name] for name in names}
        self.const = random.random() < 0.4

    def text(self) -> str:
        lines = ['module random "Made at random"', "", "sort A, B", "enum Mood { low, high }"]
        if self.const:
            lines.append("const of(B): A")
        for name, (index, type_) in self.cells.items():
            brackets = f"[{', '.join(index)}]" if index else ""
            initial = self.random.choice(INITIAL[type_])
            lines.append(f"state {name}{brackets}: {type_}" + (f" = {initial}" if initial else ""))
        lines += [self.action(number) for number in range(self.random.randint(2, 4))]
        if self.random.random() < 0.5:
            lines.append(self.action(9, "fault"))
        lines.append(f"invariant always_so forall a: A, b: B. {self.formula({'a': 'A', 'b': 'B'})}")
        lines.append(
            f"step each_step forall a: A, b: B. old({self.formula({'a': 'A', 'b': 'B'})}) implies "
            f"{self.formula({'a': 'A', 'b': 'B'})}"
        )
        lines.append(f"final at_the_end forall a: A. {self.formula({'a': 'A'})}")
        lines.append(f"can come_true forall a: A. {self.formula({'a': 'A'})}")
        lines.append(f"can come_true_for_both forall a: A, b: B. {self.formula({'a': 'A', 'b': 'B'})}")
        for number in range(4):
            sorts = self.random.choice([{"a": "A"}, {"b": "B"}, {"a": "A", "b": "B"}, {}])
            quantified = f"forall {', '.join(f'{name}: {sort}' for name, sort in sorts.items())}. " if sorts else ""
            fair = ", ".join(
                f"{self.random.choice(('', 'strongly '))}{name}" for name in self.actions if self.random.random() < 0.6
            )
            lines.append(
                f"leads to gets_there_{number} {quantified}{self.formula(sorts)} ~> {self.formula(sorts)}"
                + (f" fair {fair}" if fair else "")
            )
        return "\n".join(lines) + "\n"

    def action(self, number: int, kind: str = "") -> str:
        kind = kind or self.random.choice(("action", "action", "action", "optional action"))
        params = self.random.choice([{"a": "A"}, {"b": "B"}, {"a": "A", "b": "B"}, {"a": "A", "c": "A"}])
        name = f"act{number}"
        if kind != "fault":
            self.actions.append(name)
        head = f"{kind} {name}({', '.join(f'{p}: {sort}' for p, sort in params.items())})"
        guard = f"requires {self.formula(params)}"
        if kind == "action" and self.random.random() < 0.25:
            body = f"{guard} begin {{ }} outcome SUCCESS {{ {self.effect(params)} }} outcome NO failure {{ }}"
        elif kind == "action" and self.random.random() < 0.25:
            body = f"{guard} outcome SUCCESS {{ {self.effect(params)} }} outcome NO failure {{ {self.effect(params)} }}"
        else:
            body = f"{guard} {self.effect(params)}"
        return f"{head} {{ {body} }}"

    def effect(self, names: dict[str, str]) -> str:
        chosen = self.random.sample(sorted(self.cells), self.random.randint(1, min(2, len(self.cells))))
        return " ".join(self.assignment(cell, names) for cell in chosen)

    def assignment(self, cell: str, names: dict[str, str]) -> str:
        index, type_ = self.cells[cell]
        terms = [self.individual(sort, names) for sort in index]
        if any(term is None for term in terms):
            loops = {f"l{at}": sort for at, (sort, term) in enumerate(zip(index, terms, strict=True)) if term is None}
            places = [term or f"l{at}" for at, term in enumerate(terms)]
            binders = ", ".join(f"{name}: {sort}" for name, sort in loops.items())
            return f"for {binders} {{ {self.place(cell, places)} := {self.value(type_, names)} }}"
        return f"{self.place(cell, [term or '' for term in terms])} := {self.value(type_, names)}"

    def place(self, cell: str, terms: list[str]) -> str:
        return f"{cell}[{', '.join(terms)}]" if terms else cell

    def value(self, type_: str, names: dict[str, str]) -> str:
        if type_ == "bool":
            return self.random.choice(("true", "false", f"not ({self.formula(names, 1)})"))
        if type_ == "Mood":
            return self.random.choice(MOODS)
        return self.individual("A", names) or "boss"

    def individual(self, sort: str, names: dict[str, str]) -> str | None:
        """A term of the sort, None if the names give none."""
        terms = [name for name, of in names.items() if of == sort]
        if sort == "A":
            terms += ["boss"] * ("boss" in self.cells)
            for name in (name for name, of in names.items() if of == "B"):
                terms += [f"at[{name}]"] * ("at" in self.cells) + [f"of({name})"] * self.const
        return self.random.choice(terms) if terms else None

    def formula(self, names: dict[str, str], depth: int = 2) -> str:
        if depth and self.random.random() < 0.5:
            op = self.random.choice(("and", "or", "implies"))
            return f"({self.formula(names, depth - 1)} {op} {self.formula(names, depth - 1)})"
        if depth and self.random.random() < 0.3:
            sort = self.random.choice(SORTS)
            name = f"v{depth}"
            word = self.random.choice(("forall", "exists"))
            return f"({word} {name}: {sort}. {self.formula({**names, name: sort}, depth - 1)})"
        return f"{self.random.choice(('', 'not '))}{self.atom(names)}"

    def atom(self, names: dict[str, str]) -> str:
        for _ in range(20):
            cell = self.random.choice(sorted(self.cells))
            index, type_ = self.cells[cell]
            terms = [self.individual(sort, names) for sort in index]
            if any(term is None for term in terms):
                continue
            place = self.place(cell, [term or "" for term in terms])
            if type_ == "bool":
                return place
            if type_ == "Mood":
                return f"({place} == {self.random.choice(MOODS)})"
            other = self.individual("A", names)
            if other is not None and other != place:
                return f"({place} == {other})"
        name = next(iter(sorted(self.cells)))
        index, type_ = self.cells[name]
        binders = ", ".join(f"w{at}: {sort}" for at, sort in enumerate(index))
        place = self.place(name, [f"w{at}" for at in range(len(index))])
        body = (
            place if type_ == "bool" else f"{place} == low" if type_ == "Mood" else f"exists z: B. {place} == {place}"
        )
        return f"(exists {binders}. {body})" if index else f"({body})"
