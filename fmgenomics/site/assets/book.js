// What the book's pages do, beside the theme's own scripts. The menu, the mark of the current section and the button to the
// top stand in for bootstrap.js of the theme, which does them with fourteen times as many bytes.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // A menu behind a button: opens by click or keyboard, closes by Escape, by a click elsewhere or when focus leaves.
  for (const button of all("[data-bs-toggle=dropdown]")) {
    const menu = button.parentElement.querySelector(".dropdown-menu");
    const items = () => all(".dropdown-item", menu);
    menu.dataset.bsPopper = "static";
    menu.classList.add("dropdown-menu-end");
    const open = (yes) => {
      button.classList.toggle("show", yes);
      menu.classList.toggle("show", yes);
      button.setAttribute("aria-expanded", yes);
    };
    const isOpen = () => menu.classList.contains("show");
    button.addEventListener("click", () => open(!isOpen()));
    button.parentElement.addEventListener("keydown", (event) => {
      const at = items().indexOf(document.activeElement);
      if (event.key === "Escape" && isOpen()) {
        open(false);
        button.focus();
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        open(true);
        const count = items().length;
        items()[(at + (event.key === "ArrowDown" ? 1 : count - (at < 0 ? 0 : 1))) % count].focus();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    button.parentElement.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !button.parentElement.contains(event.relatedTarget)) open(false);
    });
    document.addEventListener("click", (event) => {
      if (!button.parentElement.contains(event.target)) open(false);
    });
  }

  for (const button of all("[data-action=print]")) button.addEventListener("click", () => print());
  for (const button of all("[data-bs-title]")) button.title ||= button.dataset.bsTitle;

  // Print shows what is folded, and folds it again afterwards.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = all("details:not([open])");
    for (const details of unfolded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of unfolded) details.open = false;
  });

  // The contents list marks the section that is being read.
  const links = new Map(all("#pst-page-toc-nav a[href^='#']").map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const sections = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  let current = null;
  const mark = () => {
    let reached = sections[0];
    for (const section of sections) if (section.getBoundingClientRect().top <= innerHeight * 0.3) reached = section;
    if (!reached || reached === current) return;
    current = reached;
    for (const link of links.values()) {
      link.classList.remove("active");
      link.removeAttribute("aria-current");
      link.parentElement.classList.remove("active");
    }
    const link = links.get(reached.id);
    link.classList.add("active");
    link.setAttribute("aria-current", "true");
    for (let item = link.parentElement; item?.matches("li"); item = item.parentElement.closest("li")) item.classList.add("active");
  };

  const up = document.getElementById("pst-back-to-top");
  up?.addEventListener("click", () => scrollTo({ top: 0 }));
  let last = 0, waiting = false;
  const scrolled = () => {
    waiting = false;
    if (up) up.style.display = scrollY > innerHeight && scrollY < last ? "block" : "none";
    last = scrollY;
    mark();
  };
  addEventListener("scroll", () => {
    if (!waiting) requestAnimationFrame(scrolled);
    waiting = true;
  }, { passive: true });
  addEventListener("load", mark);

  // A table that does not scroll after all is no stop for the keyboard.
  const tables = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  }, { rootMargin: "50%" });
  const watchTables = () => { for (const table of all("[data-scrolls]")) { tables.unobserve(table); tables.observe(table); } };
  watchTables();
  addEventListener("resize", watchTables);

  const load = (address, then) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = then ?? null;
    document.head.append(script);
  };

  // Buttons that copy code come when the reader comes near code, or unfolds it.
  const { copy } = document.body.dataset;
  if (copy) {
    const near = (event) => {
      if (!event.target.closest?.(".highlight, details")) return;
      for (const kind of ["pointerover", "focusin", "toggle"]) document.removeEventListener(kind, near, true);
      load(copy);
    };
    for (const kind of ["pointerover", "focusin", "toggle"]) document.addEventListener(kind, near, true);
  }

  // The words of a chart's marks come with the first mark that is pointed at.
  for (const figure of all("figure[data-marks]")) {
    figure.addEventListener("pointerover", (event) => {
      if (!event.target.closest("a") || figure.dataset.begun) return;
      figure.dataset.begun = "";
      window.bookMarks = (words) => {
        for (const link of all("a[aria-hidden]", figure)) {
          link.querySelector("title").textContent = words[link.getAttribute("href")] ?? "";
        }
      };
      load(figure.dataset.marks);
    });
  }

  // What a citation or a number rests on, on hover and on focus. The page holds each text once; here the others get it.
  const texts = new Map();
  for (const link of all(".bibtex-citation a")) {
    const text = link.title || texts.get(link.getAttribute("href"));
    if (text) texts.set(link.getAttribute("href"), link.title = text);
  }
  for (const link of all("a.evidence-number:not([title])")) {
    const said = link.querySelector(".for-screen-readers");
    if (said) link.title = said.textContent.trim().slice(1, -1);
  }
  const tip = Object.assign(document.createElement("div"), { id: "book-tip", role: "tooltip", hidden: true });
  document.body.append(tip);
  let owner = null, timer = 0;
  const hide = () => {
    clearTimeout(timer);
    if (!owner) return;
    owner.title = tip.textContent;
    owner.removeAttribute("aria-describedby");
    owner = null;
    tip.hidden = true;
  };
  const show = (link) => {
    if (link === owner) return;
    hide();
    if (!link.title) return;
    owner = link;
    tip.textContent = link.title;
    link.title = "";
    link.setAttribute("aria-describedby", tip.id);
    tip.hidden = false;
    const box = link.getClientRects()[0] ?? link.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, document.documentElement.clientWidth - tip.offsetWidth - 8));
    const below = box.bottom + tip.offsetHeight + 8 < innerHeight;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${(below ? box.bottom + 4 : box.top - tip.offsetHeight - 4) + scrollY}px`;
  };
  const SAID = ".bibtex-citation a, a.evidence-number";
  const article = document.querySelector("article");
  article?.addEventListener("focusin", (event) => {
    const link = event.target.closest?.(SAID);
    if (link?.matches(":focus-visible")) show(link);
  });
  article?.addEventListener("focusout", hide);
  article?.addEventListener("mouseover", (event) => {
    const link = event.target.closest?.(SAID);
    if (!link || link === owner) return;
    clearTimeout(timer);
    timer = setTimeout(show, 150, link);
  });
  article?.addEventListener("mouseout", (event) => {
    if (event.target.closest?.(SAID) && event.relatedTarget !== tip) {
      clearTimeout(timer);
      timer = setTimeout(hide, 150);
    }
  });
  // The tip can be hovered itself, and Escape takes it away.
  tip.addEventListener("mouseenter", () => clearTimeout(timer));
  tip.addEventListener("mouseleave", hide);
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
})();
