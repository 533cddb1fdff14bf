"""Faults put into the engines on purpose: each changes one function's text, and the agreement checks must notice."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import FunctionType


@dataclass(frozen=True)
class Fault:
    """In the source of `where` (`module:function`), `right` is replaced by `wrong`, everywhere it occurs."""

    name: str
    where: str
    right: str
    wrong: str


@contextmanager
def put_in(fault: Fault) -> Iterator[None]:
    """The fault, for a while. The function object stays the same, so whoever imported it has the fault too."""
    module, _, path = fault.where.partition(":")
    target: object = import_module(f"checker.{module}")
    for name in path.split("."):
        target = getattr(target, name)
    assert isinstance(target, FunctionType), fault.where
    source = textwrap.dedent(inspect.getsource(target))
    assert fault.right in source, f"{fault.name}: {fault.where} does not say {fault.right!r} any more"
    made: dict[str, object] = {}
    code = "from __future__ import annotations\n" + source.replace(fault.right, fault.wrong)
    exec(compile(code, f"<{fault.name}>", "exec"), target.__globals__, made)
    faulty = made[target.__name__]
    assert isinstance(faulty, FunctionType)
    right = target.__code__
    target.__code__ = faulty.__code__
    try:
        yield
    finally:
        target.__code__ = right


EXPRESSIONS = (
    Fault(
        "ite swaps its branches",
        "language.build:ite",
        "return Ite(condition, then, otherwise)",
        "return Ite(condition, otherwise, then)",
    ),
    Fault("ite of literals is negated", "language.build:ite", "return not_(condition)", "return condition"),
    Fault("not not is not", "language.build:not_", "return inner", "return body"),
    Fault("and drops a part", "language.build:and_", "flat[piece] = None", "flat = flat or {piece: None}"),
    Fault(
        "and of contradictions is kept false too often",
        "language.build:and_",
        "isinstance(piece, Not) and piece.body in flat",
        "isinstance(piece, Not)",
    ),
    Fault(
        "what equals one literal equals another",
        "language.build:_two_values",
        "if found.setdefault(left, value) != value",
        "if found.setdefault(left, value) == value",
    ),
    Fault("implies forgets a negation", "language.build:implies", "and_(left, not_(right))", "and_(left, right)"),
    Fault("implies is read backwards", "language.build:implies", "and_(left, not_(right))", "and_(right, not_(left))"),
    Fault("equal to false is equal to true", "language.build:eq", "return not_(other)", "return other"),
    Fault("nothing is less than itself, but", "language.build:less", "FALSE if left == right", "TRUE if left == right"),
    Fault(
        "forall over a sort that may be empty",
        "language.build:forall",
        "not isinstance(type_, Of) and not occurs(name, body)",
        "not occurs(name, body)",
    ),
    Fault(
        "an equation settles a number out of range",
        "language.build:forall",
        "if not isinstance(type_, Range)",
        "if True",
    ),
    Fault("an equation settles a name by itself", "language.build:_settles", " and not occurs(name, right)", ""),
    Fault("substitution goes under a binder of the name", "language.build:substitute", "if key != name", "if True"),
    Fault("names are captured", "language.lower:_Context.below", "while name in self.taken", "while False"),
    Fault("old is ignored", "language.lower:_Lowering.expr", "replace(context, after=False)", "context"),
    Fault("in needs all options", "language.lower:_Lowering.expr", "return or_(", "return and_("),
    Fault(
        "did ignores the arguments",
        "language.lower:_Lowering.did",
        "return and_(*(eq(asked, given)",
        "return and_(*(eq(asked, asked)",
    ),
    Fault("did ignores the outcome", "language.lower:_Lowering.did", " or moment not in (None, this_moment)", ""),
    Fault("step formulas read the state before", "language.lower:_Lowering.steps", "after=True", "after=False"),
    Fault(
        "a let sees its caller's names",
        "language.lower:_Lowering.expr",
        "replace(context, names=names)",
        "replace(context, names={**names, **context.names})",
    ),
    Fault(
        "only the first variable of a quantifier counts",
        "language.lower:_Lowering.quantified",
        "variables[1:], body, below",
        "(), body, replace(below, names={v.name: Lit(0) for v in variables} | dict(below.names))",
    ),
)
MOMENTS = (
    Fault(
        "pending marks are not cleared", "language.lower:_Lowering.moments", "ending = (marking(FALSE),)", "ending = ()"
    ),
    Fault("pending marks are not set", "language.lower:_Lowering.moments", "marking(TRUE)", "marking(FALSE)"),
    Fault(
        "outcomes need no begin",
        "language.lower:_Lowering.moments",
        "before = (CoreGuard(Read(mark, params), (), action.span),)",
        "before = (CoreGuard(TRUE, (), action.span),)",
    ),
    Fault(
        "outcomes forget the action's guards",
        "language.lower:_Lowering.moments",
        "always = tuple(self.guards(action.guards, context))",
        "always = ()",
    ),
    Fault(
        "guards are left out when one rule is",
        "language.lower:_Lowering.guards",
        "not self.without.issuperset(guard.rules)",
        "self.without.isdisjoint(guard.rules)",
    ),
    Fault("guards without rules are left out", "language.lower:_Lowering.guards", "not guard.rules or ", ""),
    Fault("else is then", "language.lower:_Lowering.updates", "and_(when, not_(holds))", "and_(when, holds)"),
    Fault(
        "if forgets what is around it",
        "language.lower:_Lowering.updates",
        "then, context, loops, and_(when, holds)",
        "then, context, loops, holds",
    ),
    Fault("where is ignored", "language.lower:_Lowering.updates", "TRUE if where is None else", "TRUE if True else"),
    Fault(
        "a later update loses the earlier",
        "language.effects:combine",
        "values.get(update.cell, unchanged)",
        "unchanged",
    ),
    Fault(
        "loop variables run out of their range",
        "language.effects:_within",
        "return [not_(less(value, Lit(type_.low))), ",
        "return [",
    ),
    Fault(
        "an index is solved with the wrong sign",
        "language.effects:_solve",
        "return name, sub(place, number)",
        "return name, add(place, number)",
    ),
    Fault(
        "for means all at once",
        "language.effects:_clause",
        "exists(name, type_, condition)",
        "not_(exists(name, type_, not_(condition)))",
    ),
    Fault(
        "a place named twice is settled once", "language.effects:_clause", "equations.append((place, written))", "pass"
    ),
    Fault("clashes are agreements", "language.effects:clashes", "not_(eq(value, other))", "eq(value, other)"),
)
FOLDING = (
    Fault("an outer name hides an inner", "model.fold:fold", "{**bound, name: value}", "{name: value, **bound}"),
    Fault(
        "fold swaps the sides of less",
        "model.fold:fold",
        "algebra.less(fold(left, algebra, bound), fold(right, algebra, bound))",
        "algebra.less(fold(right, algebra, bound), fold(left, algebra, bound))",
    ),
    Fault("fold adds where it should take away", "model.fold:fold", "algebra.sub(", "algebra.add("),
    Fault(
        "fold reads every cell before",
        "model.fold:fold",
        "bound) for part in index], after)",
        "bound) for part in index], False)",
    ),
    Fault("fold takes the first part of and", "model.fold:fold", "for part in parts]", "for part in parts[:1]]"),
)
VALUES = (
    Fault("forall is exists", "model.values:Values.forall", "return all(", "return any("),
    Fault(
        "forall over nothing is false",
        "model.values:Values.forall",
        "return all(",
        "return bool(type_values(type_, self.sizes)) and all(",
    ),
    Fault(
        "types have one value less",
        "model.values:type_values",
        "numbers = type_range(type_, sizes)",
        "numbers = type_range(type_, sizes)[:-1]",
    ),
    Fault("ranges begin one later", "language.core:type_range", "range(low, high + 1)", "range(low + 1, high + 1)"),
    Fault("values read every cell after", "model.values:over", "if primed and", "if"),
)
SOURCE = (
    Fault(
        "negation stays outside of and",
        "model.code:negate",
        "Some(tuple(negate(part) for part in parts))",
        "Some(parts)",
    ),
    Fault("negation of a Boolean byte is itself", "model.code:negate", "1 - stored", "stored"),
    Fault("negation of a byte's test is itself", "model.code:negate", "not equal", "equal"),
    Fault("negation keeps exists", "model.code:negate", "negate(body), not exists", "negate(body), exists"),
    Fault(
        "different tests of a byte are the same",
        "model.code:_join",
        "(known == test.stored) is not test.equal",
        "known != test.stored",
    ),
    Fault("a repeated test decides", "model.code:_join", "is not test.equal", "is test.equal"),
    Fault(
        "a byte's value out of range is in", "model.code:is_", "0 <= stored < cell.count", "0 <= stored <= cell.count"
    ),
    Fault("brackets are left away", "model.code:_bracket", 'f"({text})" if level < wanted else text', "text"),
    Fault(
        "in asks of one value", "model.code:_joined", "map(str, alike[part.text])", "map(str, alike[part.text][:1] * 2)"
    ),
    Fault("sums lose their sign", "model.code:plus", "'+' if offset > 0 else '-'", "'+'"),
    Fault(
        "numbers lose what is stored for 0",
        "model.code:number",
        "return text, Level.ATOM, low",
        "return text, Level.ATOM, 0",
    ),
    Fault(
        "comparisons move a number to the wrong side",
        "model.emit:Emit._compare",
        "offset = second_offset - first_offset",
        "offset = first_offset - second_offset",
    ),
    Fault(
        "less is decided one too early",
        "model.emit:Emit.less",
        "not low < value < low + count",
        "not low < value < low + count - 1",
    ),
    Fault(
        "less is decided one too early, turned round",
        "model.emit:Emit.less",
        "not low <= value < low + count - 1",
        "not low <= value < low + count - 2",
    ),
    Fault("taking away from nothing", "model.emit:Emit._sum", 'Code(f"-{second}"', 'Code(f"{second}"'),
    Fault(
        "places forget that a range begins lower",
        "model.emit:Emit.where",
        "at += (offset - low) * stride",
        "at += offset * stride",
    ),
    Fault(
        "places forget their stride", "model.emit:Emit.where", 'text if stride == 1 else f"{text} * {stride}"', "text"
    ),
    Fault("loops stop one too early", "model.emit:Emit.forall", "{values[-1] + 1}", "{values[-1]}"),
    Fault(
        "choices of true are and",
        "model.emit:Emit.ite",
        "some((condition, otherwise)) if value",
        "every((condition, otherwise)) if value",
    ),
    Fault(
        "choices are turned round",
        "model.emit:Emit.ite",
        "{show(then, Level.OR)} if {show(condition, Level.OR)} else {show(otherwise)}",
        "{show(otherwise, Level.OR)} if {show(condition, Level.OR)} else {show(then)}",
    ),
)
LAYOUT = (
    Fault("packing forgets that a range begins lower", "model.layout:Layout.value", "stored + family.low", "stored"),
    Fault("cells lie on one another", "model.layout:Layout.__init__", "prod(shape[at + 1 :])", "prod(shape[at + 2 :])"),
    Fault(
        "families lie on one another",
        "model.layout:Layout.__init__",
        "base += prod(shape)",
        "base += max(1, prod(shape) - 1)",
    ),
)
WRITING = (
    Fault("a write forgets that a range begins lower", "model.writer:_written", "offset - family.low", "offset"),
    Fault("a write forgets its condition", "model.writer:_written", "yield Write(holds, ", "yield Write(Known(True), "),
    Fault("a first value is the last", "model.writer:_clauses", "return clauses[::-1]", "return clauses"),
    Fault(
        "writes that may be replaced are dropped",
        "model.writer:_useful",
        "if isinstance(write.condition, Known)",
        "if True",
    ),
    Fault(
        "what was there is not written again",
        "model.writer:_useful",
        "isinstance(write.where, int) and alone and",
        "isinstance(write.where, int) and",
    ),
    Fault(
        "what settles an index is not asked again",
        "model.writer:_settle",
        "if name in unsettled and",
        "if name in names and",
    ),
    Fault(
        "lines share a condition they do not have",
        "model.writer:statements",
        "key=lambda write: show(write.condition)",
        "key=lambda write: show(written[0].condition)",
    ),
)
STEPS = (
    Fault("faults are not counted", "model.writer:statements", "if counted:", "if False:"),
    Fault(
        "one fault more is fired",
        "model.ground:Machine.fire",
        "state[-1] >= self.scope.faults",
        "state[-1] > self.scope.faults",
    ),
    Fault(
        "one fault more is a successor",
        "model.ground:Machine._successors",
        "s[-1] < {self.scope.faults}",
        "s[-1] <= {self.scope.faults}",
    ),
    Fault(
        "guards of different arguments are one",
        "model.ground:Machine._successors",
        "key = id(guard), ground.args",
        "key = id(guard), ()",
    ),
    Fault(
        "steps without effect disappear",
        "model.successors:decide",
        "yield from (indent + line for line in row.lines)",
        "yield from (indent + line for line in row.lines if len(row.lines) > 1)",
    ),
    Fault("else comes one too early", "model.successors:_branches", "at == values > 1", "at == values - 1 > 0"),
    Fault(
        "a shared test swallows the others",
        "model.successors:_branches",
        "groups.setdefault(part.text, [])",
        "groups.setdefault(asked, [])",
    ),
    Fault(
        "equations of not are believed",
        "model.code:equations",
        "isinstance(part, Is) and part.equal and",
        "isinstance(part, Is) and",
    ),
)
INITIAL = (
    Fault("a scope's own condition is ignored", "model.ground:_within", "if scope.where is None", "if True"),
    Fault("assumptions are asked too early", "model.initial:_checks", "max(order.get", "min(order.get"),
    Fault(
        "a free cell never has its last value",
        "model.initial:_cells",
        "range(count) for",
        "range(max(1, count - 1)) for",
    ),
    Fault(
        "a const never has its last value",
        "model.initial:_worlds",
        "tried[at] == count",
        "tried[at] == max(1, count - 1)",
    ),
    Fault("settings are ignored", "model.initial:fixed_bytes", "values[name, ()] = int(value)", "pass"),
)
FAULTS = (
    *EXPRESSIONS,
    *MOMENTS,
    *FOLDING,
    *VALUES,
    *SOURCE,
    *LAYOUT,
    *WRITING,
    *STEPS,
    *INITIAL,
)
