"use strict";
// What is shown, and the small parts that board, curves, costs and references are drawn with.
const data = JSON.parse(document.getElementById("data").textContent);
const AXES = ["classifier", "scaler", "resampler", "strategy"];
const chosen = { dataset: 0, metric: data.metric, budget: "all" };

const byId = (id) => document.getElementById(id);
const dataset = () => data.datasets[chosen.dataset];
const measured = () => decoded(dataset().metrics[chosen.metric]);
const metric = () => data.metrics.find((one) => one.name === chosen.metric);
const scoredAt = () => (chosen.budget === "all" ? dataset().budgets[dataset().budgets.length - 1] : Number(chosen.budget));
const counted = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const digits = (value) => (value === null ? "–" : value.toFixed(3));
const whole = (value) => value.toLocaleString("en");

// Scores come as whole numbers of 1/10,000; each metric is decoded when it is first shown.
const score = (value) => (value === null ? null : value / data.unit);
const asScores = (value) => (Array.isArray(value) ? value.map(asScores) : score(value));

function decoded(m) {
  if (m.isDecoded) return m;
  for (const series of Object.values(m.series)) {
    series.mean = asScores(series.mean);
    series.repeats = asScores(series.repeats);
    series.half = series.half.map((row) => (row ? asScores(row) : series.x.map(() => null)));
    series.n = series.n.map((row) => (Array.isArray(row) ? row : series.x.map(() => row)));
  }
  m.aubc = asScores(m.aubc);
  m.aubc_half = asScores(m.aubc_half);
  if (m.target) {
    m.target.reference = score(m.target.reference);
    m.target.value = score(m.target.value);
  }
  m.isDecoded = true;
  return m;
}

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function fill(select, options, value) {
  select.replaceChildren(...options.map(([key, text]) => element("option", text, { value: key })));
  const known = options.some(([key]) => String(key) === String(value));
  select.value = known ? value : options[0][0];
  return select.value;
}

// A mean with its interval, or with the range of fewer repeats than an interval needs.
function spread(series, curve, at) {
  const half = series.half[curve][at];
  if (half !== null) return ` ± ${digits(half)}`;
  const values = series.repeats[curve].map((one) => one[at]).filter((value) => value !== null);
  if (values.length < 2) return "";
  return ` [${digits(Math.min(...values))}, ${digits(Math.max(...values))}]`;
}

function head(table, names) {
  const row = element("tr", null);
  row.append(...names.map((name) => element("th", name, { scope: "col" })));
  table.tHead.replaceChildren(row);
}

function choose() {
  chosen.dataset = Number(byId("dataset").value);
  chosen.metric = byId("metric").value;
  const budgets = [["all", "all budgets"], ...dataset().budgets.map((b) => [b, `${whole(b)} labels`])];
  chosen.budget = fill(byId("budget"), budgets, chosen.budget);
  drawBoard();
  fillFixed();
  drawCurves();
  drawCosts();
  drawReferences();
}

function start() {
  fill(byId("dataset"), data.datasets.map((one, i) => [i, one.name]), 0);
  fill(byId("metric"), data.metrics.map((one) => [one.name, one.title]), chosen.metric);
  fill(byId("compare"), AXES.map((axis) => [axis, { strategy: "strategies" }[axis] || `${axis}s`]), "strategy");
  for (const id of ["dataset", "metric"]) byId(id).addEventListener("change", choose);
  byId("budget").addEventListener("change", () => {
    chosen.budget = byId("budget").value;
    drawBoard();
    drawCosts();
  });
  byId("compare").addEventListener("change", () => {
    fillFixed();
    drawCurves();
  });
  for (const id of ["model", "axis"]) byId(id).addEventListener("change", drawCurves);
  byId("against").addEventListener("change", drawCosts);
  byId("board-all").addEventListener("click", () => {
    board.all = true;
    drawBoard();
  });
  choose();
}
