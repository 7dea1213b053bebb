// Learning curves: one axis is compared, the others are held.

const THIN = 0.4;

// plotly reads labels as a kind of HTML; names come from users.
const plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function fillFixed(names = null) {
  const one = dataset();
  const compare = byId("compare").value;
  const best = measured().order.all[0][1];
  const before = Object.fromEntries([...byId("fixed").querySelectorAll("select")].map((s) => [s.name, s.value]));
  const labels = AXES.flatMap((axis, i) => {
    if (axis === compare) return [];
    const options = [...new Set(one.curves.map((curve) => curve[i]))].map((name) => [name, name]);
    const select = element("select", null, { name: axis });
    const kept = names === null && options.some(([name]) => name === before[axis]);
    fill(select, options, kept ? before[axis] : (names || one.curves[best])[i]);
    select.addEventListener("change", drawCurves);
    const label = element("label", `${axis} `);
    label.append(select);
    return [label];
  });
  byId("fixed").replaceChildren(...labels);
}

function comparedCurves() {
  const fixed = [...byId("fixed").querySelectorAll("select")].map((s) => [AXES.indexOf(s.name), s.value]);
  return dataset().curves
    .map((names, i) => ({ names, i }))
    .filter(({ names }) => fixed.every(([axis, value]) => names[axis] === value));
}

function band(x, mean, half, style) {
  const traces = [];
  for (let i = 0; i < x.length; i += 1) {
    let end = i;
    while (end < x.length && half[end] !== null) end += 1;
    if (end - i > 1) {
      const at = x.slice(i, end);
      const [up, down] = [1, -1].map((sign) => at.map((_, k) => mean[i + k] + sign * half[i + k]));
      traces.push({
        x: [...at, ...at.slice().reverse()], y: [...up, ...down.reverse()], fill: "toself",
        fillcolor: `${style.color}22`, line: { width: 0 }, mode: "lines", hoverinfo: "skip", showlegend: false,
      });
    }
    i = Math.max(i, end);
  }
  return traces;
}

function traces(name, series, curve, style, label, isDefault) {
  const at = series.x.map((_, i) => i).filter((i) => series.mean[curve][i] !== null);
  if (!at.length) return [];
  const pick = (values) => at.map((i) => values[i]);
  const [x, mean, half, n] = [pick(series.x), ...["mean", "half", "n"].map((key) => pick(series[key][curve]))];
  const group = { legendgroup: label };
  const few = n.some((count) => count < data.enough) && series.repeats[curve].length > 1;
  const thin = few ? series.repeats[curve].map((values) => ({
    x, y: pick(values), mode: "lines", line: { color: style.color, width: 1 }, opacity: THIN,
    hoverinfo: "skip", showlegend: false, ...group,
  })) : [];
  const symbol = isDefault && !style.symbol.endsWith("-open") ? `${style.symbol}-open` : style.symbol;
  const main = {
    x, y: mean, name: plain(label), mode: "lines+markers", ...group,
    line: { color: style.color, width: isDefault ? 1.5 : 2.5, dash: isDefault ? "dot" : style.dash },
    marker: { color: style.color, symbol, size: isDefault ? 6 : 8 },
    text: at.map((i) => `${digits(series.mean[curve][i])}${spread(series, curve, i)}, ${counted(series.n[curve][i], "repeat")}`),
    hovertemplate: "%{x:,} labels: %{text}<extra>%{fullData.name}</extra>",
  };
  return [...band(x, mean, half, style).map((one) => ({ ...one, ...group })), ...thin, main];
}

function levels(target) {
  if (!target) return { shapes: [], annotations: [] };
  const isAbove = target.reference >= target.value;
  const lines = [
    { y: target.reference, dash: "solid", yanchor: isAbove ? "bottom" : "top",
      text: `reference, all ${whole(target.labels)} labels: ${digits(target.reference)}` },
    { y: target.value, dash: "dash", yanchor: isAbove ? "top" : "bottom", text: `target: ${digits(target.value)}` },
  ];
  return {
    shapes: lines.map(({ y, dash }) => ({
      type: "line", xref: "paper", x0: 0, x1: 1, y0: y, y1: y, layer: "below", line: { color: "#555d66", width: 1.5, dash },
    })),
    annotations: lines.map(({ y, yanchor, text }) => ({
      xref: "paper", x: 0.005, xanchor: "left", y, yanchor, text, showarrow: false,
      font: { size: 12, color: "#3a424b" }, bgcolor: "rgba(255,255,255,0.8)", borderpad: 1,
    })),
  };
}

