"""Whether more individuals than a scope has could explain no more of a trace.

Where a protocol's cases cannot touch one another (`apart.py`), a run with more individuals of the joined sorts comes
down to one with those alone that the records are about: leave out every step of the others. Those are no more than
there are names, and lives of ids, in the records.
"""

from __future__ import annotations

from checker.language.core import CoreMoment
from checker.language.protocol import Protocol
from checker.trace.apart import Apart
from checker.trace.counts import const_links
from checker.trace.frame import Frame, host_sorts
from checker.trace.keys import Keys
from checker.trace.view import View


def separate(apart: Apart) -> bool:
    """Whether leaving out the steps of some cases leaves a run of the others."""

    def touches(moment: CoreMoment) -> bool:
        return apart.owned(moment) and any(effect.cell in apart.common for effect in moment.effects)

    return not apart.loose and not any(touches(moment) for moment in apart.core.moments)


def enough(apart: Apart, protocol: Protocol, views: tuple[View, ...], frame: Frame) -> bool:
    """Whether the scope has all individuals that can matter; False where that cannot be told."""
    if not apart.joined or not separate(apart):
        return False
    keys = Keys(protocol, views)
    met: dict[str, set[tuple[str, ...]]] = {sort: set() for sort in apart.joined}
    for view in views:
        for seen in view.events:
            told = set[str]()
            for key in keys.of(view, seen):
                for sort in _named(keys, key):
                    met[sort].add(key)
                    told.add(sort)
            if keys.sorts_of(view, seen) - told:
                return False
    most = {sort: len(found) for sort, found in met.items()}
    for sort, of in const_links(protocol):
        if sort in most and of in most:
            most[of] += most[sort]
    sizes = dict(frame.scope.sizes)
    # Of other sorts there may be one host that nobody names; of it there is no more than one.
    hosts = host_sorts(protocol)
    others = all(sort in apart.joined or (sort in hosts and pool) for sort, pool in frame.pools)
    return others and all(sizes.get(sort, 0) >= count for sort, count in most.items())


def _named(keys: Keys, key: tuple[str, ...]) -> tuple[str, ...]:
    """The joined sorts of which a key names an individual."""
    if len(key) == 2:
        return (key[0],)
    bind = keys.ids.get(key[0])
    return tuple(sort for sort in bind.sorts if sort in keys.sorts) if bind is not None else ()
