"""Trees of files at random, without places in a text: whatever the parser can make, except needless parentheses."""

from __future__ import annotations

from hypothesis import strategies as st

from checker.language import tree

NAMES = st.sampled_from(["a", "b", "port", "on", "X1", "NIC_2", "very_long_name_of_something_in_the_state", "Ext"])
LONG = "A sentence that is so long that it hardly finds room on a line with anything else beside it, however short."
STRINGS = st.one_of(
    st.sampled_from(["short", LONG, 'a "quoted" word', "a \\ and a\nsecond line", "# no comment", "{ } ; , @"]),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=12),
)
DOCS = st.one_of(st.just(""), STRINGS)
RULES = st.lists(st.sampled_from(["N-01", "R36", "A-8b", "P-120"]).map(tree.Ident), max_size=4).map(tuple)
IDENTS = NAMES.map(tree.Ident)


def some(items: st.SearchStrategy[object], least: int = 1, most: int = 3) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(items, min_size=least, max_size=most).map(tuple)


TYPES = st.one_of(
    st.just(tree.BoolType()),
    st.builds(tree.RangeType, st.integers(-9, 9), st.integers(0, 99)),
    st.builds(tree.NamedType, NAMES),
)
BINDERS = some(st.builds(tree.Binder, IDENTS, TYPES))
LITERALS = st.one_of(
    st.builds(tree.Truth, st.booleans()), st.builds(tree.Number, st.integers(-5, 5)), st.builds(tree.Name, NAMES)
)
LEAVES = st.one_of(
    st.builds(tree.Truth, st.booleans()),
    st.builds(tree.Number, st.integers(0, 300)),
    st.builds(tree.Name, NAMES),
    st.builds(tree.Member, IDENTS, IDENTS),
)
OPERATORS = ["implies", "or", "and", "==", "!=", "<", "<=", ">", ">=", "+", "-"]


