// The search over the patterns, and the theme. The page says everything without it.
"use strict";
(() => {
  const form = document.getElementById("filter");
  const count = document.getElementById("count");
  const rows = Array.from(document.querySelectorAll("#patterns tbody tr"));
  const fields = ["q", "entity", "index", "status"].map((id) => document.getElementById(id));

  const apply = () => {
    const [q, entity, index, status] = fields.map((f) => f.value);
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const fits = words.every((w) => text.includes(w))
        && (!entity || row.dataset.entities.split(" ").includes(entity))
        && (!index || row.dataset.indexes.split(" ").includes(index))
        && (!status || row.dataset.status === status);
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    count.textContent = shown + " of " + rows.length + " patterns";
  };

  // The search is part of the address, so that it can be sent to somebody: #q=order&entity=Order&index=GSI1
  const read = () => {
    const text = location.hash.slice(1);
    if (!text.includes("=")) { return false; }
    const wanted = new URLSearchParams(text);
    for (const field of fields) { field.value = wanted.get(field.id) || ""; }
    // A choice that is not there leaves a list without any.
    for (const field of fields) { if (field.selectedIndex === -1) { field.selectedIndex = 0; } }
    return true;
  };
  const write = () => {
    const wanted = new URLSearchParams();
    for (const field of fields) { if (field.value) { wanted.set(field.id, field.value); } }
    const text = wanted.toString();
    history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { apply(); write(); });
  form.addEventListener("reset", () => setTimeout(() => { apply(); write(); }));
  addEventListener("hashchange", () => { if (read()) { apply(); } });
  if (read()) { document.getElementById("coverage").scrollIntoView(); }
  apply();

  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const label = () => { button.textContent = dark() ? "Light theme" : "Dark theme"; };
  const stored = (value) => {
    // A page from a file may not be allowed to store anything.
    try {
      if (value) { localStorage.setItem("design-theme", value); }
      return localStorage.getItem("design-theme");
    } catch { return null; }
  };
  const before = stored();
  if (before === "dark" || before === "light") { root.dataset.theme = before; }
  button.hidden = false;
  label();
  system.addEventListener("change", label);
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    stored(root.dataset.theme);
    label();
  });
})();
