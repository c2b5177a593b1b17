// Light or dark, before anything is drawn. Stands in each page, known to its content policy by its hash.
(() => {
  const at = document.documentElement.dataset;
  let mode = "auto";
  try { mode = localStorage.getItem("mode") || mode; } catch { /* storage is closed */ }
  at.mode = mode;
  at.theme = mode === "auto" ? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light") : mode;
})();
