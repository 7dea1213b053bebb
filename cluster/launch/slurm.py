"""An sbatch script: Ray on the nodes of one Slurm job, and the run beside its head.

Each kind of node is a component of a heterogeneous job; the batch script runs on the first node
of the first, which is Ray's head. Sources: the manual pages of sbatch and srun;
https://slurm.schedmd.com/heterogeneous_jobs.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from shlex import quote

from cluster.launch.file import ClusterFile, Nodes
from cluster.launch.fit import Fit
from cluster.launch.work import Work

HEAD_S = 120  # that Ray's head has to answer
WORKERS_S = 300  # that the other nodes have to join, after which the run begins without them


def script(work: Work, file: ClusterFile, fit: Fit) -> str:
    """The text of the script. Values of the two files come in quoted, or hold nothing to quote."""
    out = PurePosixPath(file.paths.runs) / work.name
    settings = [
        "# From here on it is a bash script, which runs on the first node.",
        "set -euo pipefail",
        "umask 077 # nothing that this job writes is for others",
        f"runs={quote(file.paths.runs)}",
        f"run=(fewlabels {quote_all(work.arguments(out, require_gpu=fit.on_gpus))})",
    ]
    if file.paths.environment:
        settings.append(f'export PATH={quote(file.paths.environment + "/bin")}:"$PATH"')
    if file.paths.cache:
        settings.append(f"export FEWLABELS_CACHE={quote(file.paths.cache)}")
    return "\n".join(
        [
            "#!/usr/bin/env bash",
            *_header(work, file, fit.nodes),
            "",
            *settings,
            _BEGIN,
            *_steps(fit.nodes),
            _END,
        ]
    )


def quote_all(words: Sequence[str]) -> str:
    """Words of a command, each quoted."""
    return " ".join(map(quote, words))


def _header(work: Work, file: ClusterFile, kinds: Sequence[Nodes]) -> Iterator[str]:
    yield f"#SBATCH --job-name={work.name}"  # letters, digits, dots, hyphens
    yield "#SBATCH --output=%x-%j.out"
    yield "#SBATCH --open-mode=append"
    yield "#SBATCH --requeue"
    yield f"#SBATCH --signal=B:TERM@{file.slurm.stop_s}"
    for i, nodes in enumerate(kinds):
        if i:
            yield "#SBATCH hetjob"
        yield f"#SBATCH --time={file.slurm.time}"
        yield f"#SBATCH --nodes={nodes.most}"
        yield f"#SBATCH --ntasks={nodes.most}"
        yield "#SBATCH --ntasks-per-node=1"
        yield f"#SBATCH --cpus-per-task={nodes.cpus}"
        yield f"#SBATCH --mem={int(nodes.memory_gb * 1024)}M"
        if nodes.gpus:
            kind = f"{nodes.gpu_type}:" if nodes.gpu_type else ""
            yield f"#SBATCH --gres=gpu:{kind}{nodes.gpus}"
        for option, value in (
            ("partition", nodes.partition),
            ("constraint", nodes.constraint),
            ("account", file.slurm.account),
            ("qos", file.slurm.qos),
        ):
            if value:
                yield f"#SBATCH --{option}={value}"


def _steps(kinds: Sequence[Nodes]) -> Iterator[str]:
    """Start Ray on the nodes: the head first, then all others, kind by kind."""
    is_het = len(kinds) > 1
    first = kinds[0]
    group = ["--het-group=0"] if is_het else []
    yield f"# {first.name}: Ray's head, and the run"
    yield _step([*group, "--nodes=1", "--ntasks=1"], '--nodelist="$head"', first, "head")
    yield "head_step=$!"
    yield 'steps+=("$head_step")'
    yield f"wait_for_head {HEAD_S}"
    for i, nodes in enumerate(kinds):
        n = nodes.most - (1 if i == 0 else 0)
        if not n:
            continue
        yield f"# {nodes.name}: {n} workers"
        group = [f"--het-group={i}"] if is_het else []
        but = '--exclude="$head"' if i == 0 else ""
        yield _step([*group, f"--nodes={n}", f"--ntasks={n}"], but, nodes, f"worker-{i}")
        yield 'steps+=("$!")'
    yield f"wait_for_workers {sum(nodes.most for nodes in kinds) - 1} {WORKERS_S}"


def _step(options: Sequence[str], where: str, nodes: Nodes, role: str) -> str:
    words = [*options, "--ntasks-per-node=1", f"--cpus-per-task={nodes.cpus}"]
    words += [where] if where else []
    what = f'bash "$private/node.sh" {role} {nodes.cpus} {nodes.gpus}'
    return f"srun {' '.join(words)} {what} {nodes.memory_bytes} {nodes.object_store_bytes} &"


_BEGIN = """\
# The first address of this node. Give another where the nodes reach each other over another net.
head_ip=${FEWLABELS_HEAD_IP:-$(hostname -I | cut -d ' ' -f 1)}
nodelist=${SLURM_JOB_NODELIST_HET_GROUP_0:-$SLURM_JOB_NODELIST}
head=$(scontrol show hostnames "$nodelist")
head=${head%%$'\\n'*}
port=$((20000 + SLURM_JOB_ID % 10000)) # jobs of several users may share a node

