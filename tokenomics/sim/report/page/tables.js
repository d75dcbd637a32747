// What stands in words and tables: the conditions, all numbers, what was changed, how it was made.
const table = (head, rows) => el("table", {}, el("thead", {}, el("tr", {}, head.map(([name, style]) => el("th", {class: style, scope: "col"}, name)))), el("tbody", {}, rows));
const worstOf = c => {
  let worst = null;
  D.metrics.forEach((what, i) => {
    const f = cell.metrics[i].fail;
    if (what.condition !== c || !f || f.p === null || f.verdict === "not measured") return;
    const rank = RANK.indexOf(f.verdict);
    if (!worst || rank > worst.rank || (rank === worst.rank && f.p > worst.f.p)) worst = {what, f, rank};
  });
  return worst;
};
function drawCards() {
  $("conditions").replaceChildren(...[1, 2, 3, 4].map(c => {
    const v = cell.verdict.conditions[c - 1], worst = worstOf(c);
    return el("div", {class: "card " + styleOf(v.word), "data-condition": c, "data-word": v.word}, el("h3", {}, CONDITIONS[c]), el("p", {}, word(v.word)),
        el("p", {class: "dim"}, !worst ? "No figure of it is held against a threshold." : worst.f.p === 0 ? "No threshold of it breaks in any run" + (v.word === "unclear" ? `, but ${D.runs.toLocaleString("en-US")} runs are too few to tell.` : ".") : worst.f.p === 1 ? `In every run ${worst.f.words}.` : `In ${worst.f.text[0]} of runs ${worst.f.words}.`));
  }));
}
// The share that fails with its interval, as a bar of 100 %.
function chanceBar(f) {
  const w = 90, at = p => round(p * w), id = "hatch-" + ++clips;
  return svg("svg", {viewBox: `0 0 ${w} 12`, width: w, height: 12, "aria-hidden": "true"}, hatchDefs(id), svg("rect", {x: 0, y: 2, width: w, height: 8, class: "gridfill", fill: "var(--grid)"}), svg("rect", {x: 0, y: 2, width: at(f.p), height: 8, fill: `url(#${id})`}), line(at(f.low), 6, Math.max(at(f.high), at(f.low) + 1), 6, "base"), line(at(f.low), 3, at(f.low), 9, "base"), line(at(f.high), 3, at(f.high), 9, "base"));
}
function drawHealth() {
  const rows = [];
  for (const c of [1, 2, 3, 4]) {
    const there = D.metrics.map((what, i) => [what, cell.metrics[i]]).filter(([what]) => what.condition === c);
    if (!there.length) continue;
    const v = cell.verdict.conditions[c - 1];
    rows.push(el("tr", {class: "group " + styleOf(v.word)}, el("th", {colspan: 7, scope: "rowgroup"}, CONDITIONS[c] + " ", word(v.word), v.any === null || v.word === "not measured" ? null : el("span", {class: "dim"}, v.any[0] === "0\u00a0%" && cell.runs_seen === D.runs ? " · no threshold of it breaks in any run" : ` · some threshold of it breaks in ${v.any[0]} of ${cell.runs_seen < D.runs ? "the first " + cell.runs_seen.toLocaleString("en-US") + " " : ""}runs`))));
    const empty = there.filter(([, m]) => m.q[MEDIAN] === null).map(([what]) => plain(what.name));
    for (const [what, m] of there.filter(([, m]) => m.q[MEDIAN] !== null)) {
      const f = m.fail;
      const td = (label, ...kids) => el("td", {"data-label": label}, kids);
      rows.push(el("tr", {"data-metric": what.name}, el("td", {class: "l"}, el("strong", {}, plain(what.name)), el("br"), el("span", {class: "dim"}, what.meaning)), 
        td("median", yesNo(what) ? (m.q[MEDIAN] ? "yes" : "no") : value(m.q[MEDIAN], what)), td("5–95 % of runs", yesNo(what) ? "" : m.min === m.max ? "the same in every run" : value(m.q[0], what, true) + " to " + value(m.q[m.q.length - 1], what, true)), td("error of the mean", m.se === null || m.min === m.max ? "" : "± " + value(m.se, what, true)),
        f ? td("fails", yesNo(what) ? "yes" : (f.above ? "> " : "< ") + value(f.threshold, what, true)) : el("td", {}),
        f && f.p !== null ? td("runs that fail", f.text[0] + " ", el("span", {class: "dim"}, `(${f.text[1]} to ${f.text[2]})`), el("br"), chanceBar(f)) : el("td", {}), f ? td("verdict", word(f.verdict)) : el("td", {})));
    }
    if (empty.length) rows.push(el("tr", {}, el("td", {colspan: 7, class: "dim l"}, "Without a value in any run: " + empty.join(", ") + ".")));
  }
  $("s-conditions").hidden = !rows.length;
  const other = D.metrics.some((w, i) => cell.metrics[i].qerr > 0);
  $("health").replaceChildren(el("div", {class: "scroll"}, table([["figure", "l"], ["median"], ["5–95 % of runs"], ["error of the mean"], ["fails"], ["runs that fail (95 % interval)"], ["verdict"]], rows)),
      el("p", {class: "note"}, "A figure holds where the upper end of its interval is at most 5 %, and fails where the lower end is above 50 %; between them it is at risk. It is unclear where too few runs were made to tell. These two lines are conventions of this report; thresholds are the scenario's, or else the simulator's. The error of the mean is the Monte-Carlo standard error. Intervals are Wilson's: they tell how much chance is left in the number of runs, not whether the model is right." + (other ? " Quantiles were counted in a stream; their relative error is in the table of all numbers." : "")));
}
function drawNumbers() {
  const head = ["cell", "metric", "unit", "mean", "standard_error", "sd", "min", ...D.quantiles.map(q => "q" + q), "max", "missing", "quantile_error", "fails", "threshold", "p_fail", "p_low", "p_high"];
  const csv = () => csvText(head, D.metrics.map((w, i) => { const m = cell.metrics[i], f = m.fail; return [cell.cell, w.name, w.unit, m.mean, m.se, m.sd, m.min, ...m.q, m.max, m.missing, m.qerr, f ? (f.above ? "above" : "below") : "", f ? f.threshold : null, f ? f.p : null, f ? f.low : null, f ? f.high : null]; }));
  const body = el("div", {class: "scroll"});
  $("numbers").replaceChildren(el("div", {class: "card"}, el("details", {id: "all-numbers", ontoggle: e => { if (e.target.open && !body.firstChild) body.append(csvTable(csv())); }}, el("summary", {}, `${D.metrics.length} figures${D.cells.length > 1 ? " of variant " + cell.cell : ""}: mean, error, spread, quantiles`), body), el("div", {class: "acts"}, el("button", {type: "button", "data-act": "copy", onclick: () => copy(csv(), "the table's CSV")}, "Copy CSV"))));
}
function drawChanged() {
  const rows = D.changed.map(([path, before, now]) => el("tr", {}, el("td", {class: "l mono"}, path), el("td", {}, before === "" ? "not there" : before), el("td", {}, now === "" ? "not there" : now)));
  $("changed").replaceChildren(el("div", {class: "card"}, D.against === "" ? el("p", {}, "The scenario names no preset that it could be compared with. All of it is below.")
      : !rows.length ? el("p", {}, `Nothing: the scenario is the preset ${D.against} as it stands.`) : el("details", {open: rows.length <= 25}, el("summary", {}, `${rows.length} ${rows.length === 1 ? "member differs" : "members differ"} from ${D.against}`), el("div", {class: "scroll"}, table([["member", "l"], [D.against], ["here"]], rows)))));
}
function drawMade() {
  const fast = D.mode === "fast", bound = D.fast_bound;
  const said = bound === null ? "by an amount that the result does not state" : typeof bound === "number" ? "by at most " + percent(bound) + " in relative terms" : typeof bound === "string" ? "by at most " + bound
      : "by at most: " + Object.entries(bound).map(([k, v]) => plain(k) + " " + (typeof v === "number" ? compact(v) : JSON.stringify(v))).join(", ");
  const command = D.cells.length > 1 ? "assay-sim sweep scenario.json --out again" : `assay-sim run scenario.json --runs ${D.runs} --seed ${D.seed}${fast ? " --mode fast" : ""}${D.shard ? " --shard " + D.shard : ""} --out again`;
  const dd = (name, ...kids) => [el("dt", {}, name), el("dd", {}, kids)];
  $("made").replaceChildren(el("div", {class: "card"}, el("dl", {},
      dd("runs", `${D.runs.toLocaleString("en-US")} of ${D.steps.toLocaleString("en-US")} steps, ${compact(D.horizon)} days${D.antithetic ? ", antithetic pairs" : ""}${D.cells.length > 1 ? ", each of " + D.cells.length + " variants" : ""}${D.shard ? ", shard " + D.shard + " only" : ""}`),
      dd("mode", fast ? "fast: doubles; it differs from exact mode " + said : "exact: whole base units, settled by the chain's own library"), dd("seed", D.seed), dd("program", D.version + ", model " + D.model),
      dd("result hash", el("code", {id: "result-hash"}, D.result_hash)), dd("input hash", el("code", {}, D.input_hash))),
      el("p", {class: "note"}, "To get the same bytes again, with the scenario below as scenario.json; or with the directory at hand:"), el("pre", {id: "command"}, command + "\nassay-sim verify DIR"),
      el("details", {}, el("summary", {}, "The scenario, every number of it"), el("pre", {}, JSON.stringify(D.scenario, null, 1))), el("div", {class: "acts"}, el("button", {type: "button", "data-act": "copy", onclick: () => copy(JSON.stringify(D.scenario, null, 1) + "\n", "the scenario")}, "Copy scenario"), el("button", {type: "button", onclick: () => copy(command + "\n", "the command")}, "Copy command")),
      el("p", {class: "note"}, "A simulation says what follows from its assumptions. It is no forecast.")));
}
