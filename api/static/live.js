// A form whose answer moves with it. The reply comes in parts, each the whole answer and sharper
// than the one before; what is asked anew ends what is still under way. Without this script the
// form's own button does the same, more slowly.
"use strict";

const BREAK = "\u001e";
const form = document.querySelector("form[data-live]");

if (form) {
  document.documentElement.classList.add("has-script");
  const answer = document.getElementById("answer");
  const spoken = document.getElementById("spoken");
  const broken = document.getElementById("broken");
  const plan = document.querySelector("form[data-plan]");
  let underWay = null;

  const show = (part) => {
    const open = [...answer.querySelectorAll("details[open]")].map((each) => each.id);
    answer.innerHTML = part;
    for (const id of open) {
      const again = id && document.getElementById(id);
      if (again) again.open = true;
    }
  };

  const asked = () => {
    const chosen = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value !== "") chosen.append(name, value);
    }
    return chosen;
  };

  // A slider is read out as the field beside it is written.
  const say = (turned) => {
    const slider = turned.type === "range" ? turned : document.getElementById(turned.dataset.with);
    if (!slider) return;
    const written = slider.value.replace(".", form.dataset.mark);
    slider.setAttribute("aria-valuetext", `${written} ${slider.dataset.unit}`);
  };

  const ask = async () => {
    underWay?.abort();
    const mine = (underWay = new AbortController());
    const query = asked();
    const here = `${form.getAttribute("action")}?${query}`;
    history.replaceState(null, "", here);
    // What is kept under a name is what is chosen now.
    if (plan) plan.action = here;
    answer.setAttribute("aria-busy", "true");
    broken.hidden = true;
    try {
      const reply = await fetch(`${form.dataset.live}?${query}`, { signal: mine.signal });
      const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
        const parts = (text + value).split(BREAK);
        text = parts.pop();
        if (parts.length && underWay === mine) show(parts.pop());
      }
      spoken.textContent = answer.querySelector(".finding, .refusal")?.textContent ?? "";
    } catch (error) {
      if (error.name !== "AbortError") broken.hidden = false;
    } finally {
      if (underWay === mine) answer.removeAttribute("aria-busy");
    }
  };

  form.addEventListener("input", (event) => {
    const { value, type, dataset } = event.target;
    const other = dataset.with && document.getElementById(dataset.with);
    if (other) other.value = type === "range" ? value.replace(".", form.dataset.mark) : value.replace(",", ".");
    say(event.target);
    ask();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  document.getElementById("again").addEventListener("click", ask);
  form.querySelectorAll("input[type=range]").forEach(say);
  if (answer.dataset.unfinished) ask();
}
