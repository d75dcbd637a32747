// Puts the page together, and again for another variant or theme.
function drawLead() {
  $("verdict").dataset.word = cell.verdict.word;
  $("verdict").className = styleOf(cell.verdict.word);
  $("verdict-text").textContent = cell.verdict.sentence;
  $("sure").textContent = cell.verdict.sure;
  $("facts").textContent = [D.name, D.runs.toLocaleString("en-US") + (D.runs === 1 ? " run" : " runs"), compact(D.horizon) + " days", D.mode + " mode"].join(" · ");
  if (D.cells.length > 1) {
    const holds = D.cells.filter(c => c.verdict.word === "holds").length, best = D.cells[safest];
    $("sure").textContent = `This is variant ${cell.cell} of ${D.cells.length}: ${setText(cell)}. ` + (holds === 0 ? "None of them holds" : holds === 1 ? "One of them holds" : `${holds} of them hold`) + ` every threshold; variant ${best.cell} (${setText(best)}) is the least risky. ` + cell.verdict.sure;
  }
}
function drawAll() {
  drawn.length = 0;
  drawLead(); drawCards(); drawHealth(); drawVariants(); drawSensitivity(); drawFans(); drawSpreads(); drawChanged(); drawNumbers(); drawMade();
  for (const figure of drawn) figure.redraw();
}
function pick(i) {
  cell = D.cells[i];
  $("cell").value = String(i);
  drawAll();
  say("variant " + cell.cell + ": " + setText(cell));
}
function theme(name, keep) {
  document.documentElement.dataset.theme = name;
  $("theme").textContent = name === "dark" ? "Light" : "Dark";
  $("theme").setAttribute("aria-label", (name === "dark" ? "light" : "dark") + " colours");
  if (keep) try { localStorage.setItem("assay-theme", name); } catch { /* files may not remember */ }
}
const dark = matchMedia("(prefers-color-scheme: dark)");
let kept = null;
try { kept = localStorage.getItem("assay-theme"); } catch { /* as above */ }
theme(kept === "dark" || kept === "light" ? kept : dark.matches ? "dark" : "light");
dark.addEventListener("change", e => theme(e.matches ? "dark" : "light"));
$("theme").addEventListener("click", () => { theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark", true); for (const figure of drawn) figure.redraw(); });
$("copy-close").addEventListener("click", () => $("copy-box").close());
// On paper there is no dark.
let before = null;
addEventListener("beforeprint", () => { before = document.documentElement.dataset.theme; theme("light"); });
addEventListener("afterprint", () => { if (before) theme(before); });
if (D.cells.length > 1) {
  $("cell-picker").hidden = false;
  $("cell").replaceChildren(...D.cells.map((c, i) => el("option", {value: i}, c.cell + ": " + setText(c))));
  $("cell").addEventListener("change", e => pick(Number(e.target.value)));
  startMetric();
}
drawAll();
