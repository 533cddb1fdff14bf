"""Certificates to check, and how a check of one went."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from checker.language.protocol import Protocol
from checker.prove.answers import Proofs
from checker.prove.api import prove
from checker.prove.certificate import certificate
from checker.verify.api import Said, Verification, verify
from checker.verify.header import read_header
from checker.verify.solve import NoSolver, Solver, default_solver
from checker.verify.text import read
from tests.prove.texts import GATE, LOCK, LOCK_LEMMAS, SHARD_RULES, SHARDS, read as protocol_of

COUNTED = f"""{GATE}
invariant counted count <= 3 and most >= 0
invariant nobody_at_red @ G-1 "Nobody passes at red, if it is asked for."
    forall c: Car. passing[c] and strict implies light == green
step green_stays_for_the_car forall c: Car. old(passing[c]) and passing[c] and strict implies light == old(light)
"""
TEXTS: Mapping[str, str] = {"lock": LOCK + LOCK_LEMMAS, "shards": SHARDS + SHARD_RULES, "gate": COUNTED}


@cache
def protocol(name: str) -> Protocol:
    return protocol_of(TEXTS[name])


@cache
def written(name: str) -> str:
    """The certificate of one of these protocols."""
    return certificate(protocol(name), proved(name)).text


@cache
def proved(name: str) -> Proofs:
    return prove(protocol(name))


def checked(of: Protocol, text: str, solver: Solver | NoSolver | None = None, seconds: float = 5.0) -> Verification:
    """What the check says. Raises Unreadable."""
    header, commands = read_header(read(text))
    return verify(of, header, commands, solver or default_solver(), seconds=seconds)


def certified(found: Verification) -> set[str]:
    return {check.property.name for check in found.checks if check.said is Said.CERTIFIED}
