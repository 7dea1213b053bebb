"""Whether networks compute on this machine's GPU as docs/gpu.md says: `make gpu-check`.

    python -m tests.benchmarks.gpu_check [--executor inline] [--keep FOLDER]

Runs a small sweep with --require-gpu, whose components note what they saw, checks the notes, and
prints a verdict: exit code 0 where all was as it should be, 1 where not, or where there is no
GPU. Uses the backend that KERAS_BACKEND names, else TensorFlow. Run from the root of the tree.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARE = 0.25
AT_ONCE = int(1 / SHARE)
SWEEP = """
name: gpu-check
seed: 1
repeats: 8
datasets: [{{name: ton_iot_synthetic, rows: 3000}}]
classifiers: [watched_bilstm, watched_forest]
scalers: [standard]
strategies: [least_confidence]
budgets: [200]
labelling: {{initial: 100, batch: 100}}
reference: {{classifier: watched_forest, every_pipeline: false}}
tuning: {{trials: 3, startup: 2}}
neural: {{device: gpu}}
resources: {{neural: {{gpus: {share}}}}}
components: [{components}]
"""


def main():
    arguments = parsed()
    gpus = asked("name,memory.total")
    if not gpus:
        print("no GPU here (nvidia-smi is absent or names none): nothing was verified")
        return 1
    if arguments.is_here:
        return 0
    print("GPU:", "; ".join(", ".join(gpu) for gpu in gpus))
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        code, notes, used_mib = watched_run(folder, arguments.executor)
        results = checks(code, notes, int(gpus[0][1]) * 2**20, arguments.executor)
    if used_mib:
        print(f"memory of the first GPU in use, all together: at most {max(used_mib)} MiB")
    for passed, what in results:
        print({True: "ok    ", False: "FAIL  ", None: "-     "}[passed], what)
    failed = sum(passed is False for passed, _ in results)
    print(f"NOT VERIFIED: {failed} of {len(results)} failed" if failed else "VERIFIED on this GPU")
    return 1 if failed else 0


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--executor", choices=["ray", "inline"], default="ray")
    parser.add_argument("--keep", type=Path, help="a new folder for the run and the notes")
    parser.add_argument("--is-here", action="store_true", help="only say whether there is a GPU")
    return parser.parse_args()


def asked(what):
    """What nvidia-smi says, a list of texts per GPU."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    command = [program, f"--query-gpu={what}", "--format=csv,noheader,nounits"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    if said.returncode:
        return []
    return [line.split(", ") for line in said.stdout.splitlines() if line.strip()]


def watched_run(folder, executor):
    """Run the sweep; its exit code, the notes, and MiB in use on the first GPU, by second."""
    log = folder / "notes.jsonl"
    sweep = folder / "sweep.yaml"
    components = Path(__file__).with_name("watched.py")
    sweep.write_text(SWEEP.format(share=SHARE, components=components), encoding="utf-8")
    command = [sys.executable, str(ROOT / "fewlabels.py"), "run", str(sweep), "--require-gpu"]
    command += ["--out", str(folder / "run"), "--executor", executor, "--segment-s", "1"]
    used_mib, is_over = [], threading.Event()

    def look():
        while not is_over.wait(1.0):
            used_mib.extend(int(used) for (used,) in asked("memory.used")[:1])

    watcher = threading.Thread(target=look)
    watcher.start()
    at_once = "0" if executor == "inline" else str(AT_ONCE)
    environment = {**os.environ, "FEWLABELS_GPU_CHECK_LOG": str(log)}
    environment["FEWLABELS_GPU_CHECK_AT_ONCE"] = at_once
    code = subprocess.run(command, env=environment, check=False).returncode
    is_over.set()
    watcher.join()
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return code, [json.loads(line) for line in lines], used_mib


def checks(code, notes, total_bytes, executor):
    """What must be so: whether it is, None where that cannot be told; and what it is."""
    networks = [note for note in notes if note["kind"] == "network"]
    forests = [note for note in notes if note["kind"] == "forest"]
    results = [(code == 0, f"the sweep ran to its end without a failure (exit code {code})")]
    if not networks or not forests:
        return [*results, (False, "networks and forests were fitted")]
    peak, most = max(note["peak_bytes"] for note in networks), at_once(networks)
    inline = executor == "inline"
    seen = {tuple(note["gpus"]) for note in networks}
    backend = networks[0]["backend"]
    cudnn = [note["cudnn"] for note in networks if note["cudnn"] is not None]
    again = [note["to"] - note["from"] for note in networks if not note["is_first"]]
    first = [note["to"] - note["from"] for note in networks if note["is_first"]]
    limit = SHARE * total_bytes
    slow, fast = min(first), sum(again) / max(len(again), 1)
    side_by_side = None if inline else at_once(notes) > most
    blind = None if inline else all(note["visible"] == "" for note in forests)
    free = None if inline else not any(note["frameworks"] for note in forests)
    mib = f"{peak / 2**20:.0f} MiB at most, of {limit / 2**20:.0f}"
    return [
        *results,
        (all(len(gpus) == 1 for gpus in seen), f"each network saw one GPU, by {backend}: {seen}"),
        (None if inline else most == AT_ONCE, f"networks at once: {most}"),
        (0 < peak <= limit, f"memory that a network held: {mib}"),
        (blind, f"{len(forests)} fits of forests saw no GPU"),
        (free, "no framework was imported where forests were fitted"),
        (side_by_side, f"forests and networks side by side: {at_once(notes)} fits at once"),
        (all(cudnn) if cudnn else None, f"cuDNN's LSTM kernel in the network's graph: {cudnn}"),
        (fast < slow if again else None, f"a fit takes {fast:.2f} s, a process's first {slow:.1f}"),
    ]


def at_once(notes):
    """The most fits that went on at the same time."""
    moments = sorted([(n["from"], 1) for n in notes] + [(n["to"], -1) for n in notes])
    running = most = 0
    for _, step in moments:
        running += step
        most = max(most, running)
    return most


if __name__ == "__main__":
    sys.exit(main())
