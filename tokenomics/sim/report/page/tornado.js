// Sensitivity: which parameters move a figure, with the interval of each index.
const MAIN_INDEX = ["total", "ST", "mu_star", "first", "S1"], SECOND = {total: "first", ST: "S1"};
const INDEX_WORDS = {total: "with all interactions", ST: "total, with interactions", first: "alone", S1: "alone", mu: "mean effect", mu_star: "mean absolute effect", sigma: "spread of the effects"};
function tornado(name, rows) {
  const indices = [...new Set(rows.map(r => r.index))], main = MAIN_INDEX.find(i => indices.includes(i)) || indices[0];
  const second = indices.includes(SECOND[main]) ? SECOND[main] : null, of = (param, index) => rows.find(r => r.param === param && r.index === index);
  const params = [...new Set(rows.map(r => r.param))].filter(p => of(p, main) && of(p, main).value !== null).sort((a, b) => Math.abs(of(b, main).value) - Math.abs(of(a, main).value));
  const method = rows[0].method;
  return figure({
    id: "tornado-" + (name || "all"), wide: true,
    title: () => (params.length ? `${params[0]} moves ${plain(name || "the outcome")} most` : plain(name)),
    sub: () => `${method ? capital(method) + ": " : ""}${main}${INDEX_WORDS[main] ? ", " + INDEX_WORDS[main] : ""}, with its interval`,
    legend: () => [swatch("var(--a)", second ? .35 : .75, main), ...(second ? [swatch("var(--a)", .85, second + ", " + INDEX_WORDS[second])] : [])],
    csv: () => csvText(["method", "param", "metric", "index", "value", "low", "high"], rows.map(r => [r.method, r.param, r.metric, r.index, r.value, r.low, r.high])),
    draw: width => {
      const each = 30, top = 6, height = top + params.length * each + 26, bottom = top + params.length * each, left = Math.min(width * .42, widest(params)), right = width - 54;
      const all = params.flatMap(p => [main, second].filter(Boolean).map(i => of(p, i)).filter(Boolean)).flatMap(r => [r.value, r.low, r.high]).filter(v => v !== null);
      const x = scale(Math.min(0, ...all), Math.max(...all, 1e-12), left, right, Math.max(2, Math.floor((right - left) / 90))), kind = {share: false, unit: ""}, zero = x.at(0);
      const bar = (r, y, h, opacity) => svg("rect", {x: round(Math.min(zero, x.at(r.value))), y, width: Math.max(1, round(Math.abs(x.at(r.value) - zero))), height: h, class: "a", opacity});
      const whisker = (r, y) => (r.low === null || r.high === null ? "" : svg("g", {}, line(x.at(r.low), y, x.at(r.high), y, "base"), line(x.at(r.low), y - 3, x.at(r.low), y + 3, "base"), line(x.at(r.high), y - 3, x.at(r.high), y + 3, "base")));
      const g = svg("g", {"data-bars": params.length}, x.ticks.map(t => line(x.at(t), top, x.at(t), bottom, "gridline")), axisX(x, bottom, tickLabels(x.ticks, kind)), line(zero, top, zero, bottom, "base"));
      const letters = Math.max(6, Math.floor((left - 8) / 6.2));
      params.forEach((p, i) => {
        const y = top + i * each, m = of(p, main), s = second ? of(p, second) : null, end = Math.max(x.at(m.value), m.high === null ? -1 : x.at(m.high));
        g.append(text(left - 6, y + 19, p.length > letters ? "…" + p.slice(1 - letters) : p, {"text-anchor": "end"}), bar(m, y + 5, 20, second ? .35 : .75));
        if (s && s.value !== null) g.append(bar(s, y + 10, 10, .85));
        g.append(whisker(m, y + 15), text(round(end + 6), y + 19, compact(m.value)));
      });
      return {node: g, height, stops: params.map((p, i) => ({x: left, y: top + i * each + 15, say: () => p + ": " + indices.map(k => of(p, k)).filter(Boolean).map(r => `${r.index} ${compact(r.value)}${r.low === null ? "" : ` (${compact(r.low)} to ${compact(r.high)})`}`).join(", ")})), mark: i => [svg("rect", {x: 1, y: top + i * each + 1, width: width - 2, height: each - 2, class: "picked", "stroke-opacity": .4})]};
    }
  });
}
function drawSensitivity() {
  if (!D.sensitivity.length) return;
  const groups = new Map();
  for (const r of D.sensitivity) { const key = r.metric + "\n" + r.method; groups.set(key, [...(groups.get(key) || []), r]); }
  $("s-sensitivity").hidden = false;
  $("sensitivity").replaceChildren(...[...groups].map(([key, rows]) => tornado(key.split("\n")[0], rows)));
}
