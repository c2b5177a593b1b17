// The evidence pages follow the light or dark mode chosen in the book.
(() => {
  let mode = "";
  try { mode = localStorage.getItem("theme") || ""; } catch { /* storage is closed to pages opened from a file */ }
  if (mode === "light" || mode === "dark") document.documentElement.dataset.theme = mode;
})();
