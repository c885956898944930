// The dashboard works without this file; it keeps figures moving and closes menus.
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A choice needs no button where a script can press it.
  for (const select of document.querySelectorAll(".account select")) {
    const button = select.form.querySelector("button");
    button.hidden = true;
    select.addEventListener("change", () => select.form.requestSubmit());
  }
})();
