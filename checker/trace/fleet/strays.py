"""Cases that may be about individuals which other cases name: what is said of them apart is said of a part.

The ordinary judge asks the same of a trace (`trace/cases.py`), and judges it whole where there are any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from checker.language.protocol import Of, Protocol
from checker.trace.fleet.meaning import Told


def strays(protocols: Iterable[Protocol], told: Mapping[int, Iterable[Told]]) -> frozenset[int]:
    """The numbers of those of which the records may be about others' individuals; `told` is what each one's say."""
    found: set[int] = set()
    for protocol in protocols:
        mine = {n: [each for each in some if each.protocol == protocol.name] for n, some in told.items()}
        for host in {each.host for some in mine.values() for each in some}:
            here = {n: [each for each in some if each.host == host] for n, some in mine.items()}
            found |= set(_ambiguous(protocol, {n: some for n, some in here.items() if some}))
    return frozenset(found)


def _ambiguous(protocol: Protocol, told: Mapping[int, list[Told]]) -> Iterator[int]:
    lasting = frozenset[str]().union(*(each.named for some in told.values() for each in some))
    anywhere = lasting.union(*(each.by_id for some in told.values() for each in some))
    links = [
        (index.sort, const.type.sort)
        for const in protocol.consts
        for index in const.index
        if isinstance(const.type, Of) and isinstance(index, Of)
    ]
    for number, some in told.items():
        named = frozenset[str]().union(*(each.named for each in some))
        by_id = frozenset[str]().union(*(each.by_id for each in some))
        settled = named | (by_id - lasting)
        wanted = by_id.union(*(each.about for each in some))
        wanted |= {to for sort, to in links if sort in settled | wanted and to in protocol.joined}
        if len(told) > 1 and (wanted - settled) & anywhere:
            yield number
