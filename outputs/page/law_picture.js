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
    const density = law.y.map((value, at) => (value ?? 0) * (scale.logarithmic ? Math.max(law.x[at], 0) : 1) || 0);
    const sorted = [...density].sort((one, other) => one - other);
    const typical = sorted[Math.floor(0.75 * sorted.length)];
    const top = typical > 0 ? Math.min(sorted.at(-1), 6 * typical) : sorted.at(-1) || 1;
    const points = law.x.map((value, at) => [WIDTH * scale.place(value), HEIGHT - (HEIGHT - 2) * Math.min(density[at], top) / top, value]);
    const [low, high] = [law.quantiles["0.05"], law.quantiles["0.95"]];
    this.whole.setAttribute("d", area(points));
    this.middle.setAttribute("d", area(points.filter(([, , value]) => value >= low && value <= high)));
  }
}

function area(points) {
  const known = points.filter(([x]) => Number.isFinite(x)).map(([x, y]) => [Math.min(Math.max(x, -4 * WIDTH), 5 * WIDTH), y]);
  if (known.length < 2) return "";
  const outline = known.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
  return `M${known[0][0].toFixed(1)} ${HEIGHT}L${outline}L${known.at(-1)[0].toFixed(1)} ${HEIGHT}Z`;
}
