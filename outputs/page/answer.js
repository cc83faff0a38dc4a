// The answer in one sentence, its error, and how far the simulation is.

import { zeroCountBound } from "./amounts.js";
import { element, write } from "./elements.js";
import { medianRuin, quantile } from "./figures.js";
import { capital } from "./language.js";

const MOST = 1_000_000;
const SPEAK_AFTER_MS = 900;

export class Answer {
  constructor(host, time, language, scenario, spoken) {
    Object.assign(this, { time, language, scenario, spoken });
    this.sentence = element("p", { class: "sentence" });
    this.more = element("p", { class: "more" });
    this.compared = element("p", { class: "compared" });
    this.state = element("p", { class: "quiet state" });
    this.progress = element("progress", { max: "1", value: "0", "aria-label": language.text("refining") });
    host.append(
      element("h2", { id: "answer-heading", class: "unseen" }, language.text("answer_heading")),
      this.sentence, this.more, this.compared, this.progress, this.state,
    );
    // Where the page is one column, the answer stays in sight while inputs are moved.
    this.brief = element("p", { class: "brief", "aria-hidden": "true", hidden: true });
    host.after(this.brief);
    new IntersectionObserver(([{ isIntersecting }]) => (this.brief.hidden = isIntersecting)).observe(this.sentence);
  }

  draw(forecast, baseline, baselineName) {
    const { language } = this;
    const { trajectories, seconds, done } = forecast;
    write(this.sentence, this.#sentence(forecast));
    write(this.brief, this.sentence.textContent);
    write(this.more, this.#more(forecast));
    write(this.compared, baseline ? this.#compared(forecast, baseline, baselineName) : "");
    this.progress.value = done ? 1 : trajectories / MOST;
    this.progress.classList.toggle("done", done);
    const taken = { trajectories: language.whole(trajectories), seconds: language.number(seconds.toFixed(2)) };
    write(this.state, language.text(done ? "state_done" : "state_refining", taken));
    clearTimeout(this.timer);
    const said = [this.sentence, this.more, this.compared].map((part) => part.textContent).filter(Boolean).join(" ");
    this.timer = setTimeout(() => {
      write(this.spoken, said);
      document.title = `${this.sentence.textContent} · ${this.scenario.title}`;
    }, SPEAK_AFTER_MS);
  }

  #sentence(forecast) {
    const { ruin, ruin_se: error, trajectories } = forecast;
    if (!ruin) return this.#money(forecast);
    const last = ruin.length - 1;
    const by = this.time.by(last);
    const all = this.language.whole(trajectories);
    if (ruin[last] === 0) return this.language.text("never", { trajectories: all, by });
    if (ruin[last] === 1) return this.language.text("always", { trajectories: all, by });
    return this.language.text("ruin_sentence", { probability: this.language.probability(ruin[last], error[last], trajectories), by });
  }

  #money(forecast) {
    if (!this.scenario.money) return this.language.text("no_quantity");
    const [low, median, high] = [0.05, 0.5, 0.95]
      .map((probability) => this.language.money(quantile(forecast, probability).at(-1), this.scenario.unit_of_money));
    return capital(this.language.text("money_sentence", { quantity: this.scenario.money.replaceAll("_", " "), low, median, high }));
  }

  #more({ ruin, need, trajectories }) {
    const parts = [];
    const half = ruin ? medianRuin(ruin) : null;
    const bound = zeroCountBound(trajectories);
    if (ruin?.at(-1) === 0) parts.push(this.language.text("bound_below", { bound: this.language.bound(bound) }));
    if (ruin?.at(-1) === 1) parts.push(this.language.text("bound_above", { bound: this.language.bound(1 - bound) }));
    if (half !== null && half < ruin.length - 1) parts.push(this.language.text("half", { by: this.time.by(half) }));
    const enough = need?.["0.95"];
    if (enough?.value > 0) {
      const amount = this.language.money(enough.value, this.scenario.unit_of_money);
      const [low, high] = [enough.low, enough.high].map((one) => this.language.amount(one));
      parts.push(this.language.text(low === high ? "need_sharp" : "need_sentence", { amount, low, high, confidence: this.language.share(0.95) }));
    }
    return parts.join(" ");
  }

  #compared(forecast, baseline, name) {
    if (!forecast.ruin || !baseline.ruin) return this.language.text("baseline_is", { name });
    const [now, before] = [forecast.ruin.at(-1), baseline.ruin.at(-1)];
    const points = 100 * (now - before);
    const size = Math.abs(points) < 0.05 ? this.language.text("same") : this.language.text(points > 0 ? "points_more" : "points_less", {
      points: this.language.number(Math.abs(points).toFixed(1)),
    });
    return this.language.text("against_baseline", { name, before: this.language.share(before), size });
  }
}
