"""Steps of a run as they are told in words: on which host one happens."""

from __future__ import annotations

from collections.abc import Collection

from checker.language.protocol import Protocol, Var
from checker.trace.verdict import Part


def host_of_step(words: str, part: Part, protocol: Protocol, hosts: Collection[str]) -> str | None:
    """The host of a step, by the name in the place of the action's `at`; None where the words do not say one."""
    if part.host is not None:
        return part.host
    name, _, rest = words.partition("(")
    action = next((each for each in protocol.actions if each.name == name), None)
    if action is None or not isinstance(action.at, Var):
        return None
    at = next((number for number, each in enumerate(action.params) if each.name == action.at.name), None)
    args = rest.rpartition(")")[0].split(", ")
    if at is None or len(args) != len(action.params):  # a name with a comma in it: better no host than a wrong one
        return None
    wanted = args[at].casefold()
    return next((host for host in hosts if host.casefold() == wanted), None)
