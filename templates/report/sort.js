// Sorting, group by group; the order that is written down is complete without it.
(function () {
  "use strict";
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
        Array.from(table.tBodies).forEach(function (body) {
          // A row that names its group stays on top of it.
          var rows = Array.from(body.rows).filter(function (row) { return row.cells.length === heads.length; });
          rows = rows.map(function (row, place) {
            return { row: row, place: place, key: row.cells[column].dataset.sort || row.cells[column].textContent };
          });
          rows.sort(compare(head.classList.contains("num"), falling));
          rows.forEach(function (entry) { body.append(entry.row); });
        });
        table.dispatchEvent(new CustomEvent("sorted", { detail: { column: column, falling: falling } }));
      });
    });
  });
})();
