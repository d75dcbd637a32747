// A sweep: every variant against the others, over the parameters that it set.
const asNumber = s => (s !== "" && s !== undefined && isFinite(Number(s)) ? Number(s) : null);
const valuesOf = param => {
  const all = [...new Set(D.cells.map(c => c.set[param]).filter(v => v !== undefined))];
  return all.every(v => asNumber(v) !== null) ? all.sort((a, b) => a - b) : all;
};
const STATS = [["median", m => m.q[MEDIAN]], ["mean", m => m.mean], ["5 % of runs are below", m => m.q[0]], ["95 % of runs are below", m => m.q[D.quantiles.length - 1]], ["share of runs that fail", m => (m.fail ? m.fail.p : null)]];
function chooser(label, items, start, changed) {
  const select = el("select", {onchange: e => changed(Number(e.target.value))}, items.map(([value, name]) => el("option", {value, selected: value === start}, name)));
  return el("label", {}, label + " ", select);
}
function variantsTable() {
  const rows = D.cells.map((c, i) => ({c, i}));
  const fill = (all) => rows.slice(0, all ? rows.length : 30).map(({c, i}) => el("tr", {class: c === cell ? "on" : null, "data-cell": i}, el("td", {class: "l"}, el("button", {type: "button", onclick: () => pick(i)}, String(c.cell))),
      D.swept.map(p => el("td", {}, c.set[p] ?? "")), el("td", {class: "l"}, word(c.verdict.word)), el("td", {class: "l"}, i === safest ? el("strong", {}, "least risky: ") : null, c.verdict.sentence.replace(/^[^:]*: /, ""))));
  const body = el("tbody", {}, fill(false));
  const more = rows.length > 30 ? el("button", {type: "button", onclick: e => { body.replaceChildren(...fill(true)); e.target.remove(); }}, `Show all ${rows.length}`) : null;
  return el("div", {class: "card wide"}, el("div", {class: "scroll"}, el("table", {id: "variants-table"}, el("thead", {}, el("tr", {}, el("th", {class: "l"}, "variant"), D.swept.map(p => el("th", {}, p)), el("th", {class: "l"}, "verdict"), el("th", {class: "l"}, "what fails most"))), body)), more);
}
const RANK = ["not measured", "holds", "unclear", "at risk", "fails"];
const risk = c => RANK.indexOf(c.verdict.word) + Math.max(0, ...c.metrics.filter(m => m.fail && m.fail.p !== null).map(m => m.fail.p)) / 2;
// The variant whose likeliest failure is the least likely.
const safest = D.cells.reduce((best, c, i) => (risk(c) < risk(D.cells[best]) ? i : best), 0);
let mapMetric = 0, mapStat = 0;
function startMetric() {
  // The figure whose risk differs most between variants; without one, the price.
  let best = metricAt("final_price_usd") >= 0 ? metricAt("final_price_usd") : 0, most = 0;
  D.metrics.forEach((m, i) => {
    const p = D.cells.map(c => c.metrics[i].fail).filter(f => f && f.p !== null).map(f => f.p);
    const d = p.length ? Math.max(...p) - Math.min(...p) : 0;
    if (d > most) { most = d; best = i; }
  });
  mapMetric = best;
  mapStat = most > 0 ? STATS.length - 1 : 0;
}
function mapTitle() {
  const what = D.metrics[mapMetric], stat = STATS[mapStat][1];
  const got = D.cells.map(c => [stat(c.metrics[mapMetric]), c]).filter(([v]) => v !== null).sort((a, b) => a[0] - b[0]);
  if (!got.length) return plain(what.name);
  const show = v => (mapStat === STATS.length - 1 ? chance(v) : value(v, what));
  const [low, high] = [got[0], got[got.length - 1]];
  if (low[0] === high[0]) return `${capital(plain(what.name))}, ${STATS[mapStat][0]}: ${show(low[0])} in every variant`;
  return `${capital(plain(what.name))}, ${STATS[mapStat][0]}: from ${show(low[0])} (${setText(low[1])}) to ${show(high[0])} (${setText(high[1])})`;
}
function mapFigure() {
  const grid = D.swept.length === 2 && valuesOf(D.swept[0]).length * valuesOf(D.swept[1]).length <= 2 * D.cells.length && D.cells.length > 3;
  let across = 0;
  const metrics = D.metrics.map((m, i) => [i, m.name]).filter(([i]) => D.cells.some(c => c.metrics[i].q[MEDIAN] !== null));
  const what = () => (mapStat === STATS.length - 1 ? {name: "share", share: true, unit: ""} : D.metrics[mapMetric]);
  const stat = c => STATS[mapStat][1](c.metrics[mapMetric]);
  const box = figure({
    id: "variants-map", wide: true, title: mapTitle, sub: () => D.metrics[mapMetric].meaning + (grid ? "" : ["; with the band of 5 to 95 % of runs", "; with its 95 % interval", "", "", "; with its 95 % interval"][mapStat]),
    controls: [chooser("figure", metrics, mapMetric, i => { mapMetric = i; box.redraw(); }), chooser("shown", STATS.map((s, i) => [i, s[0]]), mapStat, i => { mapStat = i; box.redraw(); }),
               D.swept.length > 1 && !grid ? chooser("over", D.swept.map((p, i) => [i, p]), 0, i => { across = i; box.redraw(); }) : null],
    csv: () => csvText(["cell", ...D.swept, D.metrics[mapMetric].name], D.cells.map(c => [c.cell, ...D.swept.map(p => c.set[p] ?? ""), stat(c)])),
    draw: width => (grid ? heatMap(width, what(), stat) : dots(width, D.swept[across], what(), stat))
  });
  return box;
}
function mix(t) { return `color-mix(in oklab, var(--heat1) ${Math.round(100 * t)}%, var(--heat0))`; }
function heatMap(width, what, stat) {
  const [px, py] = D.swept, xs = valuesOf(px), ys = valuesOf(py).slice().reverse(), all = D.cells.map(stat).filter(v => v !== null);
  const low = Math.min(...all), high = Math.max(...all), left = Math.min(width * .3, Math.max(40, widest(ys.map(String)))), top = 8, cw = (width - left - 8) / xs.length, ch = Math.max(26, Math.min(58, cw * .6)), bottom = top + ch * ys.length, height = bottom + 62;
  const g = svg("g", {"data-cells": D.cells.length}), stops = [];
  D.cells.forEach((c, i) => {
    const v = stat(c), at = xs.indexOf(c.set[px]), down = ys.indexOf(c.set[py]), t = v === null ? 0 : high > low ? (v - low) / (high - low) : .5;
    const x = left + at * cw, y = top + down * ch;
    const r = svg("rect", {x: round(x + 1), y: round(y + 1), width: round(cw - 2), height: round(ch - 2), rx: 2});
    r.style.fill = v === null ? "transparent" : mix(t);
    g.append(r);
    if (cw > 44) { const s = text(round(x + cw / 2), round(y + ch / 2 + 4), v === null ? "–" : value(v, what, true), {"text-anchor": "middle"}); s.style.fill = t > (document.documentElement.dataset.theme === "dark" ? .42 : .66) ? "var(--card)" : "var(--fg)"; g.append(s); }
    stops.push({x: x + cw / 2, y: y + ch / 2, i, say: () => `${setText(c)}: ${value(v, what)}${v === null ? "" : ", " + c.verdict.word} — select to see this variant`});
    if (c === cell) g.append(svg("rect", {x: round(x + 1), y: round(y + 1), width: round(cw - 2), height: round(ch - 2), rx: 2, class: "picked"}));
  });
  const skip = Math.ceil(widest(xs.map(String)) / cw);
  xs.forEach((v, i) => { if (i % skip === 0) g.append(text(round(left + (i + .5) * cw), bottom + 15, v, {"text-anchor": "middle"})); });
  ys.forEach((v, i) => g.append(text(left - 6, round(top + (i + .5) * ch + 4), v, {"text-anchor": "end"})));
  g.append(text(width - 8, bottom + 32, px + " →", {"text-anchor": "end", class: "strong"}), text(2, bottom + 32, "↑ " + py, {class: "strong"}));
  for (let i = 0; i < 24; ++i) { const r = svg("rect", {x: left + i * 5, y: bottom + 44, width: 5, height: 8}); r.style.fill = mix(i / 23); g.append(r); }
  g.append(text(left - 4, bottom + 52, value(low, what, true), {"text-anchor": "end"}), text(left + 124, bottom + 52, value(high, what, true)));
  stops.sort((a, b) => a.y - b.y || a.x - b.x);
  return {node: g, height, stops, across: xs.length, pick: i => pick(stops[i].i), mark: i => [svg("rect", {x: stops[i].x - cw / 2 + 1, y: stops[i].y - ch / 2 + 1, width: cw - 2, height: ch - 2, class: "picked"})]};
}
// Over one parameter: the value with its band, joined where there is but one parameter.
function dots(width, param, what, stat) {
  const bandOf = c => {
    const m = c.metrics[mapMetric], f = m.fail;
    return mapStat === 0 ? {lo: m.q[0], hi: m.q[D.quantiles.length - 1]} : mapStat === STATS.length - 1 && f ? {lo: f.low, hi: f.high} : mapStat === 1 && m.se !== null ? {lo: m.mean - 1.96 * m.se, hi: m.mean + 1.96 * m.se} : {lo: null, hi: null};
  };
  const levels = valuesOf(param), numeric = levels.every(v => asNumber(v) !== null) && levels.length > 1, height = 300, top = 12, bottom = height - 44, band = mapStat < 2 || mapStat === STATS.length - 1;
  const rows = D.cells.map((c, i) => ({c, i, at: numeric ? Number(c.set[param]) : levels.indexOf(c.set[param]), v: stat(c), ...bandOf(c)})).filter(r => r.v !== null && !Number.isNaN(r.at) && r.at >= (numeric ? -Infinity : 0)).sort((a, b) => a.at - b.at);
  if (!rows.length) return {node: svg("g", {}, text(8, 20, "no variant has a value")), height: 40, stops: []};
  const all = rows.flatMap(r => [r.v, r.lo, r.hi]).filter(v => v !== null), logX = numeric && rows[0].at > 0 && rows[rows.length - 1].at / rows[0].at > 50;
  const limitAt = D.metrics[mapMetric] && rows[0].c.metrics[mapMetric].fail && mapStat < 4 ? rows[0].c.metrics[mapMetric].fail.threshold : null;
  let least = Math.min(...all);
  if (least > 0 && least < .55 * Math.max(...all)) least = 0;
  const y = scale(least, Math.max(...all), bottom, top, 5), names = tickLabels(y.ticks, what), left = Math.max(34, widest(names)) + 4, right = width - 16;
  const x = numeric ? scale(rows[0].at, rows[rows.length - 1].at, left + 10, right - 10, Math.floor(width / 90), logX) : scale(-.5, levels.length - .5, left, right, 2);
  const ticks = numeric ? (levels.length <= width / 90 ? levels.map(Number) : x.ticks) : levels.map((_, i) => i);
  const g = svg("g", {"data-cells": rows.length}, axisY(y, left, right, names), line(left, bottom, right, bottom, "base"), ticks.map(t => text(round(x.at(t)), bottom + 16, numeric ? compact(t) : levels[t], {"text-anchor": "middle"})), text(right, height - 8, param, {"text-anchor": "end", class: "strong"}));
  const joined = D.swept.length === 1 && numeric, xs = rows.map(r => x.at(r.at));
  if (joined && band) g.append(svg("path", {d: areaPath(xs, rows.map(r => y.at(r.lo)), rows.map(r => y.at(r.hi))), class: "a", opacity: .18}));
  if (!joined && band) rows.forEach((r, i) => g.append(line(xs[i], y.at(r.lo), xs[i], y.at(r.hi), "line-a")));
  if (joined) g.append(svg("path", {d: linePath(xs, rows.map(r => y.at(r.v))), class: "median line-a"}));
  if (limitAt !== null && limitAt >= y.low && limitAt <= y.high) g.append(line(left, y.at(limitAt), right, y.at(limitAt), "limit"), text(right, y.at(limitAt) - 4, "threshold " + value(limitAt, what), {class: "limit-text", "text-anchor": "end"}));
  rows.forEach((r, i) => g.append(svg("circle", {cx: round(xs[i]), cy: round(y.at(r.v)), r: 4, class: "a"}), r.c === cell ? svg("circle", {cx: round(xs[i]), cy: round(y.at(r.v)), r: 7, class: "picked"}) : ""));
  const stops = rows.map((r, i) => ({x: xs[i], y: y.at(r.v), i: r.i, say: () => `${setText(r.c)}: ${value(r.v, what)}${band ? `, ${mapStat === 0 ? "5–95 % of runs" : "95 % interval"}: ${value(r.lo, what, true)} to ${value(r.hi, what, true)}` : ""}, ${r.c.verdict.word}`}));
  return {node: g, height, stops, pick: i => pick(stops[i].i), mark: i => [svg("circle", {cx: stops[i].x, cy: stops[i].y, r: 7, class: "picked"})]};
}
function drawVariants() {
  if (D.cells.length < 2) return;
  $("s-variants").hidden = false;
  $("variants").replaceChildren(...(D.swept.length ? [mapFigure()] : []), variantsTable());
}
