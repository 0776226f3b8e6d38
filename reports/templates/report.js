"use strict";
// Filters and groups the table of findings, and copies the address of one. The report is complete without it.
(function () {
  var table = document.getElementById("findings-table");
  if (!table) { return; }
  var byId = function (id) { return document.getElementById(id); };
  var body = table.tBodies[0], form = byId("filters"), text = byId("filter-text"), group = byId("group"), count = byId("filter-count");
  var rows = Array.prototype.slice.call(body.rows), columns = table.tHead.rows[0].cells.length;
  var words = rows.map(function (row) { return row.textContent.toLowerCase(); });
  var names = ["severity", "family", "rule", "component", "owner", "state"].filter(function (name) { return byId("filter-" + name); });
  var order = function () { return Array.prototype.filter.call(body.rows, function (row) { return row.id; }); };

  // --- filter ---
  var value_of = function (row, name) {
    if (name === "family" || name === "state") { return row.dataset[name] || "open"; }
    var cell = row.cells[table.tHead.querySelector('[data-key="' + name + '"]').cellIndex];
    return cell.dataset.v || cell.textContent;
  };
  var wants = function (row, name, value) {
    if (value === "" && byId("filter-" + name).selectedIndex === 0) { return true; }
    return name === "severity" ? Number(value_of(row, name)) >= Number(value) : value_of(row, name) === value;
  };
  var filter = function () {
    var wanted = text.value.trim().toLowerCase(), shown = 0;
    rows.forEach(function (row, index) {
      var keep = words[index].indexOf(wanted) >= 0 && names.every(function (name) { return wants(row, name, byId("filter-" + name).value); });
      row.hidden = !keep;
      if (keep) { shown += 1; }
    });
    count.textContent = shown + " of " + rows.length + " shown";
    heads();
  };

  // --- group: one row before each group, which is told as a heading of the rows below it ---
  var title = function (row, name) {
    if (name === "severity") { return row.cells[1].textContent; }
    if (name === "file") { return row.querySelector(".where").textContent.replace(/(:\d+|, cell .*)$/, ""); }
    var select = byId("filter-" + name), value = value_of(row, name);
    var option = select && Array.prototype.find.call(select.options, function (item, index) { return index && item.value === value; });
    return option ? option.textContent : value || "nobody named";
  };
  var clear = function () { Array.prototype.slice.call(body.querySelectorAll(".group")).forEach(function (row) { body.removeChild(row); }); };
  var grouped = function () {
    var sorted = order(), groups = {}, keys = [];
    clear();
    if (!group.value) { return; }
    sorted.forEach(function (row) {
      var key = title(row, group.value);
      if (!groups[key]) { groups[key] = []; keys.push(key); }
      groups[key].push(row);
    });
    keys.forEach(function (key) {
      var head = document.createElement("tr"), cell = document.createElement("th");
      head.className = "group";
      cell.colSpan = columns;
      cell.scope = "rowgroup";
      head.dataset.title = key;
      head.appendChild(cell);
      body.appendChild(head);
      groups[key].forEach(function (row) { body.appendChild(row); });
    });
    heads();
  };
  var heads = function () {
    Array.prototype.forEach.call(body.querySelectorAll(".group"), function (head) {
      var shown = 0;
      for (var row = head.nextElementSibling; row && row.id; row = row.nextElementSibling) { if (!row.hidden) { shown += 1; } }
      head.hidden = !shown;
      head.cells[0].textContent = head.dataset.title + " (" + shown + ")";
    });
  };

  // --- the address of a finding ---
  var reveal = function () {
    var row = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (!row || row.parentNode !== body) { return; }
    if (row.hidden) { reset(); }
    var more = row.querySelector("details");
    if (more) { more.open = true; }
    row.scrollIntoView({ block: "center" });
  };
  var copy = function (link) {
    if (!navigator.clipboard) { return; }
    navigator.clipboard.writeText(link.href).then(function () { count.textContent = "The link to finding " + link.textContent + " was copied"; }, function () {});
  };
  body.addEventListener("click", function (event) {
    var link = event.target.closest("td:first-child a");
    if (link) { copy(link); }
  });
  var reset = function () {
    form.reset();
    filter();
    grouped();
  };
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", function (event) { if (event.target !== group) { filter(); } });
  group.addEventListener("change", grouped);
  byId("filter-reset").addEventListener("click", reset);
  table.addEventListener("sorted", grouped);
  window.addEventListener("hashchange", function () { try { reveal(); } catch (error) { return; } });
  form.hidden = false;
  try { reveal(); } catch (error) { return; }
})();
