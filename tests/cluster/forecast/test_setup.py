"""What a forecast measures on the machine that it is made on."""

import subprocess

from cluster.forecast import setup


def test_what_a_new_process_takes_is_timed_on_what_a_worker_imports(monkeypatch, tmp_path):
    ran, clock = [], iter([10.0, 17.5])
    monkeypatch.setattr("subprocess.run", lambda command, *, check: ran.append((command, check)))
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    took = setup.process_s()
    monkeypatch.undo()
    assert took == 7.5
    ((command, check),) = ran
    assert check
    # For real: what it imports is there, and is ours, wherever the user stands.
    (tmp_path / "cluster.py").write_text("raise SystemExit(9)")
    subprocess.run(command, check=True, cwd=tmp_path, env={})
