"""A protocol that says nothing of logs, with a log: every action recorded under its name, with its parameters."""

from __future__ import annotations

from dataclasses import replace

from checker.language.protocol import Action, Bind, EventField, EventPattern, LogSource, Of, Protocol, Var

SOURCE = "everything"


def observed(protocol: Protocol, never: tuple[str, ...] = (), may_lose: tuple[str, ...] = ()) -> Protocol:
    """The protocol with a log source that records its actions, but for those it never or perhaps records."""
    sorts = dict.fromkeys(v.type.sort for a in protocol.actions for v in a.params if isinstance(v.type, Of))
    source = LogSource(SOURCE, SOURCE, True, (), (), never, may_lose, None)
    return replace(
        protocol,
        actions=tuple(_recorded(action) for action in protocol.actions),
        logs=(*protocol.logs, source),
        binds=(*protocol.binds, *(Bind(f"{sort}Name", (sort,), None, (), ()) for sort in sorts)),
    )


def _recorded(action: Action) -> Action:
    fields = tuple(
        EventField(f"{v.type.sort}Name" if isinstance(v.type, Of) else v.name, (Var(v.name, v.type),))
        for v in action.params
    )
    if len({field.name for field in fields}) < len(fields):  # two parameters of a sort: by their own names
        fields = tuple(replace(f, name=v.name) for f, v in zip(fields, action.params, strict=True))
    return replace(action, event=EventPattern(action.name.upper(), fields))
