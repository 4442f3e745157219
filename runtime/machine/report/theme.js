// Before the page is drawn: the colours that this reader chose last time.
(() => {
  try {
    const chosen = localStorage.getItem("heldout-theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // No storage for this page: it follows the system's colours.
  }
})();