function drawCurves() {
  const compare = byId("compare").value;
  const axis = AXES.indexOf(compare);
  const model = byId("model").value;
  const shown = model === "both" ? ["tuned", "default"] : [model];
  const m = measured();
  const compared = comparedCurves();
  const drawn = compared.flatMap(({ names, i }) => shown.flatMap((name) => traces(
    name, m.series[name], i, data.styles[compare][names[axis]],
    names[axis] + (model === "both" ? `, ${name}` : ""), name === "default",
  )));
  // The rows without a twin are another test set: the reference's score is not theirs.
  const level = model === "novel" || !m.target ? null : m.target;
  const x = drawn.flatMap((trace) => trace.x);
  if (level && x.length) {
    // Shapes do not stretch the axis; two invisible points do.
    drawn.push({ x: [x[0], x[0]], y: [level.reference, level.value], mode: "markers",
      marker: { opacity: 0 }, hoverinfo: "skip", showlegend: false });
  }
  const log = byId("axis").value === "log";
  const layout = {
    ...structuredClone(data.layout), ...levels(x.length ? level : null),
    showlegend: true,
  };
  const names = drawn.filter((trace) => trace.name).map((trace) => trace.name);
  const below = legendHeight(names, byId("plot").clientWidth);
  layout.height = 460 + below;
  layout.margin = { ...layout.margin, b: 64 + below };
  layout.legend = { ...layout.legend, yref: "container", y: 0, yanchor: "bottom" };
  layout.xaxis = { ...layout.xaxis, title: { text: "labels bought" }, type: log ? "log" : "linear" };
  layout.yaxis = { ...layout.yaxis, title: { text: plain(metric().title) + (metric().lower ? " (lower is better)" : "") } };
  Plotly.react("plot", drawn, layout, { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d"] });
  byId("curves-note").textContent = curvesNote(compared, drawn, shown);
  drawNumbers(compared, shown, axis);
}

// plotly keeps no room for a legend below the plot; this is what it will take, in pixels.
function legendHeight(names, width) {
  const each = 56 + 8 * Math.max(0, ...names.map((name) => name.length));
  const rows = Math.ceil(names.length / Math.max(1, Math.floor(width / each)));
  return 24 * rows;
}

function curvesNote(compared, drawn, shown) {
  if (!compared.length) return "No such curve in this run: choose other names.";
  if (!drawn.length) return `No ${metric().title} for these curves${shown[0] === "novel" ? " on rows without a twin" : ""}.`;
  const n = dataset().n_repeats;
  const thin = dataset().is_large ? "the lowest and the highest repeat" : "single repeats";
  if (n >= data.enough) {
    const hasThin = drawn.some((trace) => trace.opacity === THIN);
    return hasThin ? `Thin lines are ${thin} of curves with fewer than ${data.enough} repeats at some point.` : "";
  }
  return `No intervals: ${counted(n, "repeat")}.${n > 1 ? ` Thin lines are ${thin}, thick ones the mean.` : ""}`;
}

function drawNumbers(compared, shown, axis) {
  const rows = [];
  for (const { names, i } of compared) {
    for (const name of shown) {
      const series = measured().series[name];
      series.x.forEach((x, at) => {
        if (series.mean[i][at] === null) return;
        const row = element("tr", null);
        const cells = [names[axis], name, whole(x), digits(series.mean[i][at]) + spread(series, i, at), series.n[i][at]];
        row.append(...cells.map((text) => element("td", text)));
        rows.push(row);
      });
    }
  }
  head(byId("plot-numbers"), [AXES[axis], "model", "labels", metric().title, "repeats"]);
  byId("plot-numbers").tBodies[0].replaceChildren(...rows);
}
