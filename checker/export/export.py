"""The targets there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from checker.export.promela import promela
from checker.export.smv import smv
from checker.export.target import Exported
from checker.export.tla import tla
from checker.language.protocol import Protocol
from checker.model.scope import Scope

TARGETS: Mapping[str, Callable[[Protocol, Scope], Exported]] = MappingProxyType(
    {"promela": promela, "tla": tla, "smv": smv}
)


def export(protocol: Protocol, scope: Scope, target: str) -> Exported:
    """The protocol in the scope, in the language of another model checker. Raises KeyError for no target of ours.

    The scope must fit the protocol (`model.initial.check_scope`).
    """
    return TARGETS[target](protocol, scope)
