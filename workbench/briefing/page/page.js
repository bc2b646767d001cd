"use strict";
// The page works without this script. It draws the charts, sorts and filters tables, and helps printing.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (tag, text, parent) => {
  const element = document.createElement(tag);
  element.textContent = text;
  return parent ? parent.appendChild(element) : element;
};

// Charts. Nothing is loaded, whatever a chart's data names: addresses come from logs.
const refuse = () => Promise.reject(new Error("this page loads nothing"));
const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
const tip = make("div", "", document.body);
tip.id = "tip";
const tooltip = (_handler, event, _item, value) => {
  const shown = value !== null && value !== undefined && value !== "";
  tip.classList.toggle("shown", shown);
  if (!shown) return;
  tip.replaceChildren();
  const entries = typeof value === "object" ? Object.entries(value) : [["", value]];
  for (const [name, text] of entries) {
    const line = make("p", "", tip);
    if (name) make("b", name, line);
    line.append(` ${typeof text === "object" ? JSON.stringify(text) : text}`);
  }
  const left = Math.min(event.pageX + 12, scrollX + document.documentElement.clientWidth - tip.offsetWidth - 8);
  tip.style.left = `${Math.max(left, 4)}px`;
  tip.style.top = `${event.pageY + 14}px`;
};
const ink = { labelColor: "currentColor", titleColor: "currentColor" };
const legend = { ...ink, symbolBaseFillColor: "currentColor", symbolBaseStrokeColor: "currentColor" };
const config = {
  background: null, font: "system-ui, sans-serif", axis: ink, legend, header: ink,
  title: { color: "currentColor", subtitleColor: "currentColor" }, text: { color: "currentColor" },
};
const options = { mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false, loader, tooltip, config };
const unpack = ({ columns, rows }) => rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
const draw = async (figure) => {
  try {
    const spec = JSON.parse(figure.querySelector("script").textContent);
    for (const [name, data] of Object.entries(spec.datasets ?? {})) {
      if (data.columns) spec.datasets[name] = unpack(data);
    }
    if (spec.width === "container") spec.width = 680;
    await vegaEmbed(figure.querySelector(".vega"), spec, options);
  } catch (error) {
    make("p", `This chart cannot be drawn: ${error.message}`, figure).className = "fault";
  }
};
all("figure.chart").reduce((before, figure) => before.then(() => draw(figure)), Promise.resolve());

// Tables: a click on a heading sorts, a box filters, a button saves the rows shown.
const number = (text) => (/^-?[\d,]*\.?\d+$/.test(text) ? Number(text.replaceAll(",", "")) : NaN);
const compare = (a, b) => (isNaN(number(a)) || isNaN(number(b)) ? (a > b) - (a < b) : number(a) - number(b));
const guarded = (text) => `"${(/^[=+\-@\t\r]/.test(text) && isNaN(number(text)) ? "'" + text : text).replaceAll('"', '""')}"`;
const save = (table, name) => {
  const lines = [...table.rows].filter((row) => !row.hidden && !row.parentNode.hidden && !row.matches(".detail"));
  const text = lines.map((row) => [...row.cells].map((cell) => guarded(cell.dataset.text ?? cell.textContent)).join(",")).join("\r\n");
  const link = make("a", "");
  link.href = URL.createObjectURL(new Blob(["\ufeff", text, "\r\n"], { type: "text/csv" }));
  link.download = `${name.replace(/[^A-Za-z0-9]+/g, "-")}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
};
const enliven = (figure) => {
  const table = figure.querySelector("table");
  const rows = table.tBodies.length > 1 ? [...table.tBodies] : [...table.tBodies[0].rows];
  const cells = (row) => (row.rows ? row.rows[0] : row).cells;
  const home = rows[0].parentNode;
  all("thead th", table).forEach((heading, column) => {
    const sort = () => {
      const down = heading.ariaSort === "ascending" ? -1 : 1;
      all("thead th", table).forEach((other) => { other.ariaSort = null; });
      heading.ariaSort = down > 0 ? "ascending" : "descending";
      rows.sort((a, b) => down * compare(cells(a)[column].textContent, cells(b)[column].textContent));
      home.append(...rows);
    };
    heading.tabIndex = 0;
    heading.addEventListener("click", sort);
    heading.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
  });
  if (rows.length < 5) return;
  const tools = make("span", "", figure.querySelector("figcaption"));
  tools.className = "tools";
  const box = make("input", "", tools);
  box.type = "search";
  box.placeholder = "filter";
  box.ariaLabel = "show only rows that contain";
  box.addEventListener("input", () => {
    const wanted = box.value.toLowerCase();
    rows.forEach((row) => { row.hidden = !row.textContent.toLowerCase().includes(wanted); });
  });
  const button = make("button", "CSV", tools);
  button.addEventListener("click", () => save(table, figure.querySelector("b").textContent));
};
all("figure.table").filter((figure) => figure.querySelector("tbody tr")).forEach(enliven);

// A link to something folded opens it; printing opens the questions.
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
  if (target) target.scrollIntoView();
};
addEventListener("hashchange", reveal);
if (location.hash) reveal();
let folded = [];
addEventListener("beforeprint", () => {
  folded.push(...all("details.question:not([open]), details.proof:not([open])"));
  folded.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => {
  folded.forEach((details) => { details.open = false; });
  folded = [];
});
all("section.part").filter((part) => part.querySelector("details.question")).forEach((part) => {
  const questions = all("details.question", part);
  const opened = () => questions.every((details) => details.open);
  const button = make("button", "");
  const name = () => { button.textContent = opened() ? "Fold all questions" : "Open all questions"; };
  button.className = "unfold";
  button.addEventListener("click", () => {
    const open = !opened();
    questions.forEach((details) => { details.open = open; });
    name();
  });
  name();
  part.insertBefore(button, part.querySelector(".notebook"));
});
