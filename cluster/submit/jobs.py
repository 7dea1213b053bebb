"""The jobs of fewlabels on a cluster, over Ray's Jobs API."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cluster import auth_token
from harness.errors import ClusterError

MARK = "fewlabels"  # in a job's metadata: what it does
RUN, HAND_OVER = "run", "hand over"
PLACE, SWEEP = "run folder", "sweep"  # in it as well
STOP_S = 3600  # that a run has to finish what it does; then Ray kills it
CHATTY = ("ray.dashboard.modules.dashboard_sdk", "ray.dashboard.modules.job.sdk")  # of uploads
SHOWN = 6  # jobs, in a message
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*-[0-9]+")  # of a run: its sweep's name and a number


@dataclass(frozen=True, slots=True)
class Job:
    """A submitted run, as the cluster tells of it."""

    id: str
    sweep: str
    place: str  # of its run folder, on the head
    status: str  # Ray's word
    code: int | None  # with which it exited, if it did by itself
    message: str
    begun: datetime

    @property
    def is_over(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.status in {"SUCCEEDED", "FAILED", "STOPPED"}

    @property
    def state(self) -> str:
        """How it stands, in a few words."""
        if self.status == "FAILED":
            return _ENDS.get(self.code, f"failed, with exit code {self.code}")
        return _STATES.get(self.status, self.status.lower())


_STATES = {"PENDING": "is being started", "RUNNING": "runs", "STOPPED": "stopped"} | {
    "SUCCEEDED": "done"
}
_ENDS = {
    None: "ended by Ray, or with the head; submit it again to go on",
    1: "ended with an error; the log says which",
    3: "done, with failures",
    127: "failed: no fewlabels on the PATH of the head's Ray; start Ray there with the virtual "
    "environment of fewlabels activated",
    130: "interrupted; submit it again to go on",
    -9: "killed; submit it again to go on",
    137: "killed; submit it again to go on",
}


class Jobs:
    """Talks to the Jobs API; `door.check` says beforehand who else may.

    Every method raises `ClusterError` for what the API or the network says.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        if not find_spec("aiohttp"):
            raise ClusterError(
                "Ray's Jobs API needs what `pip install -c constraints.txt -e '.[cluster]'` adds"
            )
        from ray.job_submission import JobSubmissionClient

        for name in CHATTY:
            logging.getLogger(name).setLevel(logging.ERROR)
        with self._explained():
            self._client: Any = JobSubmissionClient(address)

    def runs(self) -> list[Job]:
        """The submitted runs, the newest last."""
        with self._explained():
            jobs = [_job(each) for each in self._client.list_jobs() if _is_ours(each)]
        return sorted(jobs, key=lambda job: (job.begun, _number(job.id)))

    def submit_run(self, sweep: str, place: str, command: str, parcel: Path) -> str:
        """Run `command` on the head, among the files of `parcel`, a zip file; give the job's id.

        Refused where a job writes that run already.
        """
        before = self.runs()
        for job in before:
            if job.place == place and not job.is_over:
                raise ClusterError(
                    f"{job.id} writes that run ({place}) already, since {since(job)}: follow it, "
                    "or stop it first"
                )
        own = [_number(job.id) for job in before if job.sweep == sweep]
        # Two who choose the same number at once: Ray takes one of them.
        id_ = f"{sweep}-{1 + max(own, default=0)}"
        self._submit(
            {
                "entrypoint": command,
                "submission_id": id_,
                "metadata": {MARK: RUN, PLACE: place, SWEEP: sweep},
                "runtime_env": {
                    "working_dir": str(parcel),
                    "env_vars": {"RAY_JOB_STOP_WAIT_TIME_S": str(STOP_S)},
                },
            }
        )
        return id_

    def submit_hand_over(self, command: str) -> str:
        """Run `command` on the head, which prints a run folder; give the job's id."""
        return self._submit({"entrypoint": command, "metadata": {MARK: HAND_OVER}})

    def _submit(self, what: Mapping[str, Any]) -> str:
        with self._explained():
            return str(self._client.submit_job(**what))

    def stop(self, id_: str) -> None:
        """Ask a job to end: the first Ctrl-C of a run."""
        with self._explained():
            self._client.stop_job(id_)

    def log(self, id_: str) -> str:
        """All that a job has said."""
        with self._explained():
            return str(self._client.get_job_logs(id_))

    def following(self, id_: str) -> Iterator[str]:
        """What a job says, piece by piece and from the beginning on, until it ends."""
        pieces = self._client.tail_job_logs(id_)
        with asyncio.Runner() as runner, self._explained():
            while True:
                piece = runner.run(_next(pieces))
                if piece is None:
                    return
                yield piece

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        from ray.exceptions import AuthenticationError

        try:
            yield
        except AuthenticationError:
            raise ClusterError(auth_token.wrong(self._address)) from None
        except (RuntimeError, OSError) as error:
            raise ClusterError(f"the Jobs API at {self._address} says: {_gist(error)}") from error
        except Exception as error:
            raise ClusterError(
                f"the Jobs API at {self._address} gives what Ray's client does not understand "
                f"({type(error).__name__}; --debug shows it): is its Ray much older or newer than "
                "the one here, or a proxy between?"
            ) from error


async def _next(pieces: Any) -> str | None:
    piece = await anext(pieces, None)
    return None if piece is None else str(piece)


def _gist(error: Exception) -> str:
    """The last line of what may be the traceback of a server."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].removesuffix(".") if lines else type(error).__name__


def _is_ours(details: Any) -> bool:
    """Whether it is a run of `submit_run`; no other id is shown or asked for."""
    is_run = (details.metadata or {}).get(MARK) == RUN
    return is_run and ID.fullmatch(details.submission_id or "") is not None


def _job(details: Any) -> Job:
    return Job(
        id=str(details.submission_id),
        sweep=str(details.metadata.get(SWEEP, "")),
        place=str(details.metadata.get(PLACE, "")),
        status=str(details.status.value),
        code=details.driver_exit_code,
        message=details.message or "",
        begun=datetime.fromtimestamp((details.start_time or 0) / 1000, UTC),
    )


def _number(id_: str) -> int:
    found = re.search(r"-([0-9]{1,9})$", id_)
    return int(found[1]) if found else 0


def since(job: Job) -> str:
    """When it was submitted."""
    return f"{job.begun:%Y-%m-%d %H:%M} UTC"


def find(jobs: Sequence[Job], which: str | None) -> Job:
    """The job with that id, or with an id that begins so; the last of a sweep's name; the last.

    Raises `ClusterError` where there is none, or are several.
    """
    if not jobs:
        raise ClusterError("this cluster knows no run that was submitted; a new head forgets them")
    if which is None:
        return jobs[-1]
    exact = [job for job in jobs if job.id == which]
    of_sweep = [job for job in jobs if job.sweep == which]
    if exact or of_sweep:
        return (exact or of_sweep)[-1]
    begin = [job for job in jobs if job.id.startswith(which)]
    if len(begin) == 1 or len({job.sweep for job in begin}) == 1:
        return begin[-1]
    shown = ", ".join(job.id for job in (begin or jobs)[-SHOWN:])
    what = "several jobs begin so" if begin else "no such job; there are"
    raise ClusterError(f"{which}: {what}: {shown}")
