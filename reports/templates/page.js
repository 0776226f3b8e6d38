"use strict";
// What every page does: sorts tables by their headers, and opens what is folded for print.
(function () {
  document.documentElement.classList.add("js");
  var key = function (cell, numeric) {
    var said = cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent;
    return numeric ? Number(said.replace(/,/g, "")) || 0 : said;
  };
  Array.prototype.forEach.call(document.querySelectorAll("th[data-sort]"), function (header) {
    var table = header.closest("table"), column = header.cellIndex, button = document.createElement("button");
    button.type = "button";
    button.textContent = header.textContent;
    header.textContent = "";
    header.appendChild(button);
    button.addEventListener("click", function () {
      var up = header.getAttribute("aria-sort") !== "ascending", numeric = header.dataset.sort === "number", body = table.tBodies[0];
      var keyed = Array.prototype.map.call(body.rows, function (row) { return [key(row.cells[column], numeric), row]; });
      keyed.sort(function (a, b) { return (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) * (up ? 1 : -1); });
      Array.prototype.forEach.call(header.parentNode.cells, function (cell) { cell.removeAttribute("aria-sort"); });
      header.setAttribute("aria-sort", up ? "ascending" : "descending");
      keyed.forEach(function (pair) { body.appendChild(pair[1]); });
      table.dispatchEvent(new CustomEvent("sorted"));
    });
  });
  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = Array.prototype.filter.call(document.querySelectorAll("main details:not([open]):not(.choices)"), function (item) {
      return item.querySelectorAll("tr").length < 2000;
    });
    folded.forEach(function (item) { item.open = true; });
  });
  window.addEventListener("afterprint", function () { folded.forEach(function (item) { item.open = false; }); });
})();
