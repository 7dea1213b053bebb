// Forms only hold what is chosen.
for (const form of document.forms) form.addEventListener("submit", (event) => event.preventDefault());
start();
