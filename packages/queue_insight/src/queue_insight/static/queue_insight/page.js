// Keeps the page current: fetches its changing part every few seconds and changes only what differs,
// so that focus, selection and opened details stay as they are.
"use strict";

(() => {
  const part = document.querySelector("[data-every]");
  const button = document.getElementById("qi-live");
  if (!part || !button) return;
  const everyMs = Number(part.dataset.every) * 1000;

  const keyOf = (node) => node.dataset?.key;
  const isSameKind = (node, fresh) => node.nodeName === fresh.nodeName && keyOf(node) === keyOf(fresh);

  function sync(node, fresh) {
    if (node.isEqualNode(fresh)) return;
    if (node.nodeType !== Node.ELEMENT_NODE) {
      node.nodeValue = fresh.nodeValue;
      return;
    }
    for (const { name } of [...node.attributes]) {
      if (!fresh.hasAttribute(name) && name !== "open") node.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (node.getAttribute(name) !== value) node.setAttribute(name, value);
    }
    syncChildren(node, fresh);
  }

  function syncChildren(node, fresh) {
    const keyed = new Map();
    for (const child of node.children) if (keyOf(child) !== undefined) keyed.set(keyOf(child), child);
    let next = node.firstChild;
    for (const child of fresh.childNodes) {
      const wanted = keyOf(child) === undefined ? next : keyed.get(keyOf(child));
      if (wanted && isSameKind(wanted, child)) {
        if (wanted === next) next = next.nextSibling;
        else node.insertBefore(wanted, next);
        sync(wanted, child);
      } else {
        node.insertBefore(document.importNode(child, true), next);
      }
    }
    while (next) {
      const rest = next.nextSibling;
      next.remove();
      next = rest;
    }
  }

  async function fetchPart() {
    const address = new URL(location.href);
    address.searchParams.set("part", "1");
    const response = await fetch(address, { credentials: "same-origin", cache: "no-store" });
    if (response.redirected || response.status === 403) throw new Error("signed out: reload the page");
    if (!response.ok) throw new Error(`the server answered with status ${response.status}`);
    return new DOMParser().parseFromString(await response.text(), "text/html").body;
  }

  function show(text, isDisconnected) {
    button.textContent = text;
    button.classList.toggle("qi-disconnected", isDisconnected);
  }

  const isLive = () => button.getAttribute("aria-pressed") === "true";
  let current = new Date();

  async function refresh() {
    if (isLive() && !document.hidden) {
      try {
        const fresh = await fetchPart();
        const focused = document.activeElement;
        // Pausing while the answer was on its way holds it back.
        if (isLive()) syncChildren(part, fresh);
        // A row that changed its place has lost the focus.
        if (part.contains(focused)) focused.focus();
        current = new Date();
        show("live", false);
      } catch (error) {
        show(`not updated since ${current.toLocaleTimeString()} (${error.message})`, true);
      }
    }
    setTimeout(refresh, everyMs);
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(!isLive()));
    show(isLive() ? "live" : "paused", false);
  });
  setTimeout(refresh, everyMs);
})();
