"""What can still become of a case: told at the record where it changes, with the way out while there is one."""

from __future__ import annotations

import pytest

from checker.trace.options import Options
from checker.trace.watch.told import News, Told
from checker.trace.watch.watcher import Watcher
from tests.trace.test_watch import in_order, prepared, recording, watched
from tests.trace.texts import event, load_protocol, log_of, trace_of

# A job is begun, worked on and done. Once it is broken in two, nothing puts it together again.
JOBS = """
module jobs "Jobs that can be dropped early, and break late"

sort Job
enum Stage { idle, begun, cut, broken }

rule J-1 switch "A job that was begun is done or dropped."

state stage[Job]: Stage = idle
state jobs_done[Job]: bool = false

action begin_it(j: Job) { event BEGIN { Name = j }  requires stage[j] == idle and not jobs_done[j]  stage[j] := begun }
action cut_it(j: Job) { event CUT { Name = j }
    requires stage[j] == begun
    outcome SUCCESS { stage[j] := cut }
    outcome REFUSED failure { stage[j] := idle }
    outcome BUSY failure
}
action finish_it(j: Job) { event FINISH { Name = j }
    requires stage[j] == cut
    outcome SUCCESS { stage[j] := idle  jobs_done[j] := true }
    outcome BUSY failure
    outcome BROKEN failure { stage[j] := broken }
}
final none_begun @ J-1 "No job is begun." forall j: Job. stage[j] == idle

log oid "native" { events }
bind Name everywhere
scope small { Job = 1  faults = 0 }
"""
BEGIN, CUT, FINISH = "BEGIN", "CUT", "FINISH"


def jobs(*steps: tuple[str, str]) -> list[Told]:
    trace = trace_of(log_of("a", *(event(name, status=status, Name="j") for name, status in steps)))
    told, _ = watched(Watcher([(load_protocol(JOBS), Options())]), trace, list(trace.logs[0].events))
    return told


@pytest.mark.parametrize(
    ("steps", "news"),
    [
        ([(BEGIN, "SUCCESS")], [News.OPEN, News.END]),
        ([(BEGIN, "SUCCESS"), (CUT, "REFUSED")], [News.OPEN, News.ABORTED]),
        ([(BEGIN, "SUCCESS"), (CUT, "BUSY")], [News.OPEN, News.END]),  # a refusal for the moment changes nothing
        ([(BEGIN, "SUCCESS"), (CUT, "SUCCESS")], [News.OPEN, News.POINT_OF_NO_RETURN, News.END]),
        ([(BEGIN, "SUCCESS"), (CUT, "SUCCESS"), (FINISH, "SUCCESS")], [News.OPEN, News.POINT_OF_NO_RETURN, News.DONE]),
        ([(BEGIN, "SUCCESS"), (CUT, "SUCCESS"), (FINISH, "BROKEN")],
         [News.OPEN, News.POINT_OF_NO_RETURN, News.DOOMED, News.END]),
    ],
)  # fmt: skip
def test_news_of_a_job(steps: list[tuple[str, str]], news: list[News]) -> None:
    assert [told.news for told in jobs(*steps)] == news


def test_the_shortest_clean_abort_is_told_in_words() -> None:
    (opened, *_) = jobs((BEGIN, "SUCCESS"))
    assert opened.way_out == ("cut_it(j).REFUSED",)


def test_doomed_at_the_refusal_that_nothing_leads_on_from() -> None:
    trace = recording("f11-adapter-refused-after-dismantling")
    told, summary = watched(prepared().another(), trace, in_order(trace))
    (doomed,) = [news for news in told if news.news is News.DOOMED]
    (late,) = [
        news
        for news in told
        if news.news is News.POINT_OF_NO_RETURN and news.case == "VM1" and "SAVE" in str(news.event)
    ]
    opened = [news for news in told if news.news is News.OPEN][-1]
    assert doomed.event == "OID_SWITCH_NIC_CREATE (b 9)"
    assert "every VM is off or running" in doomed.message
    assert late.event == "OID_SWITCH_NIC_SAVE (a 11)"
    assert opened.way_out == (
        "port_create(HOST-B, VM1--N1, validation).DATA_NOT_ACCEPTED",
        "migration_failed(VM1, HOST-A, HOST-B)",
    )
    assert summary.cases[0].doomed == 1


@pytest.mark.parametrize("name", ["clean-one-adapter", "f06-save-failed", "f12-adapter-refused-then-accepted"])
def test_what_ends_cleanly_was_never_doomed(name: str) -> None:
    trace = recording(name)
    told, _ = watched(prepared().another(), trace, in_order(trace))
    assert News.DOOMED not in {news.news for news in told}


def test_a_way_out_that_the_documents_may_offer_is_one() -> None:
    """With the other reading of the documents the destination may ask again: nothing is doomed."""
    from checker.trace.options import Options as Given
    from tests.trace.test_watch import migration

    protocol = migration()
    retry = protocol.sort("Recovery").members
    assert retry is not None
    asked = Given(settings=(("recovery", retry.index("retry_at_destination")),))
    trace = recording("f11-adapter-refused-after-dismantling")
    events = [each for each in in_order(trace) if each.name != "MIGRATION_FAILED"]
    told, _ = watched(Watcher([(protocol, asked)]), trace, events)
    assert News.DOOMED not in {news.news for news in told}


def test_every_abort_is_told_as_it_changes() -> None:
    trace = recording("f16-connection-lost-before-save")
    quiet, _ = watched(Watcher(prepared().protocols, each=prepared().each), trace, in_order(trace))
    loud, _ = watched(Watcher(prepared().protocols, aborts=True, each=prepared().each), trace, in_order(trace))
    assert len([n for n in loud if n.way_out]) > len([n for n in quiet if n.way_out]) > 0
