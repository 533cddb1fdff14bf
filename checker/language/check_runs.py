"""Written scopes and runs -> typed ones."""

from __future__ import annotations

from collections.abc import Mapping

from checker.language import tree
from checker.language.diagnostics import Diagnostics, Note
from checker.language.env import Env, Place
from checker.language.expressions import Expressions
from checker.language.names import Names, cited
from checker.language.nearest import nearest
from checker.language.protocol import (
    SUCCESS,
    Action,
    Bool,
    Gap,
    Of,
    Range,
    Scenario,
    ScenarioStep,
    ScopeDecl,
    Type,
    Value,
    Variable,
)
from checker.language.types import called, written

MOST = 255


def literal(node: tree.Literal, type_: Type, names: Names, found: Diagnostics) -> Value | None:
    """The value a literal names, as a value of the type; says so if it names none."""
    match type_, node:
        case Bool(), tree.Truth(value):
            return value
        case Range(low, high), tree.Number(number):
            if low <= number <= high:
                return number
            found.error("E0305", node.span, f"{number} is outside {written(type_)}")
            return None
        case Of(sort), tree.Name(text):
            members = names.members.get(sort, ())
            if text in members:
                return members.index(text)
            close = nearest(text, members)
            hint = f"; nearest: `{close}`" if close else ""
            found.error("E0209", node.span, f"`{sort}` has no member `{text}`{hint}")
            return None
        case _:
            found.error("E0307", node.span, f"expected {called(type_)}")
            return None


def scope(node: tree.ScopeDecl, names: Names, expressions: Expressions, found: Diagnostics) -> ScopeDecl:
    """The typed scope: every open sort has a size, every setting a value of its param's type."""
    sizes: dict[str, int] = {}
    settings: dict[str, Value] = {}
    faults, unknown = 0, False
    seen: dict[str, tree.Setting] = {}
    for setting in node.settings:
        name, value = setting.name, setting.value
        if seen.setdefault(name.text, setting) is not setting:
            note = Note(seen[name.text].span, "the first is here")
            found.error("E0607", name.span, f"`{name.text}` is set twice", note)
        elif name.text == "faults" and name.text not in names.values:
            faults = _count(value, "faults", found) or 0
        elif name.text in names.sorts:
            if name.text in names.members:
                found.error("E0604", name.span, f"`{name.text}` has as many individuals as it has members")
            else:
                sizes[name.text] = _count(value, "individuals", found) or 0
        elif isinstance(names.values.get(name.text), tree.ParamDecl):
            type_ = expressions.signatures[name.text].type
            worth = literal(value, type_, names, found) if type_ is not None else None
            if worth is not None:
                settings[name.text] = worth
        else:
            known = [*_open(names), *(n for n, d in names.values.items() if isinstance(d, tree.ParamDecl)), "faults"]
            names.unknown(found, "E0215", "sort or param", name, known)
            unknown = True
    missing = [sort for sort in _open(names) if sort not in sizes]
    if missing and not unknown:  # a misspelt sort is said to be missing once
        listed = ", ".join(f"`{sort}`" for sort in missing)
        fix = "add " + "  ".join(f"{sort} = 2" for sort in missing)
        found.error("E0604", node.name.span, f"scope `{node.name.text}` does not say how many of {listed}", fix=fix)
    ordered = tuple((sort, sizes[sort]) for sort in _open(names) if sort in sizes)
    where = None if node.where is None else expressions.formula(node.where, Env(place=Place.WORLD))
    return ScopeDecl(node.name.text, node.doc, ordered, faults, tuple(settings.items()), where, span=node.span)


def _open(names: Names) -> list[str]:
    return [sort for sort in names.sorts if sort not in names.members]


def _count(node: tree.Literal, what: str, found: Diagnostics) -> int | None:
    if isinstance(node, tree.Number) and 0 <= node.value <= MOST:
        return node.value
    found.error("E0604", node.span, f"expected how many {what}, a number from 0 to {MOST}")
    return None


