"""What the columns of event tables are called, by the tools that write them and in the languages they write them in."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Names are compared without case, spaces and signs. The first column of a role counts.
_ROLES: dict[str, tuple[str, ...]] = {
    "id": (
        "id", "eventid", "ereignisid", "iddelévénement", "idévénement", "iddelevento", "idevento", "códigodoevento",
        "identificaçãodoevento", "iddoevento", "gebeurtenisid", "identyfikatorzdarzenia", "кодсобытия", "イベントid",
        "事件id", "이벤트id",
    ),
    "number": ("recordid", "eventrecordid", "index"),
    "time": (
        "timecreated", "dateandtime", "timegenerated", "clocktime", "date", "datumunduhrzeit", "dateetheure",
        "fechayhora", "dataeora", "dataehora", "datumentijd", "dataigodzina", "датаивремя", "日付と時刻", "日期和时间",
        "日期和時間", "날짜및시간",
    ),
    "provider": (
        "providername", "provider", "source", "quelle", "origen", "origine", "fonte", "bron", "źródło", "источник",
        "ソース", "来源", "來源", "원본",
    ),
    "channel": ("logname", "channel"),
    "computer": ("machinename", "computer", "computername"),
    "message": ("message", "description"),
    "json": ("payload",),
}  # fmt: skip
_ROLE_OF = {name: role for role, names in _ROLES.items() for name in names}

# What every record has besides its payload, and what tools add. Any other column is payload.
_ABOUT = frozenset((
    "activityid", "bookmark", "category", "categorynumber", "chunknumber", "container", "containerlog", "data",
    "entrytype", "executableinfo", "extradataoffset", "hiddenrecord", "instanceid", "kernelms", "keyword",
    "keywords", "keywordsdisplaynames", "level", "leveldisplayname", "mapdescription", "matchedqueryids", "opcode",
    "opcodedisplayname", "parentinstanceid", "pid", "processid", "processornumber", "properties", "providerid",
    "pscomputername", "qualifiers", "recordnumber", "relatedactivityid", "remotehost", "replacementstrings",
    "runspaceid", "site", "sourcefile", "task", "taskcategory", "taskdisplayname", "threadid", "tid", "timewritten",
    "type", "user", "userid", "userms", "username", "version",
))  # fmt: skip
_PAYLOAD_DATA = re.compile(r"payloaddata\d+")  # excerpts of the payload in words, made by a tool
# Event Viewer's columns are in the machine's language; the message is in a sixth, which has no header.
_VIEWER = {"time": 1, "provider": 2, "id": 3}
_VIEWER_WIDTH = 5
_OF_POWERSHELL = {"recordid", "providername", "logname", "machinename", "timecreated"}
_TRACERPT = ("eventname", "eventid", "clocktime", "userdata")


@dataclass(frozen=True, slots=True)
class Columns:
    """What is in which column: `roles` by name of the role; `payload` by name of the field. `width` is how many."""

    roles: dict[str, int]
    payload: tuple[tuple[str, int], ...]
    width: int
    tail: int | None = None  # from this column on there is one for each value of the payload
    message_at_end: bool = False  # one more column, without a header, holds the text of the message

    @property
    def names_fields(self) -> bool:
        return bool(self.payload) or "json" in self.roles


def plain(name: str) -> str:
    """A column's name without case, spaces and signs."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def role_of(name: str) -> str | None:
    """What a column or member of that name holds of a record; None where it is payload or of no use."""
    return _ROLE_OF.get(plain(name))


def is_payload(name: str) -> bool:
    """Whether a column or member of that name is none that tools write about every record."""
    short = plain(name)
    return bool(short) and short not in _ROLE_OF and short not in _ABOUT and not _PAYLOAD_DATA.fullmatch(short)


def columns_of(header: list[str]) -> Columns | None:
    """The columns that a header names; None where it is not that of a table of events."""
    names = [plain(name) for name in header]
    width = len(names)
    if set(_TRACERPT) <= set(names):
        at = {name: place for place, name in enumerate(names)}
        roles = {"provider": at["eventname"], "id": at["eventid"], "time": at["clocktime"]}
        return Columns(roles, (), width, tail=at["userdata"])
    roles = {}
    for place, name in enumerate(names):
        role = _ROLE_OF.get(name)
        if role is not None and role not in roles:
            roles[role] = place
    if "id" not in roles or not roles.keys() & {"number", "time", "provider"}:
        return None
    if names[roles["id"]] == "id" and not _OF_POWERSHELL & set(names):
        return None  # any table may have an `id` and a date
    if width == _VIEWER_WIDTH and _VIEWER.items() <= roles.items():
        return Columns(_VIEWER, (), width, message_at_end=True)
    payload = tuple((name.strip(), place) for place, name in enumerate(header) if is_payload(name))
    return Columns(roles, payload, width)
