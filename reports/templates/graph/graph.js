"use strict";
// Draws the pictures that were laid out beforehand; finds, filters and explains. The page is complete without it.
(function () {
  var byId = function (id) { return document.getElementById(id); };
  var stage = byId("picture");
  if (!stage) { return; }
  var data = JSON.parse(byId("atlas").textContent), items = data.items, root = 0;
  var rowsOf = function (table) { return table ? Array.prototype.slice.call(table.tBodies[0].rows) : []; };
  var nodes = rowsOf(byId("artefacts")).map(function (row) {
    return { id: row.cells[0].textContent, label: row.cells[1].textContent, kind: row.cells[2].textContent, place: row.cells[3].textContent, findings: row.cells[6] ? Number(row.cells[6].textContent) : 0, rank: Number(row.dataset.r || -1), ties: [], item: -1 };
  });
  var ties = rowsOf(byId("ties")).map(function (row) {
    var along = row.dataset.w === "along", a = Number(row.dataset.a), b = Number(row.dataset.b);
    return { row: row, a: a, b: b, from: along ? a : b, to: along ? b : a, state: row.dataset.s, word: row.cells[1].textContent, sure: Number(row.cells[4].textContent) };
  });
  items.forEach(function (item, index) { if (item[2] >= 0) { nodes[item[2]].item = index; } });
  ties.forEach(function (tie) { nodes[tie.a].ties.push(tie); if (tie.b !== tie.a) { nodes[tie.b].ties.push(tie); } });

  // --- small things ---
  var SVG = "http://www.w3.org/2000/svg";
  var shape = function (name, attributes, text) {
    var made = document.createElementNS(SVG, name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (text !== undefined) { made.textContent = text; }
    return made;
  };
  var element = function (name, text, className) {
    var made = document.createElement(name);
    if (text !== undefined) { made.textContent = text; }
    if (className) { made.className = className; }
    return made;
  };
  var button = function (text, act, className) {
    var made = element("button", text, className);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };
  var empty = function (parent) { while (parent.firstChild) { parent.removeChild(parent.firstChild); } };
  var clip = function (text, most) {
    if (text.length <= most) { return text; }
    if (text.indexOf("/") < 0) { return text.slice(0, most - 1) + "…"; }
    var end = text.slice(text.length - most + 1), slash = end.indexOf("/");
    return "…" + (slash >= 0 && slash < end.length - 1 ? end.slice(slash) : end);
  };
  var count = function (number, one, many) { return number.toLocaleString("en") + " " + (number === 1 ? one : many || one + "s"); };
  var pathOf = function (item, within) {
    var names = [];
    for (var at = item; at > root && at !== within; at = items[at][1]) { names.unshift(items[at][0]); }
    return names.join("/") || items[item][0];
  };
  var isFolder = function (item) { return items[item][2] < 0; };

  // --- state ---
  var shown = root, chosen = null, zoom = 0, held = {}, hidden = { kind: {}, state: {} }, least = 0;
  items.forEach(function (item) { if (item[1] >= 0) { held[item[1]] = (held[item[1]] || 0) + 1; } });
  var owed = {}, least_debt = -1;
  nodes.forEach(function (node) {
    for (var at = node.findings ? node.item : -1; at >= 0; at = items[at][1]) {
      owed[at] = owed[at] || { findings: 0, rank: -1 };
      owed[at].findings += node.findings;
      owed[at].rank = Math.max(owed[at].rank, node.rank);
    }
  });
  var passes = function (tie) {
    return !hidden.state[tie.state] && tie.sure >= least && !hidden.kind[nodes[tie.a].kind] && !hidden.kind[nodes[tie.b].kind];
  };

  // --- the picture ---
  var view = null, boxes = [], lines = [];
  var drawing = byId("drawing"), viewport = byId("viewport");
  var current = function () {
    var both = data.views[shown];
    return both[byId("folding").value === "1" && both[1] ? 1 : 0];
  };
  var leading = function (found) {
    var counts = {};
    found.forEach(function (tie) { counts[tie.state] = (counts[tie.state] || 0) + 1; });
    if (counts.mismatch) { return "mismatch"; }
    return data.states.reduce(function (best, state) { return (counts[state] || 0) > (counts[best] || 0) ? state : best; });
  };
  var gathered = function () {
    var boxOf = {}, known = {}, found = {};
    boxes.forEach(function (box, index) { boxOf[box.item] = index; });
    var lookUp = function (item) {
      if (known[item] === undefined) {
        var at = item;
        while (at >= 0 && boxOf[at] === undefined) { at = items[at][1]; }
        known[item] = at < 0 ? -1 : boxOf[at];
      }
      return known[item];
    };
    ties.forEach(function (tie) {
      if (nodes[tie.from].item < 0 || nodes[tie.to].item < 0 || !passes(tie)) { return; }
      var from = lookUp(nodes[tie.from].item), to = lookUp(nodes[tie.to].item);
      if (from < 0 || to < 0 || from === to) { return; }
      var key = from + ">" + to;
      (found[key] = found[key] || []).push(tie);
    });
    return found;
  };
  var draw = function () {
    view = current();
    boxes = view[2].map(function (box) { return { item: box[0], x: box[1], y: box[2], outside: box[3] === 1 }; });
    var found = gathered();
    lines = view[3].map(function (line) { return { a: line[0], b: line[1], path: line[2], ties: found[line[0] + ">" + line[1]] || [] }; })
      .filter(function (line) { return line.ties.length > 0; });
    empty(drawing);
    lines.forEach(function (line) { drawing.appendChild(drawnLine(line)); });
    boxes.forEach(function (box, index) {
      var node = isFolder(box.item) ? null : nodes[items[box.item][2]];
      if (!node || !hidden.kind[node.kind]) { drawing.appendChild(drawnBox(box, index, node)); }
    });
    stage.setAttribute("viewBox", "0 0 " + view[0] + " " + view[1]);
    resize();
    var said = [];
    if (view[4]) { said.push(count(view[4], "more item") + " in this folder " + (view[4] === 1 ? "is" : "are") + " not drawn"); }
    if (view[5]) { said.push(count(view[5], "more neighbour") + " outside it " + (view[5] === 1 ? "is" : "are") + " not drawn"); }
    byId("left-out").textContent = said.length ? said.join(", and ") + "; search finds them, and the tables have them." : "";
    crumbs();
    mark();
  };
  var drawnLine = function (line) {
    var state = leading(line.ties), group = shape("g", { "class": "line" });
    var sure = Math.max.apply(null, line.ties.map(function (tie) { return tie.sure; }));
    if (sure < 0.5) { group.classList.add("unsure"); }
    var names = pathOf(boxes[line.a].item, shown) + " → " + pathOf(boxes[line.b].item, shown);
    var what = line.ties.length === 1 ? line.ties[0].word + ", " + line.ties[0].row.cells[3].textContent + ", confidence " + line.ties[0].row.cells[4].textContent : count(line.ties.length, "tie");
    group.appendChild(shape("title", {}, names + ": " + what));
    group.appendChild(shape("path", { d: line.path, "class": "grip" }));
    group.appendChild(shape("path", { d: line.path, "class": "tie tie-" + state, fill: "none", "marker-end": "url(#tip-" + state + ")" }));
    group.addEventListener("click", function () { choose({ line: line, name: names }); });
    line.group = group;
    return group;
  };
  var drawnBox = function (box, index, node) {
    var kind = node ? node.kind : (held[box.item] || 0).toLocaleString("en") + " inside";
    var look = node ? data.kinds[node.kind] || "other" : "folder";
    var group = shape("g", { "class": "node" + (box.outside ? " outside" : ""), transform: "translate(" + box.x + " " + box.y + ")", role: "button", tabindex: index === 0 ? "0" : "-1" });
    group.appendChild(shape("title", {}, pathOf(box.item) + " (" + kind + ")"));
    group.appendChild(shape("path", { d: data.shapes[look], "class": "box box-" + look }));
    group.appendChild(shape("text", { "class": "box-label", x: data.box[0] / 2, y: node ? 18 : 21, "text-anchor": "middle", "font-size": "12.5" }, clip(pathOf(box.item, shown), 23)));
    group.appendChild(shape("text", { "class": "box-kind", x: data.box[0] / 2, y: node ? 32 : 34, "text-anchor": "middle", "font-size": "10.5" }, kind + (node && held[box.item] ? " +" + held[box.item] : "")));
    var debts = owed[box.item];
    if (debts) { group.appendChild(badge(debts)); }
    group.classList.toggle("pale", least_debt >= 0 && !(debts && debts.rank >= least_debt));
    group.setAttribute("aria-description", pathOf(box.item) + (debts ? ", " + count(debts.findings, "finding") : "") + (box.outside ? ", outside this folder" : ""));
    group.addEventListener("click", function () { press(box); });
    group.addEventListener("keydown", function (event) { keyed(event, box); });
    box.group = group;
    return group;
  };
  var badge = function (debts) {
    var wide = 12 + 7 * String(debts.findings).length, group = shape("g", { "class": "badge" + (debts.rank >= 3 ? " badge-grave" : "") });
    group.appendChild(shape("rect", { x: data.box[0] - wide, y: -8, width: wide, height: 18, rx: 9 }));
    group.appendChild(shape("text", { "class": "badge-text", x: data.box[0] - Math.floor(wide / 2), y: 5, "text-anchor": "middle", "font-size": "11", "font-weight": "600" }, debts.findings));
    return group;
  };
  var press = function (box) {
    if (isFolder(box.item) && data.views[box.item]) { go("in", box.item); } else if (isFolder(box.item)) { choose({ folder: box.item }); } else { go("at", box.item); }
  };
  var keyed = function (event, box) {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); press(box); return; }
    var step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!step) { return; }
    event.preventDefault();
    var best = null, least_ = Infinity;
    boxes.forEach(function (other) {
      if (other === box || !other.group) { return; }
      var dx = other.x - box.x, dy = other.y - box.y, ahead = step[0] * dx + step[1] * dy, aside = Math.abs(step[1] * dx) + Math.abs(step[0] * dy);
      if (ahead > 0 && ahead + 2 * aside < least_) { least_ = ahead + 2 * aside; best = other; }
    });
    if (best) { focusOn(best); }
  };
  var focusOn = function (box) {
    boxes.forEach(function (other) { if (other.group) { other.group.setAttribute("tabindex", other === box ? "0" : "-1"); } });
    box.group.focus({ preventScroll: false });
  };
  var resize = function () {
    var room = Math.max(viewport.clientWidth - 2, 200), scale = zoom || Math.min(1, Math.max(room / view[0], 0.62));
    stage.setAttribute("width", Math.round(view[0] * scale));
    stage.setAttribute("height", Math.round(view[1] * scale));
  };
  var crumbs = function () {
    var trail = byId("crumbs"), way = [];
    empty(trail);
    for (var at = shown; at >= 0; at = items[at][1]) { way.unshift(at); }
    way.forEach(function (item, index) {
      var name = item === root ? "whole graph" : items[item][0];
      if (index) { trail.appendChild(document.createTextNode("/")); }
      if (item === shown) { trail.appendChild(element("b", name)); } else if (data.views[item]) { trail.appendChild(button(name, function () { go("in", item); })); } else { trail.appendChild(element("span", name)); }
    });
    trail.hidden = way.length < 2;
  };
  var mark = function () {
    var at = chosen && chosen.node !== undefined ? nodes[chosen.node].item : -1, near = {};
    drawing.classList.toggle("busy", false);
    var index = -1;
    for (var up = at; up >= 0 && index < 0; up = items[up][1]) {
      boxes.forEach(function (box, number) { if (box.item === up && box.group) { index = number; } });
    }
    lines.forEach(function (line) {
      var touches = line.a === index || line.b === index || (chosen && chosen.line === line);
      line.group.classList.toggle("near", Boolean(touches));
      if (touches) { near[line.a] = near[line.b] = true; }
    });
    boxes.forEach(function (box, number) {
      if (!box.group) { return; }
      box.group.classList.toggle("chosen", number === index);
      box.group.classList.toggle("near", Boolean(near[number]));
    });
    drawing.classList.toggle("busy", index >= 0 || Boolean(chosen && chosen.line));
    return index;
  };

  // --- what is chosen, and where we are: in the address, so that it can be sent and gone back from ---
  var go = function (word, item) {
    var hash = "#" + word + "=" + encodeURIComponent(word === "at" ? nodes[items[item][2]].id : pathOf(item));
    if (location.hash === hash) { arrive(); } else { location.hash = hash; }
  };
  var arrive = function () {
    var match = /^#(in|at)=(.*)$/.exec(location.hash), wanted = "";
    if (!match && location.hash && view) { return; }  // an anchor of the page
    try { wanted = match ? decodeURIComponent(match[2]) : ""; } catch (error) { wanted = ""; }
    var found = -1;
    if (match && match[1] === "at") {
      nodes.forEach(function (node, index) { if (node.id === wanted) { found = index; } });
      if (found >= 0) { show(found); inSight(); return; }
    }
    items.forEach(function (item, index) { if (match && match[1] === "in" && data.views[index] && pathOf(index) === wanted) { found = index; } });
    shown = found >= 0 ? found : root;
    chosen = null;
    draw();
    panel();
    if (match) { inSight(); }
  };
  var inSight = function () {
    var room = viewport.getBoundingClientRect();
    if (room.bottom < 60 || room.top > window.innerHeight - 60) { viewport.scrollIntoView(); }
  };
  var show = function (number) {
    var item = nodes[number].item, inView = boxes.some(function (box) { return box.item === item && box.group; });
    chosen = { node: number };
    if (item >= 0 && !inView) {
      for (var at = items[item][1]; at >= 0; at = items[at][1]) { if (data.views[at]) { shown = at; break; } }
      draw();
    }
    panel();
    var index = mark();
    if (index >= 0 && !below()) { boxes[index].group.scrollIntoView({ block: "nearest", inline: "center" }); }
  };
  var choose = function (what) { chosen = what; panel(); mark(); };
  var close = function () { if (location.hash.indexOf("#at=") === 0) { go("in", shown); } else { choose(null); } };

  // --- the panel ---
  var MOST = 60;
  var panel = function () {
    var side = byId("panel");
    empty(side);
    side.hidden = !chosen;
    document.querySelector(".board").classList.toggle("with-panel", Boolean(chosen));
    if (!chosen) { return; }
    side.appendChild(button("Close", close, "panel-close"));
    if (chosen.line) { side.appendChild(element("h3", chosen.name)); listed(side, "Ties", chosen.line.ties, -1); } else if (chosen.node !== undefined) { told(side, chosen.node); } else { side.appendChild(element("h3", pathOf(chosen.folder))); }
    resize();
    if (below()) { side.scrollIntoView({ block: "nearest" }); }
  };
  var below = function () { return byId("panel").getBoundingClientRect().top > viewport.getBoundingClientRect().top + 60; };
  var told = function (side, number) {
    var node = nodes[number], links = element("div", undefined, "panel-links");
    side.appendChild(element("h3", node.label));
    side.appendChild(element("p", node.kind + (node.place && node.place !== node.label ? " · " + node.place : ""), "note"));
    side.appendChild(element("p", node.id, "id"));
    if (node.item >= 0 && data.views[node.item]) { links.appendChild(button("Open: " + (held[node.item] || 0).toLocaleString("en") + " inside", function () { go("in", node.item); })); }
    if (node.ties.length && byId("tie-text")) { links.appendChild(button("Its rows in the table", function () { tabled(node.id.replace(/^file:/, "")); })); }
    side.appendChild(links);
    listed(side, "A change here reaches", node.ties.filter(function (tie) { return tie.from === number; }), number);
    listed(side, "It depends on", node.ties.filter(function (tie) { return tie.to === number && tie.from !== number; }), number);
    if (!node.ties.length) { side.appendChild(element("p", "It has no ties.")); }
  };
  var listed = function (side, title, found, here) {
    found = found.filter(passes);
    if (!found.length) { return; }
    side.appendChild(element("h4", title + " (" + found.length.toLocaleString("en") + ")"));
    var list = element("ul");
    found.slice(0, MOST).forEach(function (tie) { list.appendChild(entry(tie, here)); });
    if (found.length > MOST) { list.appendChild(element("li", "and " + (found.length - MOST).toLocaleString("en") + " more; the table of ties has them all", "note")); }
    side.appendChild(list);
  };
  var entry = function (tie, here) {
    var made = element("li"), cells = tie.row.cells;
    if (here < 0) { made.appendChild(end(tie.a)); made.appendChild(document.createTextNode(" " + tie.word + " ")); made.appendChild(end(tie.b)); } else { made.appendChild(end(tie.a === here ? tie.b : tie.a)); }
    var line = element("p");
    if (here >= 0) { line.appendChild(document.createTextNode((data.said[tie.word] || [tie.word, tie.word])[tie.a === here ? 1 : 0] + " ")); }
    line.appendChild(element("span", cells[3].textContent, "mark mark-" + tie.state));
    line.appendChild(document.createTextNode(" " + cells[4].textContent));
    made.appendChild(line);
    Array.prototype.forEach.call(cells[5].childNodes, function (piece) { made.appendChild(piece.cloneNode(true)); });
    return made;
  };
  var end = function (number) { return button(nodes[number].id.replace(/^file:/, ""), function () { reach(number); }); };
  var reach = function (number) {
    var hash = "#at=" + encodeURIComponent(nodes[number].id);
    if (location.hash === hash) { show(number); } else { location.hash = hash; }
  };

  // --- search, filters, zoom ---
  var find = byId("find"), results = byId("found");
  var search = function () {
    var wanted = find.value.trim().toLowerCase(), hits = [];
    empty(results);
    results.hidden = !wanted;
    if (!wanted) { return; }
    nodes.forEach(function (node, index) {
      var at = node.label.toLowerCase().indexOf(wanted), deep = node.id.toLowerCase().indexOf(wanted);
      if (at >= 0 || deep >= 0) { hits.push([at === 0 ? 0 : at > 0 ? 1 : 2, -node.ties.length, index]); }
    });
    hits.sort(function (a, b) { return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]; });
    hits.slice(0, 30).forEach(function (hit) {
      var node = nodes[hit[2]], line = element("li");
      line.appendChild(button(node.id.replace(/^file:/, "") + " · " + node.kind + " · " + count(node.ties.length, "tie"), function () { results.hidden = true; reach(hit[2]); }));
      results.appendChild(line);
    });
    if (hits.length !== 1) { results.appendChild(element("li", hits.length ? count(hits.length, "artefact") + (hits.length > 30 ? ", the first 30 shown" : "") : "Nothing of that name", "note")); }
  };
  find.addEventListener("input", search);
  find.addEventListener("keydown", function (event) {
    var first = results.querySelector("button");
    if (event.key === "Enter") { event.preventDefault(); if (first) { first.click(); } } else if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); } else if (event.key === "Escape") { find.value = ""; search(); }
  });
  results.addEventListener("keydown", function (event) {
    var line = document.activeElement.parentNode, next = event.key === "ArrowDown" ? line.nextSibling : event.key === "ArrowUp" ? line.previousSibling : null;
    if (event.key === "Escape") { results.hidden = true; find.focus(); }
    if (next && next.querySelector("button")) { event.preventDefault(); next.querySelector("button").focus(); }
  });
  var controls = byId("controls");
  controls.addEventListener("submit", function (event) { event.preventDefault(); });
  controls.addEventListener("change", function (event) {
    var box = event.target;
    if (box.type === "checkbox") { hidden[box.name][box.value] = !box.checked; }
    if (box.id === "least") { least = Number(box.value) || 0; }
    if (box.id === "debt") { least_debt = Number(box.value); }
    draw();
    panel();
  });
  Array.prototype.forEach.call(controls.querySelectorAll("[data-zoom]"), function (made) {
    made.addEventListener("click", function () {
      var now = Number(stage.getAttribute("width")) / view[0];
      zoom = made.dataset.zoom === "0" ? 0 : Math.min(2.5, Math.max(0.2, now * (made.dataset.zoom === "+" ? 1.25 : 0.8)));
      resize();
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && chosen && event.target !== find) { close(); }
  });
  document.addEventListener("click", function (event) {
    Array.prototype.forEach.call(document.querySelectorAll(".choices[open]"), function (open) { if (!open.contains(event.target)) { open.open = false; } });
  });

  // --- the tables ---
  var filterText = byId("tie-text"), waiting = 0;
  var filter = function () {
    var wanted = filterText.value.trim().toLowerCase(), left = 0;
    ties.forEach(function (tie) {
      tie.words = tie.words || tie.row.textContent.toLowerCase();
      tie.row.hidden = Boolean(wanted) && tie.words.indexOf(wanted) < 0;
      if (!tie.row.hidden) { left += 1; }
    });
    byId("tie-count").textContent = wanted ? left.toLocaleString("en") + " of " + count(ties.length, "tie") : "";
  };
  var tabled = function (text) {
    byId("ties-fold").open = true;
    filterText.value = text;
    filter();
    byId("ties-title").scrollIntoView();
    filterText.focus({ preventScroll: true });
  };
  if (filterText) {
    byId("tie-filters").hidden = false;
    filterText.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(filter, 150); });
  }

  // --- begin ---
  controls.hidden = false;
  window.addEventListener("hashchange", arrive);
  window.addEventListener("resize", function () { if (view) { resize(); } });
  arrive();
})();
