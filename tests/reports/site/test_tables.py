from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

import reports
from reports.site.tables import TABLES
from reports.site.write import write

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    from tests.reports.conftest import FakeRun

    run = FakeRun(classifiers=("random_forest", "svc"), repeats=5)
    folder = tmp_path_factory.mktemp("tables")
    tables = run.rows()
    for row in tables["trials"]:
        row["confusion"] = [[8, 1, 1], [0, 4, 0], [0, 1, 3]]
    frames = reports.load(run.write(folder / "run", tables))
    write(frames, folder / "site", NOW)
    return folder / "site", frames


@pytest.mark.parametrize("name", [name for page in TABLES.values() for name in page])
def test_a_table_is_the_same_as_csv_and_as_parquet(site, name):
    csv = pd.read_csv(site[0] / "downloads" / f"{name}.csv")
    parquet = pd.read_parquet(site[0] / "downloads" / f"{name}.parquet")
    assert len(parquet) > 0
    assert list(csv.columns) == list(parquet.columns)
    numbers = parquet.select_dtypes("number").columns
    pd.testing.assert_frame_equal(
        csv[numbers], parquet[numbers], check_dtype=False, check_exact=False
    )


@pytest.mark.parametrize("page", TABLES)
def test_a_page_links_to_its_tables(site, page):
    text = (site[0] / f"{page}.html").read_text(encoding="utf-8")
    for name in TABLES[page]:
        assert f'href="downloads/{name}.csv"' in text
        assert f'href="downloads/{name}.parquet"' in text


def test_an_effect_is_the_paired_difference_of_areas_over_shared_pipelines(site):
    frames = site[1]
    rows = frames.effects().set_index(["axis", "component"])
    area = frames.efficiency().query("series == 'tuned'")
    wide = area.pivot_table(index=["classifier", "repeat"], columns="strategy", values="aubc")
    apart = (wide["margin"] - wide["random"]).groupby("repeat").mean()
    row = rows.loc["strategy", "margin"]
    assert row["mean"] == pytest.approx(apart.mean())
    assert (row["wins"], row["losses"]) == ((apart > 0).sum(), (apart < 0).sum())
    assert (row["against"], row["shared"], row["n"]) == ("random", 2, 5)
