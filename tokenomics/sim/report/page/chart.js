// Scales, axes, and the frame that every figure stands in: finding, legend, plot, read-out, its data.
function ticksLinear(low, high, wanted) {
  if (!(high > low)) return [low];
  const raw = (high - low) / Math.max(1, wanted), power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map(m => m * power).find(s => s >= raw * 0.999) || 10 * power;
  const first = Math.ceil(low / step - 1e-9), count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({length: Math.max(0, Math.min(count, 50))}, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
function ticksLog(low, high, wanted) {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
  let best = [];
  // From coarse to fine: the most that still fit.
  for (const [each, multiples] of [[6, [1]], [4, [1]], [3, [1]], [2, [1]], [1, [1]], [1, [1, 3]], [1, [1, 2, 5]], [1, [1, 1.5, 2, 3, 5, 7]]]) {
    const out = [];
    for (let d = Math.floor(first / each) * each; d <= last; d += each) for (const m of multiples) {
      const x = Number((m * 10 ** d).toPrecision(6));
      if (x >= low * 0.9999 && x <= high * 1.0001) out.push(x);
    }
    if (best.length < 2 || out.length <= wanted + 1) best = out;
  }
  return best.length > 1 ? best : ticksLinear(low, high, wanted);
}
// Pixels of values: {at, low, high, ticks}.
function scale(low, high, from, to, wanted, log) {
  // What differs by rounding alone is one value.
  if (high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high))) { const pad = Math.abs(low) * 0.05 || 1; low -= log ? 0 : pad; high += pad; if (log) low /= 1.05; }
  const f = log ? Math.log : x => x, a = f(low), b = f(high);
  return {low, high, log, at: x => from + (to - from) * (f(x) - a) / (b - a),
          of: p => { const y = a + (b - a) * (p - from) / (to - from); return log ? Math.exp(y) : y; },
          ticks: log ? ticksLog(low, high, wanted) : ticksLinear(low, high, wanted)};
}
// Labels of all ticks of an axis, with the digits that tell neighbours apart.
function tickLabels(ticks, what) {
  const short = ticks.map(t => value(t, what, true));
  if (new Set(short).size === short.length) return short;
  return ticks.map(t => what.share ? (t * 100).toLocaleString("en-US", {maximumFractionDigits: 6}) + " %" : t.toLocaleString("en-US", {maximumSignificantDigits: 8}));
}
const described = what => what.name + (what.meaning ? ": " + what.meaning : "") + (unitOf(what) ? " (" + unitOf(what) + ")" : "");
const text = (x, y, s, more) => svg("text", {x, y, ...more}, s);
const line = (x1, y1, x2, y2, style) => svg("line", {x1, y1, x2, y2, class: style});
const round = x => Math.round(x * 10) / 10;

function axisY(y, left, right, labels) {
  return y.ticks.map((t, i) => svg("g", {}, line(left, round(y.at(t)), right, round(y.at(t)), "gridline"), text(left - 6, round(y.at(t)) + 4, labels[i], {"text-anchor": "end"})));
}
function axisX(x, bottom, labels) {
  const last = x.ticks.length - 1;
  return x.ticks.map((t, i) => svg("g", {}, line(round(x.at(t)), bottom, round(x.at(t)), bottom + 4, "base"),
      text(round(x.at(t)), bottom + 16, labels[i], {"text-anchor": i === last && x.at(t) > x.at(x.high) - 16 ? "end" : x.at(t) < 16 ? "start" : "middle"})));
}
const widest = labels => Math.max(...labels.map(l => l.length)) * 6.3 + 10;

