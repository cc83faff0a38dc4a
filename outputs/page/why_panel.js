// Why: which inputs move the answer most, and what separates the futures that run out of money from the others.

import { drawing, element, write } from "./elements.js";
import { sameQuestion } from "./question.js";
import { Unreachable, askJson } from "./server.js";

const MOST = 10;
const WIDTH = 200;

export class WhyPanel {
  // `visit(key)` shows an input, `fail(error)` tells of a mistake.
  constructor(host, language, { visit, fail }) {
    Object.assign(this, { language, visit, fail });
    this.button = element("button", { type: "button", onclick: () => this.ask() }, language.text("why_ask"));
    this.state = element("p", { class: "quiet", role: "status" });
    this.told = element("div", { class: "told" });
    host.append(element("div", { class: "why-head" }, element("h2", { id: "why-heading" }, language.text("why_heading")), this.button),
      this.state, this.told);
  }

  // The question that the page stands at: an answer to another one says so.
  show(question) {
    this.question = question;
    if (this.answered && !this.abort) {
      const stale = !sameQuestion(this.answered, question);
      this.told.classList.toggle("stale", stale);
      write(this.state, stale ? this.language.text("why_stale") : "");
      write(this.button, this.language.text(stale ? "why_again" : "why_ask"));
      this.button.hidden = !stale;
    }
  }

  async ask() {
    this.abort?.abort();
    this.abort = new AbortController();
    const [own, question] = [this.abort, this.question];
    write(this.state, this.language.text("why_busy"));
    this.button.setAttribute("aria-disabled", "true");
    try {
      const why = await askJson("/api/why", { ...question, lang: this.language.code }, own.signal);
      if (own !== this.abort) return;
      this.abort = null;
      this.answered = question;
      this.#tell(why);
      this.show(this.question);
    } catch (error) {
      if (own !== this.abort) return;
      this.abort = null;
      write(this.state, "");
      if (!(error instanceof Unreachable)) write(this.state, error.message);
      this.fail(error);
    } finally {
      if (!this.abort) this.button.removeAttribute("aria-disabled");
    }
  }

  #tell({ tornado, output, ruined, sentence }) {
    const parts = [];
    if (sentence) parts.push(element("p", { class: "finding" }, sentence));
    if (tornado?.length) parts.push(this.#tornado(tornado, output));
    if (ruined?.length) parts.push(this.#ruined(ruined));
    if (!parts.length) parts.push(element("p", {}, this.language.text("why_nothing")));
    this.told.replaceChildren(...parts);
  }

  // `output` is what the bars are about: the probability of ruin, or a quantity whose mean at the end it is.
  #tornado(bars, output) {
    const { language } = this;
    const isRuin = output === "ruin_probability";
    const written = (value) => (isRuin ? language.share(value) : language.amount(value));
    const longest = [...bars].sort((one, other) => Math.abs(other.high - other.low) - Math.abs(one.high - one.low)).slice(0, MOST);
    const ends = longest.flatMap(({ low, high }) => [low, high]);
    const [least, most] = [Math.min(...ends), Math.max(...ends)];
    const place = (value) => (most > least ? (WIDTH * (value - least)) / (most - least) : WIDTH / 2);
    const rows = longest.map(({ key, label, unit, low, high, value_low: lower, value_high: upper }) => {
      const [from, to] = [place(low), place(high)];
      const middle = (from + to) / 2;
      const bar = (one, name) => drawing("rect", { class: name, x: Math.min(one, middle), width: Math.max(1, Math.abs(one - middle)), y: 3, height: 12 });
      const picture = drawing("svg", { viewBox: `0 0 ${WIDTH} 18`, preserveAspectRatio: "none", "aria-hidden": "true" },
        bar(from, "low"), bar(to, "high"));
      const tips = [lower, upper].map((value) => element("small", { title: unit || null }, language.amount(value)));
      return element("tr", {},
        element("th", { scope: "row" }, element("button", { type: "button", class: "link", onclick: () => this.visit(key) }, label)),
        element("td", { class: "bars" }, picture),
        element("td", { class: "number low" }, written(low), tips[0]),
        element("td", { class: "number high" }, written(high), tips[1]));
    });
    const heads = ["tornado_input", "tornado_bar", "tornado_low", "tornado_high"].map((key, at) =>
      element("th", { scope: "col", class: [null, "bars", "number low", "number high"][at] }, at === 1 ? element("span", { class: "unseen" }, language.text(key)) : language.text(key)));
    return element("table", { class: "tornado" }, element("caption", {}, language.text(isRuin ? "tornado_title" : "tornado_mean_title", { quantity: (output ?? "").replaceAll("_", " ") })),
      element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
  }

  #ruined(shifts) {
    const { language } = this;
    const rows = shifts.map(({ label, shift, ruined, all, unit }) => element("tr", {},
      element("th", { scope: "row" }, label),
      element("td", {}, language.text(shift > 0 ? "higher" : "lower")),
      element("td", { class: "number" }, language.amount(ruined[1])),
      element("td", { class: "number" }, language.amount(all[1])),
      element("td", {}, unit ?? "")));
    const heads = ["ruined_quantity", "ruined_way", "ruined_middle", "all_middle", "unit"].map((key, at) =>
      element("th", { scope: "col", class: at === 2 || at === 3 ? "number" : null }, language.text(key)));
    return element("table", { class: "ruined" }, element("caption", {}, language.text("ruined_title")),
      element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
  }
}
