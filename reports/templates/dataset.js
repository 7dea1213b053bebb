"use strict";
const drawn = JSON.parse(document.getElementById("data").textContent);
const options = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d"] };
for (const [id, figure] of Object.entries(drawn)) {
  // What has a width of its own scrolls; the rest follows the page.
  const isFixed = "width" in figure.layout;
  Plotly.newPlot(id, figure.data, figure.layout, { ...options, responsive: !isFixed });
}
const coefficient = document.getElementById("coefficient");
if (coefficient) {
  coefficient.form.addEventListener("submit", (event) => event.preventDefault());
  const { data: [{ z }], ranks } = drawn["correlation-map"];
  const maps = { pearson: z, ranks };
  coefficient.addEventListener("change", () => {
    Plotly.restyle("correlation-map", { z: [maps[coefficient.value]] });
  });
}
