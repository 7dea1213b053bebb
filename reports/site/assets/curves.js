// Learning curves: one axis is compared, the others are held.
const THIN = 0.4;

class Curves {
  constructor() {
    this.all = JSON.parse(byId("curve-data").textContent);
    this.drawing = new Drawing(byId("curve-plot"), "learning-curves", "Learning curves");
    this.note = byId("curve-note");
    this.bar = byId("curve-choices");
    this.controls = new Map();
    this.update();
    listeners.push(() => this.update());
  }

  digits(value) {
    return value === null ? "–" : value.toFixed(3);
  }

  // Offers `options` ([value, title]) under a name; returns the one that holds.
  offer(name, title, options, standard, place = this.bar) {
    let select = this.controls.get(name);
    if (!select) {
      const label = element("label", `${title} `);
      select = element("select", null, { name });
      select.addEventListener("change", () => choose({ [name]: select.value }));
      label.append(select);
      place.append(label);
      place.hidden = false;
      this.controls.set(name, select);
    }
    const wanted = state.get(name) ?? standard;
    const value = options.some(([one]) => one === wanted) ? wanted : options[0][0];
    select.replaceChildren(...options.map(([one, text]) => element("option", text, { value: one })));
    select.value = value;
    select.parentElement.hidden = options.length < 2;
    return value;
  }

  async update() {
    const { parts, titles, metric: main, axes } = this.all;
    const shared = byId("choices");
    const dataset = this.offer("dataset", "Dataset", Object.keys(parts).map((name) => [name, name]), null, shared);
    const metrics = [main, ...Object.keys(titles).filter((name) => name !== main)];
    const metric = this.offer("metric", "Metric", metrics.map((name) => [name, titles[name]]), main, shared);
    const url = parts[dataset][metric];
    this.shown = url;
    let part;
    try {
      part = await load(url);
    } catch (error) {
      this.note.textContent = `${error.message}: was the site moved without its folder data?`;
      return;
    }
    if (this.shown !== url) return;
    this.part = part;
    this.metric = metric;
    this.dataset = dataset;
    const varies = axes.filter((_, i) => new Set(part.curves.map((names) => names[i])).size > 1);
    const plural = { strategy: "strategies" };
    const compare = this.offer("compare", "Compare", (varies.length ? varies : ["strategy"]).map((axis) => [axis, plural[axis] ?? `${axis}s`]), "strategy");
    const held = axes.map((axis, i) => {
      if (axis === compare) return null;
      const names = [...new Set(part.curves.map((one) => one[i]))];
      return this.offer(axis, axis[0].toUpperCase() + axis.slice(1), names.map((name) => [name, name]), part.curves[part.best][i]);
    });
    for (const axis of axes) {
      const control = this.controls.get(axis);
      if (control) control.parentElement.hidden ||= axis === compare;
    }
    const view = this.offer("view", "Show", [["score", "score"], ["difference", "difference to random"]], "score");
    const models = [["tuned", "tuned"], ["default", "default"], ["both", "tuned and default"], ["novel", "tuned, rows without a twin"]];
    const model = this.offer("model", "Model", view === "difference" ? models.slice(0, 1) : models, "tuned");
    const bands = [["point", "point by point"], ...(part.band && model === "tuned" ? [["curve", "whole curve"]] : []), ["none", "none"]];
    const band = this.offer("band", "95 % bands", bands, "point");
    const scale = this.offer("axis", "Label axis", [["linear", "linear"], ["log", "logarithmic"]], "linear");
    this.draw({ compare, held, view, model, band, scale });
  }

  draw({ compare, held, view, model, band, scale }) {
    const { axes, titles, lower } = this.all;
    const at = axes.indexOf(compare);
    const compared = this.part.curves.map((names, i) => ({ names, i }))
      .filter(({ names }) => held.every((name, k) => name === null || names[k] === name));
    const shown = model === "both" ? ["tuned", "default"] : [model];
    const isDifference = view === "difference";
    const data = compared.flatMap(({ names, i }) => shown.flatMap((series) => this.traces(
      isDifference ? this.apart(i, band) : this.points(series, i, band),
      this.all.styles[compare][names[at]], names[at] + (model === "both" ? `, ${series}` : ""), series === "default",
    )));
    const title = titles[this.metric];
    const layout = {
      height: 460, showlegend: true,
      xaxis: { title: { text: "labels bought" }, type: scale, ...(scale === "linear" && { rangemode: "tozero" }) },
      yaxis: { title: { text: (isDifference ? `${title} minus that of random` : title) + (lower.includes(this.metric) ? " (lower is better)" : "") } },
    };
    if (isDifference) layout.shapes = [this.level(0, "solid")];
    // The rows without a twin are another test set: the reference's score is not theirs.
    else if (this.part.target && model !== "novel" && data.length) Object.assign(layout, this.levels(data));
    const figure = { data, layout, about: this.about(compare, held, isDifference) };
    this.note.textContent = this.remark(compared, data, shown, isDifference);
    this.drawing.draw(data.length ? figure : null);
  }

  scores(values) {
    return values && values.map((value) => (value === null ? null : value / this.all.unit));
  }

  points(series, i, band) {
    const one = this.part.series[series];
    const mean = this.scores(one.mean[i]);
    let half = this.scores(one.half[i]);
    if (band === "curve" && series === "tuned") {
      const whole_ = this.scores(this.part.band.half[i]);
      half = one.x.map((x) => whole_?.[this.part.budgets.indexOf(x)] ?? null);
    }
    return { x: one.x, mean, half: band === "none" ? null : half, n: one.n[i], repeats: one.repeats[i].map((row) => this.scores(row)) };
  }