// A figure. `o.draw(width)` gives {node, stops: [{x, say}], height}: stops are what pointer and arrow keys read out.
const drawn = [];
function figure(o) {
  const plot = el("div", {class: "plot"}), readout = el("p", {class: "readout", id: o.id + "-readout"}, o.hint || "");
  const legend = el("div", {class: "legend"}), data = el("div", {class: "scroll"});
  const heading = el("h3", {id: o.id + "-title"}), sub = el("p", {});
  const box = el("figure", {class: "card" + (o.wide ? " wide" : ""), id: o.id, "aria-labelledby": o.id + "-title"},
      el("figcaption", {}, heading, sub), legend, plot, readout,
      el("div", {class: "acts"}, (o.controls || []), el("button", {type: "button", "data-act": "copy", onclick: () => copy(o.csv(), "the figure's CSV")}, "Copy CSV"),
         el("details", {ontoggle: e => { if (e.target.open) data.replaceChildren(csvTable(o.table ? o.table() : o.csv())); }}, el("summary", {}, "Data"), data)));
  let width = 0, seen = -1;
  const redraw = () => {
    heading.textContent = o.title();
    sub.textContent = o.sub ? o.sub() : "";
    legend.replaceChildren(...(o.legend ? o.legend() : []));
    width = plot.clientWidth || width || 560;
    const got = o.draw(width);
    const cursor = svg("g", {"pointer-events": "none"});
    const root = svg("svg", {viewBox: `0 0 ${width} ${got.height}`, width, height: got.height, role: "img", tabindex: got.stops.length ? 0 : null, "aria-label": o.title() + ". " + (o.sub ? o.sub() : ""), "aria-describedby": o.id + "-readout"}, got.node, cursor);
    const show = i => {
      seen = Math.max(0, Math.min(got.stops.length - 1, i));
      readout.textContent = got.stops[seen].say();
      cursor.replaceChildren(...(got.mark ? got.mark(seen) : []));
    };
    const clear = () => { cursor.replaceChildren(); readout.textContent = o.hint || ""; seen = -1; };
    root.addEventListener("pointermove", e => {
      if (!got.stops.length) return;
      const r = root.getBoundingClientRect(), px = (e.clientX - r.left) * width / r.width, py = (e.clientY - r.top) * got.height / r.height;
      let best = 0, least = Infinity;
      got.stops.forEach((s, i) => { const d = Math.abs(s.x - px) + (s.y === undefined ? 0 : Math.abs(s.y - py)); if (d < least) { least = d; best = i; } });
      show(best);
    });
    root.addEventListener("pointerleave", clear);
    root.addEventListener("blur", clear);
    root.addEventListener("focus", () => { if (root.matches(":focus-visible") && got.stops.length) { show(seen < 0 ? got.stops.length - 1 : seen); say(readout.textContent); } });
    root.addEventListener("keydown", e => {
      const move = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: got.across || 1, ArrowUp: -(got.across || 1), PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9}[e.key];
      if (move === undefined || !got.stops.length) return;
      e.preventDefault();
      show((seen < 0 ? 0 : seen) + move);
      say(readout.textContent);
    });
    if (got.pick) root.addEventListener("click", () => { if (seen >= 0) got.pick(seen); });
    plot.replaceChildren(root);
    if (data.parentElement.open) data.replaceChildren(csvTable(o.table ? o.table() : o.csv()));
  };
  box.redraw = redraw;
  drawn.push(box);
  new ResizeObserver(() => { if (plot.clientWidth && Math.abs(plot.clientWidth - width) > 1) redraw(); }).observe(plot);
  return box;
}
// A table of comma-separated lines without quotes in the first 5,000 rows.
function csvTable(csv) {
  const rows = csv.trimEnd().split("\n").map(l => l.split(","));
  const few = rows.slice(0, 5001);
  return el("table", {}, el("thead", {}, el("tr", {}, few[0].map(h => el("th", {scope: "col"}, h)))),
            el("tbody", {}, few.slice(1).map(r => el("tr", {}, r.map(c => el("td", {}, c))))));
}
function swatch(color, opacity, label, dashed) {
  const i = el("i", {});
  if (dashed === undefined) { i.style.background = color; i.style.opacity = opacity; }
  else { i.style.height = "0"; i.style.borderRadius = "0"; i.style.borderTop = "2px " + (dashed ? "dashed " : "solid ") + color; }
  return el("span", {}, i, label);
}
// Areas between two lines of points, broken where one is missing.
function areaPath(xs, low, high) {
  let out = "", from = -1;
  for (let i = 0; i <= xs.length; ++i) {
    const there = i < xs.length && low[i] !== null && high[i] !== null;
    if (there && from < 0) from = i;
    if (!there && from >= 0) {
      let top = "", back = "";
      for (let k = from; k < i; ++k) { top += (k === from ? "M" : "L") + round(xs[k]) + " " + round(high[k]); back = "L" + round(xs[k]) + " " + round(low[k]) + back; }
      out += top + back + "Z";
      from = -1;
    }
  }
  return out;
}
function linePath(xs, ys) {
  let out = "", pen = false;
  for (let i = 0; i < xs.length; ++i) {
    if (ys[i] === null) { pen = false; continue; }
    out += (pen ? "L" : "M") + round(xs[i]) + " " + round(ys[i]);
    pen = true;
  }
  return out;
}
