"use strict";
// Before anything is drawn: the theme that the reader chose last, so that no page flashes.
try {
  const theme = localStorage.getItem("fewlabels-theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // A browser may forbid storage; then the system's theme it is.
}
