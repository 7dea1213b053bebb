"""KubeRay's fields as a JSON schema: names, types, what is required, what may be chosen.

Written down from the API reference of KubeRay 1.7.1
(https://docs.ray.io/en/master/cluster/kubernetes/references/api.html) and the Go types that its
custom resource definitions are made from (ray-operator/apis/ray/v1). It holds the fields that
fewlabels may write, and refuses all others, so it is stricter than the definitions. What they take
from Kubernetes (pod templates, resources) is left to Kubernetes' own schemas.
"""

TEXT, WHOLE, YES = {"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "boolean"}
TEXTS = {"type": "object", "additionalProperties": TEXT}
KUBERNETES = {"type": "object"}  # checked by Kubernetes' schema


def _table(required, **properties):
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


HEAD = _table(
    ["template"],
    serviceType={"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
    enableIngress=YES,
    rayStartParams=TEXTS,
    template=KUBERNETES,
)
WORKERS = _table(
    ["groupName", "minReplicas", "maxReplicas", "template"],
    groupName=TEXT,
    replicas=WHOLE,
    minReplicas=WHOLE,
    maxReplicas=WHOLE,
    numOfHosts=WHOLE,
    idleTimeoutSeconds=WHOLE,
    rayStartParams=TEXTS,
    template=KUBERNETES,
)
CLUSTER = _table(
    ["headGroupSpec"],
    rayVersion=TEXT,
    authOptions=_table([], mode={"enum": ["disabled", "token"]}, secretName=TEXT),
    enableInTreeAutoscaling=YES,
    autoscalerOptions=_table(
        [],
        idleTimeoutSeconds=WHOLE,
        upscalingMode={"enum": ["Default", "Aggressive", "Conservative"]},
        version={"enum": ["v1", "v2"]},
    ),
    suspend=YES,
    headServiceAnnotations=TEXTS,
    headGroupSpec=HEAD,
    workerGroupSpecs={"type": "array", "items": WORKERS},
)
JOB = _table(
    [],
    entrypoint=TEXT,
    submissionMode={"enum": ["K8sJobMode", "HTTPMode", "InteractiveMode", "SidecarMode"]},
    shutdownAfterJobFinishes=YES,
    ttlSecondsAfterFinished=WHOLE,
    activeDeadlineSeconds=WHOLE,
    backoffLimit=WHOLE,
    runtimeEnvYAML=TEXT,
    suspend=YES,
    rayClusterSpec=CLUSTER,
    submitterPodTemplate=KUBERNETES,
)


def _object(kind, spec):
    return _table(
        ["apiVersion", "kind", "metadata", "spec"],
        apiVersion={"const": "ray.io/v1"},
        kind={"const": kind},
        metadata=_table(["name"], name=TEXT, namespace=TEXT, labels=TEXTS),
        spec=spec,
    )


SCHEMAS = {"RayCluster": _object("RayCluster", CLUSTER), "RayJob": _object("RayJob", JOB)}
