// Keeps the page current: fetches its changing part when the collector has saved, and changes only what differs,
// so that focus, selection and opened details stay as they are.
"use strict";

(() => {
  const part = document.querySelector("[data-every]");
  const button = document.getElementById("qi-live");
  if (!part || !button) return;
  // Whether the collector has saved is asked five times a second, or as often as the server says, and at least
  // each second the part is fetched, as what the broker holds changes without it. After a slow answer the pause is
  // twice as long as that took, up to a second, so that answering costs a third of the time.
  let askMs = 200;
  const leastMs = 1000;
  const mostMs = Number(part.dataset.every) * 1000;
  const share = 2;

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

  // The part, or nothing while it is what was shown last.
  async function fetchPart(shown) {
    const address = new URL(location.href);
    address.searchParams.set("part", "1");
    const headers = shown ? { "If-None-Match": shown } : {};
    const response = await fetch(address, { credentials: "same-origin", cache: "no-store", headers });
    askMs = Number(response.headers.get("Queue-Insight-Pause")) || askMs;
    if (response.status === 304) return null;
    if (response.redirected || response.status === 403) throw new Error("signed out: reload the page");
    if (!response.ok) throw new Error(`the server answered with status ${response.status}`);
    version = response.headers.get("ETag");
    return new DOMParser().parseFromString(await response.text(), "text/html").body;
  }

  function show(text, isDisconnected) {
    button.textContent = text;
    button.classList.toggle("qi-disconnected", isDisconnected);
  }

  const isLive = () => button.getAttribute("aria-pressed") === "true";
  let current = new Date();
  let version = null;
  let partDue = 0;

  function update(fresh) {
    const focused = document.activeElement;
    syncChildren(part, fresh);
    // A row that changed its place has lost the focus.
    if (part.contains(focused)) focused.focus();
  }

  async function refresh() {
    let pauseMs = leastMs;
    if (isLive() && !document.hidden) {
      const begun = performance.now();
      try {
        const fresh = await fetchPart(begun < partDue ? version : null);
        const tookMs = performance.now() - begun;
        // Without a collector there is no version to ask for.
        pauseMs = version ? Math.min(Math.max(askMs, share * tookMs), leastMs) : leastMs;
        if (fresh) partDue = begun + Math.max(leastMs, pauseMs);
        // Pausing while the answer was on its way holds it back.
        if (fresh && isLive()) update(fresh);
        current = new Date();
        show("live", false);
      } catch (error) {
        pauseMs = mostMs;
        show(`not updated since ${current.toLocaleTimeString()} (${error.message})`, true);
      }
    }
    setTimeout(refresh, pauseMs);
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(!isLive()));
    show(isLive() ? "live" : "paused", false);
  });
  setTimeout(refresh, askMs);
})();