  apart(i, band) {
    const mean = this.scores(this.part.over_chance.mean[i]);
    if (!mean) return null;
    const half = band === "curve" ? this.part.band.over_chance[i] : this.part.over_chance.half[i];
    return { x: this.part.budgets, mean, half: band === "none" ? null : this.scores(half), n: null, repeats: [] };
  }

  traces(points, style, label, isDefault) {
    if (!points) return [];
    const at = points.x.map((_, i) => i).filter((i) => points.mean[i] !== null);
    if (!at.length) return [];
    const pick = (values) => at.map((i) => values?.[i] ?? null);
    const [x, mean, half] = [pick(points.x), pick(points.mean), pick(points.half)];
    const group = { legendgroup: label };
    const thin = points.repeats.map((values) => ({
      x, y: pick(values), mode: "lines", line: { color: style.color, width: 1 }, opacity: THIN,
      hoverinfo: "skip", showlegend: false, ...group,
    }));
    const symbol = isDefault && !style.symbol.endsWith("-open") ? `${style.symbol}-open` : style.symbol;
    const spread = (i) => (half[i] === null ? "" : ` ± ${this.digits(half[i])}`);
    return [...this.band(x, mean, half, style).map((one) => ({ ...one, ...group })), ...(points.repeats.length > 1 ? thin : []), {
      x, y: mean, name: plain(label), mode: at.length > 40 ? "lines" : "lines+markers", ...group,
      line: { color: style.color, width: isDefault ? 1.5 : 2.5, dash: isDefault ? "dot" : style.dash },
      marker: { color: style.color, symbol, size: isDefault ? 6 : 8 },
      text: at.map((i, k) => `${this.digits(mean[k])}${spread(k)}${points.n ? `, ${points.n[i]} repeat${points.n[i] === 1 ? "" : "s"}` : ""}`),
      hovertemplate: "%{x:,} labels: %{text}<extra>%{fullData.name}</extra>",
    }];
  }

  band(x, mean, half, style) {
    const traces = [];
    for (let i = 0; i < x.length; i += 1) {
      let end = i;
      while (end < x.length && half[end] !== null) end += 1;
      if (end - i > 1) {
        const at = x.slice(i, end);
        const [up, down] = [1, -1].map((sign) => at.map((_, k) => mean[i + k] + sign * half[i + k]));
        traces.push({
          x: [...at, ...at.slice().reverse()], y: [...up, ...down.reverse()], fill: "toself",
          fillcolor: `${style.color}26`, line: { width: 0 }, mode: "lines", hoverinfo: "skip", showlegend: false,
        });
      }
      i = Math.max(i, end);
    }
    return traces;
  }

  level(y, dash) {
    return { type: "line", xref: "paper", x0: 0, x1: 1, y0: y, y1: y, layer: "below", line: { color: "var(--ink)", width: 1, dash } };
  }

  levels(data) {
    const { reference, value, labels } = this.part.target;
    const isAbove = reference >= value;
    const lines = [
      [reference, "dot", isAbove, `reference, all ${whole(labels)} labels: ${this.digits(reference)}`],
      [value, "dash", !isAbove, `target: ${this.digits(value)}`],
    ];
    // Shapes do not stretch the axis; two invisible points do.
    data.push({ x: [data[0].x[0], data[0].x[0]], y: [reference, value], mode: "markers", marker: { opacity: 0 }, hoverinfo: "skip", showlegend: false });
    return {
      shapes: lines.map(([y, dash]) => this.level(y, dash)),
      annotations: lines.map(([y, , isOver, text]) => ({
        xref: "paper", x: 0.005, xanchor: "left", y, yanchor: isOver ? "bottom" : "top", yshift: isOver ? 2 : -3, text, showarrow: false, bgcolor: "var(--veil)", borderpad: 0,
        font: { size: 12, color: "var(--ink)" },
      })),
    };
  }

  about(compare, held, isDifference) {
    const rest = this.all.axes.map((axis, k) => (held[k] === null ? null : `${axis} ${held[k]}`)).filter(Boolean).join(", ");
    const what = this.all.titles[this.metric];
    return `${isDifference ? `Difference in ${what} to random sampling` : what} on ${this.dataset} by ${compare}; ${rest}.`;
  }

  remark(compared, data, shown, isDifference) {
    if (!compared.length) return "No such combination was run: choose other names.";
    const what = this.all.titles[this.metric];
    if (!data.length && isDifference) return "Random sampling was not run in this pipeline, or is all that was run: there is no difference to show.";
    if (!data.length) return `No ${what} for these curves${shown[0] === "novel" ? " on rows without a twin" : ""}.`;
    const n = this.part.n_repeats;
    const one = this.part.series[shown[0]];
    const thin = one.is_range ? "the lowest and the highest repeat" : "single repeats";
    if (n >= this.all.enough) {
      const hasThin = data.some((trace) => trace.opacity === THIN);
      return hasThin ? `Thin lines are ${thin} of curves with fewer than ${this.all.enough} repeats at some point.` : "";
    }
    return `No intervals: ${n} repeat${n === 1 ? "" : "s"}.${n > 1 && !isDifference ? ` Thin lines are ${thin}, thick ones the mean.` : ""}`;
  }
}
