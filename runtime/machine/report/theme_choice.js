// Colours: as the system has them, light, or dark.
(() => {
  "use strict";
  const root = document.documentElement;
  const theme = document.querySelector(".theme");
  if (theme) {
    theme.hidden = false;
    for (const choice of theme.querySelectorAll("input")) {
      choice.checked = choice.value === (root.dataset.theme || "auto");
      choice.addEventListener("change", () => {
        if (choice.value === "auto") delete root.dataset.theme;
        else root.dataset.theme = choice.value;
        try {
          if (choice.value === "auto") localStorage.removeItem("heldout-theme");
          else localStorage.setItem("heldout-theme", choice.value);
        } catch {
          // It holds for this visit.
        }
      });
    }
  }
})();
