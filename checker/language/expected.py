"""What a reader calls the terminals of the grammar, and what to say was expected where reading stopped."""

from __future__ import annotations

from collections.abc import Set

MOST = 3


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


# A whole that a reader knows, the terminals that show that it may start here, and all terminals that belong to it.
_WHOLES = tuple(
    (words, _set(signs), _set(members))
    for words, signs, members in (
        (
            "a declaration (`state`, `action`, `rule`, ...)",
            "STATE ENUM SCOPE",
            "MODULE USES JUDGE JOINED SOURCE RULE SORT ENUM CONST PARAM STATE LET ASSUME ACTION HIDDEN OPTIONAL FAULT "
            "INVARIANT LEMMA STEP FINAL CAN LEADS FATE HARM GOAL SCOPE RUN LOG BIND",
        ),
        (
            "an expression",
            "NAME NUMBER TRUE LPAR",
            "NAME NUMBER TRUE FALSE LPAR NOT FORALL EXISTS IF PENDING DID OLD",
        ),
        ("an effect (`state[...] := value`, `for`, `if`)", "NAME FOR IF", "NAME FOR IF"),
        ("`true`, `false`, a number or a name", "NAME NUMBER TRUE MINUS", "NAME NUMBER TRUE FALSE MINUS"),
        ("a field or value", "NAME NUMBER STRING", "NAME NUMBER TRUE FALSE STRING"),
        ("a type (`bool`, `int[0..3]`, or a sort or enum)", "BOOL INT NAME", "BOOL INT NAME"),
        ("whose duty it is (`extension`, `switch` or `unwritten`)", "UNWRITTEN", "EXTENSION SWITCH UNWRITTEN"),
        ("an operator", "AND OR EQ PLUS", "AND OR IMPLIES EQ NE LT LE GT GE PLUS MINUS IN NOT"),
        ("an operator", "AND OR IMPLIES", "AND OR IMPLIES"),
        ("a test (`==`, `!=`, `in`, `present`, `absent`)", "PRESENT EQ", "PRESENT ABSENT EQ NE IN"),
        (
            "an item (`record`, `never`, `may lose`, `events`, ...)",
            "RECORD",
            "RECORD NEVER MAY EVENTS DEFAULT ORDER CLOCK CAPTURE",
        ),
        ("a step, `..`, `must pass` or `must fail at RULE`", "NAME DOTS MUST", "NAME DOTS MUST"),
        ("`pass` or `fail at RULE`", "PASS FAIL", "PASS FAIL"),
        ("`skew` or `drift`", "SKEW DRIFT", "SKEW DRIFT"),
        ("a unit (`ms`, `us`, `ns` or `s`)", "MS", "MS US NS S"),
    )
)

# Terminals that are no words of the language, in the order in which they are worth naming.
_NAMED = {
    "ASSIGN": "`:=`",
    "EQUAL": "`=`",
    "COLON": "`:`",
    "ARROW": "`~>`",
    "THEN": "`then`",
    "ELSE": "`else`",
    "IS": "`is`",
    "RPAR": "`)`",
    "RSQB": "`]`",
    "RULE_ID": "a rule id such as `N-01`",
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "a text in quotes",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "LSQB": "`[`",
    "LPAR": "`(`",
    "DOT": "`.`",
    "DOTS": "`..`",
    "EQ": "`==`",
    "NE": "`!=`",
    "LT": "`<`",
    "LE": "`<=`",
    "GT": "`>`",
    "GE": "`>=`",
    "PLUS": "`+`",
    "MINUS": "`-`",
    "COMMA": "`,`",
    "CITES": "`@`",
    "SLASH": "`/`",
    "SEMICOLON": "`;`",
}
_ORDER = {terminal: at for at, terminal in enumerate(_NAMED)}
# What may stand nearly anywhere is said only where nothing else can be.
_DULL = frozenset(("SEMICOLON", "an operator", "CITES", "SLASH", "FAIR"))
_AFTER_NAME = frozenset(("DOT", "LPAR", "LSQB"))  # dull where an expression may go on anyway
_TOP = _WHOLES[0][0]


def wanted(terminals: Set[str], *, first: bool = False) -> str:
    """What would have been right, in a few words; never a list of all that the grammar could take.

    `first`: it stands first in its line, so a new declaration was meant where one is possible.
    """
    rest = set(terminals) - {"$END"}
    found: list[str] = []
    for words, signs, members in _WHOLES:
        if signs <= rest:
            found.append(words)
            rest -= members
    if first and _TOP in found:
        return _TOP
    keywords = sorted(terminal for terminal in rest if terminal not in _ORDER)
    found += sorted((terminal for terminal in rest if terminal in _ORDER), key=_ORDER.__getitem__) + keywords
    dull = _DULL | _AFTER_NAME if "an operator" in found else _DULL
    telling = [each for each in found if each not in dull] or found
    words_ = list(dict.fromkeys(called(each) for each in telling))[:MOST]
    if not words_:
        return "nothing more"
    return words_[0] if len(words_) == 1 else f"{', '.join(words_[:-1])} or {words_[-1]}"


def called(terminal: str) -> str:
    """A terminal in a reader's words; what is in words already stays."""
    if not terminal.isupper():
        return terminal
    return _NAMED.get(terminal, f"`{terminal.lower().rstrip('_')}`")
