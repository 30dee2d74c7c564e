// Everything here is a convenience: the page is complete without it.
(function () {
  "use strict";
  var root = document.documentElement;
  var toggle = document.getElementById("theme");
  var names = ["auto", "dark", "light"];
  function show(theme) {
    if (theme === "auto") { root.removeAttribute("data-theme"); } else { root.setAttribute("data-theme", theme); }
    toggle.textContent = "Theme: " + theme;
  }
  var theme = "auto";
  try { theme = localStorage.getItem("normlab-theme") || "auto"; } catch (e) { theme = "auto"; }
  if (names.indexOf(theme) === -1) { theme = "auto"; }
  toggle.hidden = false;
  show(theme);
  toggle.addEventListener("click", function () {
    theme = names[(names.indexOf(theme) + 1) % names.length];
    show(theme);
    try { localStorage.setItem("normlab-theme", theme); } catch (e) { /* a page opened from a file may have no storage */ }
  });

  function compare(numeric, falling) {
    return function (a, b) {
      if (numeric) {
        var x = Number(a.key), y = Number(b.key);
        // What was not measured comes last either way.
        if (isNaN(x) || isNaN(y)) { return isNaN(x) - isNaN(y) || a.place - b.place; }
        return (x === y ? 0 : (x - y) * (falling ? -1 : 1)) || a.place - b.place;
      }
      return a.key.localeCompare(b.key, "en", { numeric: true }) * (falling ? -1 : 1) || a.place - b.place;
    };
  }
  document.querySelectorAll("table[data-sortable]").forEach(function (table) {
    var heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.append.apply(button, Array.from(head.childNodes));
      head.append(button);
      button.addEventListener("click", function () {
        var falling = head.getAttribute("aria-sort") === "ascending";
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", falling ? "descending" : "ascending");
        var body = table.tBodies[0];
        var rows = Array.from(body.rows).map(function (row, place) {
          return { row: row, place: place, key: row.cells[column].dataset.sort || row.cells[column].textContent };
        });
        rows.sort(compare(head.classList.contains("num"), falling));
        rows.forEach(function (entry) { body.append(entry.row); });
      });
    });
  });

  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open])").forEach(function (d) { d.open = true; d.dataset.printed = "1"; });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details[data-printed]").forEach(function (d) { d.open = false; delete d.dataset.printed; });
  });
})();
