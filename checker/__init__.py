"""A formal model of a protocol, and recordings of real runs, held to the protocol's rules.

The public interface: everything here is loaded when it is first used, so that importing the package costs nothing.

    import checker
    protocol, diagnostics = checker.load(Path("my.mig"))
    found = checker.explore_scope(protocol, checker.declared_scope(protocol))
    verdict = checker.judge_all([protocol], checker.read([Path("a.jsonl"), Path("b.evtx")]))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from checker.explore.explore import Exploration as Exploration, explore as explore_scope
    from checker.language.load import load as load, load_text as load_text
    from checker.language.protocol import Protocol as Protocol
    from checker.model.run import Run as Run, Step as Step, replay as replay
    from checker.model.scope import Scope as Scope, declared_scope as declared_scope
    from checker.prove.answers import Proofs as Proofs
    from checker.prove.api import prove as prove_all
    from checker.trace.event import Trace as Trace
    from checker.trace.judge_trace import judge_all as judge_all
    from checker.trace.options import Options as Options
    from checker.trace.readers import read as read, traces_of as traces_of
    from checker.trace.verdict import Verdict as Verdict, VerdictKind as VerdictKind

# Where each name lives; `explore` and `prove` are rooms, so their functions have names of their own here.
_ROOMS = {
    "checker.explore.explore": {"Exploration": "Exploration", "explore_scope": "explore"},
    "checker.language.load": {"load": "load", "load_text": "load_text"},
    "checker.language.protocol": {"Protocol": "Protocol"},
    "checker.model.run": {"Run": "Run", "Step": "Step", "replay": "replay"},
    "checker.model.scope": {"Scope": "Scope", "declared_scope": "declared_scope"},
    "checker.prove.answers": {"Proofs": "Proofs"},
    "checker.prove.api": {"prove_all": "prove"},
    "checker.trace.event": {"Trace": "Trace"},
    "checker.trace.judge_trace": {"judge_all": "judge_all"},
    "checker.trace.options": {"Options": "Options"},
    "checker.trace.readers": {"read": "read", "traces_of": "traces_of"},
    "checker.trace.verdict": {"Verdict": "Verdict", "VerdictKind": "VerdictKind"},
}
__all__ = ["__version__", *sorted(name for names in _ROOMS.values() for name in names)]


def __getattr__(name: str) -> object:
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(room), names[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
