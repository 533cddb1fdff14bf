"""Uses of declared names in expressions: what each stands for, and whether it may be read there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from checker.language import tree
from checker.language.diagnostics import Diagnostics, Note
from checker.language.env import Env, Place
from checker.language.names import Names, name_span
from checker.language.nearest import nearest
from checker.language.protocol import (
    Apply,
    Definition,
    Did,
    Expr,
    Lit,
    Of,
    Old,
    Pending,
    ReadCell,
    ReadConst,
    ReadParam,
    Type,
    Var,
)
from checker.language.source import Span
from checker.language.types import BOOL, resolve, type_of, variables, written
from checker.language.walk import walk


@dataclass(frozen=True, slots=True)
class Signature:
    """What a use of a declared name needs: index or parameter types, and what it yields."""

    args: tuple[Type | None, ...]
    type: Type | None


class Uses:
    """What the checker of expressions knows of declared names."""

    def __init__(self, names: Names, found: Diagnostics) -> None:
        self.names = names
        self.found = found
        self.signatures: dict[str, Signature] = {}
        self.definitions: dict[str, Definition | None] = {}
        self._defining: list[str] = []
        self._action_params: dict[str, tuple[Type | None, ...]] = {}
        quiet = Diagnostics()  # types of declarations are reported where those are checked
        for name, declared in names.values.items():
            match declared:
                case tree.ParamDecl(_, type_, default):
                    self.signatures[name] = Signature((), self._param_type(type_, default, quiet))
                case tree.ConstDecl(_, index, type_):
                    args = tuple(resolve(each, names, quiet) for each in index)
                    self.signatures[name] = Signature(args, resolve(type_, names, quiet))
                case tree.StateDecl(_, cells, type_):
                    args = tuple(resolve(each.type, names, quiet) for each in cells)
                    self.signatures[name] = Signature(args, resolve(type_, names, quiet))
                case tree.LetDecl():
                    pass
        for name, action in names.actions.items():
            self._action_params[name] = tuple(resolve(each.type, names, quiet) for each in action.params)

    def _param_type(self, type_: tree.Type | None, default: tree.Literal, quiet: Diagnostics) -> Type | None:
        if type_ is not None:
            return resolve(type_, self.names, quiet)
        return BOOL if isinstance(default, tree.Truth) else None

    def check(self, node: tree.Expr, env: Env, hint: Type | None = None) -> Expr | None:
        """The typed expression, or None where it means nothing. `hint` only settles what a bare member name means."""
        raise NotImplementedError

    def wanted(self, node: tree.Expr, env: Env, type_: Type | None, code: str = "E0301") -> Expr | None:
        """An expression whose value fits `type_` (None: the type is not known, anything goes)."""
        raise NotImplementedError

    def arguments(
        self, what: str, types: tuple[Type | None, ...], args: tuple[tree.Expr, ...], env: Env, span: Span, *notes: Note
    ) -> tuple[Expr, ...] | None:
        """The arguments of a use of `what`, each fitting its type."""
        if len(args) != len(types):
            shape = ", ".join(written(type_) if type_ is not None else "?" for type_ in types)
            wants = f"takes {_count(len(types), 'argument')}" + (f" ({shape})" if types else "")
            self.found.error("E0302", span, f"`{what}` {wants}, not {len(args)}", *notes)
            for arg in args:
                self.check(arg, env)
            return None
        # An engine may read a cell before it asks the condition that the read stands under: no facts for indexes.
        plain = replace(env, facts={})
        checked = [self.wanted(arg, plain, type_) for arg, type_ in zip(args, types, strict=True)]
        return None if None in checked else tuple(expr for expr in checked if expr is not None)

    def action_arguments(
        self, action: tree.Ident, args: tuple[tree.Expr, ...], env: Env, span: Span
    ) -> tuple[Expr, ...] | None:
        """The arguments of a named action, or None where it or they mean nothing."""
        if action.text not in self.names.actions:
            self.names.unknown(self.found, "E0205", "action", action, self.names.actions)
            for arg in args:
                self.check(arg, env)
            return None
        return self.arguments(action.text, self._action_params[action.text], args, env, span)

    # ---------------------------------------------------------------------------------------------------------- names

    def _name(self, name: tree.Ident, env: Env, hint: Type | None) -> Expr | None:
        text, span = name.text, name.span
        if text in env.variables:
            type_ = env.variables[text]
            return None if type_ is None else Var(text, type_, span=span)
        hinted = isinstance(hint, Of) and text in self.names.members.get(hint.sort, ())
        declared = self.names.values.get(text)
        if declared is not None and not (hinted and self._yields(text) != hint):
            return self._use(name, (), env, span, brackets=isinstance(declared, tree.StateDecl))
        if hinted and isinstance(hint, Of):
            return self._lit(hint.sort, text, span)
        owners = self.names.member_of.get(text, ())
        if len(owners) == 1:
            return self._lit(owners[0], text, span)
        if owners:
            ways = " or ".join(f"`{owner}.{text}`" for owner in owners)
            self.found.error("E0210", span, f"`{text}` is a member of several enums here; write {ways}")
            return None
        if text in self.names.actions:
            self.found.error(
                "E0204", span, f"`{text}` is an action, not a value", fix=f"ask `pending({text}(...))`, or read a state"
            )
            return None
        known = [*env.variables, *self.names.values, *self.names.member_of]
        self.names.unknown(self.found, "E0204", "variable, member, state, const, param or let", name, known)
        return None

    def _lit(self, sort: str, member: str, span: Span) -> Lit:
        return Lit(self.names.members[sort].index(member), Of(sort), span=span)

    def _member(self, sort: tree.Ident, member: tree.Ident, span: Span) -> Expr | None:
        members = self.names.members.get(sort.text)
        if members is None:
            if sort.text in self.names.sorts:
                self.found.error("E0209", sort.span, f"`{sort.text}` is an open sort: it has no named members")
            else:
                self.names.unknown(self.found, "E0202", "enum or closed sort", sort, self.names.members)
            return None
        if member.text not in members:
            close = nearest(member.text, members)
            hint = f"; nearest: `{close}`" if close else f"; it has {', '.join(members)}"
            self.found.error("E0209", member.span, f"`{sort.text}` has no member `{member.text}`{hint}")
            return None
        return self._lit(sort.text, member.text, span)

    def _yields(self, name: str) -> Type | None:
        signature = self.signature(name)
        return signature.type if signature is not None else None

    def signature(self, name: str) -> Signature | None:
        """What uses of a param, const, state or let need and yield. None: it means nothing, which is said elsewhere."""
        if name in self.signatures:
            return self.signatures[name]
        definition = self.definition(name)
        return None if definition is None else Signature(tuple(v.type for v in definition.params), definition.type)

    def _call(self, name: tree.Ident, args: tuple[tree.Expr, ...], env: Env, span: Span) -> Expr | None:
        declared = self.names.values.get(name.text)
        if declared is None:
            for arg in args:
                self.check(arg, env)
            if name.text in self.names.actions:
                self.found.error(
                    "E0204",
                    name.span,
                    f"`{name.text}` is an action, not a value",
                    fix=f"write `pending({name.text}(...))`",
                )
                return None
            callables = [key for key, value in self.names.values.items() if isinstance(value, _CALLED)]
            self.names.unknown(self.found, "E0204", "const or let", name, callables)
            return None
        return self._use(name, args, env, span, brackets=False)

    def _lookup(self, name: tree.Ident, args: tuple[tree.Expr, ...], env: Env, span: Span) -> Expr | None:
        if name.text not in self.names.values:
            for arg in args:
                self.check(arg, env)
            states = [key for key, value in self.names.values.items() if isinstance(value, tree.StateDecl)]
            self.names.unknown(self.found, "E0203", "state", name, states)
            return None
        return self._use(name, args, env, span, brackets=True)

    def _use(
        self, name: tree.Ident, args: tuple[tree.Expr, ...], env: Env, span: Span, *, brackets: bool
    ) -> Expr | None:
        """A use of a declared value, with its arguments."""
        text = name.text
        declared = self.names.values[text]
        note = Note(name_span(declared, text), "declared here")
        if args and isinstance(declared, tree.StateDecl) is not brackets:
            right = f"{text}[...]" if isinstance(declared, tree.StateDecl) else f"{text}(...)"
            what = _WHAT[type(declared)]
            self.found.error("E0309", span, f"`{text}` is a {what}, which is read as `{right}`", note)
            for arg in args:
                self.check(arg, env)
            return None
        signature = self.signature(text)
        if signature is None:
            for arg in args:
                self.check(arg, env)
            return None
        checked = self.arguments(text, signature.args, args, env, span, note)
        if checked is None or signature.type is None:
            return None
        self._readable(text, env, span)
        match declared:
            case tree.ParamDecl():
                return ReadParam(text, signature.type, span=span)
            case tree.ConstDecl():
                return ReadConst(text, checked, signature.type, span=span)
            case tree.StateDecl():
                return ReadCell(text, checked, signature.type, span=span)
            case tree.LetDecl():
                return Apply(text, checked, signature.type, span=span)

    def _readable(self, name: str, env: Env, span: Span) -> None:
        """Says when a value may not be read from where it stands."""
        if env.place not in (Place.WORLD, Place.INITIAL):
            return
        through = f" (through `{name}`)" if isinstance(self.names.values[name], tree.LetDecl) else ""
        for cell in sorted(self._cells(name)):
            if env.place is Place.WORLD:
                self.found.error(
                    "E0505", span, f"{env.place.value} is about consts and params, `{cell}` is a state{through}"
                )
            elif cell not in env.earlier:
                message = f"an initial value reads consts, params and states declared earlier; `{cell}` is not{through}"
                self.found.error("E0506", span, message)

    def _cells(self, name: str) -> frozenset[str]:
        """The states that a use of this name reads."""
        declared = self.names.values[name]
        if isinstance(declared, tree.StateDecl):
            return frozenset((name,))
        definition = self.definitions.get(name) if isinstance(declared, tree.LetDecl) else None
        if definition is None:
            return frozenset()
        found: set[str] = set()
        for part in walk(definition.body):
            if isinstance(part, ReadCell):
                found.add(part.name)
            elif isinstance(part, Pending):
                found.add(f"pending({part.action})")
            elif isinstance(part, Apply):
                found |= self._cells(part.name)
        return frozenset(found)

    def definition(self, name: str) -> Definition | None:
        """The `let` of that name, typed when first asked for; None where it means nothing."""
        if name in self.definitions:
            return self.definitions[name]
        declared = self.names.values[name]
        if not isinstance(declared, tree.LetDecl):
            raise TypeError(f"{name} is not a let")
        if name in self._defining:
            circle = " -> ".join([*self._defining[self._defining.index(name) :], name])
            self.found.error("E0214", declared.name.span, f"`{name}` is defined through itself: {circle}")
            return None
        self._defining.append(name)
        good, bad = variables(declared.params, self.names, self.found)
        body = self.check(declared.body, Env().bind(good, bad))
        self._defining.pop()
        self.definitions[name] = (
            None
            if body is None or bad
            else Definition(name, good, type_of(body), body, declared.doc, span=declared.span)
        )
        return self.definitions[name]

    # ----------------------------------------------------------------------------------------------- actions and steps

    def _pending(self, action: tree.Ident, args: tuple[tree.Expr, ...], env: Env, span: Span) -> Expr | None:
        checked = self.action_arguments(action, args, env, span)
        if env.place in (Place.WORLD, Place.INITIAL):
            code = "E0505" if env.place is Place.WORLD else "E0506"
            self.found.error(code, span, f"{env.place.value} cannot ask what is pending")
            return None
        if checked is None:
            return None
        declared = self.names.actions[action.text]
        if not any(isinstance(item, tree.BeginBlock) for item in declared.items):
            note = Note(declared.name.span, "declared here, without `begin`")
            self.found.error("E0405", span, f"`{action.text}` has no `begin`, so it is never pending", note)
            return None
        return Pending(action.text, checked, span=span)

    def _did(
        self, action: tree.Ident, args: tuple[tree.Expr, ...], moment: tree.Ident | None, env: Env, span: Span
    ) -> Expr | None:
        checked = self.action_arguments(action, args, env, span)
        if env.place is not Place.STEP:
            self.found.error("E0502", span, "`did` asks about a step; it stands in `step` properties only")
            return None
        if env.inside_old:
            self.found.error("E0502", span, "`did` asks about the step itself, so it cannot stand inside `old`")
            return None
        if action.text in self.names.actions and moment is not None:
            known = moments(self.names.actions[action.text])
            if not self.moment(action.text, moment, known):
                return None
        return None if checked is None else Did(action.text, moment.text if moment else None, checked, span=span)

    def moment(self, action: str, moment: tree.Ident, known: tuple[str, ...]) -> bool:
        """Whether the action has that moment; says so if not."""
        if moment.text in known:
            return True
        close = nearest(moment.text, known)
        hint = f"; nearest: `{close}`" if close else f"; it has {', '.join(f'`{each}`' for each in known)}"
        self.found.error("E0208", moment.span, f"`{action}` has no outcome `{moment.text}`{hint}")
        return False

    def _old(self, body: tree.Expr, env: Env, hint: Type | None, span: Span) -> Expr | None:
        inner = self.check(body, replace(env, inside_old=True), hint)
        if env.place is not Place.STEP:
            self.found.error("E0501", span, "`old` reads the state before a step; it stands in `step` properties only")
            return None
        if env.inside_old:
            self.found.error("E0503", span, "`old` inside `old`: there is only one state before the step")
            return None
        return None if inner is None else Old(inner, span=span)


_CALLED = (tree.ConstDecl, tree.LetDecl)
_WHAT: dict[type, str] = {
    tree.ParamDecl: "param",
    tree.ConstDecl: "const",
    tree.StateDecl: "state",
    tree.LetDecl: "let",
}


def moments(action: tree.Action) -> tuple[str, ...]:
    """The names of an action's moments."""
    begin = ("begin",) if any(isinstance(item, tree.BeginBlock) for item in action.items) else ()
    outcomes = tuple(item.name.text for item in action.items if isinstance(item, tree.OutcomeBlock))
    return begin + (outcomes or ("SUCCESS",))


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
