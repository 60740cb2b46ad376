// Small improvements to pages that already work without any script.
(() => {
  "use strict";
  const language = document.documentElement.lang || "en";

  const STEPS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });

  function ago(date) {
    const seconds = (date.getTime() - Date.now()) / 1000;
    for (const [unit, size] of STEPS) {
      if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
    }
    const { justNow, soon } = document.documentElement.dataset;
    return seconds > 0 ? soon : justNow;
  }

  // "3 min ago" stays true while the page is open.
  function age(root) {
    root.querySelectorAll("time[data-ago]").forEach((time) => {
      const date = new Date(time.dateTime);
      if (!Number.isNaN(date.getTime())) time.textContent = ago(date);
    });
  }

  function countdown(root) {
    root.querySelectorAll("[data-countdown]").forEach((box) => {
      const output = box.querySelector("[data-countdown-left]");
      const end = Date.now() + Number(box.dataset.countdown) * 1000;
      const tick = () => {
        const left = Math.max(0, Math.round((end - Date.now()) / 1000));
        output.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
        box.toggleAttribute("data-soon", left < 120);
        if (left === 0) { window.clearInterval(timer); window.location.reload(); }
      };
      const timer = window.setInterval(tick, 1000);
      tick();
    });
  }

  // Where tabs do not fit side by side, the one that is shown must not be the one that is hidden.
  function reveal(root) {
    root.querySelectorAll(".tabs > [aria-current]").forEach((tab) => {
      const row = tab.parentElement;
      row.scrollLeft += Math.max(0, tab.getBoundingClientRect().right - row.getBoundingClientRect().right);
    });
  }

  function improve(root) { age(root); countdown(root); reveal(root); }

  // A picture that cannot be loaded leaves the plain tile behind it.
  document.addEventListener("error", (event) => {
    if (event.target.matches?.(".thumb img")) event.target.remove();
  }, true);

  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      event.preventDefault();
      const source = copy.dataset.copyFrom && document.getElementById(copy.dataset.copyFrom);
      navigator.clipboard.writeText(source ? source.innerText : copy.dataset.copy).then(() => {
        copy.setAttribute("data-done", "");
        window.setTimeout(() => copy.removeAttribute("data-done"), 1600);
      });
    }
    const close = event.target.closest("[data-close]");
    if (close) close.parentElement.remove();
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; });
  });

  // A link to something folded up opens it.
  const openNamed = () => {
    const box = location.hash && document.getElementById(location.hash.slice(1))?.closest("details.disclosure");
    if (box) box.open = true;
  };
  window.addEventListener("hashchange", openNamed);
  openNamed();

  // A question before what cannot be undone, and no double sending.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
    // What opens elsewhere, such as a preview, leaves this page as it is.
    if (form.method !== "post" || form.hasAttribute("data-repeatable") || event.submitter?.formTarget) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    document.documentElement.classList.add("is-busy");
  });
  window.addEventListener("pageshow", () => {
    document.documentElement.classList.remove("is-busy");
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });

  // What the page asks for by itself, every few seconds, is not shown as work.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.detail.elt.hasAttribute("data-quiet")) document.documentElement.classList.add("is-busy");
  });
  document.addEventListener("htmx:afterRequest", () => document.documentElement.classList.remove("is-busy"));
  document.addEventListener("htmx:load", (event) => improve(event.target));
  document.addEventListener("DOMContentLoaded", () => {
    improve(document);
    window.setInterval(() => age(document), 30000);
  });
})();
