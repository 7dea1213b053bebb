function offerThemes() {
  const button = byId("theme");
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.hidden = false;
  button.setAttribute("title", "Change between dark and light");
  label();
  button.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("fewlabels-theme", theme);
    } catch {
      // Not kept; this page has it all the same.
    }
    label();
    redrawAll();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    label();
    redrawAll();
  });
}

// Paper is white and narrow, whatever the screen is.
let before = null;
addEventListener("beforeprint", () => {
  before = document.documentElement.dataset.theme ?? "";
  document.documentElement.dataset.theme = "light";
  isOnPaper = true;
  redrawAll();
});
addEventListener("afterprint", () => {
  if (before) document.documentElement.dataset.theme = before;
  else delete document.documentElement.dataset.theme;
  isOnPaper = false;
  redrawAll();
});

offerThemes();
for (const section of document.querySelectorAll(".part")) new Part(section);
for (const table of document.querySelectorAll("[data-sortable]")) {
  const given = JSON.parse(table.querySelector("script").textContent);
  new Sortable(table, given, `${table.id}.`, table.id);
}
for (const figure of document.querySelectorAll("[data-drawn]")) {
  const given = JSON.parse(figure.querySelector("script").textContent);
  new Drawing(figure, figure.id, figure.dataset.drawn).draw(given);
}
if (byId("curve-data")) new Curves();
keepInAddress();
watch();
