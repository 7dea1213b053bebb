// Score against what the model costs, at the chosen budget, and the front that no cell beats.

const scaled = (value, digits, units) => {
  const rounded = Number(value.toPrecision(digits));
  const step = rounded < 1 ? 0 : Math.min(Math.floor(Math.log10(rounded) / 3), units.length - 1);
  return `${Number((rounded / 1000 ** step).toPrecision(6))} ${units[step]}`;
};
const UNITS = {
  model_bytes: (n) => scaled(n, 3, ["B", "kB", "MB", "GB", "TB"]),
  latency_row_s: (ns) => scaled(ns, 2, ["ns", "µs", "ms", "s"]),
  latency_batch_s: (ns) => scaled(ns, 2, ["ns", "µs", "ms", "s"]),
  n_operations: (n) => whole(n),
  n_parameters: (n) => whole(n),
};
const TITLE = { model_bytes: "model size", latency_row_s: "latency of one row" };
const MANY_TICKS = 9; // from here on whole powers of ten only

const costs = () => dataset().costs[scoredAt()];
const hasCosts = () => Object.values(dataset().costs).some((at) => at.latency_row_s.some((n) => n !== null));

function drawCosts() {
  const against = byId("against").value;
  const cells = costCells(against);
  byId("costs-plot").hidden = !cells.length;
  byId("costs-details").hidden = !cells.length;
  const front = cells.length ? measured().fronts[scoredAt()][against].map((curve) => cells.find((one) => one.curve === curve)) : [];
  byId("costs-note").textContent = costsNote(cells, front);
  if (!cells.length) return;
  const classifiers = [...new Set(cells.map((one) => one.names[0]))];
  const drawn = [frontLine(front), ...classifiers.map((name) => points(name, cells.filter((one) => one.names[0] === name), against))];
  const range = around(cells.map((one) => Math.log10(one.x)), 0.5);
  const layout = { ...structuredClone(data.layout), showlegend: true };
  const below = legendHeight(drawn.map((trace) => trace.name), byId("costs-plot").clientWidth);
  layout.height = 440 + below;
  layout.margin = { ...layout.margin, b: 64 + below };
  layout.legend = { ...layout.legend, yref: "container", y: 0, yanchor: "bottom" };
  layout.xaxis = {
    ...layout.xaxis, type: "log", title: { text: `${TITLE[against]} (logarithmic)` }, ...ticks(range, UNITS[against]), range,
  };
  layout.yaxis = { ...layout.yaxis, title: { text: plain(metric().title) + (metric().lower ? " (lower is better)" : "") } };
  Plotly.react("costs-plot", drawn, layout, { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d"] });
  drawFront(front);
}

// The cells that have a score and a cost at the budget.
function costCells(against) {
  const [one, tuned] = [dataset(), measured().series.tuned];
  const i = tuned.x.indexOf(scoredAt());
  if (i < 0) return [];
  return one.curves.map((names, curve) => ({
    names, curve, x: costs()[against][curve], y: tuned.mean[curve][i],
    spread: spread(tuned, curve, i), isPartial: tuned.n[curve][i] < one.n_repeats,
  })).filter(({ x, y }) => x !== null && y !== null);
}

// From the lowest to the highest of `values`, with a twentieth more at each end, or `least`.
function around(values, least) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const more = Math.max((high - low) / 20, high - low < least ? least / 2 : 0);
  return [low - more, high + more];
}

// 1, 2, 5, 10 ..., each with its unit: plotly leaves it out between powers of ten.
function ticks([low, high], unit) {
  const powers = Array.from({ length: Math.floor(high) - Math.floor(low) + 1 }, (_, i) => 10 ** (Math.floor(low) + i));
  const inside = (values) => values.filter((value) => Math.log10(value) >= low && Math.log10(value) <= high);
  const fine = inside(powers.flatMap((power) => [power, 2 * power, 5 * power]));
  const tickvals = fine.length < MANY_TICKS ? fine : inside(powers);
  return { tickvals, ticktext: tickvals.map(unit) };
}

function frontLine(front) {
  return {
    x: front.map((one) => one.x), y: front.map((one) => one.y), name: "front: none is both better and cheaper",
    mode: "lines+markers", line: { color: "#555d66", width: 1.5, dash: "dash", shape: "hv" },
    marker: { symbol: "circle-open", size: 17, color: "#1b1f24", line: { width: 1.5 } }, hoverinfo: "skip",
  };
}

function points(name, cells, against) {
  const style = data.styles.classifier[name];
  const hollow = (symbol) => (symbol.endsWith("-open") ? symbol : `${symbol}-open`);
  return {
    x: cells.map((one) => one.x), y: cells.map((one) => one.y), name: plain(name), mode: "markers",
    marker: { color: style.color, size: 9, symbol: cells.map((one) => (one.isPartial ? hollow(style.symbol) : style.symbol)) },
    text: cells.map((one) => `${plain(one.names.join(", "))}<br>${digits(one.y)}${one.spread}, ${UNITS[against](one.x)}`),
    hovertemplate: "%{text}<extra></extra>",
  };
}

function costsNote(cells, front) {
  if (!hasCosts()) return "Nothing is known: these trials are from before models were measured.";
  if (!cells.length) return `No cell has both a ${metric().title} and a known ${TITLE[byId("against").value]} at ${whole(scoredAt())} labels.`;
  const partial = cells.some((one) => one.isPartial) ? " Hollow: fewer repeats; they do not compete." : "";
  return `${counted(cells.length, "cell")} at ${whole(scoredAt())} labels, ${front.length} of them on the front.${partial}`;
}

function drawFront(front) {
  const names = ["n_parameters", "model_bytes", "n_operations", "latency_row_s", "latency_batch_s"];
  head(byId("costs-numbers"), [...AXES, metric().title, "parameters or nodes", "size", "operations", "latency, 1 row", "latency, 1,024 rows"]);
  byId("costs-numbers").tBodies[0].replaceChildren(...front.map((one) => {
    const row = element("tr", null);
    const known = names.map((name) => (costs()[name][one.curve] === null ? "–" : UNITS[name](costs()[name][one.curve])));
    row.append(...[...one.names, digits(one.y) + one.spread, ...known].map((text) => element("td", text)));
    return row;
  }));
}
