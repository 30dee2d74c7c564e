// Looks at one page in a frame, at every width and in both themes, and writes what it found into the element `found` as JSON.
// Everything is measured in the browser: boxes, colours, what was loaded, what a key does.
(function () {
  "use strict";
  var WIDTHS = [360, 1280, 2560], HEIGHT = 900, THEMES = ["light", "dark"];
  var found = [];
  function fault(where, what) { if (found.length < 200) { found.push(where + ": " + what); } }

  function box(e) { return e.getBoundingClientRect(); }
  function seen(e) {
    for (var p = e; p && p.nodeType === 1; p = p.parentNode) {
      if (p.tagName.toLowerCase() === "details" && !p.open && p !== e) { return false; }
    }
    var b = box(e);
    return b.width > 0 && b.height > 0;
  }
  function short(e) { return "“" + e.textContent.trim().replace(/\s+/g, " ").slice(0, 60) + "”"; }

  // No label of a drawing is cut by its frame, and none lies over another.
  function drawings(doc, where) {
    doc.querySelectorAll("svg").forEach(function (svg) {
      if (!seen(svg)) { return; }
      var frame = box(svg);
      var named = svg.querySelector("title");
      var at = where + ", drawing " + (named ? short(named) : "without a title");
      var labels = Array.from(svg.querySelectorAll("text")).filter(function (t) { return t.textContent.trim(); });
      labels.forEach(function (label, n) {
        var b = box(label);
        if (b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1.5 || b.bottom > frame.bottom + 1.5) {
          fault(at, "the label " + short(label) + " is cut by its frame");
        }
        labels.slice(n + 1).forEach(function (other) {
          var o = box(other);
          var across = Math.min(b.right, o.right) - Math.max(b.left, o.left);
          var down = Math.min(b.bottom, o.bottom) - Math.max(b.top, o.top);
          // Lines of text touch by their spacing: an overlap is more than a third of the smaller height.
          if (across > 1.5 && down > Math.min(b.height, o.height) / 3) {
            fault(at, "the labels " + short(label) + " and " + short(other) + " lie over each other");
          }
        });
      });
    });
  }

  // The page does not scroll sideways: what is wide scrolls by itself.
  function widths(doc, where, width) {
    var over = doc.documentElement.scrollWidth - width;
    if (over > 1) { fault(where, "it is " + over + " pixels wider than the window"); }
  }

  function channels(colour) {
    var m = /rgba?\(([^)]+)\)/.exec(colour);
    if (!m) { return null; }
    var c = m[1].split(/[ ,/]+/).map(Number);
    return { r: c[0], g: c[1], b: c[2], a: c.length > 3 ? c[3] : 1 };
  }
  function luminance(c) {
    return [c.r, c.g, c.b].map(function (v) {
      v /= 255;
      return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
    }).reduce(function (sum, v, n) { return sum + v * [0.2126, 0.7152, 0.0722][n]; }, 0);
  }
  function ground(win, e) {
    for (var p = e; p && p.nodeType === 1; p = p.parentNode) {
      var c = channels(win.getComputedStyle(p).backgroundColor);
      if (c && c.a > 0.99) { return c; }
    }
    return { r: 255, g: 255, b: 255, a: 1 };
  }
  // Text is told from its ground: 4.5 to 1, or 3 to 1 where it is large.
  function contrast(win, doc, where) {
    var worst = {};
    var walker = doc.createTreeWalker(doc.body, 4);
    while (walker.nextNode()) {
      var e = walker.currentNode.parentNode;
      if (!walker.currentNode.textContent.trim() || e.closest("svg, script, style, .unseen, .skip, [hidden]") || !seen(e)) { continue; }
      var style = win.getComputedStyle(e);
      var ink = channels(style.color), paper = ground(win, e);
      if (!ink) { continue; }
      var a = luminance(ink), b = luminance(paper);
      var ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      var size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) { worst[e.tagName + "." + e.className] = ratio.toFixed(2) + " to 1, " + short(e); }
    }
    Object.keys(worst).forEach(function (key) { fault(where, "low contrast at " + key + ": " + worst[key]); });
  }

  // Every control has a name, and can be reached by the keyboard.
  function controls(doc, where) {
    doc.querySelectorAll("a[href], button, input, select, summary").forEach(function (e) {
      var name = e.getAttribute("aria-label") || e.textContent.trim() || (e.labels && e.labels[0] && e.labels[0].textContent.trim());
      if (!name) { fault(where, "a " + e.tagName.toLowerCase() + " has no name: " + e.outerHTML.slice(0, 80)); }
      if (e.tabIndex < 0) { fault(where, "the keyboard does not reach " + short(e)); }
    });
    doc.querySelectorAll(".wide, .plot").forEach(function (e) {
      if (e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0) { fault(where, "what scrolls cannot be reached: " + e.className); }
    });
  }

  // A head of a table sorts by its button, both ways, and says so.
  function sorting(win, doc, where) {
    var table = Array.from(doc.querySelectorAll("table[data-sortable]")).find(function (t) {
      return seen(t) && t.tBodies.length && t.tBodies[0].rows.length > 3;
    });
    if (!table) { return; }
    var head = table.tHead.rows[0].cells[0], button = head.querySelector("button");
    if (!button) { fault(where, "a table that sorts has no button in its head"); return; }
    var rows = function () {
      return Array.from(table.tBodies).map(function (b) { return Array.from(b.rows).map(function (r) { return r.cells[0].textContent; }); });
    };
    button.focus();
    if (doc.activeElement !== button) { fault(where, "the keyboard does not reach the head of a table"); }
    button.click();
    var up = JSON.stringify(rows());
    if (head.getAttribute("aria-sort") !== "ascending") { fault(where, "a sorted column does not say so"); }
    button.click();
    if (head.getAttribute("aria-sort") !== "descending") { fault(where, "a column sorted the other way does not say so"); }
    if (JSON.stringify(rows()) === up) { fault(where, "sorting the other way changes nothing"); }
  }

  // Words in the box leave the rows that have them, the address says so, and an empty box brings all back.
  function filtering(win, doc, where) {
    var form = doc.querySelector("form.tool");
    if (!form) { return; }
    if (form.hidden) { fault(where, "the controls of a table stay hidden"); return; }
    var box = form.querySelector("input[type=search]"), table = doc.querySelector(form.dataset.tables);
    function type(text) { box.value = text; box.dispatchEvent(new win.Event("input")); }
    function shown() {
      return Array.from(table.tBodies).reduce(function (sum, body) {
        return sum + (body.hidden ? 0 : Array.from(body.rows).filter(function (r) { return !r.hidden; }).length);
      }, 0);
    }
    var all = shown();
    type("recurrent");
    if (shown() === 0 || shown() >= all) { fault(where, "the filter leaves " + shown() + " of " + all + " rows"); }
    if (win.location.hash.indexOf("q=recurrent") === -1) { fault(where, "the address does not say what is filtered: " + win.location.hash); }
    type("");
    if (shown() !== all) { fault(where, "an empty filter leaves " + shown() + " of " + all + " rows"); }
    var check = form.querySelector("input[type=checkbox]");
    check.click();
    if (!table.rows[0].cells[1].hidden) { fault(where, "a column that is switched off stays"); }
    check.click();
  }

  function nothingLoaded(win, where) {
    // What comes from a disk is not among the browser's entries.
    win.document.querySelectorAll("[src], [srcset], [data], link, object, embed, iframe").forEach(function (e) {
      fault(where, "it loads " + e.outerHTML.slice(0, 80));
    });
    win.performance.getEntriesByType("resource").forEach(function (entry) { fault(where, "it loads " + entry.name); });
  }

  window.look = function (page) {
    var frame = document.createElement("iframe");
    var jobs = [];
    WIDTHS.forEach(function (w) { THEMES.forEach(function (t) { jobs.push([w, t]); }); });
    frame.style.cssText = "border:0;height:" + HEIGHT + "px";
    function next() {
      var job = jobs.shift();
      if (!job) {
        document.getElementById("found").textContent = JSON.stringify({ done: true, found: found });
        return;
      }
      frame.style.width = job[0] + "px";
      frame.onload = function () {
        var win = frame.contentWindow, doc = frame.contentDocument;
        var where = job[0] + " pixels, " + job[1];
        try {
          doc.documentElement.setAttribute("data-theme", job[1]);
          drawings(doc, where);
          widths(doc, where, job[0]);
          contrast(win, doc, where);
          if (job[0] === 1280 && job[1] === "light") {
            controls(doc, where);
            sorting(win, doc, where);
            filtering(win, doc, where);
            nothingLoaded(win, where);
          }
        } catch (e) { fault(where, "the look failed: " + e); }
        next();
      };
      frame.src = page + "?" + job[0] + job[1];
    }
    document.body.append(frame);
    next();
  };
})();
