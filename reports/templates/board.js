// The leaderboard of the chosen dataset, metric and budget. Ranks come from Python.
const SHORT = 25;
const board = { all: false, sort: null, down: false };

function columns() {
  const [one, m] = [dataset(), measured()];
  const at = scoredAt();
  const tested = (name, withSpread = true) => (row) => {
    const series = m.series[name];
    const i = series.x.indexOf(at);
    if (i < 0 || series.mean[row.curve][i] === null) return { text: "–", key: null };
    const mean = series.mean[row.curve][i];
    return { text: digits(mean), after: withSpread ? spread(series, row.curve, i) : "", key: mean };
  };
  const n = (row) => {
    if (chosen.budget === "all" && one.budgets.length > 1) return m.complete[row.curve];
    const i = m.series.tuned.x.indexOf(at);
    return i < 0 ? 0 : m.series.tuned.n[row.curve][i] || 0;
  };
  const shown = [
    { name: "rank", number: true, of: (row) => ({ text: row.rank === null ? "–" : row.rank, key: row.rank }) },
    ...AXES.map((axis, i) => ({
      name: axis,
      of: (row) => ({ text: one.curves[row.curve][i], key: one.curves[row.curve][i] }),
    })),
    { name: `tuned, ${whole(at)} labels`, of: tested("tuned") },
    { name: "default", of: tested("default") },
    { name: "no twins", of: tested("novel", false) },
    { name: "to target", of: (row) => toTarget(m.to_target[row.curve]) },
    { name: "AUBC", of: (row) => area(m, row.curve) },
    { name: "size", of: (row) => priced("model_bytes", row.curve) },
    { name: "latency", of: (row) => priced("latency_row_s", row.curve) },
    {
      name: "repeats",
      of: (row) => ({ text: `${n(row)}/${one.n_repeats}${n(row) < one.n_repeats ? " *" : ""}`, key: n(row) }),
    },
    { name: "failures", number: true, of: (row) => failed(one, row.curve) },
  ];
  const silent = new Set(one.budgets.length > 1 ? [] : ["AUBC"]);
  if (!hasCosts()) ["size", "latency"].forEach((name) => silent.add(name));
  return shown.filter((column) => !silent.has(column.name));
}

function priced(name, curve) {
  const value = costs()[name][curve];
  return { text: value === null ? "–" : UNITS[name](value), key: value };
}

function toTarget(known) {
  if (known === null) return { text: "–", key: null };
  const [median, reached, of, first, within] = known;
  const last = dataset().budgets[dataset().budgets.length - 1];
  const after = ` (${reached}/${of})`;
  if (median === null) {
    const text = within < last ? `> ${whole(within)}` : `never by ${whole(within)}`;
    return { text, after, key: Infinity };
  }
  return { text: `${median <= first ? "≤ " : ""}${whole(median)}`, after, key: median };
}

function area(m, curve) {
  const half = m.aubc_half[curve];
  return { text: digits(m.aubc[curve]), after: half === null ? "" : ` ± ${digits(half)}`, key: m.aubc[curve] };
}

function failed(one, curve) {
  const n = one.failures[chosen.budget][curve];
  const limited = one.limited[chosen.budget][curve] ? " †" : "";
  return { text: n === null ? "–" : `${n}${limited}`, key: n };
}

function sorted(rows, column) {
  const sign = board.down ? -1 : 1;
  return rows.slice().sort((a, b) => {
    const [x, y] = [column.of(a).key, column.of(b).key];
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (typeof x === "string" ? x.localeCompare(y) : x === y ? 0 : x - y);
  });
}

function drawBoard() {
  const shown = columns();
  let rows = measured().order[chosen.budget].map(([rank, curve]) => ({ rank, curve }));
  const column = shown.find((one) => one.name === board.sort);
  if (column) rows = sorted(rows, column);
  const header = element("tr", null);
  for (const one of shown) {
    const active = column === one || (!column && one.name === "rank");
    const order = board.down && column ? "descending" : "ascending";
    const cell = element("th", null, { scope: "col", "aria-sort": active ? order : "none" });
    const button = element("button", one.name, { type: "button" });
    button.addEventListener("click", () => {
      board.down = board.sort === one.name && !board.down;
      board.sort = one.name;
      drawBoard();
    });
    cell.append(button);
    header.append(cell);
  }
  header.firstChild.after(element("th", "curve", { scope: "col" }));
  byId("board").tHead.replaceChildren(header);
  const visible = board.all ? rows : rows.slice(0, SHORT);
  byId("board").tBodies[0].replaceChildren(...visible.map((row) => line(row, shown)));
  byId("board-all").hidden = visible.length === rows.length;
  byId("board-all").textContent = `Show all ${whole(rows.length)} rows`;
  byId("board-note").textContent = boardNote();
}

function line(row, shown) {
  const made = element("tr", null);
  for (const column of shown) {
    const { text, after } = column.of(row);
    const cell = element("td", text, column.number ? { class: "number" } : {});
    if (after) cell.append(element("span", after, { class: "spread" }));
    made.append(cell);
  }
  const cell = element("td", null);
  const names = dataset().curves[row.curve];
  const button = element("button", "plot", { type: "button", "aria-label": `Plot ${names.join(", ")}` });
  button.addEventListener("click", () => {
    fillFixed(names);
    drawCurves();
    byId("curves").scrollIntoView();
  });
  cell.append(button);
  made.firstChild.after(cell);
  return made;
}

function boardNote() {
  const one = dataset();
  const goal = measured().target;
  const order = chosen.budget === "all"
    ? `Ranked by labels to the target, then by area under the curve; scores at the largest budget.`
    : `Ranked by the mean tuned ${metric().title} at ${whole(Number(chosen.budget))} labels.`;
  const better = metric().lower ? " Lower is better." : "";
  const target = goal
    ? ` Target ${digits(goal.value)}; the reference scores ${digits(goal.reference)} with all ${whole(goal.labels)} labels.`
    : ` No target: ${measured().no_target}.`;
  const few = one.n_repeats < data.enough ? ` No intervals: ${counted(one.n_repeats, "repeat")}.` : "";
  return order + better + target + few;
}
