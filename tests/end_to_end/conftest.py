"""A local Ray, started once for all tests of this folder."""

import pytest


@pytest.fixture(scope="session")
def two_cpus():
    """Ray with two CPUs; gives a maker of executors with some of them."""
    import ray

    from cluster.connection import connect
    from cluster.ray_executor import Demand, RayExecutor

    connect(None, 2)

    def maker(workers, segment_s):
        def make(corpus, sweep):
            return RayExecutor(
                corpus, Demand(sweep.setting.threads, sweep.limits, segment_s), workers
            )

        return make

    yield maker
    ray.shutdown()


@pytest.fixture(scope="session")
def imported_ton_iot(real_data):
    """The official file, imported into this session's cache."""
    from datasets import DATASETS

    DATASETS["ton_iot_network"].import_file(real_data / "ton_iot_network")
