// Parts of a page: choices, and the figure and table that belong to what is chosen.
const choosers = new Map(); // name -> its control; one for all parts of a page, which has what any of them offers

class Part {
  constructor(section) {
    this.section = section;
    Object.assign(this, JSON.parse(section.querySelector("[data-panels]").textContent));
    this.note = section.querySelector("[data-note]");
    this.tablePlace = section.querySelector("[data-table]");
    this.figurePlace = section.querySelector("[data-figure]");
    this.update();
    listeners.push((names) => {
      if (this.choices.some((choice) => names.includes(choice.name))) this.update();
    });
  }

  // The options at a depth are those of the keys that begin with what is chosen so far.
  update() {
    let keys = this.keys;
    const missing = [];
    this.choices.forEach((choice, depth) => {
      const options = [...new Set(keys.map((key) => key[depth]))];
      const { value, shown } = this.offer(choice, options);
      if (value !== shown) missing.push(`${choice.title}: ${titleOf(choice, shown)} is not in this part; ${titleOf(choice, value)} is shown.`);
      keys = keys.filter((key) => key[depth] === value);
    });
    this.missing = missing.join(" ");
    if (keys.length) this.show(keys[0]);
  }

  // Returns what this part shows, and what its control shows: what another part may have alone.
  offer(choice, options) {
    const isShared = choice.is_on_top || KEPT.includes(choice.name);
    const bar = isShared ? byId("choices") : this.section.querySelector("[data-choices]");
    let control = choosers.get(choice.name);
    if (!control) {
      control = choice.is_slider ? new Slider(choice, bar) : new Select(choice, bar);
      choosers.set(choice.name, control);
    }
    const found = agreed(control.given, this, options, state.get(choice.name));
    control.offer(found.all, found.shown);
    if (found.all.length > 1) control.bar.hidden = false;
    return found;
  }

  async show(key) {
    const url = key[key.length - 1];
    const name = key.slice(0, -1).join("\n");
    this.shown = name;
    let parts;
    try {
      parts = await load(url);
    } catch (error) {
      this.note.textContent = `${error.message}: was the site moved without its folder data?`;
      return;
    }
    if (this.shown !== name) return; // the reader chose again in the meantime
    const { figure, table, note, reading } = parts[name];
    this.note.textContent = [this.missing, note].filter(Boolean).join(" ");
    this.section.querySelector("[data-reading]").textContent = reading;
    const label = [this.name, ...name.split("\n")].join("-").replace(/[^\w.-]+/g, "-");
    if (figure) {
      this.drawing ??= new Drawing(this.figurePlace, label, this.title);
      this.drawing.name = label;
    }
    this.drawing?.draw(figure);
    this.tablePlace.hidden = !table;
    if (table) new Sortable(this.tablePlace, table, `${this.name}.`, label);
    this.section.dataset.shown = name.replaceAll("\n", "|");
  }
}

// What a part shows of its options, by what is wanted and by what the first part with this choice shows.
function agreed(given, part, options, wanted) {
  const [first] = given.size ? given.keys() : [part];
  const usual = first === part ? options[0] : given.get(first).value;
  const value = [wanted, usual, options[0]].find((one) => options.includes(one));
  given.set(part, { options, value });
  const all = [...new Set([...given.values()].flatMap((one) => one.options))];
  return { value, all, shown: all.includes(wanted) ? wanted : given.get(first).value };
}

const titleOf = (choice, value) => choice.titles[value] ?? value;

class Select {
  constructor(choice, bar) {
    Object.assign(this, { choice, bar, given: new Map() });
    this.label = element("label", `${choice.title} `);
    this.select = element("select", null, { name: choice.name });
    this.select.addEventListener("change", () => choose({ [choice.name]: this.select.value }));
    this.label.append(this.select);
    bar.append(this.label);
  }

  offer(options, value) {
    this.label.hidden = options.length < 2;
    this.select.replaceChildren(...options.map((one) => element("option", titleOf(this.choice, one), { value: one })));
    this.select.value = value;
  }
}

class Slider {
  constructor(choice, bar) {
    Object.assign(this, { choice, bar, given: new Map() });
    this.label = element("label", `${choice.title} `);
    this.range = element("input", null, { type: "range", name: choice.name, min: 0, step: 1 });
    this.output = element("output");
    this.range.addEventListener("input", () => choose({ [choice.name]: this.options[this.range.value] }));
    this.label.append(this.range, this.output);
    bar.append(this.label);
  }

  // From small to large, whichever is shown first.
  offer(given, value) {
    const options = [...given].sort((a, b) => a - b);
    this.options = options;
    this.label.hidden = options.length < 2;
    this.range.max = options.length - 1;
    this.range.value = options.indexOf(value);
    this.output.textContent = titleOf(this.choice, value);
    this.range.setAttribute("aria-valuetext", titleOf(this.choice, value));
  }
}
