"""Each check finds what it is for, on clusters that are not there."""

from dataclasses import replace

import pytest

from cluster.alike import COMMIT
from cluster.doctor.checks import CHECKS
from cluster.doctor.clock import clock
from cluster.doctor.data import datasets, reach, unusable
from cluster.doctor.doors import dashboards, token
from cluster.doctor.finding import SHOWN, Finding, Verdict
from cluster.doctor.gpus import gpus
from cluster.doctor.seen import (
    AGENT,
    DASHBOARD,
    ENVIRONMENTS,
    Disk,
    Node,
    Sample,
    Seat,
    Seen,
    Studied,
    Visit,
)
from cluster.doctor.space import space
from cluster.doctor.studies import studies
from cluster.doctor.versions import answers, versions
from harness.shipped import open_sweep

GB = 10**9
HERE = {"Python": "3.11", "numpy": "2.4.6", "fewlabels": "code 0a1b2c3d", COMMIT: None}
STUDY = Studied(4.0, "[0.5]")
SEAT = Seat(
    id="one",
    name="one (10.0.0.1)",
    address="10.0.0.1",
    cpus=8,
    gpus=0,
    memory_bytes=20 * GB,
    store_bytes=6 * GB,
    ports={DASHBOARD: 8265, AGENT: 52365, ENVIRONMENTS: 40000},
)
VISIT = Visit(
    told=HERE,
    gpus=0,
    gpus_by="/dev",
    temp=Disk("/scratch", 80 * GB, 100 * GB),
    shm=Disk("/objects", 8 * GB, 8 * GB),
    memory_bytes=32 * GB,
    auth="token",
    doors={DASHBOARD: None, AGENT: 401, ENVIRONMENTS: 401},
    samples=(Sample(100.0, 100.05, 100.1), Sample(200.0, 200.0, 200.001)),
    fetched="abc",
    study=STUDY,
)
SEEN = Seen(
    here=HERE,
    nodes=(Node(SEAT, VISIT), Node(replace(SEAT, id="two", name="two (10.0.0.2)"), VISIT)),
    sent="abc",
    study=STUDY,
    beware="",
    is_open=False,
    grows=False,
    sweep=None,
    data=None,
)


def with_second(*, seat=None, **changes):
    """The cluster whose second node is another."""
    first, second = SEEN.nodes
    other = Node(replace(second.seat, **(seat or {})), replace(second.visit, **changes))
    return replace(SEEN, nodes=(first, other))


def neural(device):
    overrides = ["classifiers=[bilstm]", "exclude=[]", f"neural.device={device}"]
    return open_sweep("quickstart", overrides)


def good():
    """A good cluster, looked at for a sweep."""
    return replace(SEEN, sweep=open_sweep("quickstart"), data=())


def test_of_a_good_cluster_every_check_says_that_it_is_fine():
    for check in CHECKS:
        found = check(good())
        assert found.verdict is Verdict.fine, found
        assert len(found.lines()) == 1
        assert found.mend == ""


def test_every_check_has_a_name_of_its_own():
    assert len({check(good()).what for check in CHECKS}) == len(CHECKS)


def test_a_node_that_does_not_answer_is_named_and_the_others_are_looked_at():
    silent = replace(good(), nodes=(SEEN.nodes[0], replace(SEEN.nodes[1], visit="it is busy")))
    found = answers(silent)
    assert (found.verdict, found.nodes) == (Verdict.wrong, ("two (10.0.0.2): it is busy",))
    assert {check(silent).verdict for check in CHECKS[1:]} == {Verdict.fine}


def test_another_version_is_found_with_what_to_install():
    found = versions(with_second(told=HERE | {"numpy": "1.2.3"}))
    assert found.verdict is Verdict.wrong
    assert found.nodes == ("two (10.0.0.2)  numpy 1.2.3, here 2.4.6",)
    assert "pip install numpy==2.4.6" in found.mend


def test_other_versions_on_a_head_that_takes_no_work_change_no_number():
    found = versions(with_second(told=HERE | {"numpy": "1.2.3"}, seat={"cpus": 0}))
    assert found.verdict is Verdict.beware


