"use strict";
// The list is in order of need already; this adds a button to each head that sorts by it, and nothing else.
(() => {
  const table = document.querySelector("table.sortable");
  if (!table) return;
  const body = table.tBodies[0], status = document.querySelector(".sorted"), heads = [...table.tHead.rows[0].cells];
  const words = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const value = (row, at) => row.cells[at].dataset.value ?? row.cells[at].textContent.trim();
  const sort = (at) => {
    const head = heads[at], down = head.getAttribute("aria-sort") === "ascending", number = head.dataset.kind === "number";
    const rows = [...body.rows].sort((one, other) => {
      const a = value(one, at), b = value(other, at);
      if (a === "" || b === "") return (a === "") - (b === "");
      const order = number ? a - b : words.compare(a, b);
      return down ? -order : order;
    });
    for (const each of heads) each.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    table.classList.toggle("resorted", at !== 0 || down);
    body.append(...rows);
    status.textContent = `${status.dataset.by} ${head.textContent.trim()}, ${down ? status.dataset.down : status.dataset.up}`;
  };
  heads.forEach((head, at) => {
    if (!head.dataset.kind) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(at));
    head.append(button);
  });
})();
