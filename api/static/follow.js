// Calculations that take their time: the page asks how far they are and shows what they have come
// to, and nothing that is being written is lost. Without this script the page loads itself anew.
"use strict";

document.documentElement.classList.add("has-script");

{
  const answers = document.querySelector("[data-follow]");
  const spoken = document.getElementById("spoken");
  const broken = document.getElementById("broken");
  const PAUSE = 1000;

  const isGoing = () => answers.querySelector("[data-going]") !== null;

  // What is open stays open, and the focus where it was.
  const show = (part) => {
    const open = [...answers.querySelectorAll("details[open]")].map((each) => each.id);
    const focused = document.activeElement?.id;
    answers.innerHTML = part;
    for (const id of open) {
      const again = id && document.getElementById(id);
      if (again) again.open = true;
    }
    if (focused && !document.activeElement?.id) document.getElementById(focused)?.focus();
  };

  const follow = async () => {
    while (isGoing()) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      try {
        const reply = await fetch(answers.dataset.follow);
        const part = await reply.text();
        broken.hidden = true;
        // The same again would only take the reader's place in it away.
        if (part !== answers.dataset.seen) show(part);
        answers.dataset.seen = part;
      } catch {
        broken.hidden = false;
      }
    }
    const findings = [...answers.querySelectorAll(".finding, .refusal")];
    spoken.textContent = findings.map((each) => each.textContent).join(" ");
  };

  if (answers && isGoing()) follow();
}
