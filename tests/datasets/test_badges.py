from __future__ import annotations

import pytest

from datasets.badges import DOWN_SAMPLED, IDENTIFIERS, MAYBE_IDENTIFIERS, implied


@pytest.fixture
def imported(small):
    small.import_()
    return small


def test_whoever_keeps_identifiers_wears_a_badge(imported):
    assert imported.prepare().badges == ()
    assert imported.prepare(features="all").badges == (IDENTIFIERS,)


@pytest.mark.parametrize(
    ("name", "preparation", "badges"),
    [
        ("ton_iot_gps_tracker", {"features": "all", "balance": "none"}, [IDENTIFIERS]),
        ("ton_iot_gps_tracker", {"features": "no_identifiers"}, []),
        ("unsw_nb15", {"features": "all"}, []),  # its card names no identifiers
        ("generic", {"features": "all"}, [MAYBE_IDENTIFIERS]),
        ("somebodys_own", {"features": "all"}, [MAYBE_IDENTIFIERS]),
        ("ton_iot_network", {"balance": "down_sample"}, [DOWN_SAMPLED]),
        ("wdbc", {}, []),
    ],
)
def test_badges_are_read_off_a_stored_preparation(name, preparation, badges):
    assert implied(name, preparation) == badges
