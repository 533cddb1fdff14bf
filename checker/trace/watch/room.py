"""How much room a case needs: the setting that fits what it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.trace.watch.logs import LogState
from checker.trace.watch.names import Names
from checker.trace.watch.setting import LogKind, Setting
from checker.trace.watch.tables import Table, Tables


def host_key(tables: Tables) -> str:
    """Under which kind the names of hosts are numbered."""
    return tables.hosts[0] if tables.hosts else "\0host"


def make_room(room: dict[str, int], names: Names, table: Table | None) -> None:
    """More room, by sort (and host, where only ids name a sort's individuals), so that all that is named fits."""
    assert table is not None
    for (kind, host), used in names.used.items():
        need = max(used, default=-1) + 1
        pooled = table.spare_of(kind)
        if pooled is not None:
            key = f"{pooled}@{host}"
            room[key] = max(room.get(key, 1), need + 1)
        elif kind in table.sizes:
            room[kind] = max(room.get(kind, 1), need)


def setting_for(tables: Tables, names: Names, logs: Sequence[LogState], room: Mapping[str, int]) -> Setting:
    """The setting of a case with these logs and so much room."""
    of_logs = [names.number((host_key(tables), -1, state.log.host)) for state in logs]
    hosts = sorted(set(of_logs))
    pools = tuple((sort, host, room.get(f"{sort}@{host}", 2)) for sort in sorted(tables.spares) for host in hosts)
    sizes = []
    for sort in tables.protocol.sorts:
        if sort.members is None:
            size = room.get(sort.name, 1)
            if sort.name in tables.spares:
                size = sum(count for of, _, count in pools if of == sort.name)
            elif sort.name in tables.hosts:
                size = max(size, len(hosts))
            sizes.append((sort.name, max(1, size)))
    kinds = tuple(
        LogKind(
            state.shapes.source.name,
            host,
            "" if tables.hosts else state.log.host,
            state.log.begins,
            state.log.recorded,
            state.requests,
        )
        for state, host in zip(logs, of_logs, strict=True)
    )
    return Setting(tuple(sizes), pools, kinds)
