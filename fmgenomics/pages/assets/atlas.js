// The evidence atlas: search, filter and sort every row, in the page, without a server.
//
// The data (atlas-data.js) is fetched when somebody first uses the atlas. Words are stored once a column and rows hold
// their index, so a filter compares integers, a search tests each distinct word once, and only one page of rows is ever
// in the document: the work grows with rows at a few nanoseconds each.
(() => {
  const root = document.getElementById("atlas");
  if (!root) return;
  const PAGE = 50;
  const base = root.dataset.base;
  const el = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  const status = el("p", { role: "status", "aria-live": "polite", class: "atlas-status" });
  const form = el("form", { role: "search", "aria-label": "Evidence atlas" });
  const box = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows of the atlas" });
  box.hidden = true; // no stop for the keyboard before it has rows
  const pager = el("div", { class: "atlas-pager" });
  root.append(form, status, box, pager);
  root.hidden = false;

  let data = null, view = null, state = readState();

  function readState() {
    const given = new URLSearchParams(location.hash.startsWith("#?") ? location.hash.slice(2) : "");
    return { table: given.get("table") || "results", q: given.get("q") || "", sort: given.get("sort") || "",
      page: Math.max(0, Number(given.get("page")) || 0), given };
  }

  function writeState() {
    const out = new URLSearchParams();
    if (state.table !== "results") out.set("table", state.table);
    if (state.q) out.set("q", state.q);
    if (state.sort) out.set("sort", state.sort);
    if (state.page) out.set("page", state.page);
    for (const [key, value] of Object.entries(view.chosen)) if (value !== "") out.set(key, value);
    const text = out.toString();
    history.replaceState(null, "", text ? `#?${text}` : location.pathname + location.search);
  }

  // Names as people type them: Evo 2, evo2, EVO-2 are one.
  const fold = (text) => text.normalize("NFKD").toLowerCase().replace(/[^a-z0-9.%]+/g, "");
  const words = (query) => query.split(/\s+/).map(fold).filter(Boolean);

  function buildForm() {
    form.replaceChildren();
    const pick = (name, label, options, value) => {
      const select = el("select", { name });
      for (const [optionValue, text] of options) select.append(new Option(text, optionValue, false, optionValue === value));
      form.append(el("label", {}, `${label} `, select));
      return select;
    };
    pick("table", "Show", Object.entries(data.tables).map(([key, t]) => [key, t.label]), state.table);
    const search = el("input", { type: "search", name: "q", value: state.q, autocomplete: "off", spellcheck: "false" });
    form.append(el("label", {}, "Search ", search));
    for (const [key, column] of Object.entries(view.columns)) {
      if (!column.filter) continue;
      pick(key, column.label, [["", "all"], ...column.words.map((word) => [word, word])], view.chosen[key] || "");
    }
    form.append(el("button", { type: "reset" }, "Clear"));
  }

  function openTable() {
    const table = data.tables[state.table] || data.tables.results;
    const columns = table.columns;
    const count = columns.row.rows.length;
    view = { table, columns, count, chosen: {} };
    for (const key of Object.keys(columns)) {
      if (!columns[key].filter) continue;
      const wanted = state.given.get(key) || "";
      if (columns[key].words.includes(wanted)) view.chosen[key] = wanted;
    }
    for (const column of Object.values(columns)) if (column.words) column.folded = column.words.map(fold);
    buildForm();
    refresh();
  }

  function select() {
    const tests = [];
    for (const [key, value] of Object.entries(view.chosen)) {
      if (value === "") continue;
      const index = view.columns[key].words.indexOf(value);
      tests.push((row) => view.columns[key].rows[row] === index);
    }
    const parts = words(state.q);
    if (parts.length) {
      const wordColumns = Object.values(view.columns).filter((column) => column.words);
      for (const part of parts) {
        const hits = wordColumns.map((column) => [column.rows, column.folded.map((word) => word.includes(part))]);
        tests.push((row) => hits.some(([rows, hit]) => hit[rows[row]]));
      }
      // A name typed in several words ("Evo 2") is one word in some rows; accept the words joined as well.
      if (parts.length > 1) {
        const joined = parts.join("");
        const hits = wordColumns.map((column) => [column.rows, column.folded.map((word) => word.includes(joined))]);
        const each = tests.splice(tests.length - parts.length);
        tests.push((row) => hits.some(([rows, hit]) => hit[rows[row]]) || each.every((test) => test(row)));
      }
    }
    const found = [];
    for (let row = 0; row < view.count; row++) if (tests.every((test) => test(row))) found.push(row);
    if (state.sort) {
      const down = state.sort.startsWith("-");
      const column = view.columns[state.sort.replace(/^-/, "")];
      if (column) found.sort((a, b) => (column.rows[a] - column.rows[b]) * (down ? -1 : 1) || a - b);
    }
    return found;
  }

  const idOf = (row) => {
    const column = view.columns.row;
    return column.words[column.rows[row]] + (column.suffix ? `-${column.suffix[row]}` : "");
  };

  function cell(key, column, row) {
    if (key === "row") {
      const page = view.table.address.fixed || view.columns.source.words[view.columns.source.rows[row]];
      return el("td", {}, el("a", { href: `${base}${page}.html#${idOf(row)}` }, idOf(row)));
    }
    if (column.texts) {
      const text = column.texts[row];
      return el("td", { class: "n" }, text === "%" || text === "" ? `${column.rows[row]}${text}` : text);
    }
    return el("td", {}, column.words[column.rows[row]]);
  }

  function refresh() {
    const found = select();
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    state.page = Math.min(state.page, pages - 1);
    const shown = found.slice(state.page * PAGE, (state.page + 1) * PAGE);
    const head = el("tr");
    for (const [key, column] of Object.entries(view.columns)) {
      const direction = state.sort === key ? "ascending" : state.sort === `-${key}` ? "descending" : "none";
      const button = el("button", { type: "button", "data-sort": key }, column.label);
      head.append(el("th", { scope: "col", "aria-sort": direction }, button));
    }
    const body = el("tbody");
    for (const row of shown) {
      const line = el("tr");
      for (const [key, column] of Object.entries(view.columns)) line.append(cell(key, column, row));
      body.append(line);
    }
    const focused = document.activeElement?.dataset?.sort;
    box.hidden = false;
    box.replaceChildren(el("table", {}, el("thead", {}, head), body));
    if (focused) box.querySelector(`[data-sort="${focused}"]`)?.focus();
    status.textContent = found.length
      ? `${found.length.toLocaleString("en")} of ${view.count.toLocaleString("en")} rows, page ${state.page + 1} of ${pages}`
      : "No row matches. Clear a filter, or search for part of a name.";
    const step = (label, to, off) => {
      const button = el("button", { type: "button", "data-page": to }, label);
      button.disabled = off;
      return button;
    };
    pager.replaceChildren(step("Previous rows", state.page - 1, state.page === 0), step("Next rows", state.page + 1, state.page >= pages - 1));
    writeState();
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    state = { table: state.table, q: "", sort: "", page: 0, given: new URLSearchParams() };
    openTable();
    form.elements.q.focus();
  });
  form.addEventListener("input", (event) => {
    const { name, value } = event.target;
    state.page = 0;
    if (name === "table") {
      state = { table: value, q: state.q, sort: "", page: 0, given: new URLSearchParams() };
      openTable();
      form.elements.table.focus();
      return;
    }
    if (name === "q") state.q = value;
    else view.chosen[name] = value;
    refresh();
  });
  box.addEventListener("click", (event) => {
    const key = event.target.dataset?.sort;
    if (!key) return;
    state.sort = state.sort === key ? `-${key}` : state.sort === `-${key}` ? "" : key;
    refresh();
  });
  pager.addEventListener("click", (event) => {
    if (event.target.dataset?.page === undefined) return;
    const forward = event.target.textContent === "Next rows";
    state.page = Number(event.target.dataset.page);
    refresh();
    const buttons = pager.querySelectorAll("button");
    const again = buttons[forward ? 1 : 0];
    (again.disabled ? buttons[forward ? 0 : 1] : again).focus();
    box.scrollIntoView({ block: "nearest" });
  });

  // The data is large: it is loaded when the atlas is first looked at, not with the page.
  function start() {
    if (data || start.begun) return;
    start.begun = true;
    status.textContent = "Loading the rows …";
    window.atlas = (loaded) => {
      data = loaded;
      const typed = form.elements.q;
      const focused = document.activeElement === typed;
      state.q ||= typed.value;
      openTable();
      if (focused) form.elements.q.focus();
    };
    const script = el("script", { src: `${base}atlas-data.js` });
    script.onerror = () => {
      start.begun = false;
      status.textContent = "The rows could not be loaded. The list of sources below leads to all of them.";
    };
    document.head.append(script);
  }
  form.append(el("label", {}, "Search ", el("input", { type: "search", name: "q", autocomplete: "off" })), el("button", { type: "button" }, "Show all rows"));
  form.addEventListener("focusin", start, { once: true });
  form.addEventListener("click", start, { once: true });
  if (location.hash.startsWith("#?")) start();
  window.addEventListener("hashchange", () => { if (data && location.hash.startsWith("#?")) { state = readState(); openTable(); } });
})();
