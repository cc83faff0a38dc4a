// A law drawn as a hill on its slider: the density over the slider's own scale, nine cases in ten of it darker.
//
// What is turned as a multiple has a slider of factors: its hill stands there as a multiple of its middle. Where that
// cannot be, for its values are on both sides of 0, the hill has a scale of its own with a line at 0; what is known in
// time is drawn as its course.

import { drawing } from "./elements.js";

const WIDTH = 200;
const HEIGHT = 26;
const ROOM = 0.55;

export class LawPicture {
  constructor() {
    this.whole = drawing("path", { class: "law" });
    this.middle = drawing("path", { class: "law-middle" });
    this.zero = drawing("path", { class: "law-zero" });
    this.hill = drawing("g", {}, this.whole, this.middle);
    this.root = drawing("svg", {
      class: "hill", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true",
    }, this.hill, this.zero);
  }

  // `known` is the input with its law as it was described, `centre` where the slider stands: until the server has drawn
  // the moved law, the known one moves along.
  show(known, isMultiple, scale, centre) {
    const { law, path } = known;
    const shown = Boolean((law?.x?.length || path) && known.centre !== 0);
    this.root.parentElement.classList.toggle("flat", !shown);
    if (!shown) return;
    if (law !== this.law || path !== this.path || scale !== this.scale) {
      Object.assign(this, { law, path, scale, zeroAt: null, isCourse: Boolean(path) });
      if (path) this.#drawCourse(path.map((value) => value / known.centre));
      else this.#draw(law, isMultiple ? this.#places(law, known.centre) : (value) => scale.place(value), isMultiple || scale.logarithmic);
      this.zero.setAttribute("d", this.zeroAt === null ? "" : this.isCourse ? `M0 ${this.zeroAt}H${WIDTH}` : `M${this.zeroAt} 0V${HEIGHT}`);
    }
    const move = this.zeroAt === null ? this.#shift(known.centre, centre) : this.#stretch(centre);
    if (move) this.hill.setAttribute("transform", move);
  }

  #shift(from, to) {
    const shift = WIDTH * (this.scale.place(to) - this.scale.place(from));
    return Number.isFinite(shift) ? `translate(${shift.toFixed(1)} 0)` : "";
  }

  #stretch(factor) {
    const [along, by] = this.isCourse ? [`0 ${this.zeroAt}`, `1 ${factor}`] : [`${this.zeroAt} 0`, `${factor} 1`];
    const back = this.isCourse ? `0 ${-this.zeroAt}` : `${-this.zeroAt} 0`;
    return `translate(${along}) scale(${by}) translate(${back})`;
  }

  // Where a value of a multiple stands: among the factors, or between the ends of what there is, 0 included.
  #places(law, centre) {
    const { "0.05": low, "0.5": middle, "0.95": high } = law.quantiles;
    if (low * high > 0) return (value) => this.scale.place((value / middle) * centre);
    const values = law.x.map((value) => value / centre);
    const [first, last] = [Math.min(0, ...values), Math.max(0, ...values)];
    const span = last - first;
    if (span === 0) return () => this.scale.place(centre);
    this.zeroAt = (WIDTH * -first) / span;
    return (value) => (value / centre - first) / span;
  }

  #draw(law, place, isLogarithmic) {
    // A picture is of the density of a value or of its logarithm; the slider may be the other.
    const turned = isLogarithmic && this.zeroAt === null;
    const turn = { "true,false": Math.abs, "false,true": (x) => (x > 0 ? 1 / x : 0) }[[turned, law.logarithmic]];
    const height = law.y.map((value, at) => (value ?? 0) * (turn && !law.discrete ? turn(law.x[at]) : 1) || 0);
    const sorted = [...height].sort((one, other) => one - other);
    const typical = sorted[Math.floor(0.75 * sorted.length)];
    const top = (typical > 0 && !law.discrete ? Math.min(sorted.at(-1), 6 * typical) : sorted.at(-1)) || 1;
    const points = law.x.map((value, at) => ({
      value, x: WIDTH * place(value), y: HEIGHT - (HEIGHT - 2) * Math.min(height[at], top) / top,
    })).filter(({ x }) => Number.isFinite(x) && Math.abs(x) < 5 * WIDTH);
    const shape = law.discrete ? bars : area;
    const inside = points.filter(({ value }) => value >= law.quantiles["0.05"] && value <= law.quantiles["0.95"]);
    this.whole.setAttribute("d", shape(points));
    this.middle.setAttribute("d", shape(inside));
  }

  // Values of the periods 1 and on as a step each, from 0 up or down, with room above for what is more.
  #drawCourse(path) {
    const values = path.slice(1);
    const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
    const unit = (ROOM * HEIGHT) / (most - least || 1);
    this.zeroAt = least < 0 ? HEIGHT * (most > 0 ? 0.5 : 0) : HEIGHT;
    const step = WIDTH / values.length;
    const outline = values.map((value, at) => `V${(this.zeroAt - unit * value).toFixed(2)}H${((at + 1) * step).toFixed(2)}`);
    this.whole.setAttribute("d", "");
    this.middle.setAttribute("d", `M0 ${this.zeroAt}${outline.join("")}V${this.zeroAt}Z`);
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
