"""Manifests for KubeRay (1.5.1 or newer): a RayJob that runs a sweep, or a RayCluster that waits.

No folder is shared: the volume belongs to the head, where the driver runs; datasets and results
travel through Ray. The token is made by KubeRay, as a secret (`authOptions`).
Source of the fields: https://docs.ray.io/en/master/cluster/kubernetes/references/api.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import PurePosixPath
from shlex import join
from typing import Any

import yaml

from cluster.launch.file import ClusterFile, Nodes
from cluster.launch.fit import Fit
from cluster.launch.work import Work

DATA, SWEEP = PurePosixPath("/data"), PurePosixPath("/etc/fewlabels")
USER = 1000  # of the image
IDLE_S = 300  # after which Ray's autoscaler ends a node; work often waits for a study
AGAIN = 3  # new clusters for a job whose cluster has died; the run folder is continued
Object = dict[str, Any]


def job(work: Work, file: ClusterFile, fit: Fit) -> str:
    """A RayJob with the sweep in it, as YAML."""
    sweep = _sweep(work, file, fit)
    mounts = {"sweep": (SWEEP, {"configMap": {"name": sweep["metadata"]["name"], **_items(work)}})}
    spec = {
        "entrypoint": f"bash {SWEEP}/run.sh",
        "submissionMode": "K8sJobMode",
        "shutdownAfterJobFinishes": True,
        "ttlSecondsAfterFinished": 600,
        "backoffLimit": AGAIN,
        "rayClusterSpec": _cluster(work, file, fit, mounts),
    }
    return _yaml(_volume(work, file), sweep, _object("ray.io/v1", "RayJob", work, file, spec=spec))


def cluster(work: Work, file: ClusterFile, fit: Fit) -> str:
    """A RayCluster with room for the sweep, as YAML."""
    spec = _cluster(work, file, fit, {})
    return _yaml(_volume(work, file), _object("ray.io/v1", "RayCluster", work, file, spec=spec))


def dns(name: str) -> str:
    """`name` as Kubernetes lets a thing be called (RFC 1123).

    >>> dns("ToN_IoT first.look")
    'ton-iot-first-look'
    """
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-")


def _yaml(*objects: Object) -> str:
    return "---\n".join(
        yaml.safe_dump(each, sort_keys=False, allow_unicode=True, width=100) for each in objects
    )


def _object(api: str, kind: str, work: Work, file: ClusterFile, **rest: Any) -> Object:
    about = {"name": dns(work.name), "namespace": file.kubernetes.namespace}
    return {"apiVersion": api, "kind": kind, "metadata": about, **rest}


def _volume(work: Work, file: ClusterFile) -> Object:
    """Outlives jobs and clusters: runs are continued from it."""
    asked = file.kubernetes
    spec: Object = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{asked.storage_gb}Gi"}},
    }
    if asked.storage_class:
        spec["storageClassName"] = asked.storage_class
    return _object("v1", "PersistentVolumeClaim", work, file, spec=spec)


def _sweep(work: Work, file: ClusterFile, fit: Fit) -> Object:
    """The sweep as a run folder would hold it, defaults and --set in it, and the command."""
    resolved = yaml.safe_dump(dict(work.sweep.resolved), sort_keys=False, allow_unicode=True)
    words = ["fewlabels", "run", str(SWEEP / "sweep.yaml"), "--address", "auto"]
    words += ["--out", str(DATA / "runs" / work.name)]
    words += ["--require-gpu"] if fit.on_gpus else []
    data = {"sweep.yaml": resolved, "run.sh": _RUN.format(command=join(words))}
    data |= {f"component-{i}.py": one.text for i, one in enumerate(work.sweep.files)}
    return _object("v1", "ConfigMap", work, file, data=data)


# To KubeRay a job that ends with 3 would have failed, and be tried again on a new cluster.
_RUN = """\
{command} || code=$?
if [ "${{code:-0}}" -eq 3 ]; then
  echo "finished, with failures: see fewlabels status"
  exit 0
