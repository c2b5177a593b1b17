// The search page. Names as people type them: "Evo 2", "evo2" and "EVO-2" are one, and so are "DNABERT-2" and "dnabert2".
const bookWords = (() => {
  const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  // Letters and digits apart, and neighbours that a hyphen, a digit or nothing joins also together.
  const parts = (text) => {
    const found = [];
    const pattern = /[\p{L}]+|\p{N}+/gu;
    const folded = fold(text);
    for (let match; (match = pattern.exec(folded));) found.push({ word: match[0], start: match.index, end: pattern.lastIndex });
    return { found, folded };
  };
  const joined = ({ found, folded }, loose) => {
    const result = [];
    for (let at = 1; at < found.length; at++) {
      const [left, right] = [found[at - 1], found[at]];
      const between = folded.slice(left.end, right.start);
      const numeric = /\p{N}/u.test(right.word) || /\p{N}/u.test(left.word);
      if (between === "" || /^[-‐‑–._/]$/.test(between) || ((numeric || loose) && /^\s$/.test(between))) {
        result.push(left.word + right.word);
        const third = found[at + 1];
        if (third && folded.slice(right.end, third.start).length <= 1) result.push(left.word + right.word + third.word);
      }
    }
    return result;
  };
  const index = (text) => {
    const split = parts(text);
    return [...split.found.map((part) => part.word), ...joined(split, false)];
  };
  return { index, parts, joined };
})();

const bookFinder = async (rows) => {
  const fields = ["kind", "title", "page", "address", "names", "text"];
  const records = rows.map((row, id) => Object.fromEntries([["id", id], ...fields.map((field, at) => [field, row[at]])]));
  const weight = { section: 1, term: 1.2, model: 1, benchmark: 1.1, source: 0.7 };
  const engine = new MiniSearch({ fields: ["title", "names", "page", "text"], tokenize: bookWords.index, processTerm: (term) => term });
  await engine.addAllAsync(records, { chunkSize: 40 });
  const options = {
    boost: { title: 5, names: 3, page: 1.2 },
    boostDocument: (id) => weight[records[id].kind],
    prefix: (term, at, terms) => term.length > 2 && at === terms.length - 1,
    fuzzy: (term) => (term.length > 5 && !/\d/.test(term) ? 0.2 : false),
  };
  return (query) => {
    const split = bookWords.parts(query);
    const words = split.found.map((part) => part.word);
    if (!words.length) return [];
    const each = (terms) => terms.map((term) => ({ queries: [term], tokenize: (text) => [text] }));
    const all = { combineWith: "AND", queries: words };
    const together = bookWords.joined(split, true);
    const tree = { combineWith: "OR", queries: [all, ...together.flatMap((term) => [{ queries: [term], boostDocument: (id) => 3 * weight[records[id].kind] }])] };
    let found = engine.search(tree, { ...options, tokenize: (text) => [text] });
    if (!found.length) found = engine.search({ combineWith: "OR", queries: words }, { ...options, tokenize: (text) => [text] });
    return found.map((hit) => ({ ...records[hit.id], score: hit.score, matched: hit.terms }));
  };
};

if (typeof document !== "undefined") (() => {
  const box = document.getElementById("search-results");
  const form = document.querySelector(".bd-search-container form.bd-search");
  if (!box || !form) return;
  const input = form.querySelector("input");
  const { searchData } = document.body.dataset;
  const KINDS = { section: "Chapter", term: "Glossary", model: "Model", benchmark: "Benchmark", source: "Source" };
  // A chapter explains and a row states, so what explains a name comes first.
  const GROUPS = [["In the chapters", ["section", "term"], 10], ["In the evidence", ["model", "benchmark", "source"], 25]];
  const el = (tag, properties, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };
  let find = null;
  const status = el("p", { id: "search-status" });
  status.setAttribute("role", "status");
  const lists = el("div", {});
  box.append(status, lists);

  // The part of a text around the first match, with every match marked.
  const excerpt = (text, terms) => {
    const alternatives = terms.toSorted((a, b) => b.length - a.length).map((term) => [...term].join("[\\s‐‑–._/-]?"));
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives.join("|")})`, "giu");
    const first = text.search(pattern);
    const from = Math.max(0, first - 80);
    const shown = (from ? "… " : "") + text.slice(from, from + 220) + (from + 220 < text.length ? " …" : "");
    const result = [];
    let last = 0;
    for (const match of shown.matchAll(pattern)) {
      result.push(shown.slice(last, match.index), el("mark", {}, match[0]));
      last = match.index + match[0].length;
    }
    return [...result, shown.slice(last)];
  };

  const show = () => {
    const query = input.value.trim();
    history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
    if (!query) {
      status.textContent = "";
      lists.replaceChildren();
      return;
    }
    const hits = find(query);
    status.textContent = hits.length
      ? `${hits.length} found for “${query}”.`
      : `Nothing found for “${query}”. Try part of a name, or search the rows in the evidence atlas.`;
    const base = document.documentElement.dataset.content_root;
    lists.replaceChildren(...GROUPS.flatMap(([heading, kinds, most]) => {
      const here = hits.filter((hit) => kinds.includes(hit.kind));
      if (!here.length) return [];
      return [el("h2", {}, here.length > most ? `${heading}: the first ${most} of ${here.length}` : heading),
        el("ul", { className: "search" }, ...here.slice(0, most).map((hit) => el("li", {},
          el("a", { href: base + hit.address }, hit.title),
          el("span", { className: "search-place" }, [KINDS[hit.kind], hit.page].filter(Boolean).join(" · ")),
          ...(hit.text ? [el("p", { className: "context" }, ...excerpt(hit.text, hit.matched))] : []))))];
    }));
  };

  // The data is large: it loads with the first search.
  const start = () => {
    if (find) return show();
    if (start.begun) return;
    start.begun = true;
    status.textContent = "Loading the index …";
    window.bookSearch = async (rows) => {
      find = await bookFinder(rows);
      show();
    };
    const script = el("script", { src: searchData });
    script.onerror = () => {
      start.begun = false;
      status.textContent = "The index could not be loaded. The contents list on the left leads to every page.";
    };
    document.head.append(script);
  };
  let timer = 0;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(start, 150);
  });
  input.value = new URLSearchParams(location.search).get("q") ?? "";
  if (input.value) start();
  else if (matchMedia("(min-width: 992px)").matches) input.focus();
})();
