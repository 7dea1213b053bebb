// Figures: drawn by plotly in the page's colours, and given away as SVG, PNG and their numbers.
const CONFIG = { responsive: true, displayModeBar: false };
const drawn = new Set();
const NARROW = 500; // pixels of a figure's box
const PAPER = 620; // what fits an upright sheet of A4 or Letter, in a card
let isOnPaper = false;

const isDark = () => {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

// Replaces "var(--ink)" by what it is at the moment, however deep it stands.
function coloured(value, styles) {
  if (typeof value === "string") {
    return value.startsWith("var(") ? styles.getPropertyValue(value.slice(4, -1)).trim() : value;
  }
  if (Array.isArray(value)) return typeof (value[1] ?? value[0]) === "number" ? value : value.map((one) => coloured(one, styles));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, coloured(one, styles)]));
}

// A title that is wider than a telephone's figure would be cut at its edge.
function titled(title, isNarrow) {
  if (!title) return {};
  return { title: { ...title, text: isNarrow ? title.text.replace(" (", "<br>(") : title.text, font: { size: 14, ...title.font } } };
}

function themed(layout, styles, isNarrow) {
  const axis = { gridcolor: "var(--line)", linecolor: "var(--edge)", zeroline: false, automargin: true };
  const full = {
    paper_bgcolor: "var(--paper)", plot_bgcolor: "var(--paper)", hovermode: "closest",
    margin: { l: 56, r: 16, t: 16, b: 48 },
    ...layout,
    font: { family: "system-ui, sans-serif", size: 14, color: "var(--ink)", ...layout.font },
    hoverlabel: { bgcolor: "var(--paper)", bordercolor: "var(--edge)", font: { color: "var(--ink)" } },
    legend: { orientation: "h", x: 0, xanchor: "left", yref: "container", y: 0, yanchor: "bottom", ...layout.legend },
  };
  const axes = Object.keys(full).filter((name) => /^[xy]axis\d*$/.test(name));
  for (const name of new Set(["xaxis", "yaxis", ...axes])) full[name] = { ...axis, ...full[name], ...titled(full[name]?.title, isNarrow && name.startsWith("x")) };
  return coloured(full, styles);
}

// plotly keeps no room for a legend below the plot; this is what it will take, in pixels.
function legendHeight(names, width) {
  const each = 60 + 8 * Math.max(0, ...names.map((name) => name.length));
  return 24 * Math.ceil(names.length / Math.max(1, Math.floor(width / each)));
}

class Drawing {
  constructor(place, name, title) {
    Object.assign(this, { place, name });
    this.box = element("div", null, { class: "plot", role: "img" });
    this.about = element("figcaption", "", { class: "quiet" });
    this.numbers = element("details");
    this.numbers.addEventListener("toggle", () => this.fillNumbers());
    const figure = element("figure");
    figure.append(this.box, this.about, this.saveBar(), this.numbers);
    place.replaceChildren(figure);
    this.title = title;
    drawn.add(this);
  }

  draw(figure) {
    this.figure = figure;
    this.place.hidden = !figure;
    if (!figure) return;
    const styles = getComputedStyle(document.documentElement);
    const layout = themed(figure.layout, styles, this.box.clientWidth < NARROW);
    const named = figure.data.filter((trace) => trace.name && trace.showlegend !== false).map((trace) => read(trace.name));
    const hasLegend = layout.showlegend ?? named.length > 1;
    const below = hasLegend && layout.legend.orientation === "h" ? legendHeight(named, this.box.clientWidth || 600) : 0;
    layout.height = (layout.height ?? 420) + below;
    // plotly keeps a width that it was told until it is told another.
    if (isOnPaper) layout.width = PAPER;
    else if (this.wasOnPaper) layout.width = this.box.clientWidth;
    this.wasOnPaper = isOnPaper;
    layout.margin = { ...layout.margin, b: layout.margin.b + below };
    Plotly.react(this.box, coloured(figure.data, styles), layout, CONFIG);
    this.box.setAttribute("aria-label", `${this.title}. ${figure.about}`);
    this.about.textContent = figure.about.replace(/(\d) %/g, "$1\u00a0%");
    this.fillNumbers();
  }

