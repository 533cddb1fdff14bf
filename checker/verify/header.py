"""What a certificate says it is about, before it says why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.verify.text import Command, Unreadable, string

FORMAT = "1"


@dataclass(frozen=True, slots=True)
class Header:
    """`holds` are the properties claimed, each with those it leans on; `settings` are texts, by param."""

    protocol: str
    digest: str
    written_by: str
    found_by: str
    settings: Mapping[str, str]
    without: tuple[str, ...]
    holds: Mapping[str, tuple[str, ...]]
    lines: Mapping[str, int]  # where each property, and each `:key`, is spoken of


def read_header(commands: Sequence[Command]) -> tuple[Header, Sequence[Command]]:
    """The header, and the commands after it. Raises Unreadable."""
    facts: dict[str, list[tuple[int, str]]] = {}
    for at, command in enumerate(commands):
        match command.term:
            case ("set-info", str(key), value):
                said = string(value)
                facts.setdefault(key, []).append((command.line, str(value) if said is None else said))
            case ("set-logic", "ALL"):
                return _header(facts, command.line), commands[at + 1 :]
            case _:
                break
    raise Unreadable(1, "this is no certificate: it does not begin with `set-info` commands and `(set-logic ALL)`")


def _header(facts: Mapping[str, list[tuple[int, str]]], end: int) -> Header:
    for key, said in facts.items():
        if key not in _ONCE + _MANY:
            raise Unreadable(said[0][0], f"a certificate says nothing named `{key[:40]}`")
        if key in _ONCE and len(said) > 1:
            raise Unreadable(said[1][0], f"`{key}` is said twice")
    for key in _ONCE:
        if key not in facts:
            raise Unreadable(end, f"this is no certificate: the header does not say `{key}`")
    (line, version), *_ = facts[":certificate-format"]
    if version != FORMAT:
        raise Unreadable(line, f"certificates of format {version[:20]} are not known here, only {FORMAT}")
    holds: dict[str, tuple[str, ...]] = {}
    for line, name, rest in _pairs(facts.get(":holds", ()), " with "):
        if name in holds:
            raise Unreadable(line, f"`{name}` is claimed twice")
        holds[name] = tuple(rest.split(", ")) if rest else ()
    return Header(
        protocol=facts[":protocol"][0][1],
        digest=facts[":typed-protocol"][0][1],
        written_by=facts[":written-by"][0][1],
        found_by=facts[":found-by"][0][1],
        settings={name: value for _, name, value in _pairs(facts.get(":setting", ()), " = ")},
        without=tuple(rule for _, rule in facts.get(":without", ())),
        holds=holds,
        lines={name: line for line, name, _ in _pairs(facts.get(":holds", ()), " with ")}
        | {key: said[0][0] for key, said in facts.items()},
    )


def _pairs(said: Sequence[tuple[int, str]], between: str) -> Iterator[tuple[int, str, str]]:
    for line, text in said:
        name, _, rest = text.partition(between)
        yield line, name, rest


_ONCE = (":smt-lib-version", ":certificate-format", ":protocol", ":typed-protocol", ":written-by", ":found-by")
_MANY = (":setting", ":without", ":holds", ":left-out")
