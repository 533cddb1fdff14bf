"""Makes the tree's nodes from what the parser hands up, rule by rule of `grammar.lark`.

The parser calls the method named like the rule (or its alias) with the rule's children: tokens, and what earlier calls
returned. Rules that are only parts of a node return a `Part`, which the node's own rule picks out by kind.
"""

from __future__ import annotations

from typing import Any

from checker.language import tree
from checker.language.making import Part, doc, is_token, is_type, nodes, of, parts, pick, string, values
from checker.language.nodes_expressions import Expressions
from checker.language.source import Span


class Builder(Expressions):
    """One parser's node maker."""

    # ------------------------------------------------------------------------------------------------ file and header

    def start(self, kids: list[Any]) -> list[Any]:
        return kids

    def header(self, kids: list[Any]) -> tree.Header:
        return tree.Header(self.path_(kids[1]), string(kids[2]), span=self.span(kids))

    def uses(self, kids: list[Any]) -> tree.Uses:
        return tree.Uses(tuple(self.path_(kid) for kid in parts(kids, "path")), span=self.span(kids))

    def path(self, kids: list[Any]) -> Part:
        return self.part("path", "".join(kids), kids)

    def path_(self, part: Part) -> tree.Ident:
        return tree.Ident(part.value, span=Span(self.source, part.start, part.end))

    def judge(self, kids: list[Any]) -> tree.JudgeEachHost:
        return tree.JudgeEachHost(span=self.span(kids))

    def joined(self, kids: list[Any]) -> tree.JoinedBy:
        return tree.JoinedBy(self.idents(kids, "NAME"), span=self.span(kids))

    def page(self, kids: list[Any]) -> tree.PageDecl:
        return tree.PageDecl(self.ident(kids[1]), string(kids[2]), span=self.span(kids))

    def rule(self, kids: list[Any]) -> tree.RuleDecl:
        duty = pick(kids, "duty", "")
        pages = self.idents(kids, "NAME")
        return tree.RuleDecl(self.ident(kids[1]), duty, pages, string(kids[-1]), span=self.span(kids))

    def duty(self, kids: list[Any]) -> Part:
        return self.part("duty", str(kids[0]), kids)

    # --------------------------------------------------------------------------------------------------- declarations

    def sort_open(self, kids: list[Any]) -> tree.SortDecl:
        return tree.SortDecl(self.idents(kids, "NAME"), None, doc(kids), span=self.span(kids))

    def sort_closed(self, kids: list[Any]) -> tree.SortDecl:
        members = pick(kids, "members", ())
        return tree.SortDecl(self.idents(kids, "NAME"), members, doc(kids), span=self.span(kids))

    def enum(self, kids: list[Any]) -> tree.EnumDecl:
        return tree.EnumDecl(self.ident(kids[1]), pick(kids, "members", ()), doc(kids), span=self.span(kids))

    def members(self, kids: list[Any]) -> Part:
        return self.part("members", self.idents(kids, "NAME"), kids)

    def const(self, kids: list[Any]) -> tree.ConstDecl:
        type_ = next(kid for kid in kids if is_type(kid))
        return tree.ConstDecl(
            self.ident(kids[1]), pick(kids, "const_index", ()), type_, doc(kids), span=self.span(kids)
        )

    def const_index(self, kids: list[Any]) -> Part:
        return self.part("const_index", tuple(kid for kid in kids if is_type(kid)), kids)

    def param(self, kids: list[Any]) -> tree.ParamDecl:
        type_ = next((kid for kid in kids if is_type(kid)), None)
        default = pick(kids, "literal", None)
        return tree.ParamDecl(self.ident(kids[1]), type_, default, doc(kids), span=self.span(kids))

    def state(self, kids: list[Any]) -> tree.StateDecl:
        type_ = next(kid for kid in kids if is_type(kid))
        index, initial = pick(kids, "state_index", ()), pick(kids, "initial", None)
        return tree.StateDecl(self.ident(kids[1]), index, type_, initial, doc(kids), span=self.span(kids))

    def state_index(self, kids: list[Any]) -> Part:
        return self.part("state_index", of(kids, tree.IndexType), kids)

    def index_type(self, kids: list[Any]) -> tree.IndexType:
        name = self.ident(kids[0]) if len(kids) > 1 else None
        return tree.IndexType(name, kids[-1], span=self.span(kids))

    def initial(self, kids: list[Any]) -> Part:
        return self.part("initial", kids[1], kids)

    def let(self, kids: list[Any]) -> tree.LetDecl:
        return tree.LetDecl(
            self.ident(kids[1]), pick(kids, "params", ()), doc(kids), self.deep(kids[-1]), span=self.span(kids)
        )

    def assume(self, kids: list[Any]) -> tree.AssumeDecl:
        return tree.AssumeDecl(self.ident(kids[1]), doc(kids), kids[-1], span=self.span(kids))

    # -------------------------------------------------------------------------------------------------------- actions

    def action(self, kids: list[Any]) -> tree.Action:
        words = {kid.type for kid in kids if is_token(kid)}
        return tree.Action(
            "OPTIONAL" in words,
            "HIDDEN" in words,
            "FAULT" in words,
            self.idents(kids, "NAME")[0],
            pick(kids, "params", ()),
            pick(kids, "at", None),
            doc(kids),
            pick(kids, "rules", ()),
            pick(kids, "action_block", ()),
            span=self.span(kids),
        )

    def params(self, kids: list[Any]) -> Part:
        return self.part("params", of(kids, tree.Binder), kids)

    def at(self, kids: list[Any]) -> Part:
        return self.part("at", kids[1], kids)

    def rules(self, kids: list[Any]) -> Part:
        return self.part("rules", self.idents(kids, "RULE_ID"), kids)

    def action_block(self, kids: list[Any]) -> Part:
        return self.part("action_block", of(kids, tree.Node), kids)

    def event(self, kids: list[Any]) -> tree.EventClause:
        return tree.EventClause(self.ident(kids[1]), of(kids, tree.EventField), span=self.span(kids))

    def field_says(self, kids: list[Any]) -> tree.EventField:
        return tree.EventField(self.ident(kids[0]), values(kids[2]), span=self.span(kids))

    def field_absent(self, kids: list[Any]) -> tree.EventField:
        return tree.EventField(self.ident(kids[0]), None, span=self.span(kids))

    def tuple_(self, kids: list[Any]) -> Part:
        return self.part("tuple", nodes(kids), kids)

    def requires(self, kids: list[Any]) -> tree.Requires:
        return tree.Requires(kids[1], pick(kids, "rules", ()), span=self.span(kids))

    def begin(self, kids: list[Any]) -> tree.BeginBlock:
        return tree.BeginBlock(pick(kids, "effect_block", ()), span=self.span(kids))

    def outcome(self, kids: list[Any]) -> tree.OutcomeBlock:
        failure = any(is_token(kid) and kid.type == "FAILURE" for kid in kids)
        return tree.OutcomeBlock(
            self.ident(kids[1]),
            failure,
            doc(kids),
            pick(kids, "rules", ()),
            pick(kids, "outcome_block", None),
            span=self.span(kids),
        )

    def outcome_block(self, kids: list[Any]) -> Part:
        return self.part("outcome_block", nodes(kids), kids)

    # ----------------------------------------------------------------------------------------------------- properties

    def property(self, kids: list[Any]) -> tree.PropertyDecl:
        return tree.PropertyDecl(
            str(kids[0]), self.ident(kids[1]), pick(kids, "rules", ()), doc(kids), kids[-1], span=self.span(kids)
        )

    def leads_to(self, kids: list[Any]) -> tree.LeadsToDecl:
        binders, premise, conclusion = self._sides(kids)
        return tree.LeadsToDecl(
            self.ident(kids[2]),
            pick(kids, "rules", ()),
            doc(kids),
            binders,
            premise,
            conclusion,
            pick(kids, "fair", ()),
            span=self.span(kids),
        )

    def _sides(self, kids: list[Any]) -> tuple[tuple[tree.Binder, ...], tree.Expr, tree.Expr]:
        """What stands on the two sides of the arrow, and the variables over both."""
        arrow = next(at for at, kid in enumerate(kids) if is_token(kid) and kid == "~>")
        binders: tuple[tree.Binder, ...] = ()
        premise, conclusion = kids[arrow - 1], kids[arrow + 1]
        # The outermost quantifier of `forall n: Node. a ~> b` reaches over the arrow.
        while isinstance(premise, tree.Quantified) and premise.op == "forall":
            binders, premise = binders + premise.binders, premise.body
        return binders, premise, conclusion

    def fate(self, kids: list[Any]) -> tree.OutlookDecl:
        return tree.OutlookDecl(
            str(kids[0]),
            self.ident(kids[1]),
            pick(kids, "rules", ()),
            doc(kids),
            *self._sides(kids),
            pick(kids, "without", ()),
            span=self.span(kids),
        )

    goal = fate

    def without(self, kids: list[Any]) -> Part:
        return self.part("without", self.idents(kids, "NAME"), kids)

    def fair(self, kids: list[Any]) -> Part:
        return self.part("fair", of(kids, tree.Fair), kids)

    def fair_weak(self, kids: list[Any]) -> tree.Fair:
        return tree.Fair(self.ident(kids[0]), False, span=self.span(kids))

    def fair_strong(self, kids: list[Any]) -> tree.Fair:
        return tree.Fair(self.ident(kids[1]), True, span=self.span(kids))

    # ------------------------------------------------------------------------------------------------ scopes and runs

    def scope(self, kids: list[Any]) -> tree.ScopeDecl:
        return tree.ScopeDecl(
            self.ident(kids[1]), doc(kids), of(kids, tree.Setting), pick(kids, "where", None), span=self.span(kids)
        )

    def setting(self, kids: list[Any]) -> tree.Setting:
        return tree.Setting(self.ident(kids[0]), kids[2].value, span=self.span(kids))

    def run(self, kids: list[Any]) -> tree.RunDecl:
        return tree.RunDecl(
            self.ident(kids[1]),
            doc(kids),
            pick(kids, "in_scope", None),
            tuple(kid for kid in kids if isinstance(kid, tree.RunStep | tree.Gap)),
            pick(kids, "must", None),
            span=self.span(kids),
        )

    def in_scope(self, kids: list[Any]) -> Part:
        return self.part("in_scope", self.ident(kids[1]), kids)

    def run_step(self, kids: list[Any]) -> tree.RunStep:
        moment = self.ident(kids[-1]) if len(kids) > 2 and kids[-2] == "." else None
        return tree.RunStep(self.ident(kids[0]), pick(kids, "run_args", ()), moment, span=self.span(kids))

    def run_args(self, kids: list[Any]) -> Part:
        return self.part("run_args", self.idents(kids, "NAME", "NUMBER", "TRUE", "FALSE"), kids)

    def gap(self, kids: list[Any]) -> tree.Gap:
        return tree.Gap(span=self.span(kids))

    def must_pass(self, kids: list[Any]) -> Part:
        return self.part("must", None, kids)

    def must_fail(self, kids: list[Any]) -> Part:
        return self.part("must", self.ident(kids[-1]), kids)

    # ----------------------------------------------------------------------------------------------------------- logs

    def log(self, kids: list[Any]) -> tree.LogDecl:
        strings = [string(kid) for kid in kids if is_token(kid) and kid.type == "STRING"] + ["", ""]
        items = nodes(kids)
        return tree.LogDecl(self.ident(kids[1]), strings[0], strings[1], items, span=self.span(kids))

    def declared(self, kids: list[Any]) -> tree.DeclaredEvents:
        return tree.DeclaredEvents(span=self.span(kids))

    def record(self, kids: list[Any]) -> tree.Record:
        names = self.idents(kids, "NAME")
        return tree.Record(
            kids[1],
            pick(kids, "record_where", ()),
            names[0],
            names[1] if len(names) > 1 else None,
            pick(kids, "record_fields", ()),
            span=self.span(kids),
        )

    def record_where(self, kids: list[Any]) -> Part:
        return self.part("record_where", of(kids, tree.FieldTest), kids)

    def test_is(self, kids: list[Any]) -> tree.FieldTest:
        return tree.FieldTest(kids[0], str(kids[1]), (kids[2],), span=self.span(kids))

    def test_in(self, kids: list[Any]) -> tree.FieldTest:
        return tree.FieldTest(kids[0], "in", of(kids[1:], tree.Text), span=self.span(kids))

    def test_present(self, kids: list[Any]) -> tree.FieldTest:
        return tree.FieldTest(kids[0], str(kids[1]), (), span=self.span(kids))

    def record_fields(self, kids: list[Any]) -> Part:
        return self.part("record_fields", of(kids, tree.RecordField), kids)

    def record_field(self, kids: list[Any]) -> tree.RecordField:
        return tree.RecordField(values(kids[0]), kids[2], span=self.span(kids))

    def default(self, kids: list[Any]) -> tree.Default:
        separator = string(kids[5]) if len(kids) > 4 else None
        return tree.Default(kids[1], kids[3], separator, span=self.span(kids))

    def never(self, kids: list[Any]) -> tree.Never:
        return tree.Never(self.idents(kids, "NAME"), span=self.span(kids))

    def may(self, kids: list[Any]) -> tree.May:
        return tree.May(str(kids[1]), self.idents(kids[2:], "NAME"), span=self.span(kids))

    def order(self, kids: list[Any]) -> tree.OrderTotal:
        return tree.OrderTotal(self.ident(kids[3]), span=self.span(kids))

    def clock(self, kids: list[Any]) -> tree.ClockSkew:
        return tree.ClockSkew(self.int_(kids[3:4]), str(kids[4]), span=self.span(kids))

    def drift(self, kids: list[Any]) -> tree.ClockDrift:
        return tree.ClockDrift(kids[3], kids[5], str(kids[6]), self.int_(kids[8:9]), str(kids[9]), span=self.span(kids))

    def capture(self, kids: list[Any]) -> tree.Capture:
        return tree.Capture(string(kids[1]), self.idents(kids[2:], "NAME"), span=self.span(kids))

    def text(self, kids: list[Any]) -> tree.Text:
        quoted = kids[0].type == "STRING"
        return tree.Text(string(kids[0]) if quoted else str(kids[0]), quoted, span=self.span(kids))

    def bind_per(self, kids: list[Any]) -> tree.BindDecl:
        starts, ends = pick(kids, "bind_from", ()), pick(kids, "bind_until", ())
        return tree.BindDecl(
            kids[1], self.ident(kids[3]), starts, ends, pick(kids, "bind_rules", ()), span=self.span(kids)
        )

    def bind_everywhere(self, kids: list[Any]) -> tree.BindDecl:
        return tree.BindDecl(kids[1], None, (), (), pick(kids, "bind_rules", ()), span=self.span(kids))

    def bind_rules(self, kids: list[Any]) -> Part:
        return self.part("bind_rules", self.idents(kids, "RULE_ID"), kids)

    def bind_from(self, kids: list[Any]) -> Part:
        return self.part("bind_from", self.idents(kids, "NAME"), kids)

    def bind_until(self, kids: list[Any]) -> Part:
        return self.part("bind_until", self.idents(kids, "NAME"), kids)
