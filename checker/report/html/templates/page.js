"use strict";
// The page is complete without this. It adds a search through the records, and opens what a link or a printer needs.
(() => {
  const open = (element) => {
    for (let at = element; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  };
  const follow = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target) { open(target); target.focus({ preventScroll: true }); }
  };
  addEventListener("hashchange", follow);
  follow();

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of opened) each.open = false; });

  for (const picture of document.querySelectorAll(".picture")) {
    const rows = [...picture.querySelectorAll("ol.lanes > li")];
    const label = document.createElement("label");
    const input = document.createElement("input");
    const count = document.createElement("span");
    label.className = "search";
    input.type = "search";
    count.setAttribute("role", "status");
    label.append("find in the records ", input, " ", count);
    picture.querySelector(".legend").after(label);
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase();
      let found = 0;
      for (const row of rows) {
        const fits = row.textContent.toLowerCase().includes(wanted);
        row.hidden = !fits;
        found += fits;
      }
      count.textContent = wanted ? `${found} of ${rows.length}` : "";
    });
  }
})();
