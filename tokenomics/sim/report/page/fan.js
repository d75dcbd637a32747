// Fan charts: how the runs spread over time, with the scenario's shocks.
const SHOCKS = D.shocks.slice().sort((a, b) => a.at_day - b.at_day);
function shockWords(s) {
  const of = s.group ? " of " + s.group : "", days = s.days ? " for " + compact(s.days) + " days" : "";
  switch (s.kind) {
    case "price": case "demand": case "cost": return s.kind + of + " × " + compact(s.factor);
    case "liquidity": return "liquidity × " + compact(s.factor);
    case "oracle_outage": return "no oracle" + days;
    case "oracle_factor": return "oracle reads × " + compact(s.factor) + days;
    case "exit": return percent(s.factor) + (s.group ? " of " + s.group : " of devices") + " leave";
    case "entry": return compact(s.devices) + " devices" + of + " appear";
    case "outside": return "elsewhere pays " + compact(s.usd) + " USD/h";
    case "unlock": return percent(s.factor) + " of the public's tokens sold" + (s.days ? " over " + compact(s.days) + " days" : "");
    case "unstake": return percent(s.factor) + " of delegations leave";
    case "param": return s.path + " becomes " + s.value;
    default: return plain(String(s.kind)) + of;
  }
}
const pathOf = (name, q) => {
  const n = cell.days.length;
  return cell.paths[seriesAt(name)].slice(q * n, (q + 1) * n);
};
const present = name => seriesAt(name) >= 0 && cell.paths.length > 0 && cell.paths[seriesAt(name)].some(x => x !== null && x !== 0);
const ends = name => { const m = pathOf(name, MEDIAN).filter(x => x !== null); return [m[0], m[m.length - 1]]; };
function change(from, to) {
  if (!(from > 0)) return null;
  const r = to / from - 1;
  return Math.abs(r) < 0.005 ? "stays as it is" : r > 4 ? "grows " + compact(to / from) + "-fold" : (r > 0 ? "grows by " : "falls by ") + percent(Math.abs(r));
}
const changed = (what, name) => () => { const c = change(...ends(name)); return c ? `${what} ${c} in the median run` : `${what} over time`; };

function priceTitle() {
  if (cell.runs_seen > 0 && D.price_before !== null && metric("final_price_usd")) {
    const p = cell.price_fell / cell.runs_seen;
    return p === 0 ? "Price ends higher in every run" : p >= 0.5 ? "Price falls in " + chance(p) + " of runs" : "Price rises or holds in " + chance(1 - p) + " of runs";
  }
  return changed("Price", "price_usd")();
}
function lastMedian(name, words) { return () => { const [, to] = ends(name); return to === undefined ? plain(name) : words(to); }; }
const FANS = [
  {id: "price", names: ["price_usd"], title: priceTitle, log: true, wide: true},
  {id: "supply", names: ["supply", "circulating"], title: changed("Supply", "supply"), labels: ["supply", "circulating"]},
  {id: "devices", names: ["devices"], title: changed("The number of devices", "devices")},
  {id: "utilisation", names: ["utilisation"], title: lastMedian("utilisation", u => `${percent(u)} of the capacity is in use at the end of the median run`)},
  {id: "burn-mint", names: ["minted", "burned"], labels: ["minted", "burned"], title: () => { const m = ends("minted")[1], b = ends("burned")[1]; return m > 0 ? `Burns come to ${percent(b / m)} of what is minted, median against median` : "Minted and burned"; }},
  {id: "burn-ratio", ratio: ["burned", "minted"], title: () => { const m = metric("burn_to_mint"); return m && m.q[MEDIAN] !== null ? `Burned over minted ends at ${percent(m.q[MEDIAN])} in the median run` : "Burned over minted"; }},
  {id: "demand", names: ["demand_usd_per_day", "served_usd_per_day"], labels: ["wanted at the first price", "served"], log: true,
   title: () => { const m = metric("unmet_demand"); return m && m.q[MEDIAN] !== null ? `${percent(m.q[MEDIAN])} of the wanted GPU-hours are served by nobody in the median run` : changed("Served demand", "served_usd_per_day")(); }},
  {id: "staked", names: ["staked", "delegated"], labels: ["staked by providers", "delegated"], title: () => { const s = ends("staked")[1], t = ends("supply")[1]; return t > 0 ? `${percent(s / t)} of the supply is staked at the end, median against median` : "Staked"; }},
  {id: "margin", names: ["margin"], title: lastMedian("margin", m => `Providers end with a margin of ${percent(m)} in the median run`)},
  {id: "service", names: ["service_usd_per_gpu_hour"], title: changed("The price of a GPU-hour", "service_usd_per_gpu_hour"), log: true},
  {id: "value", names: ["price_usd", "fundamental_usd"], needs: "fundamental_usd", labels: ["price", "fundamental value"], log: true,
   title: () => { const p = ends("price_usd")[1], f = ends("fundamental_usd")[1]; return f > 0 ? `Price ends at ${compact(p / f)} times the fundamental value, median against median` : "Price and fundamental value"; }},
  {id: "oracle", names: ["oracle_usd"], title: changed("The price that the chain sees", "oracle_usd"), log: true},
  {id: "vault", names: ["vault_ratio"], title: lastMedian("vault_ratio", v => `The vault covers ${percent(v)} of the credits at the end of the median run`)},
  {id: "depth", names: ["depth_usd"], title: changed("Liquidity", "depth_usd"), log: true},
  {id: "market-cap", names: ["market_cap_usd"], title: changed("Market value", "market_cap_usd"), log: true},
  {id: "treasury-usd", names: ["treasury_usd"], title: changed("The treasury's stock of dollars", "treasury_usd")},
  {id: "treasury", names: ["treasury"], title: changed("The treasury's stock of tokens", "treasury")}
];