def run(node: tree.RunDecl, actions: Mapping[str, Action], names: Names, found: Diagnostics) -> Scenario:
    """The typed scenario: names have the sorts that their uses give them."""
    if node.scope is not None and node.scope.text not in names.scopes:
        names.unknown(found, "E0215", "scope", node.scope, names.scopes)
    individuals: dict[str, tuple[Variable, tree.Ident]] = {}
    steps: list[ScenarioStep | Gap] = []
    for step in node.steps:
        if isinstance(step, tree.Gap):
            steps.append(Gap())
            continue
        action = actions.get(step.action.text)
        if action is None:
            names.unknown(found, "E0205", "action", step.action, names.actions)
            continue
        moment = _moment(step, action, found)
        if len(step.args) != len(action.params):
            shape = ", ".join(f"{v.name}: {written(v.type)}" for v in action.params)
            message = f"`{action.name}` takes {len(action.params)} ({shape}), not {len(step.args)}"
            found.error("E0302", step.span, message)
            continue
        for arg, param in zip(step.args, action.params, strict=True):
            _argument(arg, param.type, individuals, names, found)
        args = tuple(arg.text for arg in step.args)
        steps.append(ScenarioStep(action.name, moment, args, span=step.span))
    fails_at = None
    if node.fails_at is not None:
        fails_at = next(iter(cited(names, (node.fails_at,), found)))
        _fails(node, fails_at, actions, names, found)
    variables = tuple(variable for variable, _ in individuals.values())
    scope_name = node.scope.text if node.scope else None
    return Scenario(node.name.text, node.doc, scope_name, variables, tuple(steps), fails_at, span=node.span)


def _moment(step: tree.RunStep, action: Action, found: Diagnostics) -> str | None:
    outcomes = [outcome.name for outcome in action.outcomes]
    if step.moment is None:
        if SUCCESS in outcomes:
            return SUCCESS
        if len(outcomes) == 1:
            return outcomes[0]
        ways = ", ".join(f"`.{name}`" for name in outcomes)
        found.error("E0605", step.span, f"which outcome of `{action.name}`? write one of {ways}")
        return None
    known = [*(["begin"] if action.begin is not None else []), *outcomes]
    if step.moment.text not in known:
        close = nearest(step.moment.text, known)
        hint = f"; nearest: `{close}`" if close else f"; it has {', '.join(f'`{each}`' for each in known)}"
        found.error("E0208", step.moment.span, f"`{action.name}` has no outcome `{step.moment.text}`{hint}")
        return None
    return step.moment.text


def _argument(
    arg: tree.Ident,
    type_: Type,
    individuals: dict[str, tuple[Variable, tree.Ident]],
    names: Names,
    found: Diagnostics,
) -> None:
    match type_:
        case Bool():
            if arg.text not in ("true", "false"):
                found.error("E0605", arg.span, "expected `true` or `false`")
        case Range(low, high):
            if not arg.text.isdigit() or not low <= int(arg.text) <= high:
                found.error("E0605", arg.span, f"expected a number of {written(type_)}")
        case Of(sort) if sort in names.members:
            if arg.text not in names.members[sort]:
                names.unknown(found, "E0209", f"member of `{sort}`", arg, names.members[sort])
        case Of():
            if arg.text.isdigit() or arg.text in ("true", "false"):
                found.error("E0605", arg.span, f"expected a name for {called(type_)}")
                return
            known = individuals.setdefault(arg.text, (Variable(arg.text, type_, span=arg.span), arg))
            if known[0].type != type_:
                note = Note(known[1].span, f"here it stands for {called(known[0].type)}")
                found.error("E0605", arg.span, f"`{arg.text}` would have to be {called(type_)} here", note)


def _fails(node: tree.RunDecl, rule: str, actions: Mapping[str, Action], names: Names, found: Diagnostics) -> None:
    """A run that must fail names a rule that its last step is held to."""
    assert node.fails_at is not None
    last = node.steps[-1] if node.steps else None
    if not isinstance(last, tree.RunStep):
        found.error("E0606", node.fails_at.span, "`must fail` is about the last step, so the run has to end in one")
        return
    action = actions.get(last.action.text)
    if action is None or rule not in names.rules:
        return
    guards = [*action.guards, *(guard for outcome in action.outcomes for guard in outcome.guards)]
    if not any(rule in guard.rules for guard in guards):
        message = f"no guard of `{action.name}` cites `{rule}`, so it cannot fail there"
        found.error("E0606", node.fails_at.span, message, Note(action.span, f"`{action.name}` is declared here"))
