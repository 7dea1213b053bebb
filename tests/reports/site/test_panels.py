from __future__ import annotations

import json

from reports.site.files import Files
from reports.site.panels import Choice, Column, Panel, Panels, Table


def part(root, url):
    text = (root / url).read_text(encoding="utf-8")
    return json.loads(text.removeprefix("fewlabels.receive(").removesuffix(")\n"))


def test_panels_are_split_into_files_by_their_first_choices(tmp_path):
    keys = [(dataset, budget) for dataset in ("ton", "edge") for budget in ("100", "200")]
    panels = {key: Panel(note=" ".join(key)) for key in keys}
    choices = [Choice("dataset", "Dataset"), Choice("budget", "Budget", is_slider=True)]
    sent = Panels("part", "A part", choices, panels).sent(Files(tmp_path))
    assert [tuple(key[:2]) for key in sent["keys"]] == keys
    assert len({key[2] for key in sent["keys"]}) == 2
    for *key, url in sent["keys"]:
        assert part(tmp_path, url)["\n".join(key)]["note"] == " ".join(key)


def test_a_table_says_how_it_may_be_used(tmp_path):
    columns = [Column("name", "a name", is_filter=True), Column("n", is_number=True)]
    table = Table(columns, [["a", ("1,000", 1000.0)], ["b", ("-", None)]], "A table")
    sent = Panels("p", "P", [Choice("c", "C")], {("x",): Panel(table=table)}).sent(Files(tmp_path))
    found = part(tmp_path, sent["keys"][0][1])["x"]["table"]
    assert [column["is_filter"] for column in found["columns"]] == [True, False]
    assert found["rows"] == [["a", ["1,000", 1000.0]], ["b", ["-", None]]]
