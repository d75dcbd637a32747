"use strict";
// The data, numbers as people read them and as files hold them, elements, and copying.
const D = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);
let cell = D.cells[0];

function add(node, attributes, kids) {
  for (const [k, v] of Object.entries(attributes || {})) {
    if (v === null || v === undefined || v === false) continue;
    if (k.startsWith("on")) node.addEventListener(k.slice(2), v); else node.setAttribute(k, v === true ? "" : v);
  }
  node.append(...kids.flat().filter(x => x !== null && x !== undefined));
  return node;
}
const el = (tag, attributes, ...kids) => add(document.createElement(tag), attributes, kids);
const svg = (tag, attributes, ...kids) => add(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, kids);

// Three digits that matter, with k, M, bn, tn.
function compact(x) {
  if (x === null || x === undefined) return "no value";
  const a = Math.abs(x), sign = x < 0 ? "−" : "";
  if (a === 0) return "0";
  for (const [from, unit, name] of [[1e15, 1, null], [1e12, 1e12, "tn"], [1e9, 1e9, "bn"], [1e6, 1e6, "M"], [1e4, 1e3, "k"]]) {
    if (a < from * 0.99995) continue;
    return sign + (name === null ? a.toExponential(2).replace("e+", "e") : digits(a / unit) + "\u00a0" + name);
  }
  if (a < 1e-3) return sign + a.toExponential(1);
  return sign + (a >= 1000 ? Math.round(a).toLocaleString("en-US") : digits(a));
}
function digits(a) {
  const text = a >= 100 ? a.toFixed(0) : a.toPrecision(3);
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}
function percent(x) {
  if (x === null || x === undefined) return "no value";
  const a = Math.abs(x * 100);
  const text = a === 0 ? "0" : a >= 1e5 ? compact(a) : a >= 100 ? Math.round(a).toLocaleString("en-US") : a >= 10 ? a.toFixed(a % 1 < 0.05 || a % 1 > 0.95 ? 0 : 1)
      : a < 1e-5 ? a.toExponential(0) : Number(a.toPrecision(2)).toString();
  return (x < 0 ? "−" : "") + text + "\u00a0%";
}
// A share of runs: never "100 %" or "0 %" where it is not.
function chance(p) {
  if (p === null || p === undefined) return "no value";
  if (p === 0 || p === 1) return 100 * p + "\u00a0%";
  const x = 100 * p;
  return (x < 0.1 ? x.toPrecision(1) : x < 10 ? x.toFixed(1) : x > 99.9 ? Math.min(99.99, x).toFixed(2) : x > 99 ? x.toFixed(1) : x.toFixed(0)) + "\u00a0%";
}
const inRuns = f => (f.p === 0 ? "in no run" : f.p === 1 ? "in every run" : "in " + f.text[0] + " of runs");
// Yes or no: a figure that is 1 or 0 in each run.
const yesNo = what => what.unit === "" && what.meaning.startsWith("1:");
const unitOf = what => (what.share ? "" : what.unit === "tokens" && D.denom ? D.denom : what.unit);
// A value with its unit; `what` is an entry of D.metrics or D.series.
function value(x, what, bare) {
  if (x === null || x === undefined) return "no value";
  if (what.share) return percent(x);
  const unit = unitOf(what);
  return compact(x) + (unit && !bare ? "\u00a0" + unit : "");
}
const plain = name => name.replaceAll("_", " ").replace(/\busd\b/g, "USD").replace(/\bgpu\b/g, "GPU").replace(/\bhhi\b/, "HHI");
const capital = s => s.charAt(0).toUpperCase() + s.slice(1);

// As the files of the result write a number: the shorter of 100000 and 1e+05, digits that read back to the same.
function shortest(x) {
  if (x === null || x === undefined) return "";
  if (x === 0) return "0";
  const [mantissa, power] = x.toExponential().split("e");
  const size = Math.abs(Number(power));
  const scientific = mantissa + "e" + (power[0] === "-" ? "-" : "+") + (size < 10 ? "0" : "") + size;
  const negative = x < 0 ? "-" : "", figures = mantissa.replace(/[-.]/g, "");
  let fixed;
  if (Number(power) < 0) fixed = negative + "0." + "0".repeat(size - 1) + figures;
  else if (figures.length <= size + 1) fixed = negative + BigInt(Math.abs(x)).toString();
  else fixed = negative + figures.slice(0, size + 1) + "." + figures.slice(size + 1);
  return fixed.length <= scientific.length ? fixed : scientific;
}
const csvField = x => (typeof x === "number" ? shortest(x) : x === null || x === undefined ? "" : /[",\n]/.test(x) ? '"' + x.replaceAll('"', '""') + '"' : String(x));
const csvText = (head, rows) => [head, ...rows].map(r => r.map(csvField).join(",")).join("\n") + "\n";

function say(text) { $("said").textContent = text; }
// To the clipboard; where the browser does not let us, into a box from which it can be copied by hand.
async function copy(text, what) {
  const done = () => say(what + " copied");
  try { await navigator.clipboard.writeText(text); return done(); } catch { /* no permission, or no clipboard */ }
  const box = $("copy-text");
  box.value = text;
  $("copy-box").showModal();
  box.focus();
  box.select();
  let copied = false;
  try { copied = document.execCommand("copy"); } catch { /* then by hand */ }
  $("copy-title").textContent = copied ? capital(what) + " is in the clipboard" : "Copy this text";
}

const ICONS = {
  "holds": ["is-holds", "M2 8.5 6 12.5 14 3.5"],
  "at risk": ["is-risk", "M8 2 15 14H1ZM8 6.5v3.5M8 12v.2"],
  "fails": ["is-fails", "M3 3 13 13M13 3 3 13"],
  "unclear": ["is-unclear", "M5 5.5a3 3 0 1 1 3 3.5v1.5M8 13v.3"],
  "not measured": ["is-none", "M3 8h10"]
};
function word(name) {
  const [style, path] = ICONS[name] || ICONS["not measured"];
  return el("span", {class: "word " + style}, svg("svg", {viewBox: "0 0 16 16", "aria-hidden": "true", fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round"}, svg("path", {d: path})), name);
}
const styleOf = name => (ICONS[name] || ICONS["not measured"])[0];
const metricAt = name => D.metrics.findIndex(m => m.name === name);
const seriesAt = name => D.series.findIndex(s => s.name === name);
const metric = name => { const i = metricAt(name); return i < 0 ? null : cell.metrics[i]; };
const MEDIAN = D.quantiles.indexOf(0.5);
const setText = c => Object.entries(c.set).map(([k, v]) => k + " = " + v).join(", ");
