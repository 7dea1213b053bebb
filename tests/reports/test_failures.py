from __future__ import annotations

from datetime import UTC, datetime

from reports.failures import LONGEST, failures, retries
from reports.results import read

TRACE = 'Traceback (most recent call last):\n  File "x.py", line 3\nValueError: {}\n'


def test_a_run_without_failures_has_none(fake, stored):
    results = read(stored(fake()))
    assert failures(results) == []
    assert retries(results) == []


def test_failures_are_grouped_by_status_and_last_line(fake, stored, as_failed):
    def change(tables):
        trials = tables["trials"]
        for i, (status, error) in enumerate(
            [
                ("failed", TRACE.format("no")),
                ("failed", TRACE.format("no")),
                ("failed", TRACE.format("other")),
                ("oom", None),
                ("pruned", None),
            ]
        ):
            trials[i] = as_failed(trials[i], status, error)

    found = failures(read(stored(fake(), change)))
    assert [(f.kind, f.status, f.cause, f.count) for f in found] == [
        ("trial", "failed", "ValueError: no", 2),
        ("trial", "failed", "ValueError: other", 1),
        ("trial", "oom", "no message", 1),
    ]
    assert found[0].error == TRACE.format("no").strip()
    assert found[0].first == (
        "ton / random_forest / none / none / random, 100 labels, repeat 0, trial 0"
    )


def test_failures_of_all_kinds_of_work_are_listed(fake, stored, as_failed):
    def change(tables):
        for table in ("acquisitions", "evaluations", "references"):
            tables[table][0] = as_failed(tables[table][0], "timeout", "900 s")

    found = failures(read(stored(fake(every_round=True), change)))
    assert {(f.kind, f.cause) for f in found} == {
        (kind, "900 s") for kind in ("acquisition", "evaluation", "reference")
    }


def test_of_a_very_long_error_the_end_is_kept(fake, stored, as_failed):
    def change(tables):
        tables["trials"][0] = as_failed(tables["trials"][0], "failed", "x" * 50_000 + "\nend")

    found = failures(read(stored(fake(), change)))[0]
    assert len(found.error) == LONGEST
    assert found.error.endswith("\nend")


def test_attempts_are_counted(fake, stored):
    attempt = {"work_id": "w", "kind": "study", "unit": 0, "cause": "node", "action": "ran again"}

    def change(tables):
        tables["attempts"] = [attempt | {"at": datetime.now(UTC)}] * 3

    found = retries(read(stored(fake(), change)))
    assert [(r.kind, r.cause, r.action, r.count) for r in found] == [
        ("study", "node", "ran again", 3)
    ]
