"use strict";
// Search in all pages, and the switch of the matrix. Everything else works without scripts.
(() => {
  const root = document.body.dataset.root;
  const form = document.querySelector("form.search");
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  const entries = (window.searchIndex || []).map((entry) => ({
    ...entry,
    lowName: entry.name.toLowerCase(),
    words: entry.text.toLowerCase().split(/[^a-z0-9_-]+/),
  }));
  let chosen = -1;

  // How well a term fits a name: as a whole, at its start, at the start of a word of it, or within.
  const fit = (name, term) => {
    if (name === term) return 1;
    if (name.startsWith(term)) return 0.8;
    if (name.split(/[_-]/).some((word) => word.startsWith(term))) return 0.6;
    return name.includes(term) ? 0.4 : 0;
  };

  // The place of a term in an entry: its name, a member or a value, or a word of its text.
  const match = (entry, term) => {
    const underscored = term.replaceAll("-", "_");
    let best = { score: 100 * Math.max(fit(entry.lowName, term), fit(entry.lowName, underscored)) };
    for (const [name, anchor] of entry.parts) {
      const score = 60 * fit(name.toLowerCase(), term);
      if (score > best.score) best = { score, part: name, anchor };
    }
    if (best.score < 20 && entry.words.some((word) => word.startsWith(term))) best = { score: 20 };
    return best;
  };

  const find = (query) => {
    const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = [];
    for (const entry of terms.length ? entries : []) {
      const matches = terms.map((term) => match(entry, term));
      if (matches.some((one) => one.score === 0)) continue;
      const score = matches.reduce((sum, one) => sum + one.score, 0) + (entry.kind === "event" ? 5 : 0);
      hits.push({ entry, score, part: matches.find((one) => one.part) });
    }
    hits.sort((a, b) => b.score - a.score || (a.entry.name < b.entry.name ? -1 : 1));
    return hits.slice(0, 12);
  };

  const element = (name, text, parent) => {
    const made = document.createElement(name);
    made.textContent = text;
    parent.append(made);
    return made;
  };

  const choose = (index) => {
    const items = list.querySelectorAll("[role=option]");
    chosen = items.length ? (index + items.length) % items.length : -1;
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    if (chosen < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", items[chosen].id);
    items[chosen].scrollIntoView({ block: "nearest" });
  };

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const show = () => {
    list.replaceChildren();
    if (!input.value.trim()) return close();
    const hits = find(input.value);
    hits.forEach((hit, index) => {
      const item = element("li", "", list);
      item.id = `found-${index}`;
      item.setAttribute("role", "option");
      item.dataset.page = root + hit.entry.page + (hit.part && hit.part.anchor ? `#${hit.part.anchor}` : "");
      element("b", hit.entry.name + (hit.part ? ` · ${hit.part.part}` : ""), item);
      element("small", hit.entry.summary, item);
    });
    if (!hits.length) {
      const item = element("li", "Nothing found", list);
      item.className = "none";
      item.setAttribute("role", "option");
      item.setAttribute("aria-disabled", "true");
    }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (hits.length) choose(0);
  };

  const go = (item) => {
    if (item && item.dataset.page) location.href = item.dataset.page;
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("input", show);
  input.addEventListener("focus", show);
  input.addEventListener("keydown", (event) => {
    const items = list.querySelectorAll("[role=option]");
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") go(items[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    go(event.target.closest("li"));
  });
  input.addEventListener("blur", close);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
  });

  const members = document.getElementById("show-members");
  if (members) {
    const matrix = document.querySelector(".matrix");
    const apply = () => matrix.classList.toggle("all", members.checked);
    members.addEventListener("change", apply);
    apply();
  }
})();
