// A law drawn as a hill on its slider: the density over the slider's own scale, nine cases in ten of it darker.

import { drawing } from "./elements.js";

const WIDTH = 200;
const HEIGHT = 26;

export class LawPicture {
  constructor() {
    this.whole = drawing("path", { class: "law" });
    this.middle = drawing("path", { class: "law-middle" });
    this.hill = drawing("g", {}, this.whole, this.middle);
    this.root = drawing("svg", {
      class: "hill", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true",
    }, this.hill);
  }

  // `centre` is where the slider stands: until the server has drawn the moved law, the known one moves along.
  show(law, scale, known, centre) {
    const shown = Boolean(law?.x?.length);
    this.root.parentElement.classList.toggle("flat", !shown);
    if (!shown) return;
    if (law !== this.law || scale !== this.scale) this.#draw(law, scale);
    const shift = WIDTH * (scale.place(centre) - scale.place(known));
    if (Number.isFinite(shift)) this.hill.setAttribute("transform", `translate(${shift.toFixed(1)} 0)`);
  }

  #draw(law, scale) {
    Object.assign(this, { law, scale });
    // A picture is of the density of a value or of its logarithm; the slider may be the other.
    const turn = { "true,false": (x) => Math.max(x, 0), "false,true": (x) => (x > 0 ? 1 / x : 0) }[[scale.logarithmic, law.logarithmic]];
    const height = law.y.map((value, at) => (value ?? 0) * (turn && !law.discrete ? turn(law.x[at]) : 1) || 0);
    const sorted = [...height].sort((one, other) => one - other);
    const typical = sorted[Math.floor(0.75 * sorted.length)];
    const top = (typical > 0 && !law.discrete ? Math.min(sorted.at(-1), 6 * typical) : sorted.at(-1)) || 1;
    const points = law.x.map((value, at) => ({
      value, x: WIDTH * scale.place(value), y: HEIGHT - (HEIGHT - 2) * Math.min(height[at], top) / top,
    })).filter(({ x }) => Number.isFinite(x) && Math.abs(x) < 5 * WIDTH);
    const shape = law.discrete ? bars : area;
    const inside = points.filter(({ value }) => value >= law.quantiles["0.05"] && value <= law.quantiles["0.95"]);
    this.whole.setAttribute("d", shape(points));
    this.middle.setAttribute("d", shape(inside));
  }
}

function area(points) {
  if (points.length < 2) return "";
  const [first, last] = [points[0], points.at(-1)].map(({ x }) => x.toFixed(1));
  return `M${first} ${HEIGHT}L${points.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}L${last} ${HEIGHT}Z`;
}

// Values that have a probability of their own, one bar each.
function bars(points) {
  return points.map(({ x, y }) => `M${(x - 1.5).toFixed(1)} ${HEIGHT}V${y.toFixed(1)}h3V${HEIGHT}Z`).join("");
}
