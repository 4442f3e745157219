// A search over rows, and a choice of verdicts.
(() => {
  "use strict";
  const search = document.querySelector(".search");
  if (search) {
    search.hidden = false;
    const words = search.querySelector("input[type=search]");
    const verdicts = [...search.querySelectorAll("input[type=checkbox]")];
    const shown = search.querySelector("output");
    const rows = [...document.querySelectorAll("table.studies tbody tr")];
    const filter = () => {
      const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      const chosen = verdicts.filter((box) => box.checked).map((box) => box.value);
      let count = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        const own = row.dataset.verdicts.split(" ");
        const fits = wanted.every((word) => text.includes(word));
        const has = !chosen.length || chosen.some((verdict) => own.includes(verdict));
        row.hidden = !(fits && has);
        count += !row.hidden;
      }
      shown.textContent = `${count} of ${rows.length} studies`;
    };
    search.addEventListener("input", filter);
    search.addEventListener("submit", (event) => event.preventDefault());
    filter();
  }
})();
