// Expands the tree in parts, by mouse and keyboard, and refreshes the overview.
"use strict";

(() => {
  const REFRESH_MS = 2000;

  async function rows(url) {
    const response = await fetch(url, { credentials: "same-origin" });
    if (!response.ok || response.redirected) throw new Error(`The server returned status ${response.status}.`);
    return response.text();
  }

  const level = (row) => Number(row.getAttribute("aria-level"));

  async function expand(tree, row) {
    if (row.getAttribute("aria-busy") === "true") return;
    row.setAttribute("aria-busy", "true");
    const query = new URLSearchParams({ under: tree.dataset.under, parent: row.dataset.path });
    try {
      row.insertAdjacentHTML("afterend", await rows(`${tree.dataset.rows}?${query}`));
      row.setAttribute("aria-expanded", "true");
      row.removeAttribute("title");
    } catch (error) {
      row.title = `It could not be expanded: ${error.message}`;
    } finally {
      row.removeAttribute("aria-busy");
    }
  }

  // Collapsed rows leave the page, so that it holds only what is visible.
  function collapse(row) {
    while (row.nextElementSibling && level(row.nextElementSibling) > level(row)) row.nextElementSibling.remove();
    row.setAttribute("aria-expanded", "false");
  }

  function toggle(tree, row) {
    if (row.getAttribute("aria-expanded") === "true") collapse(row);
    else void expand(tree, row);
  }

  async function more(tree, button) {
    button.disabled = true;
    const row = button.closest("[role=row]");
    try {
      row.insertAdjacentHTML("afterend", await rows(`${tree.dataset.rows}?${button.dataset.more}`));
      const next = row.nextElementSibling;
      row.remove();
      if (next) focus(next);
    } catch (error) {
      button.disabled = false;
      button.textContent = `Try again (${error.message})`;
    }
  }

  function focus(row) {
    row.tabIndex = 0;
    row.focus();
  }

  function parentOf(row) {
    let previous = row.previousElementSibling;
    while (previous && level(previous) >= level(row)) previous = previous.previousElementSibling;
    return previous && previous.dataset.path !== undefined ? previous : null;
  }

  function pressed(tree, row, key) {
    const expanded = row.getAttribute("aria-expanded");
    const moves = {
      ArrowDown: () => row.nextElementSibling,
      ArrowUp: () => row.previousElementSibling?.hasAttribute("tabindex") && row.previousElementSibling,
      Home: () => tree.querySelector("[role=row][tabindex]"),
      End: () => tree.lastElementChild,
      ArrowRight: () => (expanded === "false" ? void toggle(tree, row) : expanded && row.nextElementSibling),
      ArrowLeft: () => (expanded === "true" ? void collapse(row) : parentOf(row)),
      Enter: () => void (row.querySelector("[data-more]") ?? row.querySelector("summary"))?.click(),
    };
    if (!(key in moves)) return false;
    const next = moves[key]();
    if (next) {
      row.tabIndex = -1;
      focus(next);
    }
    return true;
  }

  for (const tree of document.querySelectorAll("[role=treegrid]")) {
    const first = tree.querySelector("[role=row][tabindex]");
    if (first) first.tabIndex = 0;
    tree.addEventListener("click", (event) => {
      const toggled = event.target.closest(".ep-toggle");
      if (toggled) toggle(tree, toggled.closest("[role=row]"));
      const further = event.target.closest("[data-more]");
      if (further) void more(tree, further);
    });
    tree.addEventListener("keydown", (event) => {
      const row = event.target;
      if (row.matches("[role=row]") && pressed(tree, row, event.key)) event.preventDefault();
    });
  }

  for (const button of document.querySelectorAll("[data-live]")) {
    const into = document.getElementById(button.dataset.into);
    const refresh = async () => {
      if (button.getAttribute("aria-pressed") !== "true" || document.hidden) return;
      try {
        const text = await rows(button.dataset.live);
        button.classList.remove("ep-disconnected");
        button.textContent = "live";
        if (!into.contains(document.activeElement)) into.innerHTML = text;
      } catch {
        button.classList.add("ep-disconnected");
        button.textContent = "disconnected";
      }
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      void refresh();
    });
    setInterval(refresh, REFRESH_MS);
  }
})();
