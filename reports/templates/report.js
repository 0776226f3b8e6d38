"use strict";
// Filters and sorts the table of findings, and opens what is folded for print. The report is complete without it.
(function () {
  var table = document.getElementById("findings-table");
  if (table) {
    var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows);
    var form = document.getElementById("filters"), text = document.getElementById("filter-text");
    var severity = document.getElementById("filter-severity"), rule = document.getElementById("filter-rule");
    var count = document.getElementById("filter-count");
    var words = rows.map(function (row) { return row.textContent.toLowerCase(); });
    var filter = function () {
      var wanted = text.value.toLowerCase(), shown = 0;
      rows.forEach(function (row, index) {
        var keep = words[index].indexOf(wanted) >= 0 && (!severity.value || row.cells[1].dataset.v === severity.value) &&
          (!rule.value || row.cells[2].textContent === rule.value);
        row.hidden = !keep;
        if (keep) { shown += 1; }
      });
      count.textContent = shown + " of " + rows.length + " shown";
    };
    var key = function (row, column) { var cell = row.cells[column]; return cell.dataset.v || cell.textContent; };
    var sort = function (header, column) {
      var up = header.getAttribute("aria-sort") !== "ascending", numeric = header.dataset.sort === "number";
      var sorted = rows.slice().sort(function (a, b) {
        var left = key(a, column), right = key(b, column);
        var order = numeric ? Number(left) - Number(right) : left < right ? -1 : left > right ? 1 : 0;
        return up ? order : -order;
      });
      Array.prototype.forEach.call(header.parentNode.cells, function (cell) { cell.removeAttribute("aria-sort"); });
      header.setAttribute("aria-sort", up ? "ascending" : "descending");
      sorted.forEach(function (row) { body.appendChild(row); });
    };
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (header, column) {
      if (!header.dataset.sort) { return; }
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = header.textContent;
      header.textContent = "";
      header.appendChild(button);
      button.addEventListener("click", function () { sort(header, column); });
    });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    [text, severity, rule].forEach(function (control) { control.addEventListener("input", filter); });
    form.hidden = false;
  }
  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    folded.forEach(function (item) { item.open = true; });
  });
  window.addEventListener("afterprint", function () { folded.forEach(function (item) { item.open = false; }); });
})();
