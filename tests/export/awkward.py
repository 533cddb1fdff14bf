"""A protocol whose names mean something else elsewhere."""

# Everything is called as something that means something to one of the three languages, or as something else is called.
AWKWARD = """
module init "Names that are words elsewhere"
sort next, CHOOSE
enum TRUE_ { do, od, esac, VARIABLE }
const in_(next): CHOOSE
param timeout: bool = true
state VAR[next]: TRUE_ = do
state vars[next]: bool = false
state main: int[0..3] = 0
state started: bool = false
state pending_skip[next]: bool = true
let stutter(d_step: next) = forall at1: CHOOSE. in_(d_step) == at1 implies VAR[d_step] == od
action skip(faults: next) {
    requires timeout and VAR[faults] == do
    begin { started := true }
    outcome SUCCESS { VAR[faults] := od  main := if main < 3 then main + 1 else main }
    outcome done failure { for a: next where a != faults or a == faults { VAR[a] := esac } }
}
action true_(p: next, q: next) {
    requires pending(skip(p)) and not vars[q]
    for faults: next where faults == q and VAR[p] == do { VAR[faults] := if p == q then VAR[p] else VARIABLE }
    for z: next where VAR[z] == do and z != q { main := 2 }
    vars[q] := true
}
fault crash(p: next) {
    requires VAR[p] != do
    if stutter(p) { VAR[p] := do } else { vars[p] := not vars[p] }
}
invariant Next
    forall next_: next, p: next. VAR[next_] == od and VAR[p] == od implies exists p: next. p == next_
invariant Spec
    main < 2
step henceforth
    forall p: next. did(skip(p).SUCCESS) or old(main) == main or exists q: next. did(true_(p, q))
final end_
    forall Owed: next. VAR[Owed] != do or vars[Owed]
can eventually
    exists U: next. VAR[U] == esac
leads to until
    forall X: next. VAR[X] == do ~> VAR[X] != do
    fair skip
scope main { next = 2  CHOOSE = 2  faults = 1 }
"""
