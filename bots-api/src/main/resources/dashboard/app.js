// The dashboard works without this file. It keeps figures moving and shows answers as they are written.
(() => {
  "use strict";

  const openMenus = () => document.querySelectorAll("details:is(.menu, .confirm)[open]");

  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A choice needs no button where a script can press it.
  for (const select of document.querySelectorAll(".account select")) {
    select.form.querySelector("button").hidden = true;
    select.addEventListener("change", () => select.form.requestSubmit());
  }

  const said = document.querySelector("form[data-stream]");
  if (said) chat(said);

  function chat(form) {
    const list = document.getElementById("said");
    const field = form.elements.message;
    const button = form.querySelector("button");
    const atEnd = () => form.scrollIntoView({ block: "end" });
    if (list.children.length) atEnd();

    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    });

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.disabled || !field.value.trim()) return;
      const body = new URLSearchParams(new FormData(form));
      const answer = exchange(field.value);
      field.value = "";
      button.disabled = true;
      atEnd();
      try {
        await tell(form.dataset.stream, body, answer);
      } catch (problem) {
        answer.failed(problem.message);
      }
      button.disabled = false;
      field.focus();
      atEnd();
    });

    function exchange(text) {
      document.querySelector(".chat-hint")?.remove();
      document.getElementById("last")?.removeAttribute("id");
      const item = element("li", "exchange");
      item.id = "last";
      const you = element("p", "bubble you-say");
      you.textContent = text;
      const place = element("div", "answer");
      const bubble = element("p", "bubble bot-says muted");
      bubble.textContent = "…";
      const steps = document.getElementById("steps").content.cloneNode(true);
      place.append(bubble, steps);
      item.append(you, place);
      list.append(item);
      return answerIn(place, bubble);
    }

    function answerIn(place, bubble) {
      const texts = new Map();
      return {
        text({ n, text }) {
          texts.set(n, (texts.get(n) ?? "") + text);
          bubble.classList.remove("muted");
          bubble.textContent = texts.get(Math.max(...texts.keys()));
          atEnd();
        },
        step({ n, html }) {
          const rows = place.querySelector("tbody");
          const old = rows.querySelector(`[data-step="${n}"]`);
          const holder = document.createElement("template");
          holder.innerHTML = html.trim();
          if (old) old.replaceWith(holder.content);
          else rows.append(holder.content);
          atEnd();
        },
        wallet({ html }) {
          const wallet = document.getElementById("wallet");
          if (wallet) wallet.innerHTML = html;
        },
        end({ html }) {
          place.innerHTML = html;
        },
        failed(message) {
          const notice = element("p", "notice bad");
          notice.setAttribute("role", "alert");
          notice.textContent = message;
          place.replaceChildren(notice);
        },
      };
    }
  }

  // Sends a form and hands each event of the answer to the method of its name.
  async function tell(address, body, listener) {
    const response = await fetch(address, { method: "POST", body, headers: { Accept: "text/event-stream" } });
    if (!response.ok) {
      const failure = await response.json().catch(() => null);
      throw new Error(failure?.error?.message ?? "This could not be sent. Try again in a moment.");
    }
    let hasEnded = false;
    let rest = "";
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const name = /^event: ?(.*)$/m.exec(event)?.[1];
        const data = /^data: ?(.*)$/m.exec(event)?.[1];
        if (name === "end") hasEnded = true;
        if (data) listener[name]?.(JSON.parse(data));
      }
    }
    if (!hasEnded) throw new Error("The connection broke. The bot goes on: load the page again for its answer.");
  }

  function element(name, classes) {
    const made = document.createElement(name);
    made.className = classes;
    return made;
  }
})();
