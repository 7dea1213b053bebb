// Scores with all labels of the pool, for the chosen dataset and metric.
function drawReferences() {
  const table = byId("reference-scores");
  head(table, ["classifier", "scaler", "resampler", metric().title, "no twins", "repeats", "failures"]);
  const rows = dataset().references.map(({ names, failed, scores }) => {
    const row = element("tr", null);
    const [all, novel] = scores[chosen.metric];
    const text = ([mean, half]) => digits(score(mean)) + (half === null ? "" : ` ± ${digits(score(half))}`);
    const cells = [...names, text(all), text(novel), all[2], failed];
    row.append(...cells.map((cell) => element("td", cell)));
    return row;
  });
  if (!rows.length) {
    const row = element("tr", null);
    row.append(element("td", "none yet", { colspan: 7 }));
    rows.push(row);
  }
  table.tBodies[0].replaceChildren(...rows);
}
