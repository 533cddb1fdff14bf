"""The same two protocols as Petri nets: (label, from places, to places); the label None is a silent transition.

`handover.mig` and `two_hosts.mig` say the same. Labels are an event's name, and its outcome where that is no success.
"""

from __future__ import annotations

Transition = tuple[str | None, tuple[str, ...], tuple[str, ...]]

# Progress of the handover, place by place: what takes it further, whether that may be refused, and where a refusal or a
# lost connection leads: `clean` and `dirty` are aborts with nothing and with something left at the target.
_LINE: tuple[tuple[str, str, str, str, str | None, str], ...] = (
    # from, label, to, when the connection is lost, label of a refusal, where that leads
    ("started", "VALIDATION_CREATE", "validation", "clean", "VALIDATION_CREATE.REFUSED", "clean"),
    ("validation", "POLICIES_CHECK", "checked", "dirty", "POLICIES_CHECK.REFUSED", "dirty"),
    ("checked", "VALIDATION_DELETE", "validated", "dirty", None, ""),
    ("validated", "PORT_CREATE", "operational", "clean", "PORT_CREATE.REFUSED", "clean"),
    ("operational", "POLICIES_ADD", "ready", "dirty", "POLICIES_ADD.REFUSED", "dirty"),
    ("ready", "SAVE", "saving", "dirty", "SAVE.REFUSED", "dirty"),
    ("saving", "SAVE_COMPLETE", "saved", "dirty", None, ""),
    ("saved", "", "fetched", "dirty", None, ""),
    ("fetched", "DISCONNECT", "disconnected", "dirty", None, ""),
    ("disconnected", "REMOVE", "removed", "end", None, ""),
    ("removed", "TEAR_DOWN", "torn_down", "end", None, ""),
    ("torn_down", "DELETE", "deleted", "end", None, ""),
    ("deleted", "CREATE", "created", "end", "CREATE.REFUSED", "end"),
    ("created", "CONNECT", "connected", "end", None, ""),
    ("connected", "RESTORE", "restoring", "end", None, ""),
    ("restoring", "RESTORE_COMPLETE", "restored", "end", None, ""),
    ("restored", "GO_ONLINE", "end", "end", None, ""),
)


def handover() -> tuple[Transition, ...]:
    """From `begin` to `end`."""
    found: list[Transition] = [("START", ("begin",), ("started",))]
    for before, label, after, lost, refusal, refused in _LINE:
        found.append((label or None, (before,), (after,)))
        found.append(("LOST", (before,), (lost,)))
        if refusal is not None:
            found.append((refusal, (before,), (refused,)))
    found.append(("CLEAN_UP", ("dirty",), ("clean",)))
    found.append(("ABORT_DONE", ("clean",), ("end",)))
    return tuple(found)


SOURCE = ("S_START", "S_PAUSE", "S_SAVE", "S_SAVE_COMPLETE", "S_DISCONNECT", "S_DELETE", "S_STOP", "S_DONE")
TARGET = ("T_VALIDATE", "T_PORT", "T_POLICIES", "T_REPORT", "T_CREATE", "T_CONNECT", "T_RESTORE", "T_ONLINE")
NEEDS = {"S_PAUSE": "ready arrived", "T_CREATE": "released arrived"}
GIVES = {"S_DELETE": "released sent", "T_POLICIES": "ready sent"}


def two_hosts() -> tuple[Transition, ...]:
    """From `begin` to `end`."""
    found: list[Transition] = [(None, ("begin",), ("source 0", "target 0"))]
    for host, labels in (("source", SOURCE), ("target", TARGET)):
        for at, label in enumerate(labels):
            before = (f"{host} {at}", *((NEEDS[label],) if label in NEEDS else ()))
            after = (f"{host} {at + 1}", *((GIVES[label],) if label in GIVES else ()))
            found.append((label, before, after))
    found += [(None, (f"{what} sent",), (f"{what} arrived",)) for what in ("ready", "released")]
    found.append((None, ("source 8", "target 8"), ("end",)))
    return tuple(found)
