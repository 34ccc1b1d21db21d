"use strict";
(function () {
  const SHOWN = 50;
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // The theme follows the system until somebody chooses; the choice is kept where the browser lets a file keep one.
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const named = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-pressed", String(isDark()));
  };
  try { root.dataset.theme = localStorage.getItem("dp2airflow-theme") || ""; } catch { /* not kept */ }
  if (!root.dataset.theme) delete root.dataset.theme;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("dp2airflow-theme", root.dataset.theme); } catch { /* not kept */ }
    named();
  });
  system.addEventListener("change", named);
  named();

  // Tables: sorted by a click on a title, searched, filtered, and shown in parts.
  const compare = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" }).compare;
  for (const table of all("table.sortable")) {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    const count = document.querySelector(`[data-count="${table.id}"]`);
    const search = document.querySelector(`[data-search="${table.id}"]`);
    const filters = all(`[data-filter="${table.id}"]`);
    let order = rows;
    let limit = SHOWN;
    const more = document.createElement("button");
    more.type = "button";
    more.className = "more";
    more.addEventListener("click", () => { limit = Infinity; show(); });
    table.parentElement.after(more);

    const show = () => {
      const words = search ? search.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
      let fitting = 0;
      for (const row of order) {
        const fits = words.every((word) => texts.get(row).includes(word)) &&
          filters.every((filter) => !filter.value || row.dataset[filter.dataset.key] === filter.value);
        row.classList.toggle("no", !fits);
        row.classList.toggle("later", fits && fitting >= limit);
        if (fits) fitting += 1;
      }
      if (count) count.textContent = fitting === rows.length ? `${rows.length}` : `${fitting} of ${rows.length}`;
      more.hidden = fitting <= limit;
      more.textContent = `Show all ${fitting}`;
    };

    all("thead th", table).forEach((title, column) => {
      title.querySelector("button").addEventListener("click", () => {
        const down = title.getAttribute("aria-sort") === "ascending";
        all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
        title.setAttribute("aria-sort", down ? "descending" : "ascending");
        const value = (row) => {
          const cell = row.cells[column];
          return cell.dataset.v !== undefined ? Number(cell.dataset.v) : cell.textContent.trim();
        };
        const keys = new Map(rows.map((row) => [row, value(row)]));
        order = rows.slice().sort((a, b) => {
          const [x, y] = [keys.get(a), keys.get(b)];
          const result = typeof x === "number" && typeof y === "number" ? x - y : compare(String(x), String(y));
          return down ? -result : result;
        });
        body.append(...order);
        show();
      });
    });
    if (search) search.addEventListener("input", show);
    filters.forEach((filter) => filter.addEventListener("change", show));
    show();
  }

  // What is known of one pipeline.
  const data = JSON.parse(document.getElementById("details").textContent);
  const panel = document.getElementById("panel");
  const body = document.getElementById("panel-body");
  const open = (name) => {
    const found = data.sets[data.of[name]];
    if (!found) return;
    document.getElementById("panel-title").textContent = name;
    body.replaceChildren();
    for (const [title, lines] of found) {
      const heading = document.createElement("h3");
      heading.textContent = title;
      const list = document.createElement("ul");
      for (const number of lines) {
        const item = document.createElement("li");
        item.textContent = data.texts[number];
        list.append(item);
      }
      body.append(heading, list);
    }
    panel.showModal();
    panel.scrollTop = 0;
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) open(opener.dataset.open);
    if (event.target === panel) panel.close();
  });
  document.getElementById("panel-close").addEventListener("click", () => panel.close());

  // The drawing: what a pipeline feeds and is fed by lights up.
  const graph = document.getElementById("graph");
  if (graph) {
    const nodes = all(".node", graph);
    const edges = all(".edge", graph);
    const light = (name) => {
      const near = new Set([name]);
      for (const edge of edges) {
        const touches = edge.dataset.from === name || edge.dataset.to === name;
        edge.classList.toggle("on", touches);
        if (touches) near.add(edge.dataset.from).add(edge.dataset.to);
      }
      nodes.forEach((node) => node.classList.toggle("on", near.has(node.dataset.open)));
      graph.classList.add("lit");
    };
    const dark = () => graph.classList.remove("lit");
    for (const node of nodes) {
      node.addEventListener("mouseenter", () => light(node.dataset.open));
      node.addEventListener("mouseleave", dark);
      node.addEventListener("focus", () => light(node.dataset.open));
      node.addEventListener("blur", dark);
      node.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(node.dataset.open); }
      });
    }
  }

  // Policies are copied with one click; where the browser forbids that, they are selected.
  for (const copy of all("[data-copy]")) {
    copy.addEventListener("click", async () => {
      const text = document.getElementById(copy.dataset.copy);
      try {
        await navigator.clipboard.writeText(text.textContent);
        copy.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(text);
        copy.textContent = "Selected: press Ctrl+C";
      }
      setTimeout(() => { copy.textContent = "Copy"; }, 2500);
    });
  }
}());
