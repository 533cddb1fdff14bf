"""Random protocols with params and rules in front of their actions, and their answers one variant at a time."""

from __future__ import annotations

import re
from itertools import combinations

from checker.explore.explore import explore
from checker.language.protocol import Protocol
from checker.model.scope import Scope
from tests.explore.made import text_protocol
from tests.explore.random_text import text, text_with_outlooks

CONDITIONS = ("p0", "p1 != 1", "not p0 or p1 == 2", "p2 == up", "p0 and p2 != up")


def varied(seed: int, more: bool = False) -> Protocol:
    """A random protocol whose actions have one guard more each, about params, and a rule at every such guard.

    With `more`, it says what may become of failures too.
    """
    lines = (text_with_outlooks(seed) if more else text(seed)).split("\n")
    head = "param p0 = true\nparam p1: int[0..2] = 1\nenum Way { up, down }\nparam p2: Way = down"
    lines.insert(3, head)
    count = 0
    for at, line in enumerate(lines):
        if re.match(r"(optional )?(action|fault) ", line):
            condition = CONDITIONS[(seed + count) % len(CONDITIONS)]
            line = line.replace("{ requires", f"{{ requires {condition} @ Q-{count}\n requires", 1)
            line = (
                re.sub(r"\{ (?!requires)", f"{{ requires {condition} @ Q-{count}\n ", line, count=1)
                if f"Q-{count}" not in line
                else line
            )
            lines[at] = line
            count += 1
    rules = [f'rule Q-{number} unwritten "Made up."' for number in range(count)]
    return text_protocol("\n".join([lines[0], *rules, *lines[1:]]))


def brute_cuts(
    protocol: Protocol, scope: Scope, rules: tuple[str, ...], largest: int
) -> dict[str, set[frozenset[str]]]:
    """By property, the smallest sets of rules without which it fails, found by one whole search for each set."""
    from dataclasses import replace

    found: dict[str, set[frozenset[str]]] = {}
    for size in range(largest + 1):
        for chosen in map(frozenset, combinations(rules, size)):
            for answer in explore(protocol, replace(scope, without=chosen)).answers:
                smaller = found.setdefault(answer.name, set())
                if answer.said.value == "fails" and not any(less <= chosen for less in smaller):
                    smaller.add(chosen)
    return found
