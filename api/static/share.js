// "Kopiér tal" and "Kopiér celleformel". Where the browser gives no clipboard, as over plain http
// from another machine, the text is shown and marked, ready to be copied by hand.
"use strict";

document.documentElement.classList.add("has-script");

{
  const said = {
    da: { copied: "Kopieret", marked: "Markeret: tryk Ctrl+C" },
    en: { copied: "Copied", marked: "Marked: press Ctrl+C" },
  }[document.documentElement.lang === "en" ? "en" : "da"];

  const answer = (button, text) => {
    let spoken = button.parentElement.querySelector(".copied");
    if (!spoken) {
      spoken = document.createElement("span");
      spoken.className = "copied";
      spoken.setAttribute("role", "status");
      button.parentElement.append(spoken);
    }
    spoken.textContent = text;
  };

  const marked = (button) => {
    let field = button.parentElement.querySelector("input.marked");
    if (!field) {
      field = document.createElement("input");
      field.className = "marked";
      field.readOnly = true;
      button.parentElement.append(field);
    }
    field.value = button.dataset.copy;
    field.setAttribute("aria-label", button.textContent);
    field.select();
    answer(button, said.marked);
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.parentElement.querySelector("input.marked")?.remove();
      answer(button, said.copied);
    } catch {
      marked(button);
    }
  });
}
