// Tables that sort by any column and show only what is filtered for.
const FIRST = 50;

const textOf = (cell) => (Array.isArray(cell) ? cell[0] : cell);
function keyOf(cell, isNumber) {
  if (Array.isArray(cell)) return cell[1];
  return isNumber ? (Number.isNaN(parseFloat(cell)) ? null : parseFloat(cell.replaceAll(",", ""))) : cell;
}

class Sortable {
  constructor(place, table, prefix, name) {
    Object.assign(this, { place, table, prefix, name, isWhole: false });
    this.show();
  }

  get sort() {
    const [title, way] = (state.get(`${this.prefix}sort`) ?? "").split("~");
    const column = this.table.columns.findIndex((one) => one.title === title);
    return { column, isDown: way === "down" };
  }

  show() {
    const filters = this.table.columns.some((column) => column.is_filter) ? [this.filters()] : [];
    this.place.replaceChildren(...filters, this.scrolled(), ...this.rest(), this.buttons());
  }

  get hasExtras() {
    return state.get(`${this.prefix}columns`) === "all";
  }

  // The places of the columns that are shown.
  get places() {
    const { columns } = this.table;
    return columns.map((_, i) => i).filter((i) => this.hasExtras || !columns[i].is_extra);
  }

  // Filters offer what the other filters leave.
  filters() {
    const bar = element("div", null, { class: "controls filters", role: "group", "aria-label": "Filters" });
    this.table.columns.forEach((column, i) => {
      if (!column.is_filter) return;
      const label = element("label", `${column.title} `);
      const select = element("select", null, { "data-filter": column.title });
      const names = [...new Set(this.table.rows.map((row) => textOf(row[i])))].sort();
      select.append(element("option", "all", { value: "" }), ...names.map((name) => element("option", name, { value: name })));
      select.value = names.includes(this.filterOf(column)) ? this.filterOf(column) : "";
      select.addEventListener("change", () => {
        choose({ [`${this.prefix}only.${column.title}`]: select.value || null });
        this.show();
        this.place.querySelector(`[data-filter="${CSS.escape(column.title)}"]`).focus();
      });
      label.append(select);
      bar.append(label);
    });
    return bar;
  }

  filterOf(column) {
    return state.get(`${this.prefix}only.${column.title}`) ?? "";
  }

  rows() {
    const { columns, rows } = this.table;
    const wanted = columns.map((column) => (column.is_filter ? this.filterOf(column) : ""));
    const possible = columns.map((_, i) => wanted[i] && rows.some((row) => textOf(row[i]) === wanted[i]));
    const found = rows.filter((row) => wanted.every((name, i) => !possible[i] || textOf(row[i]) === name));
    const { column, isDown } = this.sort;
    if (column < 0) return found;
    const isNumber = columns[column].is_number;
    const keyed = found.map((row) => ({ row, key: keyOf(row[column], isNumber) }));
    keyed.sort((a, b) => {
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
      const order = a.key < b.key ? -1 : Number(a.key > b.key);
      return isDown ? -order : order;
    });
    return keyed.map(({ row }) => row);
  }

  scrolled() {
    const around = element("div", null, { class: "scroll", role: "region", tabindex: "0", "aria-label": this.table.caption || this.name });
    const table = element("table");
    if (this.table.caption) table.append(element("caption", this.table.caption));
    const head = element("tr");
    head.append(...this.places.map((i) => this.header(this.table.columns[i], i)));
    if (this.table.link) head.append(element("td", null, { class: "link" }));
    table.createTHead().append(head);
    this.found = this.rows();
    const shown = this.isWhole ? this.found : this.found.slice(0, FIRST);
    table.append(element("tbody"));
    table.tBodies[0].append(...shown.map((row) => this.row(row)));
    around.append(table);
    return around;
  }

  header(column, i) {
    const { column: sorted, isDown } = this.sort;
    const cell = element("th", null, { scope: "col", ...(column.is_number && { class: "number" }) });
    const button = element("button", column.title, { type: "button", ...(column.about && { title: column.about }) });
    if (sorted === i) cell.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    button.addEventListener("click", () => {
      const [first, second] = column.is_best_high ? ["down", "up"] : ["up", "down"];
      const now = isDown ? "down" : "up";
      const way = sorted !== i ? first : { [first]: second, [second]: null }[now];
      choose({ [`${this.prefix}sort`]: way && `${column.title}~${way}` });
      this.show();
      this.place.querySelectorAll("thead button")[this.places.indexOf(i)].focus();
    });
    cell.append(button);
    return cell;
  }

  row(cells) {
    const row = element("tr");
    row.append(...this.places.map((i) => {
      const cell = cells[i];
      const made = element("td", null, this.table.columns[i].is_number ? { class: "number" } : {});
      if (Array.isArray(cell) && cell[2]) made.append(element("a", textOf(cell), { href: cell[2] }));
      else made.textContent = textOf(cell);
      return made;
    }));
    if (this.table.link) row.append(this.linkTo(cells));
    return row;
  }

  linkTo(cells) {
    const about = new URLSearchParams(KEPT.filter((name) => state.has(name)).map((name) => [name, state.get(name)]));
    this.table.columns.forEach((column, i) => {
      if (column.is_filter) about.set(column.title, textOf(cells[i]));
    });
    const names = this.table.columns.flatMap((column, i) => (column.is_filter ? [textOf(cells[i])] : []));
    const cell = element("td", null, { class: "link" });
    cell.append(element("a", "curve", { href: `${this.table.link}#${about}`, "aria-label": `The curve of ${names.join(", ")}` }));
    return cell;
  }

  rest() {
    if (this.isWhole || this.found.length <= FIRST) return [];
    const button = element("button", `Show all ${whole(this.found.length)} rows`, { type: "button" });
    button.addEventListener("click", () => {
      this.isWhole = true;
      this.show();
    });
    return [button];
  }

  buttons() {
    const bar = element("p", null, { class: "save" });
    const button = element("button", "Save this table as CSV", { type: "button" });
    button.addEventListener("click", () => {
      const titles = this.table.columns.map((column) => column.title);
      save(`${this.name}.csv`, "text/csv", asCsv([titles, ...this.rows().map((row) => row.map(textOf))]));
    });
    bar.append(button);
    if (this.table.columns.some((column) => column.is_extra)) {
      const more = element("button", this.hasExtras ? "Fewer columns" : "More columns", { type: "button" });
      more.addEventListener("click", () => {
        choose({ [`${this.prefix}columns`]: this.hasExtras ? null : "all" });
        this.show();
        [...this.place.querySelectorAll(".save button")].at(-1).focus();
      });
      bar.append(more);
    }
    return bar;
  }
}