def test_of_many_nodes_with_other_versions_the_first_are_shown_and_the_others_counted():
    other = replace(SEEN.nodes[1], visit=replace(VISIT, told=HERE | {"numpy": "1.2.3"}))
    found = versions(replace(SEEN, nodes=(other,) * 30))
    assert found.lines()[-2].strip() == "and 20 more"


def test_a_gpu_that_ray_counts_and_nobody_sees_is_found():
    found = gpus(with_second(seat={"gpus": 1.0}))
    assert found.verdict is Verdict.wrong
    assert found.nodes == ("two (10.0.0.2): Ray counts 1, the node sees 0 (/dev)",)


def test_a_gpu_that_ray_does_not_count_is_found():
    found = gpus(with_second(gpus=2, gpus_by="nvidia-smi"))
    assert found.verdict is Verdict.beware
    assert found.nodes == ("two (10.0.0.2): Ray counts 0, the node sees 2 (nvidia-smi)",)


@pytest.mark.parametrize(
    ("device", "verdict"), [("gpu", Verdict.wrong), ("auto", Verdict.fine), ("cpu", Verdict.fine)]
)
def test_networks_that_ask_for_a_gpu_must_find_one(device, verdict):
    assert gpus(replace(SEEN, sweep=neural(device))).verdict is verdict
    there = with_second(seat={"gpus": 1.0}, gpus=1)
    assert gpus(replace(there, sweep=neural(device))).verdict is Verdict.fine
    pretended = with_second(seat={"gpus": 1.0})
    assert gpus(replace(pretended, sweep=neural(device))).verdict is Verdict.wrong


def test_a_gpu_that_the_autoscaler_may_start_is_not_missing_yet():
    found = gpus(replace(SEEN, sweep=neural("gpu"), grows=True))
    assert found.verdict is Verdict.beware
    assert found.found.endswith(
        "(neural.device: gpu), unless the autoscaler can start one: a run asks it"
    )
    assert (
        "will compute on CPUs, unless"
        in gpus(replace(SEEN, sweep=neural("auto"), grows=True)).found
    )


def test_a_dataset_that_is_not_imported_is_found_with_how_to_import_it():
    sweep = open_sweep("ton_iot_first_look")
    problems = unusable(sweep)
    found = datasets(replace(SEEN, sweep=sweep, data=problems))
    assert found.verdict is Verdict.wrong
    assert "fewlabels datasets import ton_iot_network" in found.nodes[0]


def test_what_was_not_asked_for_is_not_told():
    assert datasets(SEEN) is None
    assert studies(replace(SEEN, study=None)) is None


def test_a_dataset_that_ships_is_fine():
    sweep = open_sweep("quickstart")
    found = datasets(replace(SEEN, sweep=sweep, data=unusable(sweep)))
    assert found == Finding("datasets", Verdict.fine, "1 of 1 are here, whole, and can be split")


@pytest.mark.parametrize(("fetched", "said"), [(None, "nothing came in time"), ("x", "other byt")])
def test_data_that_do_not_reach_a_node_are_found(fetched, said):
    found = reach(with_second(fetched=fetched))
    assert found.verdict is Verdict.wrong
    assert said in found.nodes[0]


def test_a_cluster_without_a_token_is_found():
    assert token(replace(SEEN, is_open=True)).verdict is Verdict.wrong
    found = token(with_second(auth="no token"))
    assert (found.verdict, found.nodes) == (Verdict.wrong, ("two (10.0.0.2): no token",))
    readable = replace(SEEN, beware="beware: other users of this machine can read it")
    assert token(readable).verdict is Verdict.beware


@pytest.mark.parametrize(
    ("door", "status", "verdict"),
    [
        (DASHBOARD, 200, Verdict.wrong),
        (DASHBOARD, 401, Verdict.beware),
        (AGENT, 404, Verdict.wrong),
        (ENVIRONMENTS, 404, Verdict.wrong),
        (ENVIRONMENTS, 403, Verdict.fine),
    ],
)
def test_pages_that_answer_are_found(door, status, verdict):
    found = dashboards(with_second(doors=VISIT.doors | {door: status}))
    assert found.verdict is verdict
    if verdict is not Verdict.fine:
        assert found.nodes == (f"two (10.0.0.2): {door}, tried from there: HTTP {status}",)


