"""Words of the other languages, which no name of an export may be: theirs, and those that the texts use themselves."""

from __future__ import annotations

PROMELA = (
    "active assert atomic bit bool break byte c_code c_decl c_expr c_state c_track chan d_proctype d_step "
    "d_steps do else empty enabled end eval false fi for full get_priority goto hidden if in init inline int "
    "len local ltl mtype nempty never nfull notrace np_ od of pc_value pid printf printm priority proctype "
    "provided return run select set_priority short show skip timeout trace true typedef undef unless unsigned "
    "until weakuntil always eventually next not or and implies equivalent release stutter xr xs D_proctype U "
    "V W X STDIN define ifdef ifndef endif include else elif defined line started faults t main linux unix"
)

SMV = (
    "A ABF ABG AF AG ASSIGN AX BU COMPASSION COMPID COMPUTE COMPWFF CONSTANTS CONSTARRAY CONSTRAINT CTLSPEC "
    "CTLWFF DEFINE E EBF EBG EF EG EX F FAIRNESS FALSE FROZENVAR FUN G H IN INIT INVAR INVARSPEC ISA ITYPE "
    "IVAR Integer JUSTICE LTLSPEC LTLWFF MAX MDEFINE MIN MIRROR MODULE NAME NEXTWFF NFUNCTION O PARSYNTH PRED "
    "PREDICATES PSLSPEC READ Real S SIMPWFF SPEC T TRANS TRUE U V VAR WAREAD WAWRITE WRITE Word X Y Z abs "
    "array at bool boolean case clock cos count esac exp extend floor in init integer ln max min mod next "
    "noncontinuous of pi pow process real resize run self signed sin sizeof swconst tan time toint typeof "
    "union unsigned until uwconst word word1 xnor xor main step stutter faults"
)

TLA = (
    "ACTION ASSUME ASSUMPTION AXIOM BOOLEAN BY CASE CHOOSE CONSTANT CONSTANTS COROLLARY DEF DEFINE DEFS "
    "DOMAIN ELSE ENABLED EXCEPT EXTENDS FALSE HAVE HIDE IF IN INSTANCE LAMBDA LEMMA LET LOCAL MODULE NEW "
    "OBVIOUS OMITTED ONLY OTHER PICK PROOF PROPOSITION PROVE QED RECURSIVE SF SF_ STATE STRING SUBSET "
    "SUFFICES TAKE TEMPORAL THEN THEOREM TRUE UNCHANGED UNION USE VARIABLE VARIABLES WF WF_ WITH WITNESS Int "
    "Nat Real Seq Integers Naturals TLC Init Next Spec TypeOK Owed Faults faults vars"
)