fi
exit "${{code:-0}}"
"""


def _items(work: Work) -> Object:
    """Where the files of the map lie, component files where the sweep names them."""
    items = [{"key": name, "path": name} for name in ("sweep.yaml", "run.sh")]
    items += [
        {"key": f"component-{i}.py", "path": f"components/{one.name}"}
        for i, one in enumerate(work.sweep.files)
    ]
    return {"items": items}


_Mounts = Mapping[str, tuple[PurePosixPath, Object]]  # name -> place, volume


def _cluster(work: Work, file: ClusterFile, fit: Fit, mounts: _Mounts) -> Object:
    claim = {"persistentVolumeClaim": {"claimName": dns(work.name)}}
    head = file.head
    spec: Object = {
        "rayVersion": metadata.version("ray"),
        "authOptions": {"mode": "token"},
        "enableInTreeAutoscaling": any(nodes.least != nodes.most for nodes in fit.nodes),
    }
    if spec["enableInTreeAutoscaling"]:
        # Only v2 says what it could start; a run asks it.
        spec["autoscalerOptions"] = {"version": "v2", "idleTimeoutSeconds": IDLE_S}
    spec["headGroupSpec"] = {
        "serviceType": "ClusterIP",
        # No tasks beside the head: what a task does to its node must not end the run.
        "rayStartParams": {"num-cpus": "0", "num-gpus": "0", "disable-usage-stats": "true"},
        "template": _pod(
            file,
            _container("ray-head", file.image.name, head.cpus, head.memory_gb),
            {"data": (DATA, claim), **mounts},
        ),
    }
    spec["workerGroupSpecs"] = [_group(nodes, file) for nodes in fit.nodes]
    return spec


def _group(nodes: Nodes, file: ClusterFile) -> Object:
    image = file.image.gpu if nodes.gpus and file.image.gpu else file.image.name
    container = _container("ray-worker", image, nodes.cpus, nodes.memory_gb, nodes.gpus)
    pod = _pod(file, container, {})
    pod["spec"]["automountServiceAccountToken"] = False  # only the autoscaler asks Kubernetes
    if nodes.node_selector:
        pod["spec"]["nodeSelector"] = dict(nodes.node_selector)
    if nodes.gpus:
        # How clusters keep other pods off nodes with GPUs.
        pod["spec"]["tolerations"] = [{"key": "nvidia.com/gpu", "operator": "Exists"}]
    return {
        "groupName": nodes.name,
        "replicas": nodes.least,
        "minReplicas": nodes.least,
        "maxReplicas": nodes.most,
        "rayStartParams": {
            "num-cpus": str(nodes.cpus),
            "num-gpus": str(nodes.gpus),
            "memory": str(nodes.memory_bytes),
            "object-store-memory": str(nodes.object_store_bytes),
            "disable-usage-stats": "true",
        },
        "template": pod,
    }


def _container(name: str, image: str, cpus: int, memory_gb: float, gpus: int = 0) -> Object:
    asked: Object = {"cpu": str(cpus), "memory": f"{int(memory_gb * 1024)}Mi"}
    if gpus:
        asked["nvidia.com/gpu"] = str(gpus)
    return {
        "name": name,
        "image": image,
        "env": [
            # Hides GPUs from work that asked for none.
            {"name": "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "value": "1"},
            {"name": "FEWLABELS_CACHE", "value": str(DATA / "cache")},
        ],
        "resources": {"requests": dict(asked), "limits": asked},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def _pod(file: ClusterFile, container: Object, mounts: _Mounts) -> Object:
    spec: Object = {
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
    }
    if file.image.pull_secret:
        spec["imagePullSecrets"] = [{"name": file.image.pull_secret}]
    if mounts:
        container["volumeMounts"] = [*_places(mounts)]
        spec["volumes"] = [{"name": name, **volume} for name, (_, volume) in mounts.items()]
    return {"spec": spec}


def _places(mounts: _Mounts) -> Iterator[Object]:
    for name, (place, volume) in mounts.items():
        yield {"name": name, "mountPath": str(place), "readOnly": "configMap" in volume}


def by_path(found: Any) -> Sequence[str]:
    """The paths that a resolved sweep names: files of this machine, which a pod does not have."""
    if isinstance(found, Mapping):
        here = [found["path"]] if isinstance(found.get("path"), str) else []
        return here + [path for value in found.values() for path in by_path(value)]
    return [path for value in found for path in by_path(value)] if isinstance(found, list) else []
