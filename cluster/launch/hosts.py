"""A script that starts Ray on machines reachable by SSH, with one token, and stops it again.

What runs there is sent as a script on ssh's standard input, so that no remote shell takes a value
apart; the token follows it there, and goes into a file that only its user can read.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from shlex import join, quote

from cluster.launch.file import ClusterFile, Nodes
from cluster.launch.fit import Fit
from cluster.launch.work import Work


def script(work: Work, file: ClusterFile, fit: Fit) -> str:
    """The text of the script, to be called with `start` or `stop`."""
    every = [(nodes, host) for nodes in fit.nodes for host in nodes.hosts]
    (first, head), *others = every
    prelude = [f"name={work.name}", f"head={head}", f"port={file.hosts.port}"]
    if file.paths.environment:
        prelude.append(f'export PATH={quote(file.paths.environment + "/bin")}:"$PATH"')
    if file.paths.cache:
        prelude.append(f"export FEWLABELS_CACHE={quote(file.paths.cache)}")
    lines = [
        "#!/usr/bin/env bash",
        "# bash FILE start    starts Ray on these machines, where it does not run yet",
        "# bash FILE stop     stops what `start` has started, and nothing else",
        "set -euo pipefail",
        "# What every machine is told first.",
        "settings() {",
        "  cat <<'SETTINGS'",
        *prelude,
        "SETTINGS",
        "}",
        _BEGIN,
        "start() {",
        "  make_token",
        f"  # {first.name}: Ray's head, where the run is started",
        f"  {_call(first, head, 'head')} || fail",
    ]
    lines += [f'  {_call(nodes, host, "worker")} & started+=("$!")' for nodes, host in others]
    lines += [
        "  wait_for_all",
        "  say_how_to_run",
        "}",
        "stop() {",
        "  failed=",
        "  # The head last: workers that lose it complain.",
        *[f"  stop_on {_login(nodes, host)}" for nodes, host in [*others, (first, head)]],
        '  [ -z "$failed" ] || exit 1',
        "}",
        "say_how_to_run() {",
        "  cat <<'RUN'",
        *_how_to_run(work, file, fit, (first, head)),
        "RUN",
        "}",
        _END,
    ]
    return "\n".join(lines)


def _login(nodes: Nodes, host: str) -> str:
    return f"{nodes.user}@{host}" if nodes.user else host


def _call(nodes: Nodes, host: str, role: str) -> str:
    offer = f"{nodes.cpus} {nodes.gpus} {nodes.memory_bytes} {nodes.object_store_bytes}"
    return f"start_on {_login(nodes, host)} {role} {offer}"


def _how_to_run(
    work: Work, file: ClusterFile, fit: Fit, head: tuple[Nodes, str]
) -> tuple[str, ...]:
    """The run's driver has to be on a machine of the cluster."""
    out = PurePosixPath(file.paths.runs) / work.name
    words = ["fewlabels", *work.arguments(out, require_gpu=fit.on_gpus)]
    if file.paths.environment:
        words[0] = f"{file.paths.environment}/bin/fewlabels"
    words += ["--address", f"{head[1]}:{file.hosts.port}"]
    token = f'RAY_AUTH_TOKEN_PATH="$HOME/.ray/fewlabels-{work.name}/token"'
    return (
        f"Ray is ready. On its head (ssh {_login(*head)}), with the sweep's file there, run",
        f"  {token} {join(words)}",
        "Its dashboard is open to that machine alone; from here, with the token in ~/.ray:",
        f"  ssh -N -L 8265:127.0.0.1:8265 {_login(*head)}",
    )


_BEGIN = """\
# What a machine can do: `start` or `stop` is the line after it.
node() {
  cat <<'NODE'
set -euo pipefail
umask 077
folder="$HOME/.ray/fewlabels-$name"
export RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH="$folder/token"
export RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO=1 # hides GPUs from work that asked for none
runs() { # whether the process is there that `start` noted: its number may be another's by now
  [ -s "$folder/pid" ] || return 1
  read -r pid since <"$folder/pid"
  [ -n "$since" ] && [ "$(ps -o lstart= -p "$pid" 2>/dev/null | tr -s ' ' _)" = "$since" ]
}
answers() { (exec 3<>"/dev/tcp/$head/$port") 2>/dev/null; }
start() { # head|worker CPUS GPUS MEMORY OBJECT_STORE
  if runs; then
    cat >/dev/null # the token, which is no command
    echo "$(hostname): Ray runs already"
    return
  fi
  mkdir -p "$folder"
  cat >"$folder/token"
  local offer=(--num-cpus="$2" --num-gpus="$3" --memory="$4" --object-store-memory="$5")
  if [ "$1" = head ]; then
    offer+=(--head --port="$port" --dashboard-host=127.0.0.1)
  else
    offer+=(--address="$head:$port")
  fi
  setsid nohup ray start "${offer[@]}" --disable-usage-stats --block \\
    </dev/null >"$folder/log" 2>&1 &
  pid=$!
  echo "$pid $(ps -o lstart= -p "$pid" | tr -s ' ' _)" >"$folder/pid"
  local end=$((SECONDS + 120)) settled=$((SECONDS + 3))
  while ! answers || { [ "$1" = worker ] && [ "$SECONDS" -lt "$settled" ]; }; do
    if ! runs || [ "$SECONDS" -ge "$end" ]; then
      echo "$(hostname): Ray did not start; the end of $folder/log:" >&2
      tail -n 5 "$folder/log" >&2
      stop
      return 1
    fi
    sleep 0.5
  done
  if ! runs; then
    echo "$(hostname): Ray did not start; what answers at $head:$port is another's" >&2
    return 1
  fi
  echo "$(hostname): Ray runs"
}
stop() {
  if runs; then
    kill -TERM "$pid" # `ray start --block` ends what it has started
    local end=$((SECONDS + 30))
    while runs && [ "$SECONDS" -lt "$end" ]; do sleep 0.5; done
    if runs; then kill -KILL -- "-$pid"; fi
    echo "$(hostname): Ray is stopped"
  fi
  rm -rf "$folder"
}
NODE
}
ssh_options=(-o BatchMode=yes -o ConnectTimeout=20)
stop_on() { # LOGIN
  { settings; node; echo stop; } | ssh "${ssh_options[@]}" -- "$1" bash -s || failed=1
}
token=${RAY_AUTH_TOKEN_PATH:-$HOME/.ray/auth_token}
make_token() { # Ray's own file for it, unless there is one
  if [ ! -s "$token" ]; then
    (
      umask 077
      mkdir -p "$(dirname "$token")"
      python3 -c 'import secrets; print(secrets.token_hex(32), end="")' >"$token"
    )
  fi
}
start_on() { # LOGIN ROLE CPUS GPUS MEMORY OBJECT_STORE
  local login=$1
  shift
  # `start` reads the token from where its script came from.
  { settings; node; echo "start $*"; cat "$token"; } |
    ssh "${ssh_options[@]}" -- "$login" bash -s
}
started=()
fail() {
  echo "not all machines have started; \\`stop\\` ends those that have" >&2
  exit 1
}
wait_for_all() {
  local one failed=
  for one in "${started[@]}"; do wait "$one" || failed=1; done
  [ -z "$failed" ] || fail
}
"""

_END = """\
case "${1:-}" in
  start) start ;;
  stop) stop ;;
  *)
    echo "usage: $0 start|stop" >&2
    exit 1
    ;;
esac
"""
