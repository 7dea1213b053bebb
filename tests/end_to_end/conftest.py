"""A local Ray, started once for all tests of this folder."""

import pytest


@pytest.fixture(scope="session")
def two_cpus():
    """Ray with two CPUs and a GPU that is not there; gives a maker of executors with some CPUs.

    Started without what `connect` sets, as a cluster that somebody else started may be.
    """
    import ray

    from cluster.ray_executor import RayExecutor

    quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}
    ray.init(address="local", num_cpus=2, num_gpus=1, **quiet)

    def maker(workers):
        def make(corpus, sweep):
            return RayExecutor(corpus, sweep, workers)

        return make

    yield maker
    ray.shutdown()


@pytest.fixture(scope="session")
def imported_ton_iot(real_data):
    """The official file, imported into this session's cache."""
    from datasets import DATASETS

    DATASETS["ton_iot_network"].import_file(real_data / "ton_iot_network")
