/* Small conveniences. Every page works without this file. */
(() => {
  "use strict";
  const root = document.documentElement;
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const keep = (name, value) => {
    try { value ? localStorage.setItem(name, value) : localStorage.removeItem(name); } catch { /* private window */ }
  };

  // Runs in the head, before the first paint.
  root.classList.add("js");
  for (const name of ["theme", "density"]) {
    const value = kept("lianshen-" + name);
    if (value) root.dataset[name] = value;
  }

  const choose = (name, value) => {
    if (value) root.dataset[name] = value; else delete root.dataset[name];
    keep("lianshen-" + name, value);
    markChoices();
  };
  const markChoices = () => {
    for (const button of document.querySelectorAll("[data-choose]")) {
      const [name, value] = button.dataset.choose.split("=");
      button.setAttribute("aria-pressed", String((root.dataset[name] || "") === value));
    }
  };

  const ask = (text, yes) => {
    const dialog = document.createElement("dialog");
    if (!dialog.showModal) { if (window.confirm(text)) yes(); return; }
    dialog.className = "ask";
    const words = document.createElement("p");
    words.id = "ask-text";
    words.textContent = text;
    dialog.setAttribute("aria-labelledby", words.id);
    const row = document.createElement("div");
    row.className = "form-actions";
    const button = (label, className, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = label;
      made.className = className;
      made.addEventListener("click", () => { dialog.close(); act(); });
      row.append(made);
    };
    button("取消", "button", () => {});
    button("确定", "button primary", yes);
    dialog.append(words, row);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };

  // What was typed and not saved would be gone with the page.
  const changed = (control) => {
    if (control.type === "file") return control.files.length > 0;
    if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
    if (control.type === "select-one") {
      const was = [...control.options].find((option) => option.defaultSelected) || control.options[0];
      return was !== control.options[control.selectedIndex];
    }
    return control.defaultValue !== undefined && control.value !== control.defaultValue;
  };
  const unsavedBeside = (form) => {
    if ((form.getAttribute("method") || "").toLowerCase() !== "post") return "";
    const other = [...document.querySelectorAll("form[data-unsaved]")].find(
      (one) => one !== form && [...one.elements].some(changed));
    return other ? other.dataset.unsaved : "";
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    const text = [unsavedBeside(form), (button && button.dataset.confirm) || form.dataset.confirm].filter(Boolean).join("\n");
    if (text && !form.dataset.confirmed) {
      event.preventDefault();
      event.stopPropagation();
      ask(text, () => { form.dataset.confirmed = "1"; form.requestSubmit(button || undefined); });
      return;
    }
    delete form.dataset.confirmed;
    if ((form.getAttribute("method") || "").toLowerCase() !== "post" || form.hasAttribute("hx-post") || form.hasAttribute("data-again")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    // After this turn of the loop, or the button's own name and value would not be sent.
    if (button) setTimeout(() => { button.disabled = true; button.classList.add("busy"); });
  }, true);

  // Coming back with the browser's back button must find the form usable.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button.busy")) {
      button.disabled = false;
      button.classList.remove("busy");
    }
  });

  const nav = () => document.getElementById("nav");
  const openNav = (open) => {
    nav().classList.toggle("open", open);
    const button = document.querySelector(".bar-menu");
    if (button) button.setAttribute("aria-expanded", String(open));
    const goal = open ? nav().querySelector("a[aria-current], li a") : button;
    if (goal) goal.focus();
  };

  const hideTip = () => { const tip = document.querySelector(".tip"); if (tip) tip.remove(); };
  const showTip = (bar, event) => {
    const title = bar.querySelector("title");
    if (!title) return;
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.setAttribute("role", "status");
    tip.textContent = title.textContent;
    document.body.append(tip);
    const left = Math.min(event.pageX + 8, window.scrollX + root.clientWidth - tip.offsetWidth - 8);
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = event.pageY + 16 + "px";
  };

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    hideTip();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const choice = at("[data-choose]");
    if (choice) choose(...choice.dataset.choose.split("="));
    const close = at("[data-dismiss]");
    if (close) close.closest(".message").remove();
    const hold = at("[data-refresh-hold]");
    if (hold) hold.setAttribute("aria-pressed", String(hold.getAttribute("aria-pressed") !== "true"));
    if (at("[data-fullscreen]")) {
      if (document.fullscreenElement) document.exitFullscreen(); else root.requestFullscreen();
    }
    if (at("[data-print]")) { event.preventDefault(); window.print(); }
    if (at(".bar-menu")) { event.preventDefault(); openNav(!nav().classList.contains("open")); }
    else if (nav() && nav().classList.contains("open") && (at(".nav-close") || !at("#nav"))) {
      event.preventDefault();
      openNav(false);
    }
    const elder = at("[data-elder-switch]");
    if (elder) {
      event.preventDefault();
      const on = !root.hasAttribute("data-elder");
      root.toggleAttribute("data-elder", on);
      elder.textContent = on ? "标准模式" : "长者模式";
      document.cookie = "lianshen_elder=" + (on ? "1; max-age=31536000" : "; max-age=0") + "; path=/; samesite=lax";
    }
    // A finger has no hover: a tap on a bar without a link tells its dates.
    const bar = at(".g-bar");
    if (bar && !at("a")) showTip(bar, event);
  });

  document.addEventListener("keydown", (event) => {
    const search = document.querySelector("[data-search]");
    if (search && event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      search.focus();
      search.select();
    }
    if (event.key === "Escape") {
      hideTip();
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      if (nav() && nav().classList.contains("open")) openNav(false);
    }
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-send-on-change]");
    if (form) form.requestSubmit();
    const all = event.target.closest("[data-choose-all]");
    if (all) {
      for (const box of all.closest("table").querySelectorAll("tbody input[type=checkbox]:not(:disabled)")) {
        box.checked = all.checked;
      }
    }
  });
  // When what had the focus is swapped away, the focus goes to what came instead, not back to the top;
  // and what shows itself anew stays unfolded where it was.
  let heldIn = "";
  let unfolded = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    heldIn = target.contains(document.activeElement) ? target.id : "";
    unfolded = target.matches("[data-refresh]") ? [...target.querySelectorAll("details")].map((each) => each.open) : [];
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (unfolded.length) {
      const folds = event.detail.target.querySelectorAll("details");
      if (folds.length === unfolded.length) folds.forEach((each, n) => { each.open = unfolded[n]; });
      unfolded = [];
    }
    const goal = heldIn && document.getElementById(heldIn);
    heldIn = "";
    if (!goal || document.activeElement !== document.body) return;
    goal.tabIndex = -1;
    goal.focus({ preventScroll: true });
  });
  // What shows itself anew rests while nobody looks, and while somebody holds it.
  const refresh = () => {
    for (const part of document.querySelectorAll("[data-refresh]")) {
      const hold = document.querySelector("[data-refresh-hold]");
      const held = hold && hold.getAttribute("aria-pressed") === "true";
      const due = Date.now() - (Number(part.dataset.refreshed) || loaded) >= 1000 * part.dataset.refresh;
      if (document.hidden || held || !due) continue;
      part.dataset.refreshed = String(Date.now());
      part.dispatchEvent(new Event("refresh"));
    }
  };
  const loaded = Date.now();
  setInterval(refresh, 1000);
  document.addEventListener("visibilitychange", refresh);

  // A plan wider than the screen opens at today.
  const showToday = () => {
    for (const scroll of document.querySelectorAll(".gantt-scroll")) {
      const line = scroll.querySelector(".g-today");
      if (!line) continue;
      const share = parseFloat(line.getAttribute("x1")) / 100;
      scroll.scrollLeft = share * scroll.scrollWidth - scroll.clientWidth * 0.6;
    }
  };

  document.addEventListener("DOMContentLoaded", () => { markChoices(); showToday(); });
})();
