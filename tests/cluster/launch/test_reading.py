import re

import pytest

from cluster.launch.commands import EXAMPLE
from cluster.launch.described import described
from cluster.launch.reading import must_have, read_cluster
from harness.errors import ClusterFileError

ONE = '[[nodes]]\nname = "cpu"\ncpus = 4\nmemory_gb = 16\n'


def refused(machines, text):
    with pytest.raises(ClusterFileError) as found:
        machines(text)
    return list(found.value.problems)


def test_everything_that_is_wrong_is_said_at_once(machines):
    text = """
slrm = "x"
[[nodes]]
name = "CPU"
cpu = 4
memory_gb = "16"
gpus = -1
count = true
hosts = ["a b"]
node_selector = {pool = 3}
[slurm]
account = "a b"
stop_s = 5
[kubernetes]
storage_gb = 0.5
[path]
"""
    assert sorted(refused(machines, text)) == sorted(
        [
            "slrm: unknown field; did you mean 'slurm'?",
            "path: unknown field; did you mean 'paths'?",
            "nodes[0].name: must be lower-case letters, digits and hyphens, at most 40, not 'CPU'",
            "nodes[0].cpu: unknown field; did you mean 'cpus'?",
            "nodes[0].cpus: is required",
            "nodes[0].memory_gb: must be a number, not '16'",
            "nodes[0].gpus: must be 0 or more, not -1",
            "nodes[0].count: must be a whole number, not True",
            "nodes[0].hosts[0]: must be a host name or an address, not 'a b'",
            "nodes[0].node_selector: must be a table of texts, not {'pool': 3}",
            "slurm.account: must be without spaces and quotes, not 'a b'",
            "slurm.stop_s: must be 60 or more, not 5",
            "kubernetes.storage_gb: must be a whole number, not 0.5",
        ]
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "nodes[0]: how many? Give count, min and max, or hosts"),
        ("count = 2\nmin = 1\nmax = 3", "nodes[0]: give count, or min and max, not both"),
        ("min = 1", "nodes[0]: min and max belong together"),
        ("min = 3\nmax = 2", "nodes[0]: min is 3, and max only 2"),
        ('count = 2\nhosts = ["a"]', "nodes[0].count: is 2, with 1 hosts"),
        ('hosts = ["a", "a"]', "nodes: the host a is listed twice"),
        ("count = 1\nmemory_gb2 = 1", "nodes[0].memory_gb2: unknown field; did you mean"),
        ('count = 1\nuser = "-oProxyCommand=x"', "nodes[0].user: must be a user name, not"),
        ('hosts = ["-oProxyCommand=x"]', "nodes[0].hosts[0]: must be a host name or an address"),
        ('count = 1\ninstance = "a\\u001b[2J"', "nodes[0].instance: must not hold control"),
        ('count = 1\n[nodes.node_selector]\n"a\\nb" = "x"', "must not hold control"),
        ("memory_gb = 8", "is not TOML"),
        ('count = 1\n[slurm]\ntime = "soon"', "slurm.time: must be a time of Slurm's, such as"),
        (f"count = 1\n{ONE}count = 1", "nodes[1].name: 'cpu' is another's already"),
        ('count = 1\n[paths]\nruns = "runs"', "paths.runs: must be an absolute path"),
    ],
)
def test_what_cannot_be_is_refused(machines, more, said):
    assert said in "\n".join(refused(machines, ONE + more))


@pytest.mark.parametrize("text", ["", "nodes = 3", "nodes = []", "[nodes]"])
def test_without_nodes_there_is_no_cluster(machines, text):
    (said,) = refused(machines, text)
    assert said.startswith("nodes: ")


def test_a_file_that_is_not_there_is_named_with_what_writes_one(tmp_path):
    with pytest.raises(ClusterFileError, match="`fewlabels cluster new` writes one"):
        read_cluster(tmp_path / "cluster.toml")


def test_what_a_launcher_needs_is_asked_for_by_name(machines):
    with pytest.raises(ClusterFileError) as found:
        must_have(machines(ONE + "count = 1"), "cloud", "nodes.instance", "cloud.region")
    assert found.value.problems == (
        "nodes[0].instance: is needed by `fewlabels cluster cloud`",
        "cloud.region: is needed by `fewlabels cluster cloud`",
    )


def test_the_example_reads_as_it_is_and_with_all_of_it_uncommented(machines):
    text = EXAMPLE.read_text(encoding="utf-8")
    assert machines(text).nodes[0].most == 4
    lines = re.sub(r"^# (?=\w+ = |\[)", "", text, flags=re.MULTILINE).splitlines()
    # `count`, `hosts` and `min` say the same thing: only one at a time.
    whole = [line for line in lines if not re.match(r"(hosts|min|max) = ", line)]
    file = machines("\n".join(whole))
    assert [nodes.gpus for nodes in file.nodes] == [0, 1]
    assert file.cloud.region == "eu-central-1"


def test_every_field_is_described_with_its_default():
    text = described()
    assert "| `time` | `24:00:00` | how long one submission may run |" in text
    assert "| `nodes` | required |" in text
    assert "| `cpus` | required |" in text
    assert "| `paths` | see below |" in text
    assert "### in `[[nodes]]`" in text
