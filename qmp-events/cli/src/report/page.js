"use strict";
// All text comes from the data as text: nothing is ever parsed as HTML.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);
const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
};
const draw = (tag, attributes, text) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  if (text !== undefined) element.textContent = text;
  return element;
};

// Times are microseconds since 1970.
const iso = at => { const date = new Date(at / 1000); return isNaN(date) ? "" : date.toISOString(); };
const clock = (at, digits = 3) => iso(at).slice(11, digits ? 20 + digits : 19).replace(/\.$/, "");
const full = at => at === null ? "-" : iso(at).slice(0, 10) + " " + clock(at);
const duration = span => {
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const seconds = span / 1e6;
  if (seconds < 0.001) return span + " µs";
  if (seconds < 1) return Math.floor(seconds * 1000) + " ms";
  if (seconds < 10) return seconds.toFixed(2).replace(/\.00$/, "") + " s";
  const first = units.findIndex(([, length]) => seconds >= length);
  return units.slice(first, first + 2).map(([unit, length], i) => {
    const number = i ? Math.floor(seconds % units[first][1] / length) : Math.floor(seconds / length);
    return number ? number + " " + unit : "";
  }).join(" ").trim();
};

// The axis leaves out the time of which nothing is known: it is piecewise linear.
const axis = (() => {
  const known = data.machines.map(machine => [machine.from, machine.to]).sort((a, b) => a[0] - b[0]);
  const pieces = [];
  for (const [from, to] of known) {
    const last = pieces[pieces.length - 1];
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else pieces.push({ from, to });
  }
  if (!pieces.length) pieces.push({ from: 0, to: 1 });
  const busy = pieces.reduce((sum, piece) => sum + piece.to - piece.from, 0) || 1;
  const gap = busy * 0.04;
  let place = 0;
  const knots = [], cuts = [];
  pieces.forEach((piece, i) => {
    // A single moment needs room as well.
    const width = Math.max(piece.to - piece.from, busy * 0.02);
    if (i) {
      const silent = piece.from - pieces[i - 1].to, shown = Math.min(gap, silent);
      if (silent > shown) cuts.push({ at: place + shown / 2, silent });
      place += shown;
    }
    knots.push([piece.from, place]);
    place += width;
    knots.push([piece.to, place]);
  });
  const between = (x, from, to) => {
    let i = knots.findIndex(knot => knot[from] >= x);
    if (i < 0) i = knots.length - 1;
    if (i === 0) i = 1;
    const [a, b] = [knots[i - 1], knots[i]];
    return b[from] === a[from] ? a[to] : a[to] + (x - a[from]) * (b[to] - a[to]) / (b[from] - a[from]);
  };
  return { end: place, cuts, place: at => between(at, 0, 1), at: place => between(place, 1, 0) };
})();

let view = null, picked = -1;
const whole = () => {
  const edge = axis.end * 16 / Math.max($("timeline").clientWidth, 200);
  return { from: -edge, to: axis.end + edge };
};

/// Rows for spans that overlap: each in the first row that is free.
const pack = spans => {
  const ends = [];
  return spans.map(span => {
    let row = ends.findIndex(end => end <= span.from);
    if (row < 0) row = ends.length < 8 ? ends.length : 7;
    ends[row] = Math.max(ends[row] ?? 0, span.to);
    return row;
  });
};
const tracks = data.machines.map(machine => {
  const rows = pack(machine.jobs);
  return { machine, rows, count: rows.length ? Math.max(...rows) + 1 : 0, events: [] };
});
data.events.forEach((event, index) => tracks[event[0]].events.push(index));

const WORSE = ["good", "calm", "unknown", "bad"];
const SEVERITIES = ["notice", "lifecycle", "unknown", "warning", "error"];

const tip = (element, text) => {
  element.dataset.tip = text;
  element.setAttribute("aria-label", text);
  return element;
};

