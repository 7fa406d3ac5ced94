/** Runs before the first paint, so that nobody who chose light is shown dark first. Small, and without imports of weight. */
try {
  if (localStorage.getItem("rotisserie.theme") === '"light"') document.documentElement.dataset.theme = "light";
} catch {
  // Storage refused: dark, as for everyone who never chose.
}
