"""What tying fields name, by number: names of a dictionary, ids of each host, and what follows from other names."""

from __future__ import annotations

import numpy as np

from checker.trace.fleet.coded import NOTHING, Coder
from checker.trace.fleet.codes import ABSENT, Ints, Longs, Numbers
from checker.trace.fleet.plan import Derived, Refused

LARGE = 1 << 40  # ids below this leave room for the host's number


class Names:
    """The names of one space. The same id on two hosts is two names."""

    def __init__(self, coder: Coder, space: int) -> None:
        self.coder, self.space = coder, space
        self.per_host = coder.plan.spaces[space].per_host
        self.hosts = list(dict.fromkeys(log.host for log in coder.plan.logs))
        self._host_of = np.array([self.hosts.index(log.host) for log in coder.plan.logs], np.int64)
        self._numbers = Numbers()

    def numbers(self, column: Ints | Longs, logs: Ints) -> Longs:
        """For each record the number of its name, ABSENT where it has none. Raises Refused."""
        whole = column.dtype == np.int64
        if not whole and not self.per_host:
            return column.astype(np.int64)
        there = column != (NOTHING if whole else ABSENT)
        if there.all():
            return self._by_host(column.astype(np.int64), logs)
        rows = np.flatnonzero(there)
        found = np.full(len(column), ABSENT, np.int64)
        found[rows] = self._by_host(column.take(rows).astype(np.int64), logs.take(rows))
        return found

    def text(self, number: int) -> str:
        """What a name says."""
        texts = self.coder.texts.get(self.space)
        if texts is not None and not self.per_host:
            return texts.text(number)
        value = self._numbers.values[number]
        if self.per_host:
            value //= len(self.hosts)
        return str(value) if texts is None else texts.text(value)

    def _by_host(self, values: Longs, logs: Ints) -> Longs:
        if self.per_host and len(values):
            if max(int(values.max()), -int(values.min())) >= LARGE:
                raise Refused("ids are too large to be told apart by host")
            values = values * len(self.hosts) + self._host_of.take(logs)
        return self._numbers.numbers(values).astype(np.int64)


class Followed:
    """What a field says where it is absent, worked out once for each value of the field it follows from."""

    def __init__(self, coder: Coder, rule: Derived) -> None:
        self.coder, self.rule = coder, rule
        self._whole, self._own = coder.spaces[rule.whole], coder.spaces[rule.field]
        if coder.plan.spaces[self._whole].per_host or coder.plan.spaces[self._own].per_host:
            raise Refused(f"{rule.field} follows from {rule.whole}, and one of them is an id")
        self._table: Longs = np.full(1, ABSENT, np.int64)  # the last entry stands for ABSENT
        self._logs = np.array([number in rule.logs for number in range(len(coder.plan.logs))])

    def numbers(self, whole: Longs, logs: Ints, explicit: Longs | None) -> Longs:
        """For each record the number of what follows, where nothing is said explicitly. Raises Refused."""
        self._extend(int(whole.max(initial=ABSENT)) + 1)
        found = self._table.take(whole)
        if explicit is not None:
            found = np.where(explicit == ABSENT, found, ABSENT)
        return found if self._logs.all() else np.where(self._logs.take(logs), found, ABSENT)

    def _extend(self, count: int) -> None:
        known = len(self._table) - 1
        if count <= known:
            return
        separator = self.rule.separator
        wholes = self.coder.texts[self._whole].texts(known, count)
        befores = [whole[:at] if (at := whole.find(separator)) >= 0 else None for whole in wholes]
        if "" in befores:
            raise Refused(f"a {self.rule.whole} begins with `{separator}`, so its {self.rule.field} is empty")
        found = self.coder.texts[self._own].numbers(befores)
        self._table = np.concatenate((self._table[:-1], found.astype(np.int64), np.full(1, ABSENT, np.int64)))
