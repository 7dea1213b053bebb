"""Manifests, by Kubernetes' own schemas and by KubeRay's fields."""

import copy
import subprocess

import jsonschema
import kubernetes_validate
import pytest
import yaml

from cluster.launch.kubernetes import by_path, cluster, job
from harness.spec import read_sweep
from tests.cluster.launch.conftest import MACHINES, NASTY, NETWORKS
from tests.cluster.launch.kuberay import SCHEMAS

VERSIONS = ["1.28", "1.37"]  # of Kubernetes
MINE = 'def boldest(query, n):\n    """B."""\n    return query.lowest(-query.margins, n)\n\n\n'
MINE += 'COMPONENTS = {"strategies": {"boldest": boldest}}\n'


def objects(text):
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def of(found):
    """The RayCluster's spec."""
    if "RayCluster" in found:
        return found["RayCluster"]["spec"]
    return found["RayJob"]["spec"]["rayClusterSpec"]


def templates(spec):
    return [spec["headGroupSpec"]["template"], *(g["template"] for g in spec["workerGroupSpecs"])]


def must_be_valid(found, version="1.37"):
    for kind, each in found.items():
        if kind not in SCHEMAS:
            kubernetes_validate.validate(each, version, strict=True)
            continue
        jsonschema.validate(each, SCHEMAS[kind])
        spec = each["spec"].get("rayClusterSpec", each["spec"])
        for template in templates(spec):
            pod = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "x"}}
            kubernetes_validate.validate(pod | {"template": template}, version, strict=True)


@pytest.fixture
def made(machines, work, fit):
    def make(kind=job, text=MACHINES, asked=None, **changes):
        asked = asked or work(**changes)
        return objects(kind(asked, machines(text), fit(asked, text)))

    return make


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("changes", [{}, NETWORKS], ids=["plain", "networks"])
@pytest.mark.parametrize("kind", [job, cluster])
def test_manifests_are_what_kubernetes_and_kuberay_take(made, kind, changes, version):
    found = made(kind, **changes)
    assert {"PersistentVolumeClaim"} < {*found}
    must_be_valid(found, version)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["headGroupSpec", "rayStartParams", "num-cpus"], 0),
        (["workerGroupSpecs", 0, "minReplica"], 1),
        (["authOptions", "mode"], "tokens"),
        (["workerGroupSpecs", 0, "template", "spec", "nodeSelectors"], {}),
        (["headGroupSpec", "template", "spec", "containers", 0, "image"], 3),
    ],
)
def test_the_schemas_would_find_a_mistake(made, path, value):
    found = copy.deepcopy(made())
    place = found["RayJob"]["spec"]["rayClusterSpec"]
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    with pytest.raises((jsonschema.ValidationError, kubernetes_validate.ValidationError)):
        must_be_valid(found)


def test_each_kind_of_node_is_a_group_and_its_pods_get_what_ray_is_told_of(made):
    spec = of(made(**NETWORKS))
    gpu, cpu = spec["workerGroupSpecs"]
    assert [gpu["groupName"], cpu["groupName"]] == ["gpu", "cpu"]
    assert (cpu["minReplicas"], cpu["maxReplicas"]) == (3, 3)
    assert cpu["rayStartParams"]["num-cpus"] == "16"
    (container,) = gpu["template"]["spec"]["containers"]
    assert container["resources"]["limits"] == {
        "cpu": "8",
        "memory": "32768Mi",
        "nvidia.com/gpu": "1",
    }
    told = gpu["rayStartParams"]
    assert told["num-gpus"] == "1"
    assert int(told["memory"]) + int(told["object-store-memory"]) < 32 * 2**30
    assert cpu["template"]["spec"]["nodeSelector"] == {"pool": "cpu"}
    assert spec["enableInTreeAutoscaling"] is False


def test_nodes_that_come_and_go_are_rays_autoscalers(made):
    growing = MACHINES.replace("count = 3", "min = 1\nmax = 8")
    growing = growing.replace('hosts = ["10.0.0.1", "10.0.0.2", "10.0.0.3"]', "")
    spec = of(found := made(text=growing))
    must_be_valid(found)
    assert spec["enableInTreeAutoscaling"] is True
    group = spec["workerGroupSpecs"][0]
    assert (group["replicas"], group["minReplicas"], group["maxReplicas"]) == (1, 1, 8)


@pytest.mark.parametrize("kind", [job, cluster])
def test_the_token_is_kuberays_secret_and_in_no_file(made, kind):
    found = made(kind)
    assert of(found)["authOptions"] == {"mode": "token"}
    assert "RAY_AUTH_TOKEN" not in yaml.safe_dump_all(found.values())


def test_no_container_is_privileged_and_the_head_runs_no_tasks(made):
    spec = of(made(**NETWORKS))
    for template in templates(spec):
        assert template["spec"]["securityContext"]["runAsNonRoot"] is True
        for container in template["spec"]["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert spec["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"


def test_the_sweep_in_the_job_is_the_same_sweep_with_its_components(made, work, tmp_path):
    (tmp_path / "my own.py").write_text(MINE)
    asked = work(
        overrides=["repeats=3"], strategies=["random", "boldest"], components=["my own.py"]
    )
    found = made(asked=asked)
    must_be_valid(found)
    data = found["ConfigMap"]["data"]
    volumes = of(found)["headGroupSpec"]["template"]["spec"]["volumes"]
    (items,) = [v["configMap"]["items"] for v in volumes if "configMap" in v]
    mounted = tmp_path / "mounted"
    for item in items:
        path = mounted / item["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data[item["key"]])
    again = read_sweep((mounted / "sweep.yaml").read_text(), "it", mounted, [])
    assert again.repeats == 3
    assert again.resolved == asked.sweep.resolved


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (3, 0), (1, 1), (130, 130)])
def test_only_what_another_cluster_could_mend_is_a_failed_job(made, tmp_path, code, ends):
    data = made(**NETWORKS)["ConfigMap"]["data"]
    (tmp_path / "fewlabels").write_text(f'#!/bin/sh\necho "$@"\nexit {code}\n')
    (tmp_path / "fewlabels").chmod(0o755)
    done = subprocess.run(
        ["/bin/bash", "-c", data["run.sh"]],
        env={"PATH": f"{tmp_path}:/bin:/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ends
    assert done.stdout.splitlines()[0] == (
        "run /etc/fewlabels/sweep.yaml --address auto --out /data/runs/small --require-gpu"
    )


@pytest.mark.parametrize("value", [NASTY, "yes", "{x: [1, '#no", "---", "- a", "1e3", "null"])
def test_values_stay_text_in_yaml(made, value):
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    text = MACHINES.replace('{pool = "cpu"}', f'{{"a: b" = "{quoted}"}}')
    group = of(made(text=text))["workerGroupSpecs"][0]
    assert group["template"]["spec"]["nodeSelector"] == {"a: b": value}


def test_files_that_only_this_machine_has_are_found():
    resolved = {"datasets": [{"name": "npz", "path": "x.npz"}], "grids": [{"a": {"path": "y"}}]}
    assert by_path(resolved) == ["x.npz", "y"]
