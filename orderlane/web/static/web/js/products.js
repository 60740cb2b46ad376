// The matching page by keyboard: j and k move, a accepts the first suggestion, o says own goods, Enter opens.
(() => {
  "use strict";
  const rows = () => [...document.querySelectorAll("#products [data-row]")];

  function moveTo(row) {
    rows().forEach((other) => other.removeAttribute("data-cursor"));
    row.setAttribute("data-cursor", "");
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("a.table__strong")?.focus({ preventScroll: true });
  }

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const all = rows();
    const at = all.findIndex((row) => row.hasAttribute("data-cursor"));
    if (event.key === "/") { event.preventDefault(); document.getElementById("search")?.focus(); }
    else if (event.key === "j" && all.length) moveTo(all[Math.min(at + 1, all.length - 1)]);
    else if (event.key === "k" && all.length) moveTo(all[Math.max(at - 1, 0)]);
    else if (event.key === "a" && at >= 0) all[at].querySelector("[data-accept]")?.click();
    else if (event.key === "o" && at >= 0) all[at].querySelector("[data-own]")?.click();
  });

  // After an answer the row is gone: the next press goes to the one that took its place.
  const KEY = "orderlane-listing-place";
  document.addEventListener("submit", (event) => {
    const at = rows().indexOf(event.target.closest("[data-row]"));
    if (at >= 0) window.sessionStorage.setItem(KEY, String(at));
  });
  document.addEventListener("DOMContentLoaded", () => {
    const kept = window.sessionStorage.getItem(KEY);
    window.sessionStorage.removeItem(KEY);
    const all = rows();
    if (kept !== null && all.length) moveTo(all[Math.min(Number(kept), all.length - 1)]);
  });
})();
