// The Orders list: what is ticked, what it adds up to, the keyboard, and quiet live updates.
(() => {
  "use strict";
  const language = document.documentElement.lang || "en";
  const list = () => document.getElementById("orders");
  const ticks = () => [...document.querySelectorAll("[data-tick]")];
  const productTicks = (number) => [...document.querySelectorAll("[data-product-of]")].filter((tick) => tick.dataset.productOf === number);

  function amount(minor, currency) {
    const format = new Intl.NumberFormat(language, { style: "currency", currency });
    const digits = format.resolvedOptions().maximumFractionDigits;
    return format.format(minor / 10 ** digits);
  }

  function fill(text, count) { return text.replace("{count}", new Intl.NumberFormat(language).format(count)); }

  // Which of the ticked cannot be paid and why, one line per reason.
  function explain(place, leftOut) {
    const numbers = new Map();
    leftOut.forEach((tick) => numbers.set(tick.dataset.unpayable, [...(numbers.get(tick.dataset.unpayable) || []), tick.value]));
    place.replaceChildren(...[...numbers].map(([why, which]) => {
      const line = document.createElement("li");
      line.textContent = `${which.join(", ")} — ${why}`;
      return line;
    }));
    place.hidden = leftOut.length === 0;
  }

  function summarize() {
    const bar = document.querySelector("[data-action-bar]");
    if (!bar) return;
    const chosen = ticks().filter((tick) => tick.checked || tick.indeterminate);
    bar.dataset.count = chosen.length;
    bar.querySelector("[data-idle]").hidden = chosen.length > 0;
    bar.querySelector("[data-live-text]").hidden = chosen.length === 0;
    bar.querySelector("[data-clear]").hidden = chosen.length === 0;
    const all = document.querySelector("[data-select-all]");
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === ticks().length;
      all.indeterminate = chosen.length > 0 && !all.checked;
    }
    if (chosen.length === 0) return;
    const sums = new Map();
    const suppliers = new Map();
    // What is counted is what is summed: purchase orders that can be paid, ticked as a whole.
    const payable = chosen.filter((tick) => tick.hasAttribute("data-payable"));
    const whole = payable.filter((tick) => !tick.indeterminate);
    payable.forEach((tick) => suppliers.set(tick.dataset.supplier, tick.dataset.supplierName));
    whole.forEach((tick) => {
      if (!tick.dataset.currency) return;
      sums.set(tick.dataset.currency, (sums.get(tick.dataset.currency) || 0) + Number(tick.dataset.minor));
    });
    bar.querySelector("[data-sum]").textContent = [...sums].map(([currency, minor]) => amount(minor, currency)).join(" + ");
    const counted = whole.length === 1 ? bar.dataset.one : fill(bar.dataset.many, whole.length);
    const said = payable.length === 0 ? [bar.dataset.none] : whole.length ? [counted] : [];
    if (suppliers.size === 1) said.push([...suppliers.values()][0]);
    bar.querySelector("[data-count-text]").textContent = said.join(" · ");
    const notes = [];
    if (suppliers.size > 1) notes.push(fill(bar.dataset.spans, suppliers.size));
    if (whole.length < payable.length) notes.push(bar.dataset.partly);
    const leftOut = chosen.filter((tick) => !tick.hasAttribute("data-payable"));
    if (leftOut.length) notes.push(leftOut.length === 1 ? bar.dataset.leftOutOne : fill(bar.dataset.leftOutMany, leftOut.length));
    bar.querySelector("[data-note]").textContent = notes.join(" ");
    explain(bar.querySelector("[data-left-out]"), leftOut);
    bar.querySelector("[data-pay]").disabled = payable.length === 0;
  }

  // A purchase order stands for all its products; some of them make it partly ticked (and it is split on paying).
  document.addEventListener("change", (event) => {
    const target = event.target;
    if (target.matches("[data-select-all]")) {
      ticks().forEach((tick) => { tick.checked = target.checked; tick.indeterminate = false; });
      ticks().forEach((tick) => productTicks(tick.value).forEach((product) => { product.checked = false; }));
    } else if (target.matches("[data-tick]")) {
      target.indeterminate = false;
      productTicks(target.value).forEach((product) => { product.checked = false; });
    } else if (target.matches("[data-product-of]")) {
      const all = productTicks(target.dataset.productOf);
      const row = ticks().find((tick) => tick.value === target.dataset.productOf);
      const count = all.filter((product) => product.checked).length;
      row.checked = count === all.length;
      row.indeterminate = count > 0 && count < all.length;
      if (row.checked) all.forEach((product) => { product.checked = false; });
    } else return;
    event.stopPropagation();
    summarize();
  }, true);

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-clear]")) {
      document.querySelectorAll("#selection .tick").forEach((tick) => { tick.checked = false; tick.indeterminate = false; });
      summarize();
    }
  });

  // Ticking must not be taken for a change of filter, and an export may be repeated.
  document.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.formAction.endsWith("/export")) event.target.setAttribute("data-repeatable", "");
  }, true);

  function rows() { return [...document.querySelectorAll("[data-row]")]; }

  function moveTo(row) {
    rows().forEach((other) => { other.removeAttribute("data-cursor"); });
    row.setAttribute("data-cursor", "");
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("a.table__strong").focus({ preventScroll: true });
  }

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
    if (typing) { if (event.key === "Escape") event.target.blur(); return; }
    const all = rows();
    const at = all.findIndex((row) => row.hasAttribute("data-cursor"));
    if (event.key === "/") { event.preventDefault(); document.getElementById("search")?.focus(); }
    else if (event.key === "j" && all.length) moveTo(all[Math.min(at + 1, all.length - 1)]);
    else if (event.key === "k" && all.length) moveTo(all[Math.max(at - 1, 0)]);
    else if (event.key === "x" && at >= 0) all[at].querySelector("[data-tick]")?.click();
    else if (event.key === "Escape" && at >= 0) all[at].removeAttribute("data-cursor");
    else if (event.key === "Enter" && at >= 0 && event.target === document.body) window.location.assign(all[at].dataset.href);
  });

  // Fetch the list again, but never under somebody's hands: not while something is ticked, open, typed or marked.
  function inUse(box) {
    const text = window.getSelection();
    return box.querySelector(":is(.tick, .row-toggle):checked, :is(input, select):focus, details[open]")
      || ticks().some((tick) => tick.indeterminate) || (text && !text.isCollapsed && box.contains(text.anchorNode));
  }

  async function refresh() {
    const box = list();
    if (!box || document.hidden || !window.htmx || inUse(box)) return;
    const asked = window.location.href;
    const answer = await fetch(asked, { headers: { "HX-Request": "true" } }).catch(() => null);
    const fresh = answer?.ok && !answer.redirected ? await answer.text().catch(() => "") : "";
    // Meanwhile somebody may have ticked something, or changed a filter.
    if (!fresh || inUse(box) || window.location.href !== asked) return;
    const cursor = box.querySelector("[data-cursor]")?.dataset.href;
    const focused = document.activeElement?.getAttribute("href");
    window.htmx.swap(box, fresh, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    const row = cursor && rows().find((other) => other.dataset.href === cursor);
    if (!row) return;
    row.setAttribute("data-cursor", "");
    if (focused === cursor) row.querySelector("a.table__strong").focus({ preventScroll: true });
  }
  window.setInterval(refresh, 5000);
  document.addEventListener("visibilitychange", refresh);

  // Ticks that came with the address are ticked once: a fresh list must not tick again what was unticked.
  function takeTicks() {
    const address = new URL(window.location.href);
    if (!address.searchParams.has("tick")) return;
    address.searchParams.delete("tick");
    window.history.replaceState(window.history.state, "", address);
    document.querySelectorAll("[data-product-of]:checked").forEach((product) => {
      const row = ticks().find((tick) => tick.value === product.dataset.productOf);
      row.indeterminate = !row.checked;
    });
  }

  document.addEventListener("htmx:afterSettle", summarize);
  document.addEventListener("DOMContentLoaded", () => { takeTicks(); summarize(); });
  window.addEventListener("pageshow", summarize);
})();
