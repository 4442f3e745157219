// Tables: a button in every column heading; up, down, and back to the first order.
(() => {
  "use strict";
  const textOf = (row, column) => {
    const cell = row.cells[column];
    if (!cell) return "";
    if (cell.dataset.value !== undefined) return cell.dataset.value;
    return cell.textContent.trim();
  };
  const numberIn = (text) => {
    const found = /^[−-]?\d[\d.]*(?:e[+−-]?\d+)?/i.exec(text);
    return found ? Number(found[0].replaceAll("−", "-")) : NaN;
  };
  const isEmpty = (text) => text === "" || text.startsWith("—");

  function sort(table, column, direction) {
    for (const body of table.tBodies) {
      const rows = [...body.rows].filter((row) => !row.classList.contains("block"));
      rows.forEach((row, index) => (row.dataset.first ??= String(index)));
      const texts = new Map(rows.map((row) => [row, textOf(row, column)]));
      const filled = rows.map((row) => texts.get(row)).filter((text) => !isEmpty(text));
      const numeric = filled.every((text) => !Number.isNaN(numberIn(text)));
      const compare = (a, b) => {
        const [x, y] = [texts.get(a), texts.get(b)];
        if (isEmpty(x) || isEmpty(y)) return isEmpty(x) - isEmpty(y);
        const order = numeric ? numberIn(x) - numberIn(y) : x.localeCompare(y, "en", { numeric: true });
        return direction === "descending" ? -order : order;
      };
      const first = (a, b) => Number(a.dataset.first) - Number(b.dataset.first);
      rows.sort((a, b) => (direction === "none" ? 0 : compare(a, b)) || first(a, b));
      body.append(...rows);
    }
  }

  const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
  for (const table of document.querySelectorAll("table.sortable")) {
    const headings = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    headings.forEach((heading, column) => {
      if (heading.tagName !== "TH") return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      heading.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const direction = NEXT[heading.getAttribute("aria-sort")];
        for (const other of headings) if (other.tagName === "TH") other.setAttribute("aria-sort", "none");
        heading.setAttribute("aria-sort", direction);
        sort(table, column, direction);
      });
    });
  }
})();
