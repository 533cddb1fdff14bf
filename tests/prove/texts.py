"""Tiny protocols to prove things about, and how to read them."""

from __future__ import annotations

from checker.language.load import load_text
from checker.language.protocol import Protocol


def read(text: str) -> Protocol:
    """The protocol of a text that has no errors."""
    protocol, diagnostics = load_text("tiny.mig", text)
    assert protocol is not None, "\n".join(f"{item.span.place}: {item.message}" for item in diagnostics)
    return protocol


LOCK = """
module lock "A server lends one lock to any number of clients"

sort Client

state free: bool = true
state granted[Client]: bool = false      # a grant is on its way
state holds[Client]: bool = false
state returned[Client]: bool = false     # the lock is on its way back

hidden action ask(c: Client) {
    requires free
    free := false
    granted[c] := true
}

hidden action take(c: Client) {
    requires granted[c]
    granted[c] := false
    holds[c] := true
}

hidden action give_back(c: Client) {
    requires holds[c]
    holds[c] := false
    returned[c] := true
}

hidden action put_away(c: Client) {
    requires returned[c]
    returned[c] := false
    free := true
}

invariant one_holder "At most one client holds the lock."
    forall c: Client, d: Client. holds[c] and holds[d] implies c == d
"""

LOCK_LEMMAS = """
let has(c: Client) = granted[c] or holds[c] or returned[c]

lemma one_place forall c: Client, d: Client. has(c) and has(d) implies c == d
lemma free_means_home forall c: Client. free implies not has(c)
lemma in_one_way forall c: Client.
    not (granted[c] and holds[c]) and not (granted[c] and returned[c]) and not (holds[c] and returned[c])
"""

SHARDS = """
module shards "Keys move between nodes, one owner each; a key in transfer is owned by nobody"

sort Node, Key, Value

const first(Key): Node
state owner[n: Node, k: Key]: bool = first(k) == n
state table[Node, Key, Value]: bool = false
state moving[Node, Key, Value]: bool = false

rule K-01 switch "A key is owned by one node at most."

hidden action put(n: Node, k: Key, v: Value) {
    requires owner[n, k]                                      @ K-01
    for w: Value { table[n, k, w] := w == v }
}

hidden action send(n: Node, m: Node, k: Key, v: Value) {
    requires table[n, k, v]
    table[n, k, v] := false
    owner[n, k] := false
    moving[m, k, v] := true
}

hidden action receive(n: Node, k: Key, v: Value) {
    requires moving[n, k, v]
    moving[n, k, v] := false
    table[n, k, v] := true
    owner[n, k] := true
}
"""

SHARD_RULES = """
invariant one_owner @ K-01
    forall n: Node, m: Node, k: Key. owner[n, k] and owner[m, k] implies n == m
invariant one_value
    forall n: Node, m: Node, k: Key, v: Value, w: Value. table[n, k, v] and table[m, k, w] implies n == m and v == w
lemma only_the_owner_has_it forall n: Node, k: Key, v: Value. table[n, k, v] implies owner[n, k]
lemma nobody_owns_what_moves forall n: Node, m: Node, k: Key, v: Value. not (moving[n, k, v] and owner[m, k])
lemma nothing_is_stored_of_what_moves
    forall n: Node, m: Node, k: Key, v: Value, w: Value. not (moving[n, k, v] and table[m, k, w])
lemma moves_one_way
    forall n: Node, m: Node, k: Key, v: Value, w: Value. moving[n, k, v] and moving[m, k, w] implies n == m and v == w
"""

GATE = """
module gate "Cars pass a gate; whether one waits for the light is an open question"

rule G-1 switch "A car passes on green only."
rule G-2 extension "A car that passed is gone."

enum Light { red, green }
enum Care { none, some, full }

param strict = true
param care: Care = some
param most: int[0..3] = 2

sort Car

state light: Light = red
state passing[Car]: bool = false
state count: int[0..3] = 0

optional action switch_on() { light := green }
optional action switch_off() {
    requires forall c: Car. not passing[c]
    light := red
}
action pass(c: Car) {
    event PASS { Car = c }
    requires strict implies light == green      @ G-1
    requires care != none                       @ G-2
    passing[c] := true
    count := if count < 3 then count + 1 else count
}
fault storm() {
    requires care == some
    light := red
    for c: Car { passing[c] := false }
    count := 0
}
"""

SEEN = """
    module seen ""
    param rough = false
    param late = false
    state seen: bool = false
    state full: bool = true
    state found: bool = false
    hidden action look() { requires full  seen := true }
    hidden action drop() { requires rough and not late  full := false }
    hidden action find() { requires seen and not full  found := true }
    invariant never_found not found
    lemma seen_full seen implies full
    """
