"""Each of the protocol's properties can fail: take a rule away, and the search finds the property broken."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from checker.explore.answer import Said
from checker.explore.explore import explore
from checker.language.load import load
from checker.language.protocol import Protocol
from checker.model.scope import declared_scope

SPEC = Path(__file__).parents[2] / "spec"

# The rules taken away (a guard goes when all its rules do), and properties that are broken then and hold otherwise.
MIGRATION = (
    ("P-06", "no_adapter_connected_to_a_deleted_port"),
    ("N-01 N-08 P-07", "no_adapter_connected_to_a_deleted_port"),
    ("N-03", "destination_online_only_after_restore"),
    ("M-06 R-12", "destination_online_only_after_restore"),
    ("R-12", "destination_online_only_after_restore"),
    ("M-02 M-03", "adapter_connected_on_one_host"),
    ("W-03", "one_port_of_two_roles"),
    ("Y-01 P-07", "policies_vanish_with_the_port"),
    ("M-05 A-25 A-26", "source_dismantled_only_after_save"),
    ("S-02", "source_dismantled_only_after_save"),
    ("F-16", "given_up_leaves_the_source_whole"),
    ("F-24", "given_up_leaves_the_source_whole"),
    ("S-15 M-12", "given_up_leaves_the_source_whole"),
    ("R-10", "restored_was_saved"),
    ("M-20", "running_vm_is_connected"),
    ("P-13", "running_vm_is_connected"),
    ("M-12", "connected_where_it_belongs"),
    ("M-04", "save_only_when_the_destination_is_ready"),
    ("N-02 N-05", "no_reconnect"),
    ("M-17", "configuration_does_not_move"),
    ("M-08", "nothing_left_behind"),
    ("N-04", "vm_can_move"),
)
SWITCH = (
    ("N-08", "no_adapter_on_a_validation_port"),
    ("P-05", "no_adapter_connected_to_a_deleted_port"),
    ("K-02", "no_reference_on_a_deleted_port"),
    ("K-04", "no_reference_on_a_deleted_port"),
    ("N-07 K-03", "no_reference_on_a_deleted_adapter"),
    ("K-06", "no_reference_on_a_deleted_adapter"),
    ("W-01", "nothing_reserved_for_a_validation_port"),
    ("Y-01 P-04 P-07", "policies_vanish_with_the_port"),
    ("V-04", "capturing_refuses_nothing"),
    ("V-02", "every_request_completes"),
    ("V-01 V-03", "stack_at_rest"),
    ("N-02 N-05", "no_reconnect"),
)

# What fails with every rule in force: the documents name no way back once the source is dismantled.
KNOWN = {"migration": {"vm_can_run_again", "every_vm_off_or_on"}, "switch": set[str]()}
SCOPES = {"migration": "single", "switch": "one_port"}


@lru_cache
def protocol(name: str) -> Protocol:
    loaded, _ = load(SPEC / f"{name}.mig")
    assert loaded is not None
    return loaded


def failing(name: str, without: frozenset[str] = frozenset()) -> set[str]:
    scope = replace(declared_scope(protocol(name), SCOPES[name]), without=without)
    return {answer.name for answer in explore(protocol(name), scope).answers if answer.said is Said.FAILS}


@pytest.mark.parametrize("name", ["migration", "switch"])
def test_with_every_rule_in_force(name: str) -> None:
    assert failing(name) == KNOWN[name]


@pytest.mark.parametrize(
    ("name", "rules", "broken"),
    [("migration", *row) for row in MIGRATION] + [("switch", *row) for row in SWITCH],
)
def test_without_the_rule(name: str, rules: str, broken: str) -> None:
    assert broken in failing(name, frozenset(rules.split()))


def test_recovery_closes_the_hole() -> None:
    """With the retry at the destination a VM can always run again; what stays is a wait for the lost connection."""
    retry = ("recovery", protocol("migration").sort("Recovery").members.index("retry_at_destination"))  # type: ignore[union-attr]
    scope = declared_scope(protocol("migration"), "single")
    answers = explore(protocol("migration"), replace(scope, settings=(*scope.settings, retry))).answers
    assert {answer.name for answer in answers if answer.said is Said.FAILS} == {"every_vm_off_or_on"}