/// Draws spans of one row. Those that share a pixel become one, which looks like the worst of them.
const drawSpans = (svg, spans, y, height, x, width, kind) => {
  let last = null;
  const shapes = [];
  for (const span of spans) {
    let left = x(axis.place(span.from)), right = x(axis.place(span.to));
    if (right < 0 || left > width) continue;
    if (last && right - left < 2 && left - last.left < 2 && last.small) {
      if (WORSE.indexOf(span.tone) > WORSE.indexOf(last.tone)) last.tone = span.tone;
      last.count += 1;
      last.element.setAttribute("class", "span " + last.tone);
      last.element.dataset.count = last.count;
      tip(last.element, last.count + " states within a moment\n" + last.texts.join("\n"));
      if (last.texts.length < 6) last.texts.push(span.text);
      continue;
    }
    const small = right - left < 2;
    const shown = { x: Math.max(left, -1), width: Math.max(Math.min(right, width + 1) - Math.max(left, -1), span.tone === "bad" ? 4 : 2) };
    const element = draw("rect", { ...shown, y, height, rx: 2, class: "span " + span.tone });
    Object.assign(element.dataset, { kind, from: span.from, to: span.to, text: span.text, count: 1 });
    tip(element, span.text + "\n" + full(span.from) + " to " + full(span.to) + "\n" + duration(span.to - span.from));
    shapes.push(element);
    const room = Math.floor((shown.width - 10) / 6.6);
    if (room >= 4) {
      const text = span.text.length > room ? span.text.slice(0, room - 1) + "…" : span.text;
      shapes.push(draw("text", { x: shown.x + 6, y: y + height / 2 + 4, class: "label " + span.tone }, text));
    }
    last = { left, small, element, tone: span.tone, count: 1, texts: [span.text] };
  }
  // A failure is never hidden by what came after it.
  const [worst, others] = [[], []];
  for (const shape of shapes) (shape.classList.contains("bad") ? worst : others).push(shape);
  svg.append(...others, ...worst);
};

const drawMigration = (svg, migration, y, x, width) => {
  drawSpans(svg, [migration], y, 16, x, width, "migration");
  for (const [kind, list] of [["phase", migration.phases], ["pass", migration.passes]]) {
    for (const { text, at } of list) {
      const left = x(axis.place(at));
      if (left < 0 || left > width) continue;
      const line = draw("line", { x1: left, x2: left, y1: kind === "pass" ? y + 8 : y, y2: y + 16, class: "phase" });
      Object.assign(line.dataset, { kind, at, text });
      svg.append(tip(line, text + "\n" + full(at)));
    }
  }
};

/// Draws events; those that share a pixel become one mark, as bad as the worst of them.
const drawMarks = (svg, events, y, x, width) => {
  const bins = new Map();
  for (const index of events) {
    const [, at, name, severity] = data.events[index];
    const left = Math.round(x(axis.place(at)) / 3) * 3;
    if (left < -3 || left > width + 3) continue;
    const bin = bins.get(left) ?? { count: 0, severity: 0, first: index, names: new Map(), isPicked: false };
    bin.count += 1;
    bin.severity = Math.max(bin.severity, SEVERITIES.indexOf(severity));
    if (bin.names.size < 6) bin.names.set(name, 0);
    if (bin.names.has(name)) bin.names.set(name, bin.names.get(name) + 1);
    bin.isPicked ||= index === picked;
    bins.set(left, bin);
  }
  for (const [left, bin] of bins) {
    const className = "mark " + SEVERITIES[bin.severity] + (bin.isPicked ? " picked" : "");
    const line = draw("line", { x1: left, x2: left, y1: y, y2: y + 12, class: className });
    Object.assign(line.dataset, { kind: "mark", count: bin.count, event: bin.first });
    const [, at, name, , details] = data.events[bin.first];
    const names = [...bin.names].map(([name, count]) => count > 1 ? count + " × " + name : name).join("\n");
    svg.append(tip(line, bin.count === 1 ? name + " " + details + "\n" + full(at) : bin.count + " events from " + full(at) + "\n" + names));
  }
};

const niceStep = span => {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500].flatMap(n => [n, n * 1e3]).sort((a, b) => a - b)
    .concat([1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000].map(n => n * 1e6));
  return steps.find(step => step >= span) ?? steps[steps.length - 1];
};

const drawAxis = (svg, x, width, height) => {
  const scale = (view.to - view.from) / width;
  const step = niceStep(scale * 80);
  let last = -Infinity;
  for (const cut of axis.cuts) {
    const left = x(cut.at);
    if (left < 0 || left > width) continue;
    svg.append(tip(draw("line", { x1: left, x2: left, y1: 18, y2: height, class: "cut" }),
      duration(cut.silent) + " left out, of which nothing is known"));
  }
  const [from, to] = [axis.at(Math.max(view.from, 0)), axis.at(Math.min(view.to, axis.end))];
  if (!((to - from) / step < 1e6)) return;
  for (const { machine } of tracks.slice().sort((a, b) => a.machine.from - b.machine.from)) {
    const start = Math.max(machine.from, from), end = Math.min(machine.to, to);
    // Where a machine begins, the axis may have left something out.
    const times = machine.from >= from ? [machine.from] : [];
    for (let at = Math.ceil(start / step) * step; at <= end; at += step) times.push(at);
    for (const at of times) {
      const left = x(axis.place(at));
      if (left < last + 72 || left > width - 60) continue;
      last = left;
      svg.append(draw("line", { x1: left, x2: left, y1: 18, y2: height, class: "grid" }));
      svg.append(draw("text", { x: left + 3, y: 13, class: "dim" }, clock(at, step < 1e3 ? 6 : step < 1e6 ? 3 : 0)));
    }
  }
};

