"""Tables of Windows event records, as different tools write them, in different languages."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from checker.trace.event import Trace
from checker.trace.readers import read, render
from checker.trace.readers.csv_rows import MOST_RESTARTS
from checker.trace.readers.local_times import Direction, direction
from tests.trace.samples import PAYLOAD_CSV, POWERSHELL_CSV, TRACERPT_CSV, VIEWER_CSV


def read_text(tmp_path: Path, text: str | bytes, name: str = "host-b.csv") -> Trace:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read([path])


def rows(trace: Trace) -> list[tuple[str, int, str, dict[str, object]]]:
    return [(log.name, event.seq, event.name, dict(event.fields)) for log in trace.logs for event in log.events]


def said(trace: Trace) -> str:
    return "\n".join(complaint.message for complaint in trace.complaints)


def test_powershell(tmp_path: Path) -> None:
    trace = read_text(tmp_path, POWERSHELL_CSV)
    assert rows(trace) == [
        ("HOST-A/System/Provider", 101, "233", {"Message": "Adapter 1 is there"}),
        ("HOST-A/System/Provider", 102, "232", {"Message": 'Adapter 1 "uplink"\nis connected'}),
    ]
    (log,) = trace.logs
    assert (log.host, log.source, log.begins, log.ends) == ("HOST-A", "Provider", "anywhere", "open")
    assert [event.origin.place for event in log.events] == [5, 3]
    assert [event.time for event in log.events] == [None, None]
    assert "none can be read; `wevtutil qe CHANNEL /f:xml" in said(trace)
    assert "`3/2/2026 8:00:01 AM` says no zone, and so no instant" in said(trace)
    # Without a field there is nothing to judge, and that is no good answer.
    assert [complaint.fatal for complaint in trace.complaints] == [True, False]


def test_event_viewer(tmp_path: Path) -> None:
    trace = read_text(tmp_path, VIEWER_CSV)
    assert rows(trace) == [
        ("host-b/Provider", 1, "233", {"Message": "Adapter 1 ist da"}),
        ("host-b/Provider", 2, "232", {"Message": 'Adapter 1, "uplink",\nist verbunden'}),
    ]
    assert "it is taken to be `host-b`, after the file's name" in said(trace)
    assert "the times only go down: the records are read from the last to the first" in said(trace)


FIELDS = {"Data1": "9", "Data2": "Adapter 1, up", "Data3": "Create", "Data4": "0"}


def test_tracerpt(tmp_path: Path) -> None:
    trace = read_text(tmp_path, TRACERPT_CSV)
    (found,) = rows(trace)  # the other record is about the capture itself
    assert found == ("host-b/Provider", 1, "232", FIELDS)
    assert trace.logs[0].events[0].time == (134_170_560_016_238_111 - 116_444_736_000_000_000) * 100
    assert "the capture says that 7 of its events were lost" in said(trace)
    (unread,) = [complaint.message for complaint in trace.complaints if complaint.fatal]
    assert unread.endswith("`tracerpt FILE.etl -of XML -o FILE.xml` names them")


def test_a_column_that_holds_the_payload(tmp_path: Path) -> None:
    trace = read_text(tmp_path, PAYLOAD_CSV)
    assert rows(trace) == [("HOST-A/System/Provider", 101, "233", {"Name": "Adapter 1", "Operation": "7"})]
    assert trace.logs[0].events[0].time == 1_772_438_400_123_456_700
    assert trace.complaints == ()


def test_columns_that_somebody_added(tmp_path: Path) -> None:
    trace = read_text(tmp_path, "RecordId,Id,NicName,Operation Code,Message,Level\n5,233,n1,7,text,4\n")
    assert rows(trace) == [("host-b", 5, "233", {"NicName": "n1", "Operation Code": "7"})]
    assert not any(complaint.fatal for complaint in trace.complaints)


def test_a_payload_that_is_no_json(tmp_path: Path) -> None:
    trace = read_text(tmp_path, PAYLOAD_CSV.replace('"{""', '"{""x'))
    assert rows(trace) == [("HOST-A/System/Provider", 101, "233", {})]
    assert read_text(tmp_path, PAYLOAD_CSV.replace('"{', '"{{')).complaints[0].fatal


@pytest.mark.parametrize(
    "header",
    [
        "Level,Date and Time,Source,Event ID,Task Category",
        "Niveau,Date et heure,Source,ID de l’événement,Catégorie de la tâche",
        "Nivel,Fecha y hora,Origen,Id. del evento,Categoría de la tarea",
        "Livello,Data e ora,Origine,ID evento,Categoria attività",
        "Уровень,Дата и время,Источник,Код события,Категория задачи",
        "レベル,日付と時刻,ソース,イベント ID,タスクのカテゴリ",
        "级别,日期和时间,来源,事件 ID,任务类别",
    ],
)
def test_languages(tmp_path: Path, header: str) -> None:
    trace = read_text(tmp_path, header + "\n" + VIEWER_CSV.split("\n", 1)[1])
    assert [name for _, _, name, _ in rows(trace)] == ["233", "232"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        table = csv.writer(file, delimiter=delimiter, lineterminator=end)
        table.writerow(["Id", "RecordId", "ProviderName", "Message"])
        table.writerow([7, 1, "Prövider", 'a, b; c\td "e"\nf'])
    assert rows(read([path])) == [("a/Prövider", 1, "7", {"Message": 'a, b; c\td "e"\nf'})]


def test_what_stands_above_the_header(tmp_path: Path) -> None:
    assert rows(read_text(tmp_path, "\n#TYPE x\nsep=;\nId;RecordId\n1;2\n")) == [("host-b", 2, "1", {})]


def test_files_of_two_hosts_do_not_run_together(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(VIEWER_CSV)
    assert [log.host for log in read([tmp_path]).logs] == ["a", "b"]
    again = tmp_path / "more" / "a.csv"
    again.parent.mkdir()
    again.write_text(VIEWER_CSV)
    trace = read([tmp_path / "a.csv", again])
    assert (len(trace.logs), trace.left_out) == (1, 3)


def test_a_record_that_says_no_computer(tmp_path: Path) -> None:
    trace = read_text(tmp_path, "RecordId,Id,MachineName,A\n1,1,HOST-A,x\n2,1,,x\n")
    assert [(log.name, log.host) for log in trace.logs] == [("HOST-A", "HOST-A"), ("host-b", "host-b")]
    assert "it is taken to be `host-b`" in said(trace)


# A damaged table, the numbers of the records that are read, how many are left out, and what is said.
DAMAGE = {
    "a quote without its other": ('1,1,a\n2,2,"b\n3,3,"c"\n4,4,d\n', [1, 3, 4], 1, ":3:1: the row that begins here"),
    "a quote at the end": ('1,1,a\n2,2,"b\n3,3,c\n', [1, 3], 1, ":3:1: the row that begins here is left out: the file"),
    "a quote inside": ('1,1,"a"b"\n2,2,b\n', [2], 1, "a quotation mark stands inside a cell"),
    "a column too few": ("1,1\n2,2,b\n", [2], 1, ":2:1: the row has 2 columns and the header 3: it is left out"),
    "a column too many": ("1,1,a,b\n2,2,b\n", [2], 1, "the row has 4 columns and the header 3"),
    "no number": ("x,1,a\n2,2,b\n", [2], 1, "expected a number as EventID; found `x`; the record is left out"),
    "no record number": ("1,x,a\n2,2,b\n", [2], 1, "expected a number as EventRecordID; found `x`"),
    "the rest of a damaged row": ('1,1,"a"x\nmore\nand more\n2,2,b\n', [2], 1, ":2:1: the row that begins here"),
    "a line too long": (f"1,1,{'a' * 1_100_000}\n2,2,b\n", [2], 1, "a line of it has 1,100,004 bytes"),
    "a cell that is too long": (f'1,1,"{"a" * 200_000}"\n2,2,b\n', [2], 1, "does not end"),
    "no row": ("", [], 0, ":1: there is no event under the header"),
    "one number twice": ("1,1,a\n2,1,b\n", [1], 1, "record 1 says something else at"),
    "a line end alone": ("1,1,a\rb\n2,2,b\n", [2], 1, "a line end stands inside a cell that is not quoted"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage(tmp_path: Path, name: str) -> None:
    text, numbers, left_out, message = DAMAGE[name]
    trace = read_text(tmp_path, "Id,RecordId,Message\n" + text)
    assert [seq for _, seq, _, _ in rows(trace)] == numbers
    assert trace.left_out == left_out
    assert message in "\n".join(map(render, trace.complaints))


def test_damage_without_end_is_counted(tmp_path: Path) -> None:
    trace = read_text(tmp_path, "Id,RecordId\n" + '1,"a"b\n' * (MOST_RESTARTS + 500))
    assert trace.left_out == MOST_RESTARTS + 500
    assert "places are wrong, the last of them here" in said(trace)


@pytest.mark.parametrize("header", ["name,price", "id,date,source", "Event ID,price", "Id"])
def test_a_table_of_something_else(tmp_path: Path, header: str) -> None:
    trace = read_text(tmp_path, f"{header}\n3,2,1\n")
    (complaint,) = trace.complaints
    assert complaint.fatal
    assert complaint.text == header
    assert complaint.message.startswith("expected a header with the columns of an event export, such as `Id`")


D = Direction


@pytest.mark.parametrize(
    ("times", "way"),
    [
        (["27.10.2026 12:28:27", "27.10.2026 12:28:26"], D.NEWEST_FIRST),
        (["3/2/2026 8:00:01 AM", "3/2/2026 8:00:02 AM"], D.OLDEST_FIRST),
        (["3/2/2026 12:00:01 PM", "3/2/2026 11:00:02 AM"], D.NEWEST_FIRST),
        (["3/2/2026 12:00:01 AM", "3/2/2026 1:00:02 AM"], D.OLDEST_FIRST),
        (["3/2/2026 12:00:01 PM", "3/2/2026 1:00:02 PM"], D.OLDEST_FIRST),
        (["2026/3/2 下午 1:00:01", "2026/3/2 上午 11:00:02"], D.NEWEST_FIRST),
        # February the third and March the second, or the third of February and the second of March.
        (["2/3/2026 8:00:00", "3/2/2026 8:00:00"], D.UNKNOWN),
        (["3/2/2026 8:00:01", "3/2/2026 8:00:01"], D.UNKNOWN),
        (["3/2/2026 8:00:01", "3/2/2026 8:00:02", "3/2/2026 8:00:01"], D.UNKNOWN),
        (["3/2/2026 8:00:01", "yesterday"], D.UNKNOWN),
        ([], D.UNKNOWN),
    ],
)
def test_which_way_local_times_run(times: list[str], way: Direction) -> None:
    assert direction(times) is way


def test_an_order_that_nothing_tells(tmp_path: Path) -> None:
    trace = read_text(tmp_path, VIEWER_CSV.replace("12:28:26", "12:28:27"))
    assert [name for _, _, name, _ in rows(trace)] == ["232", "233"]
    assert "neither numbers nor times tell in which order the records are" in said(trace)