# Ray's token: 256 random bits in a file that only you can read, gone when the job ends.
mkdir -p "$runs"
rm -rf "$runs/.job-$SLURM_JOB_ID".* # of this job before it was put back into the queue
private=$(mktemp -d "$runs/.job-$SLURM_JOB_ID.XXXXXX")
od -An -N32 -tx1 /dev/urandom | tr -d ' \\n' >"$private/token"
export RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH="$private/token"
export RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO=1 # hides GPUs from work that asked for none
export FEWLABELS_PRIVATE="$private" FEWLABELS_HEAD="$head_ip:$port"

# What every node does: bash node.sh ROLE CPUS GPUS MEMORY OBJECT_STORE
cat >"$private/node.sh" <<'NODE'
set -euo pipefail
umask 077
temp="/tmp/fl-$SLURM_JOB_ID-${SLURM_RESTART_COUNT:-0}" # Ray's sockets and logs
mkdir "$temp" 2>/dev/null || { [ -O "$temp" ] && [ ! -L "$temp" ]; }
trap 'rm -rf "$temp"' EXIT
trap 'exit 143' TERM
offer=(--num-cpus="$2" --num-gpus="$3" --memory="$4" --object-store-memory="$5")
offer+=(--min-worker-port=0 --max-worker-port=0 --disable-usage-stats)
if [ "$1" = head ]; then
  # No dashboard, and no door for Ray clients other than on a port of this job's own.
  port=${FEWLABELS_HEAD##*:}
  ray start --head --node-ip-address="${FEWLABELS_HEAD%:*}" --port="$port" --temp-dir="$temp" \\
    --ray-client-server-port="$((port + 10000))" --include-dashboard=false "${offer[@]}" --block &
else
  ray start --address="$FEWLABELS_HEAD" "${offer[@]}"
  touch "$FEWLABELS_PRIVATE/joined-$1-$SLURM_PROCID"
  sleep infinity &
fi
wait "$!"
NODE

steps=()
stopping=
driver=
# shellcheck disable=SC2317,SC2329 # the trap calls it
on_term() { # Slurm, some minutes before the end: the run finishes what it does, and stores it
  stopping=1
  if [ -n "$driver" ]; then kill -TERM "$driver" 2>/dev/null || true; fi
}
trap on_term TERM
clean() {
  trap '' TERM
  if [ "${#steps[@]}" -gt 0 ]; then
    kill -TERM "${steps[@]}" 2>/dev/null || true
    wait "${steps[@]}" || true
  fi
  rm -rf "$private"
}
trap clean EXIT
fail() {
  echo "$1" >&2
  exit 1
}
must_go_on() {
  kill -0 "$head_step" 2>/dev/null || fail "Ray's head on $head has ended; its words are above"
  [ -z "$stopping" ] || fail "asked to stop before the run began"
}
wait_for_head() {
  local end=$((SECONDS + $1))
  until (exec 3<>"/dev/tcp/$head_ip/$port") 2>/dev/null; do
    must_go_on
    [ "$SECONDS" -lt "$end" ] || fail "Ray's head does not answer at $head_ip:$port after $1 s"
    sleep 1
  done
}
wait_for_workers() {
  local end=$((SECONDS + $2)) joined=0
  while joined=$(find "$private" -name 'joined-*' | wc -l) && [ "$joined" -lt "$1" ]; do
    must_go_on
    if [ "$SECONDS" -ge "$end" ]; then
      echo "$joined of $1 workers have joined after $2 s; beginning without the others" >&2
      return
    fi
    sleep 1
  done
}
"""

_END = """\

# The run: what its folder holds already is not done again.
"${run[@]}" --address "$head_ip:$port" &
driver=$!
code=143
while [ "$code" -eq 143 ] && kill -0 "$driver" 2>/dev/null; do # a signal ends `wait`, too
  code=0
  wait "$driver" || code=$?
done
if [ -n "$stopping" ] && { [ "$code" -eq 130 ] || [ "$code" -eq 143 ]; }; then
  clean
  trap - EXIT
  scontrol requeue "$SLURM_JOB_ID" || echo "not put back into the queue: submit it again" >&2
fi
exit "$code"
"""
