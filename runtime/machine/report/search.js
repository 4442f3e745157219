// A page of many reports: searched by words, filtered by what the form offers, all of it kept in the address.
(() => {
  "use strict";
  const search = document.querySelector(".search");
  if (!search) return;
  const table = document.querySelector("table.studies");
  const headings = [...table.tHead.rows[0].cells];
  const shown = search.querySelector("output");
  const fields = [...search.elements].filter((field) => field.name);
  const facets = [...new Set(fields.map((field) => field.name))].filter((name) => name !== "search");

  // What a row is found by, read once.
  const valuesOf = (row, facet) => {
    if (facet !== "operator") return row.dataset[facet].split(" ");
    return (row.querySelector(".operators span")?.textContent ?? "").split(", ");
  };
  const reports = [...table.tBodies[0].rows].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    values: Object.fromEntries(facets.map((facet) => [facet, valuesOf(row, facet)])),
    verdicts: [...row.querySelectorAll(".verdicts a")].map((verdict) => verdict.className),
    missing: Number(row.querySelector(".missing").textContent),
  }));

  // A value's count is of the reports that it would show beside all that is chosen in the other facets.
  const filter = () => {
    const given = new FormData(search);
    const words = given.get("search").toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = new Map(facets.map((facet) => [facet, given.getAll(facet).filter(Boolean)]));
    const counts = new Map(facets.map((facet) => [facet, new Map()]));
    const tallies = new Map();
    const add = (counted, key, more = 1) => counted.set(key, (counted.get(key) ?? 0) + more);
    let count = 0;
    for (const { row, text, values, verdicts, missing } of reports) {
      const found = words.every((word) => text.includes(word));
      const amiss = facets.filter((facet) => {
        const wanted = chosen.get(facet);
        return wanted.length && !wanted.some((value) => values[facet].includes(value));
      });
      for (const facet of found ? facets : []) {
        if (amiss.every((other) => other === facet)) {
          for (const value of values[facet]) add(counts.get(facet), value);
        }
      }
      row.hidden = !found || amiss.length > 0;
      if (row.hidden) continue;
      count += 1;
      add(tallies, "missing", missing);
      for (const verdict of verdicts) add(tallies, verdict);
    }
    for (const field of fields) {
      if (field.type === "checkbox") {
        field.parentElement.querySelector(".count").textContent = counts.get(field.name).get(field.value) ?? 0;
      } else if (field.options) {
        for (const option of [...field.options].slice(1)) {
          const fits = counts.get(field.name).get(option.value) ?? 0;
          option.textContent = `${option.value} (${fits})`;
          option.disabled = !fits && !option.selected;
        }
      }
    }
    for (const tally of document.querySelectorAll(".tally")) {
      tally.querySelector("b").textContent = tallies.get(tally.classList[1]) ?? 0;
    }
    shown.textContent = `${count} of ${reports.length} ${table.dataset.noun}`;
  };

  // The address: `#family=grokking&verdict=supported&sort=-computing`. Other fragments are places in the page.
  const nameOf = (heading) => heading.textContent.trim().toLowerCase();
  const sorted = () => headings.find((heading) => /^(a|de)scending$/.test(heading.getAttribute("aria-sort")));
  const write = () => {
    const address = new URLSearchParams([...new FormData(search)].filter(([, value]) => value));
    const by = sorted();
    const sign = by?.getAttribute("aria-sort") === "descending" ? "-" : "";
    if (by) address.set("sort", sign + nameOf(by));
    const fragment = address.toString().replaceAll("%2F", "/");
    try {
      history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
    } catch {
      // Browsers bound how often a page may do that; the next change will.
    }
  };
  const sortBy = (name, order) => {
    const heading = headings.find((one) => nameOf(one) === name);
    for (let clicks = 0; heading && heading.getAttribute("aria-sort") !== order && clicks < 3; clicks += 1) {
      heading.querySelector("button").click();
    }
  };
  const read = () => {
    if (location.hash && !location.hash.includes("=")) return;
    const address = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) {
      const values = address.getAll(field.name);
      if (field.type === "checkbox") field.checked = values.includes(field.value);
      else field.value = values[0] ?? "";
      if (field.selectedIndex < 0) field.value = "";
    }
    const by = address.get("sort");
    if (by) sortBy(by.replace("-", ""), by.startsWith("-") ? "descending" : "ascending");
    else if (sorted()) sortBy(nameOf(sorted()), "none");
    filter();
  };

  search.hidden = false;
  search.addEventListener("input", () => (filter(), write()));
  search.addEventListener("reset", () => setTimeout(() => (filter(), write())));
  search.addEventListener("submit", (event) => event.preventDefault());
  table.tHead.addEventListener("click", write);
  addEventListener("hashchange", read);
  read();
})();
