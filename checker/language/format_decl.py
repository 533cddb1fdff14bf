"""Declarations of a file as documents, actions apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from checker.language import tree
from checker.language.align import Mark
from checker.language.format_action import ActionWriter, is_rule_id
from checker.language.format_expr import joined, number
from checker.language.pretty import Break, Choice, Doc, End, Group, Nest, Space, Token, tokens

SOURCES = Mark("sources", paragraph=True)
EVENTS = Mark("events", paragraph=True)
TESTS = Mark("tests", paragraph=True)


class DeclarationWriter(ActionWriter):
    """Makes documents of declarations."""

    __slots__ = ()

    def header(self, header: tree.Header) -> Doc:
        return (self.first("module", header), Space(), self.path(header.name), Space(), self.string(header.title))

    def declaration(self, node: tree.Declaration) -> Doc:
        match node:
            case tree.Uses(modules):
                return (self.first("uses", node), Space(), self.filled([self.path(module) for module in modules]))
            case tree.JudgeEachHost():
                return (self.first("judge", node), Space(), Token("each"), Space(), Token("host"))
            case tree.JoinedBy(names):
                return (self.first("joined", node), Space(), Token("by"), Space(), self.idents(names))
            case tree.PageDecl(name, title):
                return (self.first("source", node), Space(), self.ident(name), SOURCES, self.string(title))
            case tree.RuleDecl(id_, duty, pages, sentence):
                head = (self.first("rule", node), Space(), self.ident(id_), Space(), Token(duty))
                cited = (Space(), self.idents(pages)) if pages else ()
                return (*head, *cited, Nest((End(), self.string(sentence))))
            case tree.SortDecl(names, members, doc):
                closed = (Space(), Token("="), Space(), self.members(members)) if members is not None else ()
                return (self.first("sort", node), Space(), self.idents(names), *closed, self.doc(doc))
            case tree.EnumDecl(name, members, doc):
                name_ = (self.first("enum", node), Space(), self.ident(name), Space())
                return (*name_, self.members(members), self.doc(doc))
            case tree.ConstDecl(name, index, type_, doc):
                domain = (self.listed("(", [self.type(one) for one in index], Token(")")),) if index else ()
                head = (self.first("const", node), Space(), self.ident(name), *domain)
                return (*head, Token(":"), Space(), self.type(type_), self.doc(doc))
            case tree.ParamDecl(name, type_, default, doc):
                typed = (Token(":"), Space(), self.type(type_)) if type_ is not None else ()
                head = (self.first("param", node), Space(), self.ident(name), *typed, Space(), Token("="), Space())
                return (*head, self.laid_literal(default), self.doc(doc))
            case tree.StateDecl():
                return self.state(node)
            case tree.LetDecl(name, params, doc, body):
                told = (Space(), self.string(doc)) if doc else ()
                head = (self.first("let", node), Space(), self.ident(name), *self.params(params), *told)
                start, laid = (*head, Space(), Token("=")), self.laid(body).doc
                return Choice(((start, Space(), laid), (start, Nest((End(), laid)))))
            case tree.AssumeDecl(name, doc, formula):
                return self.told(self.first("assume", node), name, (), doc, self.expr(formula))
            case tree.Action():
                return self.action(node)
            case tree.PropertyDecl(word, name, rules, doc, formula):
                return self.told(self.first(word, node), name, rules, doc, self.expr(formula))
            case tree.LeadsToDecl():
                return self.leads_to(node)
            case tree.OutlookDecl():
                return self.outlook(node)
            case tree.ScopeDecl():
                return self.scope(node)
            case tree.RunDecl():
                return self.run(node)
            case tree.LogDecl():
                return self.log(node)
            case tree.BindDecl(field, per, starts, ends, rules):
                scope = (Token("per"), Space(), self.ident(per)) if per is not None else (Token("everywhere"),)
                lives = [
                    (Space(), Token(word), Space(), self.idents(actions))
                    for word, actions in (("from", starts), ("until", ends))
                    if actions
                ]
                return (
                    self.first("bind", node),
                    Space(),
                    self.text(field),
                    Space(),
                    *scope,
                    *lives,
                    *self.cited(rules),
                )
            case _:
                assert_never(node)

    def told(self, first: Doc, name: tree.Ident, rules: Sequence[tree.Ident], doc: str, formula: Doc) -> Doc:
        """A named formula: name and rules, then what it says in words, then the formula, each on its own line."""
        apart = bool(rules) and is_rule_id(next(tokens(formula)).text)  # else it would be read as one more rule
        words = (End(), self.string(doc)) if doc or apart else ()
        return (first, Space(), self.ident(name), *self.cited(rules), Nest((*words, End(), formula)))

    def sides(self, node: tree.LeadsToDecl | tree.OutlookDecl) -> Doc:
        """The formula with an arrow."""
        premise = self.expr(node.premise)
        if isinstance(node.premise, tree.Quantified) and node.premise.op == "forall":
            premise = self.listed_from(Token("("), premise, Token(")"))  # else it would reach over the arrow
        laid = self.arrow(premise, "~>", self.expr(node.conclusion))
        if node.binders:
            laid = self.under((Token("forall"), Space(), self.binders(node.binders), Token(".")), laid)
        return laid.doc

    def outlook(self, node: tree.OutlookDecl) -> Doc:
        formula: tuple[Doc, ...] = (self.sides(node),)
        if node.without:
            actions = [self.ident(action) for action in node.without]
            formula = (*formula, End(), Token("without"), Space(), self.filled(actions))
        return self.told(self.first(node.word, node), node.name, node.rules, node.doc, formula)

    def leads_to(self, node: tree.LeadsToDecl) -> Doc:
        formula: tuple[Doc, ...] = (self.sides(node),)
        if node.fair:
            actions = [
                (self.first("strongly", fair), Space(), self.ident(fair.action))
                if fair.strong
                else self.ident(fair.action)
                for fair in node.fair
            ]
            formula = (*formula, End(), Token("fair"), Space(), self.filled(actions))
        words = (self.first("leads", node), Space(), Token("to"))
        return self.told(words, node.name, node.rules, node.doc, formula)

    def state(self, node: tree.StateDecl) -> Doc:
        index = [
            (self.ident(one.name), Token(":"), Space(), self.type(one.type))
            if one.name is not None
            else self.type(one.type)
            for one in node.index
        ]
        place = (self.listed("[", index, Token("]")),) if index else ()
        head = (
            self.first("state", node),
            Space(),
            self.ident(node.name),
            *place,
            Token(":"),
            Space(),
            self.type(node.type),
        )
        if node.initial is None:
            return (*head, self.doc(node.doc))
        return (self.after((*head, Space(), Token("=")), node.initial), self.doc(node.doc))

    # ------------------------------------------------------------------------------------------------ scopes and runs

    def scope(self, node: tree.ScopeDecl) -> Doc:
        settings = [
            (self.ident(setting.name), Space(), Token("="), Space(), self.laid_literal(setting.value))
            for setting in node.settings
        ]
        lines: list[Doc] = [joined(settings, Break("  "))] if settings else []  # on one line, or each on its own
        if node.where is not None:
            lines.append(self.after(Token("where"), node.where))
        opening, closing = Token("{"), self.last("}", node)
        inner = tuple(part for line in lines for part in (Break(), line))
        filled = Nest(tuple(part for line in lines for part in (End(), Group(line))))
        body = Choice(((opening, *inner, Break(), closing), (opening, filled, End(), closing)))
        return self.headed((self.first("scope", node), Space(), self.ident(node.name)), node.doc, (), body)

    def run(self, node: tree.RunDecl) -> Doc:
        head = (self.first("run", node), Space(), self.ident(node.name))
        where = (Space(), Token("in"), Space(), self.ident(node.scope)) if node.scope is not None else ()
        told = (Nest((Break(), self.string(node.doc), *where)), Break()) if node.doc else (*where, Space())
        steps: list[Doc] = []
        for at, step in enumerate(node.steps):
            steps += [self.between(node.steps[at - 1], step) if at else End(keep=True), self.run_step(step)]
        end: tuple[Doc, ...] = (Token("must"), Space(), Token("pass"))
        if node.fails_at is not None:
            words = [Token(word) for word in ("must", "fail", "at")]
            end = (joined(words, Space()), Space(), self.ident(node.fails_at))
        closing = self.last("}", node)
        body = Nest((*steps, End(keep=True), *end))
        return (Group((*head, *told)), Token("{"), body, End(keep=True), closing)

    def between(self, one: tree.RunStep | tree.Gap, other: tree.RunStep | tree.Gap) -> Doc:
        """The writer's line end between two steps, or white space in which the line ends where it gets too long."""
        if one.span.source is self.source and "\n" in self.source.text[one.span.end : other.span.start]:
            return End(keep=True)
        return Space() if isinstance(one, tree.Gap) else Group(Break("  "))

    def run_step(self, step: tree.RunStep | tree.Gap) -> Doc:
        if isinstance(step, tree.Gap):
            return self.first("..", step)
        args = joined([self.ident(arg) for arg in step.args], Space(), ",")  # lines end between steps only
        said = (Token("("), args, Token(")")) if step.args else ()
        return (self.ident(step.action), *said, *self.moment(step.moment))

    # ----------------------------------------------------------------------------------------------------------- logs

    def log(self, node: tree.LogDecl) -> Doc:
        strings = [node.title, node.doc] if node.doc else [node.title] if node.title else []
        head = (self.first("log", node), Space(), self.ident(node.name))
        titles = tuple((Space(), self.string(text)) for text in strings)
        items = [(item, self.log_item(item)) for item in node.items]
        return (*head, *titles, Space(), self.block(items, self.last("}", node), spread=True))

    def log_item(self, item: tree.LogItem) -> Doc:
        match item:
            case tree.DeclaredEvents():
                return self.first("events", item)
            case tree.Record():
                return self.record(item)
            case tree.Default(field, value, separator):
                head = (self.first("default", item), Space(), self.text(field), Space(), Token("="), Space())
                cut = (Space(), Token("before"), Space(), self.string(separator)) if separator is not None else ()
                return (*head, self.text(value), *cut)
            case tree.Never(actions):
                return (self.first("never", item), Space(), self.idents(actions))
            case tree.May(what, actions):
                return (self.first("may", item), Space(), Token(what), Space(), self.idents(actions))
            case tree.OrderTotal(sort):
                return (
                    self.first("order", item),
                    Space(),
                    Token("total"),
                    Space(),
                    Token("within"),
                    Space(),
                    self.ident(sort),
                )
            case tree.ClockSkew(amount, unit):
                words = [
                    self.first("clock", item),
                    Token("skew"),
                    Token("<="),
                    Token(str(amount)),
                    self.last(unit, item),
                ]
                return joined(words, Space())
            case tree.ClockDrift(event, field, unit, amount, amount_unit):
                said = [self.first("clock", item), Token("drift"), Token("in"), self.text(event), Token("is")]
                bound = [
                    self.text(field),
                    Token(unit),
                    Token("within"),
                    Token(str(amount)),
                    self.last(amount_unit, item),
                ]
                return joined([*said, *bound], Space())
            case tree.Capture(command, actions):
                named = (Space(), Token("for"), Space(), self.idents(actions)) if actions else ()
                return (self.first("capture", item), Space(), self.string(command), *named)
            case _:
                assert_never(item)

    def record(self, record: tree.Record) -> Doc:
        """One row of a table: never broken, and in columns with its neighbours of the same shape."""
        head = (self.first("record", record), Space(), self.text(record.event))
        where: tuple[Doc, ...] = ()
        if record.where:
            first, *others = [self.field_test(test) for test in record.where]
            tests = (first, *((Space(), Token("and"), Space(), test) for test in others))
            where = (EVENTS, Token("where"), Space(), tests)
        column = TESTS if where else EVENTS
        fields = [
            (self.values(field.values), Space(), Token("="), Space(), self.text(field.field)) for field in record.fields
        ]
        said = (Token("("), joined(fields, Space(), ","), self.last(")", record)) if fields else ()
        return (
            *head,
            *where,
            column,
            Token("is"),
            Space(),
            self.ident(record.action),
            *self.moment(record.moment),
            *said,
        )

    def field_test(self, test: tree.FieldTest) -> Doc:
        field = (self.text(test.field), Space())
        match test.test:
            case "present" | "absent":
                return (*field, self.last(test.test, test))
            case "in":
                values = joined([self.text(value) for value in test.values], Space(), ",")
                return (*field, Token("in"), Space(), Token("("), values, self.last(")", test))
            case _:
                return (*field, Token(test.test), Space(), self.text(test.values[0]))

    # ---------------------------------------------------------------------------------------------------------- parts

    def path(self, path: tree.Ident) -> Doc:
        first, *others = path.text.split("/")
        return (self.first(first, path), *(part for other in others for part in (Token("/"), Token(other))))

    def text(self, text: tree.Text) -> Token:
        return self.first(self.string(text.value).text if text.quoted else text.value, text)

    def members(self, members: Sequence[tree.Ident]) -> Doc:
        inner = joined([self.ident(member) for member in members], Break(), ",")
        return Group((Token("{"), Nest((Break(), inner)), Break(), Token("}")))

    def laid_literal(self, literal: tree.Literal) -> Doc:
        match literal:
            case tree.Truth(value):
                return self.first("true" if value else "false", literal)
            case tree.Number(value):
                return number(value)
            case tree.Name(text):
                return self.first(text, literal)
            case _:
                assert_never(literal)