def _larger(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    args = some(inner, 0)
    return st.one_of(
        st.builds(tree.Binary, st.sampled_from(OPERATORS), inner, inner),
        st.builds(tree.Binary, st.sampled_from(["and", "or", "implies"]), inner, inner),
        st.builds(tree.Not, inner),
        st.builds(tree.In, inner, some(inner), st.booleans()),
        st.builds(tree.If, inner, inner, inner),
        st.builds(tree.Quantified, st.sampled_from(["forall", "exists"]), BINDERS, inner),
        st.builds(tree.Call, IDENTS, args),
        st.builds(tree.Lookup, IDENTS, some(inner)),
        st.builds(tree.Pending, IDENTS, args),
        st.builds(tree.Did, IDENTS, args, st.none() | IDENTS),
        st.builds(tree.Old, inner),
    )


EXPRS = st.recursive(LEAVES, _larger, max_leaves=12)

ASSIGNS = st.builds(tree.Assign, IDENTS, some(EXPRS, 0, 2), EXPRS)


def _blocks(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    body = some(inner, 0)
    when = st.one_of(
        st.builds(tree.When, EXPRS, body, st.just(()), st.just(False), st.just(False)),
        st.builds(tree.When, EXPRS, body, body, st.just(True), st.just(False)),
    )
    chained = st.builds(tree.When, EXPRS, body, st.tuples(when), has_else=st.just(True), chained=st.just(True))
    return st.one_of(st.builds(tree.ForEach, BINDERS, st.none() | EXPRS, body), when, chained)


EFFECTS = st.recursive(ASSIGNS, _blocks, max_leaves=5)
REQUIRES = st.builds(tree.Requires, EXPRS, RULES)
EVENT_FIELDS = st.builds(tree.EventField, IDENTS, st.none() | some(EXPRS))
ITEMS = st.one_of(REQUIRES, EFFECTS)
ACTION_ITEMS = st.one_of(
    ITEMS,
    st.builds(tree.EventClause, IDENTS, some(EVENT_FIELDS, 0, 5)),
    st.builds(tree.BeginBlock, some(EFFECTS, 0)),
    st.builds(tree.OutcomeBlock, IDENTS, st.booleans(), DOCS, RULES, st.none() | some(ITEMS, 0)),
)
PARAMS = st.one_of(st.just(()), BINDERS)


def actions(*, fault: bool) -> st.SearchStrategy[tree.Action]:
    flags = st.just(False) if fault else st.booleans()
    rest = (IDENTS, PARAMS, st.none() | EXPRS, DOCS, RULES, some(ACTION_ITEMS, 0, 5))
    return st.builds(tree.Action, flags, flags, st.just(fault), *rest)


TEXTS = st.one_of(
    st.builds(tree.Text, NAMES, st.just(False)),
    st.builds(tree.Text, st.sampled_from(["7", "true", "233"]), st.just(False)),
    st.builds(tree.Text, STRINGS, st.just(True)),
)
TESTS = st.one_of(
    st.builds(tree.FieldTest, TEXTS, st.sampled_from(["==", "!="]), some(TEXTS, 1, 1)),
    st.builds(tree.FieldTest, TEXTS, st.just("in"), some(TEXTS)),
    st.builds(tree.FieldTest, TEXTS, st.sampled_from(["present", "absent"]), st.just(())),
)
LOG_ITEMS = st.one_of(
    st.just(tree.DeclaredEvents()),
    st.builds(
        tree.Record,
        TEXTS,
        some(TESTS, 0),
        IDENTS,
        st.none() | IDENTS,
        some(st.builds(tree.RecordField, some(EXPRS), TEXTS), 0),
    ),
    st.builds(tree.Default, TEXTS, TEXTS, st.none() | STRINGS),
    st.builds(tree.Never, some(IDENTS, 1, 6)),
    st.builds(tree.May, st.sampled_from(["lose", "repeat", "delay"]), some(IDENTS, 1, 6)),
    st.builds(tree.OrderTotal, IDENTS),
    st.builds(tree.ClockSkew, st.integers(0, 99), st.sampled_from(["ns", "us", "ms", "s"])),
    st.builds(tree.Capture, STRINGS, some(IDENTS, 0, 6)),
)
RUN_STEPS = st.one_of(
    st.just(tree.Gap()),
    st.builds(
        tree.RunStep,
        IDENTS,
        some(st.one_of(IDENTS, st.sampled_from(["7", "false"]).map(tree.Ident)), 0),
        st.none() | IDENTS,
    ),
)
INDEXES = some(st.builds(tree.IndexType, st.none() | IDENTS, TYPES), 0)
PATHS = st.sampled_from(["world", "logs/native", "migration/and/back"]).map(tree.Ident)
SOURCES = st.one_of(
    st.builds(tree.Uses, some(PATHS, 1, 9)),
    st.just(tree.JudgeEachHost()),
    st.builds(tree.JoinedBy, some(IDENTS, 1)),
    st.builds(tree.PageDecl, IDENTS, STRINGS),
    st.builds(
        tree.RuleDecl, st.just(tree.Ident("N-01")), st.sampled_from(["extension", "switch", "unwritten"]),
        some(IDENTS, 0), STRINGS,
    ),
)  # fmt: skip
DECLARATIONS = st.one_of(
    SOURCES,
    st.builds(tree.SortDecl, some(IDENTS, 1, 6), st.none(), DOCS),
    st.builds(tree.SortDecl, some(IDENTS, 1, 1), some(IDENTS), DOCS),
    st.builds(tree.EnumDecl, IDENTS, some(IDENTS, 1, 8), DOCS),
    st.builds(tree.ConstDecl, IDENTS, some(TYPES, 0), TYPES, DOCS),
    st.builds(tree.ParamDecl, IDENTS, st.none() | TYPES, LITERALS, DOCS),
    st.builds(tree.StateDecl, IDENTS, INDEXES, TYPES, st.none() | EXPRS, DOCS),
    st.builds(tree.LetDecl, IDENTS, PARAMS, DOCS, EXPRS),
    st.builds(tree.AssumeDecl, IDENTS, DOCS, EXPRS),
    actions(fault=False),
    actions(fault=True),
    st.builds(
        tree.PropertyDecl, st.sampled_from(["invariant", "lemma", "step", "final", "can"]), IDENTS, RULES, DOCS, EXPRS
    ),
    st.builds(
        tree.LeadsToDecl, IDENTS, RULES, DOCS, PARAMS, EXPRS, EXPRS,
        some(st.builds(tree.Fair, IDENTS, st.booleans()), 0),
    ),
    st.builds(
        tree.OutlookDecl, st.sampled_from(["fate", "harm"]), IDENTS, RULES, DOCS, PARAMS, EXPRS, EXPRS, st.just(()),
    ),
    st.builds(
        tree.OutlookDecl, st.just("goal"), IDENTS, RULES, DOCS, PARAMS, EXPRS, EXPRS, some(IDENTS, 0),
    ),
    st.builds(tree.ScopeDecl, IDENTS, DOCS, some(st.builds(tree.Setting, IDENTS, LITERALS), 0, 6), st.none() | EXPRS),
    st.builds(
        tree.RunDecl, IDENTS, DOCS, st.none() | IDENTS, some(RUN_STEPS, 0, 8), st.none() | st.just(tree.Ident("R36"))
    ),
    st.builds(tree.LogDecl, IDENTS, DOCS, DOCS, some(LOG_ITEMS, 0, 6)),
    st.builds(tree.BindDecl, TEXTS, IDENTS, some(IDENTS, 0), some(IDENTS, 0), RULES),
    st.builds(tree.BindDecl, TEXTS, st.none(), st.just(()), st.just(()), RULES),
)  # fmt: skip
FILES = st.builds(tree.File, st.builds(tree.Header, PATHS, STRINGS), some(DECLARATIONS, 0, 4))
