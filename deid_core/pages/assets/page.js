"use strict";
// Without this the page is whole: it only adds sorting and a filter to each table.
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  const name = table.caption.textContent;
  const rows = [...body.rows];
  if (rows.length < 6) continue;
  const text = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  const tools = document.createElement("div");
  tools.className = "tools";
  const label = document.createElement("label");
  const input = document.createElement("input");
  const shown = document.createElement("output");
  input.type = "search";
  input.id = "filter-" + table.closest("section").id + "-" + document.querySelectorAll(".tools").length;
  label.htmlFor = input.id;
  label.textContent = "Filter";
  input.setAttribute("aria-label", "Filter: " + name);
  const tell = (count) => { shown.textContent = count + " of " + rows.length + " rows"; };
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      row.hidden = !words.every((word) => text.get(row).includes(word));
      if (!row.hidden) count += 1;
    }
    tell(count);
  });
  tell(rows.length);
  tools.append(label, input, shown);
  table.parentElement.before(tools);

  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => {
        const cell = row.cells[column];
        return cell.dataset.key === undefined ? cell.textContent.trim() : Number(cell.dataset.key);
      };
      const order = (a, b) => {
        const one = key(a), two = key(b);
        if (typeof one === "number" && typeof two === "number") return one - two;
        return String(one).localeCompare(String(two), "en", { numeric: true });
      };
      const sorted = [...rows].sort((a, b) => (down ? order(b, a) : order(a, b)));
      body.append(...sorted);
    });
  });
}
