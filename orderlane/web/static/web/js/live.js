// Parts of a page that renew themselves, each by itself, and never under somebody's hands.
(() => {
  "use strict";
  const SECONDS = 5;
  const parts = (root) => [...root.querySelectorAll("[data-live]")];
  // A form's token is another one each time; that is no news.
  const content = (part) => part.innerHTML.replace(/(name="csrfmiddlewaretoken" value=")[^"]*/g, "$1");
  const shown = new Map();

  function isTyped(field) {
    if (field.type === "hidden") return false;
    return field.matches("select")
      ? [...field.options].some((option) => option.selected !== option.defaultSelected)
      : field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  }

  // Something is open, typed, focused, marked or on its way.
  function inUse(part) {
    const text = window.getSelection();
    return part.contains(document.activeElement) || part.querySelector("details[open], form[data-sent]")
      || [...part.querySelectorAll("input, select, textarea")].some(isTyped)
      || (text && !text.isCollapsed && text.containsNode(part, true));
  }

  function renew(fresh) {
    const count = fresh.getElementById("attention-count");
    if (count) {
      count.removeAttribute("hx-swap-oob");
      document.getElementById("attention-count")?.replaceWith(count);
    }
    parts(fresh).forEach((part) => {
      const old = document.getElementById(part.id);
      if (!old || inUse(old) || shown.get(part.id) === content(part)) return;
      shown.set(part.id, content(part));
      old.replaceWith(part);
      part.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
    });
  }

  async function refresh() {
    const address = document.querySelector("[data-live]")?.dataset.live;
    if (!address || document.hidden) return;
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    const text = answer?.ok && !answer.redirected ? await answer.text().catch(() => "") : "";
    if (text) renew(new DOMParser().parseFromString(text, "text/html"));
  }

  parts(document).forEach((part) => shown.set(part.id, content(part)));
  window.setInterval(refresh, SECONDS * 1000);
  document.addEventListener("visibilitychange", refresh);
})();
