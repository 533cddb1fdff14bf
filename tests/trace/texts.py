"""Tiny protocols for the tests of conformance, and a few lines to make logs for them."""

from __future__ import annotations

from functools import cache

from checker.language.load import load_text
from checker.language.protocol import Protocol
from checker.trace.event import Event, FieldValue, Log, Trace

# Slots have no names of their own: a log knows them by ids, which are used again. Users have names.
POOL = """
module pool "Slots on hosts, lent to users"

sort Host, Slot, User
enum Slate { free, lent, worn }
const host_of(Slot): Host

rule S-1 switch "A slot is lent only when it is free."
rule S-2 switch "Only its holder uses a slot."
rule S-3 extension "A lending may be refused."
rule S-4 switch "What is lent comes back."
rule S-5 switch "Nobody holds a free slot."

state slot[Slot]: Slate = free
state holder[Slot, User]: bool = false

action lend(s: Slot, u: User) at host_of(s) {
    event LEND { SlotId = s, UserName = u }
    requires slot[s] == free                                    @ S-1
    outcome SUCCESS { slot[s] := lent   holder[s, u] := true }
    outcome REFUSED failure @ S-3
}
optional action employ(s: Slot, u: User) at host_of(s) {
    event EMPLOY { SlotId = s, UserName = u }
    requires holder[s, u]                                       @ S-2
}
hidden action wear(s: Slot) {
    requires slot[s] == lent
    slot[s] := worn
}
action give_back(s: Slot, worn_out: bool) at host_of(s) {
    event GIVE_BACK { SlotId = s, Worn = worn_out }
    requires slot[s] != free                                    @ S-2
    requires worn_out == (slot[s] == worn)                      @ S-2
    slot[s] := free
    for u: User { holder[s, u] := false }
}
invariant free_slots_have_no_holder @ S-5 "Nobody holds a free slot."
    forall s: Slot, u: User. holder[s, u] implies slot[s] != free
final all_back @ S-4 "Every slot is free."
    forall s: Slot. slot[s] == free
can lent_again "A slot can be lent." forall s: Slot. slot[s] == lent

log oid "native" { events }
bind SlotId per Host from lend until give_back
bind UserName everywhere
scope small { Host = 1  Slot = 2  User = 2  faults = 0 }
"""

# Two hosts that talk by messages no log records. A fault may cut the line.
EXCHANGE = """
module exchange "A host asks, another works, the first is told"

sort Host, Job

rule X-1 switch "Work begins when the question has arrived."
rule X-2 switch "A job is finished when the answer has arrived."
rule X-3 switch "A job is asked for once."
rule X-4 switch "What was asked for is finished."

state client[Job, Host]: bool = false
state server[Job, Host]: bool = false
state arrived[Job]: bool = false
state worked[Job]: bool = false
state answered[Job]: bool = false
state finished[Job]: bool = false
state cut: bool = false

action ask(j: Job, h: Host, g: Host) at h {
    event ASK { JobName = j, To = g }
    requires h != g
    requires forall x: Host. not client[j, x]                   @ X-3
    client[j, h] := true
    server[j, g] := true
}
hidden action carry(j: Job) {
    requires not cut and exists h: Host. client[j, h]           @ X-1
    arrived[j] := true
}
action work(j: Job, g: Host) at g {
    event WORK { JobName = j }
    requires server[j, g] and arrived[j]                        @ X-1
    requires not worked[j]                                      @ X-3
    outcome SUCCESS { worked[j] := true }
    outcome BUSY failure
}
hidden action reply(j: Job) {
    requires not cut and worked[j]                              @ X-2
    answered[j] := true
}
action finish(j: Job, h: Host) at h {
    event FINISH { JobName = j }
    requires client[j, h] and answered[j] and not finished[j]   @ X-2
    finished[j] := true
}
fault cut_line(h: Host) at h {
    event CUT
    requires not cut
    cut := true
}
optional action mend(h: Host) at h {
    event MEND
    requires cut
    cut := false
}
final all_finished @ X-4 "What was asked for is finished."
    forall j: Job. (exists h: Host. client[j, h]) implies finished[j]

log oid "native" { events }
log quiet "lossy" { events  never work  may lose ask }
bind JobName everywhere
bind To everywhere
scope small { Host = 2  Job = 1  faults = 1 }
"""

# Requests with a begin and an end; one at a time on a device.
REQUEST = """
module request "Requests to a device: begun, then ended"

sort Device
enum Power { off, on }

rule Q-1 switch "One request at a time."
rule Q-2 switch "Only a device that is on works."
rule Q-3 switch "Every request ends."
rule Q-4 switch "A device is not switched on twice."

state busy: bool = false
state power[Device]: Power = off
state strength: int[0..2] = 0

action switch_on(d: Device) {
    event ON { Name = d, Strength = strength }
    requires not busy                                           @ Q-1
    requires power[d] == off                                    @ Q-4
    begin { busy := true }
    outcome SUCCESS { busy := false  power[d] := on }
    outcome WEAK failure {
        requires strength == 0
        busy := false
    }
    outcome OTHER failure { busy := false }
}
action run(d: Device) {
    event RUN { Name = d }
    requires not busy                                           @ Q-1
    requires power[d] == on                                     @ Q-2
    begin { busy := true }
    outcome SUCCESS { busy := false }
}
hidden action charge {
    requires not busy
    strength := if strength < 2 then strength + 1 else 2
}
final idle @ Q-3 "Nothing is under way." not busy

log oid "native" { events }
log leaky "leaky" { events  may lose run }
bind Name everywhere
scope small { Device = 2  faults = 0 }
"""


@cache
def load_protocol(text: str) -> Protocol:
    """The protocol of a text that is right. Raises AssertionError with what is wrong."""
    protocol, found = load_text("<test>", text)
    assert protocol is not None, [item.message for item in found]
    return protocol


def event(name: str, status: str = "SUCCESS", phase: str | None = None, **fields: FieldValue) -> Event:
    """An event whose log and place are given by `log_of`."""
    return Event("", 0, name, fields, status=status, phase=phase)


def log_of(name: str, *events: Event, host: str | None = None, source: str = "oid", **header: object) -> Log:
    """A log of these events in this order."""
    from dataclasses import replace

    placed = tuple(replace(each, log=name, seq=seq) for seq, each in enumerate(events, 1))
    log = Log(name, host or name.upper(), source, placed)
    return replace(log, **header)  # type: ignore[arg-type]


def trace_of(*logs: Log) -> Trace:
    return Trace("test", logs)
