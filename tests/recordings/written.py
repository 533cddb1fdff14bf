"""The written recordings of `traces/`: what each holds, where it comes from, and the verdict it must get.

`python -m tests.recordings.written` writes the files anew; a test holds the files to this table.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.recordings import captures, clean, defects, failures, windows
from tests.recordings.tape import Tape

TRACES = Path(__file__).parents[2] / "traces"
LAST = -1


@dataclass(frozen=True, slots=True)
class Written:
    """One recording. `event` counts from the end of the tape: -1 is the last event, None says nothing."""

    make: Callable[[], Tape]
    tells: str
    verdict: str
    rules: tuple[str, ...] = ()
    event: int | None = None

    @property
    def name(self) -> str:
        return self.make.__name__.replace("_", "-")


OVS = "Open vSwitch for Windows, `datapath-windows`"
SAMPLE = "Microsoft's sample extension, `network/ndis/extension` in Windows-driver-samples"

RECORDINGS = (
    Written(clean.clean_one_adapter, "A VM with one adapter moves from HOST-A to HOST-B.", "conforms"),
    Written(clean.clean_two_adapters, "A VM with two adapters moves; each step is done for both.", "conforms"),
    Written(clean.there_and_back, "F-30. A VM moves and moves back; the port ids of the first stay are not reused.", "conforms"),
    Written(clean.no_common_clock, "The clean migration without clocks: nothing says how the hosts' events lie to each other.", "conforms if"),
    Written(clean.two_vms_cross, "F-29. Two VMs change places.", "conforms"),
    Written(clean.cut_off_in_the_blackout, "The clean migration, cut off when the source's port is gone.", "unfinished"),
    Written(failures.f01_validation_port_refused, "F-01. An extension refuses the validation port.", "conforms"),
    Written(failures.f02_resources_then_accepted, "F-02. The operational port is refused for want of resources, then accepted.", "unfinished"),
    Written(failures.f02_validation_port_refused_for_resources, "F-02. A validation port is refused for want of resources, which nobody may do.", "violates", ("W-02",), LAST),
    Written(failures.f03_validation_policy_refused, "F-03. A policy is refused on the validation port; the port is removed.", "conforms"),
    Written(failures.f04_operational_port_refused, "F-04. The operational port is refused.", "conforms"),
    Written(failures.f05_operational_policy_refused, "F-05. A policy is refused on the operational port; the port is removed.", "conforms"),
    Written(failures.f05_saved_all_the_same, "F-05. A policy is refused on the operational port, and the source saves all the same.", "violates", ("M-04",), -4),
    Written(failures.f06_save_failed, "F-06. The save fails; the source keeps its adapter, the destination's port is removed.", "conforms"),
    Written(failures.f06_dismantled_after_failed_save, "F-06. The save fails, and the source is dismantled all the same.", "violates", ("S-15",), -4),
    Written(failures.f07_buffer_too_short, "F-07. The first buffer is too short, the second is not.", "unfinished"),
    Written(failures.f07_too_short_for_ever, "F-07. The buffer asked for is too short again.", "violates", ("S-05",), LAST),
    Written(failures.f08_disconnect_swallowed, "F-08. An extension completes a request that must be forwarded, with a failure.", "violates", ("V-02",), LAST),
    Written(failures.f09_reference_leaked, "F-09. A reference on the adapter is not released; the deletion does not come.", "unfinished"),
    Written(failures.f09_deleted_under_a_reference, "F-09. The adapter is deleted although a reference is held.", "violates", ("K-03",), LAST),
    Written(failures.f10_disconnect_held_back, "F-10. The requests of the dismantling with begin and end; the disconnection is held back for a while.", "unfinished"),
    Written(failures.f11_adapter_refused_after_dismantling, "F-11. The destination refuses the adapter when the source is gone. The documents name no way on.", "unfinished"),
    Written(failures.f12_adapter_refused_then_accepted, "F-12. The same for want of resources, and the second request is accepted.", "conforms"),
    Written(failures.f13_restore_failed, "F-13. An extension fails the restore at the destination.", "unfinished"),
    Written(failures.f13_online_all_the_same, "F-13. The restore fails, and the VM goes online all the same.", "violates", ("R-06",), -2),
    Written(failures.f14_owner_missing, "F-14. The owner of a saved piece is not there at the destination; the restore goes on.", "conforms"),
    Written(failures.f15_nothing_saved, "F-15. Nobody saved anything; an extension that is on the destination alone starts cold.", "conforms"),
    Written(failures.f16_connection_lost_before_save, "F-16. The connection is lost before the save; both hosts end the attempt by themselves.", "conforms"),
    Written(failures.f17_connection_lost_after_save, "F-17. The connection is lost after the save, before anything was dismantled.", "conforms"),
    Written(failures.f18_connection_lost_in_the_blackout, "F-18. The connection is lost in the blackout, and the destination never hears that the source is gone.", "unfinished"),
    Written(failures.f19_connection_lost_after_the_barrier, "F-19. The connection is lost after the destination began; it finishes alone.", "conforms"),
    Written(failures.f20_source_crashes_before_the_save, "F-20. The source crashes: its log ends. The destination removes what it made.", "unfinished"),
    Written(failures.f21_source_crashes_when_released, "F-21. The source crashes when its port is gone; the destination finishes alone.", "unfinished"),
    Written(failures.f22_destination_crashes_before_dismantling, "F-22. The destination crashes before the source is dismantled: its log ends. The VM runs on at the source.", "unfinished"),
    Written(failures.f23_destination_crashes_after_dismantling, "F-23. The destination crashes in the blackout: its log ends.", "unfinished"),
    Written(failures.f24_cancelled, "F-24. The migration is cancelled while the source is whole.", "conforms"),
    Written(failures.f24_cancelled_too_late, "F-24. The migration is cancelled when the source is gone.", "violates", ("F-24",), LAST),
    Written(failures.f28_second_adapter_not_saved, "F-28. The first adapter is disconnected before the second is saved.", "violates", ("A-25",), LAST),
    Written(failures.f30_stale_blob_after_return, "F-30. On the way back the adapter gets the data of its first stay.", "violates", ("R-10",), -3),
    Written(failures.f31_second_migration_at_once, "F-31. A second migration of the same VM is started while the first runs.", "violates", ("F-31",), LAST),
    Written(failures.f33_online_before_restore, "F-33. The VM goes online before its run-time data is given back.", "violates", ("M-06",), LAST),
    Written(failures.f35_adapter_updated_before_the_save, "F-35. The adapter is updated before the save, as when its traffic leaves a virtual function.", "unfinished"),
    Written(failures.f36_reference_loses_the_race, "F-36. A reference call that comes after the disconnection fails, and nothing is held.", "unfinished"),
    Written(failures.f36_reference_after_disconnect, "F-36. A reference call that comes after the disconnection succeeds.", "violates", ("K-06",), LAST),
    Written(failures.barrier_broken, "The destination makes its adapter while the source's port is still there.", "violates", ("M-02",), LAST),
    Written(failures.torn_down_under_its_adapter, "The source's port is torn down while its adapter is only disconnected.", "violates", ("P-06",), LAST),
    Written(defects.ovs02_validation_port_then_real_port, f"OVS-02, {OVS}: the order that made it keep a validation port for a real one. The order itself is legal.", "conforms"),
    Written(defects.ovs02_adapter_on_validation_port, f"OVS-02, {OVS}: what must not follow, an adapter on the validation port.", "violates", ("N-08",), LAST),
    Written(defects.ovs04_update_of_unknown_adapter, f"OVS-04, {OVS}: an update for an adapter that is not there, which left a lock behind.", "violates", ("N-06",), LAST),
    Written(defects.ovs05_port_updated_while_connected, f"OVS-05, {OVS}: the update of a connected port, which it ignored. The order is legal.", "conforms"),
    Written(defects.ovs08_port_deleted_within_disconnect, f"OVS-08, {OVS}: a port deleted while its adapter was being disconnected.", "violates", ("P-05",), LAST),
    Written(defects.ovs09_disconnect_within_connect, f"OVS-09, {OVS}: a disconnection begun before the connection was through.", "violates", ("V-10",), LAST),
    Written(defects.ovs10_connect_two_disconnect_one, f"OVS-10, {OVS}: two adapters connected, the first disconnected; it unbound the wrong one. The order is legal.", "conforms"),
    Written(defects.ovs11_port_deleted_without_a_word, f"OVS-11, {OVS}: a port deletion that nobody was told of.", "violates", ("M-13",)),
    Written(defects.ms01_refused_adapter_not_undone, f"MS-01, {SAMPLE}: a refused adapter that was not undone is taken for a real one and connected.", "violates", ("N-02",), LAST),
    Written(defects.ms01_refused_then_created, f"MS-01, {SAMPLE}: the order that trips over the ghost. The order itself is legal.", "conforms"),
    Written(defects.vr01_policy_before_connect, "VR-01, Contrail vRouter: policies before the connection, which it did not expect. The order is legal.", "conforms"),
    Written(defects.antrea01_port_removed_before_adapter, "ANTREA-01, Antrea: the port removed before its adapter, which then sticks.", "violates", ("P-06",), -3),
)  # fmt: skip


def files(written: Written) -> dict[str, str]:
    """The three files of a recording: name and text."""
    tape = written.make()
    wanted: dict[str, object] = {"verdict": written.verdict}
    if written.event is not None:
        lines = len(tape.hosts) + len(tape.lines)
        wanted["event"] = f"{written.name}.jsonl:{lines + written.event + 1}"
    if written.rules:
        wanted["rules"] = list(written.rules)
    about = f"# {written.name}\n\n{written.tells}\n\nWritten for this project, not recorded: hosts, ids and times are made up.\n"
    return {
        f"{written.name}.jsonl": tape.text(),
        f"{written.name}.md": about,
        f"{written.name}.verdict.json": json.dumps(wanted) + "\n",
    }


def everything() -> dict[str, str]:
    """Every file of `traces/` that is written here, by its path in that folder."""
    found: dict[str, str] = {}
    for recording in RECORDINGS:
        found |= files(recording)
    for exported in (*windows.EXPORTS, *captures.EXPORTS):
        found |= windows.files(exported)
    for debugged in captures.DEBUGGED:
        found |= captures.files(debugged)
    return found


if __name__ == "__main__":
    for name, text in everything().items():
        path = TRACES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