const render = () => {
  view ??= whole();
  const width = $("timeline").clientWidth || 800;
  const x = place => (place - view.from) / (view.to - view.from) * width;
  const heights = tracks.map(track => 24 + 24 + (track.machine.migrations.length ? 20 : 0) + track.count * 20 + 26);
  const height = 24 + heights.reduce((a, b) => a + b, 0);
  const svg = draw("svg", { height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": "timeline-title" });
  drawAxis(svg, x, width, height);
  let y = 24;
  tracks.forEach((track, i) => {
    const { machine } = track;
    const lane = draw("g", { class: "lane" });
    lane.dataset.machine = machine.name;
    if (i) lane.append(draw("line", { x1: 0, x2: width, y1: y, y2: y, class: "grid" }));
    lane.append(draw("text", { x: 8, y: y + 17, class: "name" }, machine.name));
    let top = y + 24;
    drawSpans(lane, machine.runs, top, 20, x, width, "run");
    top += 24;
    for (const migration of machine.migrations) drawMigration(lane, migration, top, x, width);
    if (machine.migrations.length) top += 20;
    for (let row = 0; row < track.count; row++) {
      drawSpans(lane, machine.jobs.filter((_, i) => track.rows[i] === row), top, 16, x, width, "job");
      top += 20;
    }
    drawMarks(lane, track.events, top + 2, x, width);
    if (machine.end) {
      const left = x(axis.place(machine.end.at)), middle = y + 34;
      const end = draw("path", { d: `M${left + 6} ${middle - 6}l6 6l-6 6l-6-6z`, class: "end " + machine.end.tone });
      Object.assign(end.dataset, { kind: "end", at: machine.end.at, text: machine.end.text });
      lane.append(tip(end, "ended: " + machine.end.text + "\n" + full(machine.end.at)));
    }
    svg.append(lane);
    y += heights[i];
  });
  $("timeline").replaceChildren(svg);
};

const zoom = (factor, middle = (view.from + view.to) / 2) => {
  const all = whole(), span = Math.max((view.to - view.from) * factor, 20);
  if (span >= all.to - all.from) view = all;
  else {
    const from = middle - (middle - view.from) * span / (view.to - view.from);
    view = { from, to: from + span };
  }
  clamp();
};
const clamp = () => {
  const all = whole(), span = view.to - view.from;
  const from = Math.min(Math.max(view.from, all.from), all.to - span);
  view = { from, to: from + span };
  render();
};
const move = share => {
  const by = (view.to - view.from) * share;
  view = { from: view.from + by, to: view.to + by };
  clamp();
};
const showAll = () => { view = whole(); render(); };
const centre = at => {
  const place = axis.place(at), half = (view.to - view.from) / 2;
  view = { from: place - half, to: place + half };
  clamp();
};

// The table has elements for the rows in sight only.
let shown = data.events.map((_, index) => index);
const rowHeight = () => parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row")) || 26;
// Browsers limit the height of an element; beyond it, places are scaled.
const MAX_HEIGHT = 8e6;
const renderRows = () => {
  const box = $("events"), rows = $("rows"), height = rowHeight();
  const total = Math.min(shown.length * height, MAX_HEIGHT);
  rows.style.height = total + "px";
  const room = Math.ceil(box.clientHeight / height) + 2;
  const scroll = total > box.clientHeight ? box.scrollTop / (total - box.clientHeight) : 0;
  const top = scroll * Math.max(shown.length * height - box.clientHeight, 0);
  const first = Math.floor(top / height);
  const elements = shown.slice(first, first + room).map((index, i) => {
    const [machine, at, name, severity, details, time = at] = data.events[index];
    const row = make("div", undefined, "row " + severity + (index === picked ? " picked" : ""));
    row.style.top = box.scrollTop + (first + i) * height - top + "px";
    row.setAttribute("role", "row");
    row.dataset.event = index;
    const cells = [["time", full(time)], ["machine", data.machines[machine].name], ["event", name], ["details", details]];
    for (const [kind, text] of cells) {
      const cell = make("span", text, kind);
      cell.setAttribute("role", "gridcell");
      cell.title = text;
      row.append(cell);
    }
    return row;
  });
  rows.replaceChildren(...elements);
  const left = data["left-out"] ? ` (${data["left-out"]} more are not in this page)` : "";
  $("count").textContent = (shown.length === data.events.length ? "" : shown.length + " of ") + data.events.length + " events" + left;
};
const pick = index => {
  picked = index;
  const box = $("events"), height = rowHeight(), row = shown.indexOf(index);
  if (row >= 0) {
    const all = shown.length * height, scale = Math.min(1, MAX_HEIGHT / all);
    const top = row * height * scale;
    if (top < box.scrollTop || top + height > box.scrollTop + box.clientHeight) box.scrollTop = top - box.clientHeight / 2;
  }
  renderRows();
};

const renderSummary = () => {
  const cards = data.machines.map(machine => {
    const card = make("article"), list = make("ul");
    card.append(make("h3", machine.name), list);
    for (const { text, tone } of machine.summary) list.append(make("li", text, tone));
    return card;
  });
  $("summary").replaceChildren(...cards);
  const known = data.machines.filter(machine => machine.to > 0);
  const from = Math.min(...known.map(machine => machine.from)), to = Math.max(...known.map(machine => machine.to));
  $("range").textContent = known.length ? full(from).slice(0, 19) + " to " + full(to).slice(0, 19) + " UTC" : "No event says when it came.";
};

const toggleTheme = () => {
  const root = document.documentElement;
  const isDark = (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  root.dataset.theme = isDark ? "light" : "dark";
};

const timeline = $("timeline");
const placeOf = event => view.from + (event.clientX - timeline.getBoundingClientRect().left) / timeline.clientWidth * (view.to - view.from);
timeline.addEventListener("wheel", event => {
  if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) move((event.deltaX || event.deltaY) / 1000);
  else zoom(event.deltaY > 0 ? 1.25 : 0.8, placeOf(event));
  event.preventDefault();
}, { passive: false });
let drag = null;
timeline.addEventListener("pointerdown", event => { drag = { x: event.clientX, view, moved: false }; });
addEventListener("pointermove", event => {
  if (drag && Math.abs(event.clientX - drag.x) > 3) drag.moved = true;
  if (drag?.moved) {
    const by = (drag.x - event.clientX) / timeline.clientWidth * (drag.view.to - drag.view.from);
    view = { from: drag.view.from + by, to: drag.view.to + by };
    clamp();
  }
  const text = event.target instanceof Element ? event.target.closest("[data-tip]")?.dataset.tip : undefined;
  const box = $("tip");
  box.hidden = !text || drag?.moved === true;
  if (!box.hidden) {
    box.textContent = text;
    box.style.left = Math.max(4, Math.min(event.clientX + 12, innerWidth - box.offsetWidth - 8)) + "px";
    box.style.top = Math.max(4, Math.min(event.clientY + 14, innerHeight - box.offsetHeight - 8)) + "px";
  }
});
addEventListener("pointerup", event => {
  const mark = drag && !drag.moved && event.target instanceof Element && event.target.closest("[data-event]");
  drag = null;
  if (mark && timeline.contains(mark)) { pick(Number(mark.dataset.event)); render(); }
});
const keys = { "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": showAll, Home: showAll,
  ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2) };
timeline.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || !(event.key in keys)) return;
  keys[event.key]();
  event.preventDefault();
});
addEventListener("keydown", event => {
  if (event.key === "t" && !(event.target instanceof HTMLInputElement)) toggleTheme();
});
$("in").addEventListener("click", () => zoom(0.5));
$("out").addEventListener("click", () => zoom(2));
$("all").addEventListener("click", showAll);
$("theme").addEventListener("click", toggleTheme);
$("filter").addEventListener("input", () => {
  const wanted = $("filter").value.toLowerCase();
  shown = data.events.map((_, index) => index).filter(index => {
    const [machine, , name, , details] = data.events[index];
    return [data.machines[machine].name, name, details].some(text => text.toLowerCase().includes(wanted));
  });
  $("events").scrollTop = 0;
  renderRows();
});
$("events").addEventListener("scroll", renderRows);
$("events").addEventListener("click", event => {
  const row = event.target.closest(".row");
  if (row) { pick(Number(row.dataset.event)); centre(data.events[picked][1]); }
});
$("events").addEventListener("keydown", event => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = shown.indexOf(picked);
  if (step && shown.length) pick(shown[Math.min(Math.max(row + step, 0), shown.length - 1)]);
  else if (event.key === "Enter" && picked >= 0) centre(data.events[picked][1]);
  else return;
  event.preventDefault();
});
addEventListener("resize", () => { render(); renderRows(); });
$("cut").hidden = axis.cuts.length === 0;
renderSummary();
render();
renderRows();