  saveBar() {
    const bar = element("p", null, { class: "save" });
    for (const format of ["svg", "png"]) {
      const button = element("button", format.toUpperCase(), { type: "button", "aria-label": `Save this figure as ${format.toUpperCase()}` });
      button.addEventListener("click", () => Plotly.downloadImage(this.box, {
        format, filename: this.name, width: Math.max(700, this.box.clientWidth), height: this.box.clientHeight, scale: format === "png" ? 2 : 1,
      }));
      bar.append(button);
    }
    const button = element("button", "Its data (CSV)", { type: "button" });
    button.addEventListener("click", () => save(`${this.name}.csv`, "text/csv", asCsv(numbersOf(this.figure))));
    bar.append(button);
    return bar;
  }

  fillNumbers() {
    const summary = element("summary", "The numbers of this figure");
    if (!this.numbers.open || !this.figure) {
      this.numbers.replaceChildren(summary);
      return;
    }
    const [titles, ...rows] = numbersOf(this.figure);
    const around = element("div", null, { class: "scroll", role: "region", tabindex: "0", "aria-label": `The numbers of ${this.title}` });
    const table = element("table");
    const head = element("tr");
    head.append(...titles.map((title) => element("th", title, { scope: "col" })));
    table.createTHead().append(head);
    table.append(element("tbody"));
    table.tBodies[0].append(...rows.slice(0, 2000).map((cells) => {
      const row = element("tr");
      row.append(...cells.map((cell) => element("td", cell)));
      return row;
    }));
    around.append(table);
    this.numbers.replaceChildren(summary, around);
  }
}

// What a reader sees of a text in a figure: names are escaped there, and lines are broken.
const SIGNS = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const read = (value) => (typeof value === "string" ? value.replace(/<br>/g, " ").replace(/&(lt|gt|amp);/g, (sign) => SIGNS[sign]) : value);

// Where a thing stands on an axis of names, or beside its like, says nothing: its name does.
function nameAt(axis, value) {
  if (!axis?.ticktext || axis.type === "log" || typeof value !== "number") return value;
  const nearest = axis.tickvals.reduce((best, tick, i) => (Math.abs(tick - value) < Math.abs(axis.tickvals[best] - value) ? i : best), 0);
  return axis.ticktext[nearest];
}

// A figure as rows: a line for each point of each trace that stands for data; of a map what its cells say.
function numbersOf({ data, layout }) {
  const titleOf = (axis) => layout[axis]?.title?.text ?? "name";
  const heat = data.find((trace) => trace.type === "heatmap");
  if (heat) {
    const cell = (value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
    const corner = layout.yaxis.title ? `${titleOf("yaxis")} / ${titleOf("xaxis")}` : "name";
    const cells = heat.customdata ?? heat.z;
    return [[corner, ...heat.x.map(read)], ...cells.map((row, i) => [read(heat.y[i]), ...row.map(cell)])];
  }
  const traces = data.filter((trace) => trace.hoverinfo !== "skip" && (trace.x || trace.y));
  const halfOf = (trace, i) => (trace.error_y ?? trace.error_x)?.array?.[i];
  const extras = [
    ["half of the 95 % interval", halfOf, traces.some((trace) => trace.error_y || trace.error_x)],
    ["about", (trace, i) => Array.isArray(trace.text) && trace.text[i], traces.some((trace) => Array.isArray(trace.text))],
  ].filter(([, , isThere]) => isThere);
  const rows = traces.flatMap((trace) => [...(trace.x ?? trace.y)].map((_, i) => [
    trace.name, nameAt(layout.xaxis, trace.x?.[i]), nameAt(layout.yaxis, trace.y?.[i]), ...extras.map(([, of]) => of(trace, i)),
  ].map((value) => read(value || value === 0 ? value : ""))));
  return [["series", titleOf("xaxis"), titleOf("yaxis"), ...extras.map(([title]) => title)], ...rows];
}

function redrawAll() {
  for (const one of drawn) if (one.figure && one.place.isConnected) one.draw(one.figure);
}

// plotly reads texts as a kind of HTML; names come from users.
const plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
