// A page whose curve is still being simulated asks again until it is there, and then puts what has
// changed in its place; what has been opened or written elsewhere on the page stays as it is.
// Without this script the page loads itself anew.
"use strict";

{
  const PAUSE = 2000;
  const parts = (page) => [...page.querySelectorAll("main > section[aria-labelledby], footer")];
  const place = (part) => part.getAttribute("aria-labelledby") ?? part.tagName;
  const isWaiting = (page) => page.querySelector("[data-waiting]") !== null;

  const ask = async () => {
    while (isWaiting(document)) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      try {
        const reply = await fetch(location.href);
        const page = new DOMParser().parseFromString(await reply.text(), "text/html");
        if (isWaiting(page)) continue;
        const old = new Map(parts(document).map((part) => [place(part), part]));
        for (const part of parts(page)) {
          const there = old.get(place(part));
          if (there && there.textContent !== part.textContent) there.replaceWith(part);
        }
      } catch {
        // The connection is broken: it may be back the next time.
      }
    }
  };
  ask();
}
