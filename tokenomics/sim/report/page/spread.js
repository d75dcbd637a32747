// Histograms: how the runs spread over a figure's values, with the threshold drawn in.
let clips = 0;
function spreadTitle(what, m) {
  if (m.fail && m.fail.p !== null) return capital(m.fail.words) + " " + inRuns(m.fail);
  if (m.min === m.max) return `${capital(plain(what.name))}: ${value(m.min, what)} in every run`;
  return `${capital(plain(what.name))}: ${value(m.q[MEDIAN], what)} in the median run`;
}
function spreadFigure(what, m) {
  return figure({
    id: "spread-" + what.name, title: () => spreadTitle(what, m),
    sub: () => described(what) + (m.missing ? `. ${m.missing.toLocaleString("en-US")} of ${D.runs.toLocaleString("en-US")} runs have no value` : ""),
    csv: () => m.hist ? csvText(["cell", "metric", "from", "to", "runs"], edges(m.hist).map((e, i) => [cell.cell, what.name, e[0], e[1], m.hist.bins[i]]))
        : csvText(["cell", "metric", "q", "value"], D.quantiles.map((q, i) => [cell.cell, what.name, q, m.q[i]])),
    draw: width => (yesNo(what) ? drawYesNo(width, what, m) : m.hist && m.hist.bins.length > 1 ? drawBins(width, what, m) : drawBox(width, what, m))
  });
}
function edges(h) {
  const n = h.bins.length, at = i => (h.log ? h.low * (h.high / h.low) ** (i / n) : h.low + (h.high - h.low) * i / n);
  return h.bins.map((b, i) => [i === 0 ? h.low : at(i), i === n - 1 ? h.high : at(i + 1)]);
}
const isBroken = (x, f) => f && (f.above ? x > f.threshold : x < f.threshold);
function limit(x, f, what, top, bottom, left, right) {
  if (!f || f.threshold === null || f.threshold < x.low || f.threshold > x.high) return [];
  const px = round(x.at(f.threshold)), end = px > (left + right) / 2;
  return [line(px, top - 2, px, bottom, "limit"), text(px + (end ? -4 : 4), top + 6, (f.above ? "fails above " : "fails below ") + value(f.threshold, what), {class: "limit-text", "text-anchor": end ? "end" : "start"})];
}
function hatchDefs(id) {
  return svg("defs", {}, svg("pattern", {id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)"}, svg("rect", {width: 5, height: 5, class: "broken"}), line(0, 0, 0, 5, "hatch")));
}
// The x range holds the values, and the threshold where it is near.
function range(low, high, f, log) {
  if (!f || f.threshold === null || (log && f.threshold <= 0)) return [low, high];
  const t = f.threshold, span = high - low || Math.abs(high) || 1;
  if (log) return t > low / 10 && t < high * 10 ? [Math.min(low, t), Math.max(high, t)] : [low, high];
  return t > low - span && t < high + span ? [Math.min(low, t), Math.max(high, t)] : [low, high];
}
function drawBins(width, what, m) {
  const h = m.hist, e = edges(h), f = m.fail, height = 170, top = 16, bottom = height - 22, left = 6, right = width - 6;
  const most = Math.max(...h.bins), total = h.bins.reduce((a, b) => a + b, 0), [low, high] = range(h.low, h.high, f, h.log);
  const x = scale(low, high, left, right, Math.max(3, Math.floor(width / 62)), h.log), id = "hatch-" + ++clips, labels = tickLabels(x.ticks, what);
  const bar = i => ({x: x.at(e[i][0]) + .5, width: Math.max(1, x.at(e[i][1]) - x.at(e[i][0]) - 1), y: bottom - (bottom - top - 8) * h.bins[i] / most, height: (bottom - top - 8) * h.bins[i] / most});
  const rects = (style, fill) => e.map((_, i) => (h.bins[i] ? svg("rect", {...bar(i), class: style, fill}) : null)).filter(Boolean);
  const g = svg("g", {"data-bins": h.bins.length}, hatchDefs(id));
  if (f && f.threshold !== null) {
    const px = Math.max(left, Math.min(right, f.threshold <= x.low ? left : f.threshold >= x.high ? right : x.at(f.threshold)));
    const sides = f.above ? [[left, px], [px, right]] : [[px, right], [left, px]];
    g.append(svg("clipPath", {id: id + "s"}, svg("rect", {x: sides[0][0], y: 0, width: Math.max(0, sides[0][1] - sides[0][0]), height})),
             svg("clipPath", {id: id + "b"}, svg("rect", {x: sides[1][0], y: 0, width: Math.max(0, sides[1][1] - sides[1][0]), height})),
             svg("g", {"clip-path": `url(#${id}s)`}, rects("safe")), svg("g", {"clip-path": `url(#${id}b)`}, rects(null, `url(#${id})`)));
  } else {
    g.append(...rects("safe"));
  }
  g.append(line(left, bottom, right, bottom, "base"), ...axisX(x, bottom, labels), ...limit(x, f, what, top - 6, bottom, left, right));
  const stops = e.map((b, i) => ({x: (x.at(b[0]) + x.at(b[1])) / 2, say: () => `${value(b[0], what, true)} to ${value(b[1], what)}: ${h.bins[i].toLocaleString("en-US")} runs, ${chance(h.bins[i] / total)}`}));
  return {node: g, height, stops, mark: i => [svg("rect", {...bar(i), y: top, height: bottom - top, class: "picked"})]};
}
// Without the runs themselves: the quantiles, as a box.
function drawBox(width, what, m) {
  const f = m.fail, height = 92, mid = 44, left = 6, right = width - 6, q = m.q, n = q.length;
  if (q[MEDIAN] === null) return {node: svg("g", {}, text(left, mid, "no run has a value")), height, stops: []};
  const [low, high] = range(m.min !== null ? Math.min(q[0], m.min) : q[0], m.max !== null ? Math.max(q[n - 1], m.max) : q[n - 1], f, false);
  const x = scale(low, high, left, right, Math.max(3, Math.floor(width / 62))), box = (i, half, opacity) => svg("rect", {x: round(x.at(q[i])), y: mid - half, width: Math.max(2, round(x.at(q[n - 1 - i]) - x.at(q[i]))), height: 2 * half, class: "a", opacity});
  const g = svg("g", {}, line(x.at(m.min ?? q[0]), mid, x.at(m.max ?? q[n - 1]), mid, "base"), box(0, 6, .25), box(1, 9, .3), box(2, 12, .45), line(x.at(q[MEDIAN]), mid - 14, x.at(q[MEDIAN]), mid + 14, "median line-a"), line(left, height - 22, right, height - 22, "base"), axisX(x, height - 22, tickLabels(x.ticks, what)), limit(x, f, what, 12, height - 22, left, right));
  const stops = q.map((v, i) => ({x: x.at(v), say: () => `${percent(D.quantiles[i])} of runs are below ${value(v, what)}`}));
  return {node: g, height, stops, mark: i => [line(x.at(q[i]), 20, x.at(q[i]), height - 22, "cursor")]};
}
function drawYesNo(width, what, m) {
  const p = m.mean, height = 66, left = 2, right = width - 2, y = 22, x = scale(0, 1, left, right, 4), id = "hatch-" + ++clips;
  if (p === null) return {node: svg("g", {}, text(left, y, "no run has a value")), height, stops: []};
  const fill = m.fail ? `url(#${id})` : null;
  const g = svg("g", {}, hatchDefs(id), svg("rect", {x: left, y: y - 12, width: right - left, height: 22, class: "safe", opacity: .35}), svg("rect", {x: left, y: y - 12, width: Math.max(0, x.at(p) - left), height: 22, fill, class: fill ? null : "a"}), line(left, height - 22, right, height - 22, "base"), axisX(x, height - 22, ["0 %", "", "50 %", "", "100 %"].length === x.ticks.length ? ["", "25 %", "50 %", "75 %", ""] : x.ticks.map(t => percent(t))));
  return {node: g, height, stops: [{x: x.at(p), say: () => `yes in ${chance(p)} of runs, standard error ${percent(m.se)}`}], mark: () => []};
}
const CONDITIONS = ["Other figures", "1 · Demand carries the price", "2 · Incentives that last", "3 · No concentration", "4 · Sane supply and prices"];
function drawSpreads() {
  const out = [];
  for (const c of [1, 2, 3, 4, 0]) {
    const there = D.metrics.map((what, i) => [what, cell.metrics[i]]).filter(([what, m]) => what.condition === c && m.q[MEDIAN] !== null);
    there.sort((a, b) => (b[1].fail ? 1 : 0) - (a[1].fail ? 1 : 0));
    if (there.length) out.push(el("h3", {}, CONDITIONS[c]), el("div", {class: "small"}, there.map(([what, m]) => spreadFigure(what, m))));
  }
  $("s-histograms").hidden = !out.length;
  const seen = cell.runs_seen;
  $("histograms-note").textContent = seen === 0 ? "The directory holds no single runs (metrics.csv), so boxes of quantiles stand for histograms: 5–95, 10–90 and 25–75 %, the median, and a line from the least to the greatest."
      : (seen < D.runs ? `Histograms are of the first ${seen.toLocaleString("en-US")} runs, shares that fail of all ${D.runs.toLocaleString("en-US")}. ` : "") + "What lies beyond a threshold is hatched.";
  $("histograms").replaceChildren(...out);
}