function fanFigure(o) {
  const names = (o.names || []).filter(n => present(n)), single = names.length === 1;
  const kind = o.ratio ? {name: "ratio", unit: "", share: true, meaning: "burned over minted since the start, of the medians"} : D.series[seriesAt(names[0])];
  const labels = names.map(n => (o.labels || o.names.map(plain))[o.names.indexOf(n)]);
  const curves = () => o.ratio ? [{mid: ratio(o.ratio), bands: []}] : names.map(n => ({mid: pathOf(n, MEDIAN), bands: D.quantiles.map((q, i) => i).filter(i => D.quantiles[i] < 0.5)
      .filter(i => single || D.quantiles[i] !== 0.1).map(i => [pathOf(n, i), pathOf(n, D.quantiles.length - 1 - i)])}));
  const all = cs => cs.flatMap(c => [c.mid, ...c.bands.flat()]).flat().filter(x => x !== null);
  let log = null;  // until somebody chooses
  const canLog = () => !o.ratio && all(curves()).every(x => x > 0);
  const isLog = () => { if (!canLog()) return false; if (log !== null) return log; const v = all(curves()); return Boolean(o.log) && spread(v) > 10; };
  const spread = v => { let low = Infinity, high = 0; for (const x of v) { low = Math.min(low, x); high = Math.max(high, x); } return high / low; };
  const toggle = el("button", {type: "button", "data-act": "scale", "aria-pressed": "false", onclick: () => { log = !isLog(); box.redraw(); }}, "Log scale");
  const box = figure({
    id: "fan-" + o.id, wide: o.wide, title: o.title, controls: o.ratio ? [] : [toggle],
    sub: () => (o.ratio ? kind.meaning : single ? described(kind) : labels.join(" and ") + (unitOf(kind) ? " (" + unitOf(kind) + ")" : "")),
    legend: () => {
      if (o.ratio) return [];
      const colors = ["var(--a)", "var(--b)"];
      const out = names.map((n, i) => swatch(colors[i], 1, single ? "median" : labels[i] + ", median", i === 1));
      out.push(swatch(colors[0], .42, "25–75 % of runs"));
      if (single) out.push(swatch(colors[0], .3, "10–90 %"));
      out.push(swatch(colors[0], .16, "5–95 %"));
      return out;
    },
    csv: () => o.ratio ? csvText(["cell", "step", "day", "metric", "value"], ratio(o.ratio).map((v, i) => [cell.cell, cell.steps[i], cell.days[i], "median_burned_over_median_minted", v]))
        : csvText(["cell", "step", "day", "metric", "q", "value"], cell.days.flatMap((day, i) => names.flatMap(n => D.quantiles.map((q, k) => [cell.cell, cell.steps[i], day, n, q, cell.paths[seriesAt(n)][k * cell.days.length + i]])))),
    table: () => o.ratio ? csvText(["day", "ratio"], ratio(o.ratio).map((v, i) => [cell.days[i], v]))
        : csvText(["day", ...names.flatMap(n => D.quantiles.map(q => (single ? "" : n + " ") + 100 * q + " %"))], cell.days.map((day, i) => [day, ...names.flatMap(n => D.quantiles.map((q, k) => cell.paths[seriesAt(n)][k * cell.days.length + i]))])),
    draw: width => {
      const cs = curves(), values = all(cs), logs = isLog();
      toggle.hidden = !canLog();
      toggle.setAttribute("aria-pressed", logs ? "true" : "false");
      let low = Infinity, high = -Infinity;
      for (const v of values) { low = Math.min(low, v); high = Math.max(high, v); }
      if (!logs && low > 0 && low < 0.55 * high) low = 0;
      const height = o.wide && width > 700 ? 340 : 240, top = SHOCKS.length ? 22 : 8, bottom = height - 34;
      const y = scale(low, high, bottom, top, height > 300 ? 6 : 4, logs), names_y = tickLabels(y.ticks, kind), left = Math.max(34, widest(names_y)), right = width - 12;
      const x = scale(cell.days.length ? Math.min(0, cell.days[0]) : 0, cell.days[cell.days.length - 1], left, right, Math.max(2, Math.floor((right - left) / 75)));
      const xs = cell.days.map(x.at), up = list => list.map(v => (v === null ? null : y.at(v)));
      const g = svg("g", {}, axisY(y, left, right, names_y), line(left, bottom, right, bottom, "base"), axisX(x, bottom, x.ticks.map(t => t.toLocaleString("en-US"))), text(right, height - 3, "days since the start", {"text-anchor": "end"}));
      if (!logs && low < 0 && high > 0) g.append(line(left, y.at(0), right, y.at(0), "base"));
      const paint = ["a", "b"];
      cs.forEach((c, k) => c.bands.forEach(([lo, hi]) => g.append(svg("path", {d: areaPath(xs, up(lo), up(hi)), class: paint[k], opacity: single ? .16 : .14}))));
      SHOCKS.forEach((s, i) => {
        if (s.at_day < x.low || s.at_day > x.high) return;
        const px = round(x.at(s.at_day));
        g.append(line(px, top, px, bottom, "shock"), svg("circle", {cx: px, cy: top - 10, r: 8, class: "shock-n"}), text(px, top - 6, String(i + 1), {"text-anchor": "middle"}));
      });
      cs.forEach((c, k) => g.append(svg("path", {d: linePath(xs, up(c.mid)), class: `median line-${paint[k]}`, "data-points": c.mid.filter(v => v !== null).length})));
      const stops = cell.days.map((day, i) => ({x: xs[i], say: () => {
        const parts = [`Day ${compact(day)}`];
        if (o.ratio) parts.push(value(cs[0].mid[i], kind));
        else names.forEach((n, k) => {
          const c = cs[k], [lo, hi] = c.bands[0], [l, h] = c.bands[c.bands.length - 1], what = D.series[seriesAt(n)];
          parts.push(c.mid[i] === null ? (single ? "" : labels[k] + " ") + "no value" : (single ? "median " : labels[k] + " ") + value(c.mid[i], what));
          if (c.mid[i] !== null && single) parts.push(`half of runs ${value(l[i], what, true)} to ${value(h[i], what, true)}`);
          if (c.mid[i] !== null) parts.push(`5–95 %: ${value(lo[i], what, true)} to ${value(hi[i], what, true)}`);
        });
        SHOCKS.forEach((s, k) => { if (Math.abs(s.at_day - day) <= (cell.days[1] - cell.days[0] || 1) / 2) parts.push(`shock ${k + 1}: ${shockWords(s)}`); });
        return parts.join(" · ");
      }}));
      return {node: g, height, stops, mark: i => [line(xs[i], top, xs[i], bottom, "cursor"), ...cs.map((c, k) => (c.mid[i] === null ? null : svg("circle", {cx: xs[i], cy: y.at(c.mid[i]), r: 4, class: paint[k]}))).filter(Boolean)]};
    }
  });
  return box;
}
function ratio([a, b]) {
  const x = pathOf(a, MEDIAN), y = pathOf(b, MEDIAN);
  return x.map((v, i) => (v === null || !(y[i] > 0) ? null : v / y[i]));
}
function drawFans() {
  const shown = new Set(FANS.flatMap(f => f.names || []));
  const more = D.series.filter(s => !shown.has(s.name)).map(s => ({id: s.name, names: [s.name], title: changed(capital(plain(s.name)), s.name)}));
  const there = cell.paths.length === 0 ? [] : [...FANS, ...more].filter(f => f.ratio ? f.ratio.every(present) : f.needs ? present(f.needs) : f.names.some(present));
  const empty = cell.paths.length === 0 ? [] : D.series.filter(s => !present(s.name)).map(s => plain(s.name));
  $("s-paths").hidden = cell.paths.length === 0 && D.cells.length === 1;
  const notes = [];
  if (!cell.paths.length) notes.push(`Paths are in this page for the first ${D.cells_with_paths} variants only; quantiles.csv has those of all.`);
  if (SHOCKS.length) notes.push("Shocks: " + SHOCKS.map((s, i) => `${i + 1} — day ${compact(s.at_day)}, ${shockWords(s)}`).join("; ") + ".");
  if (D.thinned > 1) notes.push(`One in ${D.thinned} of the recorded steps is drawn; quantiles.csv has all.`);
  if (empty.length) notes.push("Zero or without a value throughout: " + empty.join(", ") + ".");
  $("paths-note").textContent = notes.join(" ");
  $("paths").replaceChildren(...there.map(fanFigure));
}
