"use strict";
// What is chosen stands in the address (after #), so that a link shows what its sender saw.
const fewlabels = { waiting: new Map() };
const state = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
const listeners = [];
const KEPT = ["dataset", "metric"]; // that other pages understand as well

const byId = (id) => document.getElementById(id);

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== null && text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// Changes what is chosen, null: nothing, and tells everyone who shows any of it.
function choose(changes) {
  const names = Object.keys(changes).filter((name) => (state.get(name) ?? null) !== changes[name]);
  if (!names.length) return;
  for (const name of names) {
    if (changes[name] === null) state.delete(name);
    else state.set(name, changes[name]);
  }
  keepInAddress();
  for (const listener of listeners) listener(names);
}

function keepInAddress() {
  history.replaceState(null, "", `#${state}`);
  const kept = new URLSearchParams(KEPT.filter((name) => state.has(name)).map((name) => [name, state.get(name)]));
  for (const link of document.querySelectorAll("a[data-keeps-choice]")) link.hash = kept.size ? `${kept}` : "";
}

// A reader who edits the address, or follows a link within the page, gets what it says.
addEventListener("hashchange", () => {
  if (location.hash.includes("=") && `${new URLSearchParams(location.hash.slice(1))}` !== `${state}`) location.reload();
});

// Data come as scripts: a page that was opened from a disk may load nothing else.
fewlabels.receive = (value) => {
  const name = new URL(document.currentScript.src).pathname.split("/").pop();
  fewlabels.waiting.get(name)?.resolve(value);
};

function load(url) {
  const name = url.split("/").pop();
  if (!fewlabels.waiting.has(name)) {
    const wait = {};
    wait.promise = new Promise((resolve, reject) => Object.assign(wait, { resolve, reject }));
    fewlabels.waiting.set(name, wait);
    const script = element("script", null, { src: url });
    script.addEventListener("error", () => wait.reject(new Error(`cannot load ${url}`)));
    document.head.append(script);
  }
  return fewlabels.waiting.get(name).promise;
}

const whole = (value) => Number(value).toLocaleString("en");

// A file that the page itself made.
function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = element("a", null, { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}

const quoted = (cell) => (/[",\n]/.test(`${cell}`) ? `"${`${cell}`.replaceAll('"', '""')}"` : `${cell}`);
const asCsv = (rows) => rows.map((row) => row.map((cell) => quoted(cell ?? "")).join(",")).join("\n") + "\n";
