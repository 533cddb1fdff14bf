"""Windows event records exported as XML: every shape of export, and every kind of damage."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from checker.trace.event import Event, Log, Trace
from checker.trace.readers import read, render
from checker.trace.readers.common import MANY
from checker.trace.readers.windows_xml import MOST_RESTARTS

FIXTURES = Path(__file__).parent / "fixtures"
SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"
NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"


def record(
    number: int | str,
    event: int | str = 1,
    data: str = "<Data Name='A'>x</Data>",
    *,
    time: str = "2026-03-02T08:00:00Z",
) -> str:
    return (
        f"<Event xmlns='{NAMESPACE}'><System><Provider Name='P'/><EventID>{event}</EventID>"
        f"<TimeCreated SystemTime='{time}'/><EventRecordID>{number}</EventRecordID><Channel>C</Channel>"
        f"<Computer>H</Computer></System><EventData>{data}</EventData></Event>"
    )


def read_text(tmp_path: Path, text: str | bytes, name: str = "a.xml") -> Trace:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read([path])


def events(trace: Trace) -> list[tuple[str, int, str]]:
    return [(log.name, event.seq, event.name) for log in trace.logs for event in log.events]


def numbers(trace: Trace) -> list[int]:
    return [event.seq for log in trace.logs for event in log.events]


def test_an_export_newest_first() -> None:
    trace = read([FIXTURES / "lifecycle.xml"])
    assert (trace.complaints, trace.left_out) == ((), 0)
    switch, services = trace.logs
    assert switch.name == "host-a.example/System/Microsoft-Windows-Hyper-V-VmSwitch"
    assert (switch.host, switch.source) == ("host-a.example", "Microsoft-Windows-Hyper-V-VmSwitch")
    assert (switch.begins, switch.ends, switch.clock, switch.recorded) == ("anywhere", "open", None, None)
    assert [(event.seq, event.name) for event in switch.events] == [
        (7100, "264"), (7101, "233"), (7102, "232"), (7104, "234"), (7105, "233"),
    ]  # fmt: skip
    assert (services.source, services.events[0].name) == ("Service Control Manager", "7036")
    assert services.events[0].fields == {"param1": "Some Service", "param2": "running", "Binary": "53006F006D0065"}


def test_fields_are_as_they_stand() -> None:
    connected = read([FIXTURES / "lifecycle.xml"]).logs[0].events[2]
    assert connected.fields == {
        "NicNameLen": "74",
        "NicName": "0A000000-0000-4000-8000-000000000001--0B000000-0000-4000-8000-000000000001",
        "NicFNameLen": "0",
        "NicFName": "",
        "PortNameLen": "36",
        "PortName": "0C000000-0000-4000-8000-000000000001",
        "PortFNameLen": "9",
        "PortFName": "Büro & Co",
    }
    assert (connected.status, connected.phase, connected.at) == ("SUCCESS", None, "edge")
    assert connected.origin.place == 7


def test_times_with_seven_and_nine_digits() -> None:
    times = [event.time for event in read([FIXTURES / "lifecycle.xml"]).logs[0].events[-2:]]
    assert times == [1_772_439_302_000_123_400, 1_772_439_302_000_234_500]


def test_records_pasted_one_after_the_other() -> None:
    trace = read([FIXTURES / "phases.xml"])
    assert (trace.complaints, trace.left_out) == ((), 0)
    assert events(trace) == [
        ("host-a.example/Microsoft-Windows-Hyper-V-VMMS-Admin/Microsoft-Windows-Hyper-V-VMMS", 312, "20415"),
        (
            "host-a.example/Microsoft-Windows-Hyper-V-VmSwitch-Operational/Microsoft-Windows-Hyper-V-VmSwitch",
            40,
            "Adapter NetPnpEvent End",
        ),
    ]
    assert trace.logs[0].events[0].fields == {
        "Parameter0": "vm-1",
        "Parameter1": "0A000000-0000-4000-8000-000000000001",
        "Parameter2": "0.5",
        "VmErrorMessage": "",
    }
    assert trace.logs[1].events[0].fields == {"delta (100 ns)": "101", "Status": "0"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = (FIXTURES / "lifecycle.xml").read_text("utf-8")
    declared = {"cp1252": "windows-1252"}.get(encoding, "UTF-16" if "16" in encoding else "utf-8")
    text = text.replace('encoding="utf-8"', f'encoding="{declared}"')
    same = read_text(tmp_path, text.encode(encoding))
    assert _plain(same) == _plain(read([FIXTURES / "lifecycle.xml"]))
    assert same.complaints == ()


@pytest.mark.parametrize("declared", ["utf-16", "UTF-16LE", "cp037", "rot13", "zlib", "no-such"])
def test_a_declaration_that_redirection_made_wrong(tmp_path: Path, declared: str) -> None:
    trace = read_text(tmp_path, f'<?xml version="1.0" encoding="{declared}"?>' + record(1))
    assert (numbers(trace), trace.complaints) == ([1], ())


@pytest.mark.parametrize("damage", ["<<?xml!-- x", "<a><<?xml "])
def test_a_declaration_without_an_end_takes_no_record_with_it(tmp_path: Path, damage: str) -> None:
    trace = read_text(tmp_path, record(1) + damage + record(2) + record(3))
    assert numbers(trace) == [1, 2, 3]


def test_a_declaration_and_nothing_else(tmp_path: Path) -> None:
    trace = read_text(tmp_path, "<<?xml version='1.0'>")
    assert [complaint.message for complaint in trace.complaints] == ["there is no `<Event>` in the file"]


def _plain(trace: Trace) -> list[tuple[str, tuple[Event, ...]]]:
    from dataclasses import replace

    from checker.trace.event import Origin

    nowhere = Origin("", 0)
    return [(log.name, tuple(replace(event, origin=nowhere) for event in log.events)) for log in trace.logs]


@pytest.mark.parametrize(
    "layout",
    [
        "{0}{1}",
        "{0}\n{1}\n",
        "<Events>{0}{1}</Events>",
        "<!-- one --><Events><!-- two -->{0}{1}</Events><!-- three -->",
        "<?xml version='1.0'?>{0}<?xml version='1.0'?>{1}",
        "<?xml version='1.0'?><Events>{0}</Events>\n<?xml version='1.0' encoding='utf-8'?>\n<Events>{1}</Events>",
        "<QueryList><Part>{0}</Part><Part>{1}</Part></QueryList>",
        "\n \t<Events>{0}{1}</Events>",
        "- {0}\n- {1}",
    ],
)
def test_layouts(tmp_path: Path, layout: str) -> None:
    trace = read_text(tmp_path, layout.format(record(2), record(1)))
    assert (numbers(trace), trace.complaints, trace.left_out) == ([1, 2], (), 0)


def test_names_of_fields(tmp_path: Path) -> None:
    data = (
        "<Data>p</Data><Data Name='A'>q</Data><Data Name='A'/><Data>r</Data><Data Name='A'>s</Data><Binary>00</Binary>"
    )
    (event,) = read_text(tmp_path, record(1, data=data)).logs[0].events
    assert event.fields == {"Data1": "p", "A": "q", "A_1": "", "Data2": "r", "A_2": "s", "Binary": "00"}


def test_user_data_of_any_depth(tmp_path: Path) -> None:
    user = "<UserData><X:E xmlns:X='u'><Event>1</Event><B><C>2</C><C>3</C></B><D> \n </D></X:E></UserData>"
    text = record(1).replace("<EventData><Data Name='A'>x</Data></EventData>", user)
    trace = read_text(tmp_path, text)
    assert trace.logs[0].events[0].fields == {"Event": "1", "C": "2", "C_1": "3", "D": ""}


def test_event_ids_with_qualifiers_and_names(tmp_path: Path) -> None:
    qualified = record(1).replace("<EventID>", "<EventID Qualifiers='16384'>")
    named = record(2, 0).replace("<EventData>", "<EventData Name='Some name'>")
    numbered = record(3, 12).replace("<EventData>", "<EventData Name='Some name'>")
    nameless = record(4, 0)
    trace = read_text(tmp_path, qualified + named + numbered + nameless)
    assert [event.name for event in trace.logs[0].events] == ["1", "Some name", "12", "0"]


def test_captures_without_record_ids_keep_their_order(tmp_path: Path) -> None:
    text = "".join(record(0, event, time=f"2026-03-02T08:00:0{event}Z") for event in (1, 3, 2))
    trace = read_text(tmp_path, text)
    assert [(event.seq, event.name) for event in trace.logs[0].events] == [(1, "1"), (2, "3"), (3, "2")]
    assert trace.complaints == ()


def test_captures_without_record_ids_newest_first(tmp_path: Path) -> None:
    text = "".join(record(0, event, time=f"2026-03-02T08:00:0{event}Z") for event in (3, 2, 1))
    trace = read_text(tmp_path, text)
    assert [event.name for event in trace.logs[0].events] == ["1", "2", "3"]
    (note,) = trace.complaints
    assert not note.fatal
    assert "from the last to the first" in note.message


def test_captures_without_record_ids_in_no_order_of_time_keep_theirs(tmp_path: Path) -> None:
    text = "".join(record(0, event, time=f"2026-03-02T08:00:0{event}Z") for event in (2, 3, 1))
    trace = read_text(tmp_path, text)
    assert ([event.name for event in trace.logs[0].events], trace.complaints) == (["2", "3", "1"], ())


def test_one_log_from_overlapping_files(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(record(1) + record(3))
    (tmp_path / "b.xml").write_text(record(2) + record(3) + record(4))
    trace = read([tmp_path / "b.xml", tmp_path / "a.xml"])
    assert numbers(trace) == [1, 2, 3, 4]
    assert trace.left_out == 0
    (note,) = trace.complaints
    assert (note.fatal, "record 3 is here and at" in note.message) == (False, True)


def test_two_records_of_one_number(tmp_path: Path) -> None:
    trace = read_text(tmp_path, record(1) + record(1, 2) + record(2))
    assert [(event.seq, event.name) for event in trace.logs[0].events] == [(1, "1"), (2, "1")]
    assert trace.left_out == 1
    assert "record 1 says something else at" in trace.complaints[0].message


# The damaged text in place of the second of three records; what is said; how many records are left out.
GOOD = record(2)
DAMAGED = {
    "no end": (
        GOOD.split("<Channel>")[0],
        "the record that begins in line 2 is left out: another record begins inside it",
        1,
    ),
    "no end inside user data": (
        GOOD.split("<EventData>")[0] + "<UserData><E xmlns='u'><F>1",
        "the record that begins in line 2 is left out: another record begins inside it",
        1,
    ),
    "cut in a tag": (GOOD[:-30], "the record that begins in line 2 is left out: not well-formed", 1),
    "cut in the first tag": ("<Event xmlns=", "not well-formed", 1),
    "wrong end": (GOOD.replace("</Computer>", "</Komputer>"), "expected `</Computer>`", 1),
    "control character": (GOOD.replace(">x<", ">\x01<"), "the character 0x01 may not stand in XML", 1),
    "entity": (GOOD.replace(">x<", ">&bomb;<"), "an entity that XML does not define", 1),
    "attribute twice": (GOOD.replace("Name='A'", "Name='A' Name='A'"), "an attribute occurs twice", 1),
    "character": (GOOD.replace(">x<", ">&#0;<"), "a reference to a character that XML does not allow", 1),
    "no id": (
        GOOD.replace("<EventID>1<", "<EventID><"),
        "expected a number as EventID; found ``; the record is left out",
        1,
    ),
    "no such id": (GOOD.replace("<EventID>1<", "<EventID>one<"), "expected a number as EventID; found `one`", 1),
    "no number": (record("3rd"), "expected a number as EventRecordID; found `3rd`; the record is left out", 1),
    "number missing": (record(""), "the record has no EventRecordID, though others of its log have", 1),
    "no system": ("<Event><EventData/></Event>", "the record has no System", 1),
    "deep": (GOOD.replace(">x<", ">" + "<b>" * 99 + "</b>" * 99 + "<"), "elements are nested too deeply", 1),
    "huge": (GOOD.replace(">x<", f">{'x' * (1 << 21)}<"), "it has more than 1,048,576 letters", 1),
    "many fields": (GOOD.replace("<Data Name='A'>x</Data>", "<Data/>" * 5000), "it has more than 4,096 fields", 1),
    "huge tag": (f"<Event a='{'x' * (1 << 21)}'>", "a tag or comment has more than 1,048,576 bytes", 1),
    "junk": ("<<<", "not well-formed", 0),
    "two at once": (
        GOOD.split("<Channel>")[0] + "\n" + GOOD.split("<Channel>")[0],
        "another record begins inside it",
        2,
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
@pytest.mark.parametrize("root", ["<Events>\n{}\n{}\n{}\n</Events>", "\n{}\n{}\n{}"])
def test_a_damaged_record_costs_that_record(tmp_path: Path, case: str, root: str) -> None:
    text, message, lost = DAMAGED[case]
    first, last = record(1).replace("\n", ""), record(9)
    trace = read_text(tmp_path, root.format(first, text, last).replace("\n", "\n", 1))
    assert numbers(trace) == [1, 9]
    assert trace.left_out == lost
    told = [render(complaint) for complaint in trace.complaints if complaint.fatal]
    assert any(message.replace("line 2", "line 3") in line for line in told), told
    assert len(told) == max(lost, 1)


def test_a_place_is_line_and_column_with_a_caret(tmp_path: Path) -> None:
    trace = read_text(tmp_path, f"<Events>\n{record(1)}\n  <Event><Systäm>é&no;</Systäm></Event></Events>")
    (complaint,) = trace.complaints
    assert render(complaint).removeprefix(f"{tmp_path}/") == (
        "a.xml:3:19: the record that begins in line 3 is left out: an entity that XML does not define\n"
        "      <Event><Systäm>é&no;</Systäm></Event></Events>\n"
        "                      ^"
    )


def test_a_column_counts_from_the_start_of_the_longest_line(tmp_path: Path) -> None:
    before = "".join(map(record, range(1, 900)))
    (complaint,) = read_text(tmp_path, f"{before}<Event>&no;</Event>").complaints
    assert len(before) > 3 << 16
    assert (complaint.origin.place, complaint.line_column) == (1, len(before) + len("<Event>") + 1)
    assert complaint.text[complaint.column - 1 :].startswith("&no;")


def test_a_time_that_is_none_costs_the_time(tmp_path: Path) -> None:
    trace = read_text(tmp_path, "\n" + record(1, time="yesterday"))
    assert [event.time for event in trace.logs[0].events] == [None]
    assert trace.left_out == 0
    (complaint,) = trace.complaints
    assert complaint.fatal
    assert "expected a time such as 2026-11-24T08:00:01.250Z; the record is kept without its time" in complaint.message
    assert complaint.text == "TimeCreated: yesterday"


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    bomb = "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};&a{n - 1};&a{n - 1};">' for n in range(1, 30))
    text = f'<?xml version="1.0"?><!DOCTYPE Events [<!ENTITY a0 "lol"><!ENTITY x SYSTEM "file:///etc/passwd">{bomb}]>'
    trace = read_text(
        tmp_path, f"{text}<Events>{record(1)}{record(2, data='<Data>&a29;&x;</Data>')}{record(3)}</Events>"
    )
    assert numbers(trace) == [1, 3]
    assert trace.left_out == 1
    assert "a document type is refused" in trace.complaints[0].message


@pytest.mark.parametrize("root", [True, False])
def test_every_way_of_cutting_a_file_off(tmp_path: Path, root: bool) -> None:
    """Whole records are read, one of which something is there is counted, and a file cut off is complained about."""
    text = f"<Events>{record(1)}{record(2)}</Events>" if root else record(1) + record(2)
    start = text.index("<Event xmlns")
    middle = text.index("<Event xmlns", start + 1)
    end = text.index("</Event>", middle) + len("</Event>")
    for size in range(1, len(text)):
        trace = read_text(tmp_path, text[:size])
        whole = (size >= middle) + (size >= end)
        begun = (size >= start + 7) + (size >= middle + 7)
        assert len(numbers(trace)) == whole, text[:size]
        assert trace.left_out == begun - whole, text[:size]
        assert any(c.fatal for c in trace.complaints) == (root or size not in (middle, end)), text[:size]


def test_damage_everywhere_is_counted_exactly(tmp_path: Path) -> None:
    damaged = MOST_RESTARTS + 500
    trace = read_text(tmp_path, record(1) + "<Event <" * damaged + record(2))
    assert (numbers(trace), trace.left_out) == ([1], damaged + 1)
    assert len(trace.complaints) == MANY + 1


def test_a_page_is_no_export(tmp_path: Path) -> None:
    trace = read_text(tmp_path, "<html><body>x</body></html>")
    assert trace.complaints[0].message == "there is no `<Event>` in the file; its outermost element is `<html>`"


def test_letters_outside_the_encoding_are_noted(tmp_path: Path) -> None:
    trace = read_text(tmp_path, record(1, data="<Data Name='A'>B\xfcro</Data>").encode("cp1252"))
    assert trace.logs[0].events[0].fields == {"A": "B�ro"}
    (note,) = trace.complaints
    assert (note.fatal, note.message) == (False, "some letters are not in the encoding of the file")


@given(st.lists(st.sampled_from(["good", "cut", "open"]), max_size=8), st.booleans())
def test_what_is_read_and_what_is_left_out_make_up_the_whole(kinds: list[str], root: bool) -> None:
    from checker.trace.readers import windows_xml
    from checker.trace.readers.common import Input

    makes = {"good": lambda text: text, "cut": lambda text: text[:-60], "open": lambda text: text[:90]}
    text = "".join(makes[kind](record(number)) for number, kind in enumerate(kinds, 1))
    data = (f"<Events>{text}</Events>" if root else text).encode()

    class Stream:
        at = 0

        def read(self, size: int, /) -> bytes:
            self.at += 7  # blocks much shorter than a record
            return data[self.at - 7 : self.at]

    reading = windows_xml.read(Input(Stream(), "a", "a", data[:100]))
    assert [event.seq for log in reading.logs for event in log.events] == [
        number for number, kind in enumerate(kinds, 1) if kind == "good"
    ]
    assert reading.left_out == len(kinds) - kinds.count("good")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real samples are not here")
def test_the_real_samples() -> None:
    found: dict[str, list[Log]] = {}
    for path in sorted(SAMPLES.glob("*.xml")):
        trace = read([path])
        assert (trace.complaints, trace.left_out) == ((), 0), path
        found[path.name[:2]] = list(trace.logs)
    assert {key: [event.name for log in logs for event in log.events] for key, logs in found.items()} == {
        "04": ["232"], "05": ["233"], "06": ["234"], "07": ["20415"], "08": ["18590"], "11": ["277"],
        "09": ["ExtProtocol NetPnpEvent End", "ProtocolNic NetPnpEvent End"],
    }  # fmt: skip
    assert found["05"][0].events[0].time == 1_564_637_556_956_025_600
    assert found["06"][0].events[0].fields["PortName"] == ""
    assert found["07"][0].events[0].fields["Parameter2"] == "0.5"
