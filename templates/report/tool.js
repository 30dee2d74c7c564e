// Filtering rows and hiding columns, with the state in the address, `#all?q=batch` and so on. The table is complete without it.
(function () {
  "use strict";
  document.querySelectorAll("form.tool").forEach(function (form) {
    var tables = Array.from(document.querySelectorAll(form.dataset.tables));
    if (!tables.length) { return; }
    var box = form.querySelector("input"), choices = form.querySelector(".choices");
    var said = form.querySelector("output"), copy = form.querySelector("button");
    var heads = Array.from(tables[0].tHead.rows[0].cells), sort = "";
    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); });

    heads.slice(1).forEach(function (head, n) {
      var label = document.createElement("label"), check = document.createElement("input");
      check.type = "checkbox";
      check.checked = true;
      check.dataset.column = n + 1;
      check.addEventListener("change", apply);
      label.append(check, " " + head.textContent);
      choices.append(label);
    });
    var checks = Array.from(choices.querySelectorAll("input"));

    function state() {
      var hide = checks.filter(function (c) { return !c.checked; }).map(function (c) { return c.dataset.column; });
      var parts = [];
      if (box.value.trim()) { parts.push("q=" + encodeURIComponent(box.value.trim())); }
      if (hide.length) { parts.push("hide=" + hide.join(".")); }
      if (sort) { parts.push("sort=" + sort); }
      return "#" + form.dataset.anchor + (parts.length ? "?" + parts.join("\u0026") : "");
    }

    function apply() {
      var words = box.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0, all = 0;
      tables.forEach(function (table) {
        Array.from(table.rows).forEach(function (row) {
          if (row.cells.length === heads.length) {
            checks.forEach(function (c) { row.cells[c.dataset.column].hidden = !c.checked; });
          }
        });
        Array.from(table.tBodies).forEach(function (body) {
          var left = 0;
          Array.from(body.rows).forEach(function (row) {
            if (row.cells.length !== heads.length) { return; }
            var text = row.textContent.toLowerCase();
            row.hidden = !words.every(function (word) { return text.indexOf(word) !== -1; });
            all += 1;
            left += row.hidden ? 0 : 1;
          });
          // The name of a group goes with its last row.
          body.hidden = !left;
          shown += left;
        });
      });
      said.textContent = words.length ? shown + " of " + all + " rows" : "";
      try { history.replaceState(null, "", state()); } catch (e) { /* a page opened from a file may not change its address */ }
    }

    tables.forEach(function (table) {
      table.addEventListener("sorted", function (event) {
        sort = event.detail.column + (event.detail.falling ? "-" : "");
        apply();
      });
    });
    box.addEventListener("input", apply);
    copy.addEventListener("click", function () {
      var link = location.href.split("#")[0] + state();
      var field = document.createElement("input");
      field.value = link;
      form.append(field);
      field.select();
      var copied = false;
      try { copied = document.execCommand("copy"); } catch (e) { copied = false; }
      field.remove();
      copy.focus();
      said.textContent = copied ? form.dataset.copied : link;
    });

    // What the address says.
    var asked = location.hash.slice(1).split("?");
    if (asked.length !== 2 || asked[0] !== form.dataset.anchor) { return; }
    asked[1].split("\u0026").forEach(function (part) {
      var cut = part.indexOf("="), name = part.slice(0, cut), value = part.slice(cut + 1);
      if (name === "q") { try { box.value = decodeURIComponent(value); } catch (e) { box.value = ""; } }
      if (name === "hide") {
        var columns = value.split(".");
        checks.forEach(function (c) { c.checked = columns.indexOf(c.dataset.column) === -1; });
      }
      if (name === "sort") {
        var head = heads[parseInt(value, 10)], button = head ? head.querySelector("button") : null;
        if (button) {
          button.click();
          if (value.slice(-1) === "-") { button.click(); }
        }
      }
    });
    apply();
    document.getElementById(form.dataset.anchor).scrollIntoView();
  });
})();
