"""`atlas`: the table, one cell with its runs, a page, a table for other programs, JSON, and how it ends."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.cli.run import switchover
from tests.cli.test_answers import valid
from tests.explore.test_atlas import PARCELS

ROWS = """\
  struck right after  1  2  3
  the start          N*  .  A
  send                . N*  D
  deliver             .  .  A
"""


@pytest.fixture
def shop(place: Path) -> Path:
    (place / "parcels.mig").write_text(PARCELS, encoding="utf-8")
    return place


def test_the_table_is_a_screenful_with_a_legend(shop: Path) -> None:
    answer = switchover("atlas", "--spec", "parcels.mig", cwd=shop)
    assert answer.code == 0
    assert ROWS in answer.out
    assert "D  dents\n" in answer.out
    assert "    1 failure send.DROPPED\n    2 fault   theft\n    3 fault   storm\n" in answer.out
    assert "never        none of the fates" not in answer.out
    assert "lost for good by send (step 1 at the earliest)" in answer.out
    assert (
        "with retry = true\n      ends    never comes to rest in 1 of 2 cells; can_arrive no longer lost" in answer.out
    )
    assert len(answer.out.splitlines()) <= 40
    assert (
        switchover("explore", "--atlas", "--spec", "parcels.mig", cwd=shop).out.split("\n")[1:]
        == (answer.out.split("\n")[1:])
    )  # the first line has the time


def test_a_cell_shows_a_run_to_each_fate(shop: Path) -> None:
    answer = switchover("atlas", "--spec", "parcels.mig", "--cell", "theft@send", cwd=shop)
    assert answer.code == 0
    assert "never comes to rest" in answer.out
    assert "with 2 of 4 settings: if insured = false" in answer.out
    assert "step 2 of 2 fails, for p = parcel1" in answer.out
    assert "step 2 loses can_arrive for good" in answer.out
    assert "with insured = true" in answer.out  # the setting nearest to the usual one in which it is paid for
    (text,) = re.findall(r"scope paid_for_scope .*?\n    }", answer.out, re.DOTALL)
    with (shop / "parcels.mig").open("a", encoding="utf-8") as file:
        file.write(text.replace("\n    ", "\n") + "\n")
    tried = switchover("explore", "--spec", "parcels.mig", cwd=shop)
    assert "1 of 1 run of the text as written" in tried.out  # it can be pasted back


def test_a_page_and_a_table_of_all_cells(shop: Path) -> None:
    answer = switchover("atlas", "--spec", "parcels.mig", "--html", "a.html", "--csv", "a.csv", "--json", cwd=shop)
    assert answer.code == 0
    page = (shop / "a.html").read_text(encoding="ascii")
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
    assert page.count("<table") == page.count("</table>") >= 3
    assert page.count('scope="row"') > 5
    assert "run paid_for in" not in page  # only the worst fate of a cell, with the usual setting, has its run there
    assert page.count("<pre>") == 5
    rows = list(csv.DictReader((shop / "a.csv").read_text(encoding="utf-8").splitlines()))
    assert {
        "protocol": "parcels", "failure": "theft", "fault": "yes", "step": "send", "fewest_steps": "1",
        "fate": "paid_for", "usual": "no", "settings": "2", "of": "4", "when": "insured = true",
    } in rows  # fmt: skip
    read = valid(answer, "atlas", shop)
    (atlas,) = read["atlases"]  # type: ignore[misc]
    assert atlas["pairs"] is None
    assert [fate["letter"] for fate in atlas["fates"]][-1] == "?"


def test_two_failures(shop: Path) -> None:
    answer = switchover("atlas", "--spec", "parcels.mig", "--faults", "2", cwd=shop)
    assert answer.code == 0
    assert "no two failures do anything that neither does alone" in answer.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--limit", "3"), 4),
        (("--vary", "none"), 0),
        (("--vary", "insurd"), 2),
        (("--cell", "thief@send"), 2),
        (("--scope", "tow"), 2),
        (("--html", "nowhere/a.html"), 2),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], code: int, shop: Path) -> None:
    answer = switchover("atlas", "--spec", "parcels.mig", *arguments, cwd=shop)
    assert answer.code == code
    if code == 2:
        assert "help: " in answer.err
        assert "Traceback" not in answer.err
    if "--limit" in arguments:
        assert "not all" in answer.out
        assert "?" in answer.out.split("deliver" if "deliver" in answer.out else "send")[1]  # worse may follow
        assert not any(word in answer.out for word in ("never lost", "      ends", "no two", "never anything"))


def test_a_protocol_without_fates_is_told_so(place: Path) -> None:
    answer = switchover("atlas", "--spec", "lock.mig", cwd=place)
    assert answer.code == 2
    assert "no `fate` is declared" in answer.err