@pytest.mark.parametrize(
    ("door", "status", "verdict"),
    [
        (AGENT, 404, Verdict.fine),
        (DASHBOARD, 401, Verdict.fine),
        (DASHBOARD, 200, Verdict.wrong),
    ],
)
def test_on_a_loopback_address_only_an_open_dashboard_is_a_door(door, status, verdict):
    alone = {"address": "127.0.0.1"}
    found = dashboards(with_second(doors=VISIT.doors | {door: status}, seat=alone))
    assert found.verdict is verdict


def ahead(seconds, way_s=0.01):
    return (Sample(0.0, way_s / 2 + seconds, way_s),)


@pytest.mark.parametrize(
    ("off", "verdict", "said"),
    [
        (0.5, Verdict.fine, ""),
        (-0.5, Verdict.fine, ""),
        (10, Verdict.beware, "10.0 s ahead of this machine"),
        (-10, Verdict.beware, "10.0 s behind this machine"),
        (600, Verdict.wrong, "600.0 s ahead of"),
        (-600, Verdict.wrong, "600.0 s behind"),
    ],
)
def test_a_clock_that_is_wrong_is_found(off, verdict, said):
    found = clock(with_second(samples=ahead(off)))
    assert found.verdict is verdict
    assert said in "".join(found.nodes)
    assert len(found.nodes) == bool(said)


def test_a_node_that_does_not_tell_its_time_is_named():
    found = clock(with_second(samples=()))
    assert (found.verdict, found.nodes) == (Verdict.beware, ("two (10.0.0.2): no answer in time",))


def test_a_long_way_makes_no_clock_wrong():
    assert clock(with_second(samples=ahead(10, way_s=30))).verdict is Verdict.fine
    both = ahead(10, way_s=30) + ahead(10)
    assert clock(with_second(samples=both)).verdict is Verdict.beware


@pytest.mark.parametrize(
    ("changes", "verdict", "said"),
    [
        (
            {"temp": Disk("/scratch", 4 * GB, 100 * GB)},
            Verdict.wrong,
            "4.0 GB of 100 GB free in /scratch",
        ),
        (
            {"temp": Disk("/scratch", 4 * GB, 40 * GB)},
            Verdict.beware,
            "4.0 GB of 40 GB free in /scratch",
        ),
        ({"shm": Disk("/objects", 0, GB)}, Verdict.beware, "1.0 GB of shared memory (/objects)"),
        ({"memory_bytes": 25 * GB}, Verdict.beware, "Ray promises 26 GB to tasks and objects"),
        ({"shm": None, "memory_bytes": None}, Verdict.fine, ""),
    ],
)
def test_a_node_without_space_is_found(changes, verdict, said):
    found = space(with_second(**changes))
    assert found.verdict is verdict
    assert said in "".join(found.nodes)


def test_memory_that_is_promised_where_no_task_runs_is_no_shortage():
    """KubeRay gives a head all memory of its pod, and Ray puts its object store on top."""
    head = with_second(memory_bytes=25 * GB, seat={"cpus": 0})
    assert space(head).verdict is Verdict.fine


def test_on_a_head_that_waits_for_nodes_no_study_is_claimed():
    head = replace(SEEN, nodes=(Node(replace(SEAT, cpus=0), VISIT),))
    assert studies(head) == Finding("study", Verdict.fine, "no node that answers takes work")


def test_a_study_that_fails_or_gives_another_answer_is_found():
    failed = studies(with_second(study="ModuleNotFoundError: No module named 'harness'"))
    assert failed.verdict is Verdict.wrong
    assert failed.nodes[0].endswith("No module named 'harness'")
    other = studies(with_second(study=Studied(9.0, "[0.6]")))
    assert (other.verdict, other.nodes) == (Verdict.beware, ("two (10.0.0.2)",))
    assert studies(with_second(study="it takes no work", seat={"cpus": 0})).verdict is Verdict.fine


def test_of_many_nodes_the_first_are_shown():
    found = Finding("x", Verdict.wrong, "y", tuple(f"node-{i}" for i in range(30)), "do")
    lines = found.lines()
    assert len(lines) == 1 + SHOWN + 2
    assert lines[-2].strip() == "and 20 more"
    assert lines[-1].strip() == "mend: do"
