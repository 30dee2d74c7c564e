// Everything here is a convenience: the page is complete without it.
(function () {
  "use strict";
  var root = document.documentElement;
  var toggle = document.getElementById("theme");
  var names = ["auto", "dark", "light"];
  function show(theme) {
    if (theme === "auto") { root.removeAttribute("data-theme"); } else { root.setAttribute("data-theme", theme); }
    toggle.textContent = toggle.getAttribute("data-" + theme);
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

  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open])").forEach(function (d) { d.open = true; d.dataset.printed = "1"; });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details[data-printed]").forEach(function (d) { d.open = false; delete d.dataset.printed; });
  });
})();
