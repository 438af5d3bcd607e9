// Keeps what is written in a form until it is saved, so that a reload or a broken connection loses
// nothing: in this tab alone, never what looks like a CPR number, and never a file. More lines are
// made at once. Without this script the form's own buttons do the same.
"use strict";

const CPR = /\d{6}[\s._/\u2010-\u2015\u2212-]{0,3}\d{4}|^\s*\d{9}\s*$/;
const NEVER = new Set(["csrf", "base", "tag", "do"]);
const form = document.querySelector("form[data-draft]");

if (form) {
  const place = `planner-draft ${form.dataset.draft}`;
  const fields = () =>
    [...form.elements].filter((each) => each.name && !NEVER.has(each.name) && each.type !== "file");
  const isChosen = (each) => each.type === "checkbox" || each.type === "radio";
  const written = () =>
    fields().map((each) => [
      each.name,
      isChosen(each) ? each.checked : CPR.test(each.value) ? "" : each.value,
      isChosen(each) ? each.value : null,
    ]);

  const more = (body) => {
    const last = [...body.rows].pop();
    const line = last.cloneNode(true);
    for (const each of line.querySelectorAll("input, select")) {
      if (each.type === "date" || each.type === "text" || each.type === "hidden") each.value = "";
      if (each.tagName === "SELECT") each.selectedIndex = 0;
      each.removeAttribute("id");
      each.removeAttribute("aria-invalid");
      each.removeAttribute("aria-describedby");
    }
    line.querySelectorAll(".fault").forEach((each) => each.remove());
    body.append(line);
    return line;
  };

  const tableOf = (name) => document.getElementById(`${name.split(".")[0]}-lines`);

  const restore = (kept) => {
    const counts = {};
    for (const [name] of kept) if (name.endsWith(".key")) counts[name] = (counts[name] ?? 0) + 1;
    for (const [name, wanted] of Object.entries(counts)) {
      const body = tableOf(name);
      while (body && body.rows.length < wanted && isNew(body)) more(body);
    }
    const left = new Map();
    for (const each of fields()) {
      const id = isChosen(each) ? `${each.name} ${each.value}` : each.name;
      left.set(id, [...(left.get(id) ?? []), each]);
    }
    for (const [name, value, of] of kept) {
      const each = left.get(of === null ? name : `${name} ${of}`)?.shift();
      if (!each || each.type === "hidden") continue;
      if (isChosen(each)) each.checked = value;
      else each.value = value;
    }
  };

  const isNew = (body) => {
    const key = [...body.rows].pop()?.querySelector("input[type=hidden]");
    return key !== null && key !== undefined && key.value === "";
  };

  const forget = () => sessionStorage.removeItem(place);
  const asServed = JSON.stringify(written());

  const put = (now) => {
    try {
      sessionStorage.setItem(place, JSON.stringify({ tag: form.dataset.tag, kept: now }));
    } catch {
      forget();
    }
  };

  if (form.dataset.saved) {
    forget();
  } else if (form.dataset.sent) {
    // What the service has printed back is newer than what was kept here.
    put(written());
  } else {
    try {
      const { tag, kept } = JSON.parse(sessionStorage.getItem(place) ?? "{}");
      if (kept && tag === form.dataset.tag) {
        restore(kept);
        if (JSON.stringify(written()) !== asServed) document.getElementById("draft").hidden = false;
      }
    } catch {
      forget();
    }
  }

  let later = null;
  const keep = () => {
    clearTimeout(later);
    later = setTimeout(() => {
      const now = written();
      if (JSON.stringify(now) !== asServed) put(now);
    }, 200);
  };
  form.addEventListener("input", keep);
  document.getElementById("forget-draft")?.addEventListener("click", () => {
    forget();
    location.reload();
  });
  for (const button of form.querySelectorAll("button[data-more]")) {
    const body = document.getElementById(button.dataset.more);
    if (!body || !body.rows.length || !isNew(body)) continue;
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const first = more(body);
      for (let line = 1; line < 5; line += 1) more(body);
      first.querySelector("input:not([type=hidden]), select")?.focus();
      keep();
    });
  }
}
