// The what-if page: a question in the address, a forecast for each change of it, drawn as soon as it is there.

import { Answer } from "./answer.js";
import { Baseline } from "./baseline.js";
import { TimeAxis } from "./calendar.js";
import { download } from "./downloads.js";
import { write } from "./elements.js";
import { FanChart } from "./fan_chart.js";
import { readForecast } from "./figures.js";
import { History } from "./history.js";
import { InputPanel } from "./input_panel.js";
import { Lateness } from "./lateness.js";
import { NeedChart } from "./need_chart.js";
import { asked, fragmentOf, readFragment, sameQuestion, unchanged, withChange } from "./question.js";
import { RuinChart } from "./ruin_chart.js";
import { Runner } from "./runner.js";
import { RunwayChart } from "./runway_chart.js";
import { Refusal, Unreachable, askJson } from "./server.js";
import { Toasts } from "./toasts.js";
import { Tools } from "./tools.js";
import { VariantTabs } from "./variant_tabs.js";
import { Watch } from "./watch.js";
import { WhyPanel } from "./why_panel.js";

const REST_MS = 250;
const TOUCH_MS = 100;
const place = (name) => document.getElementById(name);

export class Page {
  constructor(scenario, language) {
    Object.assign(this, { scenario, language, history: new History(), described: new Map(), following: new Map(), forecast: null, pinned: null });
    this.inputs = inputsByVariant(scenario.variants);
    this.names = [...this.inputs.keys()];
    this.time = new TimeAxis(scenario, language);
    this.#furnish();
    this.runner = new Runner({
      draw: (line, question) => this.draw(line, question),
      fail: (error, question) => this.fail(error, question),
      busy: (question) => document.body.toggleAttribute("data-busy", question !== null),
    });
    this.watch = new Watch({ gone: (refused) => this.#gone(refused), back: (restarted) => this.#back(restarted) });
    this.#listen();
  }

  #furnish() {
    const { scenario, language, time } = this;
    document.documentElement.lang = language.code;
    write(place("title"), scenario.title);
    write(place("file"), (scenario.file ?? "").split(/[\\/]/).at(-1));
    place("file").title = scenario.file ?? "";
    write(place("skip"), language.text("skip"));
    write(place("made-by"), language.text("made_by", { version: scenario.version, seed: scenario.seed, sha: scenario.sha256.slice(0, 12) }));
    this.toasts = new Toasts(place("toasts"), language);
    this.tools = new Tools(place("tools"), language, {
      undo: () => this.undo(), redo: () => this.redo(), pin: () => this.pin(),
      save: () => this.take("save", "/api/scenario.toml", "what-if.toml"),
      report: () => this.take("report", "/api/report.html", "report.html"),
    });
    this.tabs = new VariantTabs(place("variants"), language, scenario.variants, (name) => this.choose(name));
    this.answer = new Answer(place("answer"), time, language, scenario, place("spoken"));
    this.lateness = new Lateness(place("answer"), place("charts"));
    this.charts = {};
    this.charts.ruin = new RuinChart(place("charts"), time, language);
    this.charts.fan = new FanChart(place("charts"), time, language, scenario);
    this.charts.runway = new RunwayChart(place("charts"), time, language);
    this.charts.need = new NeedChart(place("charts"), language, scenario);
    this.panel = new InputPanel(place("inputs"), language, {
      change: (key, change, done) => this.change(key, change, done),
      touch: (key) => this.prepare(key),
      resetAll: () => this.resetAll(),
    });
    this.why = new WhyPanel(place("why"), language, { visit: (key) => this.panel.visit(key), fail: (error) => this.fail(error) });
  }

  #listen() {
    document.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("hashchange", () => this.#addressed());
    addEventListener("pagehide", () => this.#writeAddress());
    place("skip").addEventListener("click", (event) => {
      event.preventDefault();
      place("inputs").focus();
    });
  }

  start(boot) {
    const { question, baseline } = readFragment(location.hash, this.names);
    this.question = question;
    this.watch.start(boot);
    this.#compareWith(this.#baseline(baseline));
    this.#run({ refine: true });
  }

  // One input changed, by hand; `done` once the slider is let go or the number entered.
  change(key, change, done) {
    const next = withChange(this.question, key, change);
    const isNew = !sameQuestion(next, this.question);
    if (isNew) {
      this.history.remember(this.question, key);
      this.question = next;
    }
    // Asked first: what follows from the question alone is shown while the answer is worked out.
    this.#run({ refine: done, moving: key });
    if (isNew) this.#settle((this.moved = key));
    if (sameQuestion(this.drawn, this.#asked())) this.#writeAddress();
  }

  // An input is pointed at, has the focus or was moved, and may be moved next: what it does not reach can be computed
  // before.
  prepare(key) {
    clearTimeout(this.preparing);
    this.preparing = setTimeout(() => this.runner.prepare(this.#asked(), key), TOUCH_MS);
  }

  choose(variant) {
    if (variant === this.question.variant) return;
    this.following = new Map();
    this.#go({ ...this.question, variant });
  }

  resetAll() {
    if (Object.keys(this.question.changes).length === 0) return;
    this.#go(unchanged(this.question.variant));
    this.panel.search.focus();
  }

  undo() {
    this.#travel(this.history.undo(this.question), "undone");
  }

  redo() {
    this.#travel(this.history.redo(this.question), "redone");
  }

  #travel(question, told) {
    if (!question) return;
    this.question = question;
    this.#settle();
    this.#run({ refine: true, urgent: true });
    write(place("spoken"), this.language.text(told));
  }

  #go(question) {
    this.history.remember(this.question, null);
    this.question = question;
    this.#settle();
    this.#run({ refine: true, urgent: true });
  }

  // The forecast as it is becomes the one to compare with, or is let go.
  pin() {
    const question = this.#asked();
    this.#compareWith(this.pinned ? null : new Baseline(question, sameQuestion(this.drawn, question) ? this.forecast : null));
    if (this.forecast) this.#redraw();
  }

  async take(tool, path, otherwise) {
    const body = { ...this.#asked(), ...(tool === "report" && { lang: this.language.code }) };
    const busy = tool === "report" ? this.toasts.say(this.language.text("report_busy")) : null;
    try {
      const name = await this.tools.whileBusy(tool, () => download(path, body, otherwise));
      this.toasts.say(this.language.text("saved", { name }));
    } catch (error) {
      this.fail(error);
    } finally {
      busy?.remove();
    }
  }

  draw(line, question) {
    for (const [key, input] of Object.entries(line.inputs ?? {})) this.described.set(key, input);
    if (line.following) this.following = new Map(Object.entries(line.following));
    // What is asked anew of a server that came back is of use once it knows more than the picture that stands.
    if (sameQuestion(this.drawn, question) && line.trajectories < this.forecast.trajectories) return;
    this.forecast = readForecast(line, this.scenario);
    this.drawn = question;
    this.lateness.show(!sameQuestion(this.drawn, this.#asked()));
    if (this.pinned?.answers(question)) this.pinned.forecast = this.forecast;
    this.#redraw();
    if (this.moved) this.prepare(this.moved);
    this.moved = null;
    this.panel.forgive();
    this.toasts.quiet();
    this.#showInputs();
    // Behind the paint: a browser takes its time to write it.
    if (sameQuestion(this.drawn, this.#asked())) requestAnimationFrame(() => setTimeout(() => this.#writeAddress()));
    if (line.done && this.pinned) this.#refineBaseline();
  }

  #redraw() {
    const { forecast } = this;
    const behind = this.pinned && !this.pinned.answers(this.drawn) ? this.pinned.forecast : null;
    this.answer.draw(forecast, behind, behind && this.#nameOf(this.pinned.question));
    this.charts.ruin.figure.root.hidden = this.charts.runway.figure.root.hidden = !forecast.ruin;
    this.charts.fan.figure.root.hidden = !Object.keys(forecast.fan).length;
    this.charts.need.root.hidden = !Object.keys(forecast.need).length;
    for (const chart of Object.values(this.charts)) {
      if ((chart.figure ?? chart).root.hidden) continue;
      chart.draw(forecast, behind);
    }
    document.body.dataset.drawn = forecast.trajectories;
  }

  // What the address compares with, or was pinned before it was refined.
  async #refineBaseline() {
    const { pinned } = this;
    try {
      await pinned.refine(`${this.runner.tab}-baseline`, this.scenario, () => this.#redraw());
    } catch (error) {
      if (pinned.gone) return;
      if (error instanceof Refusal) this.#compareWith(null);
      this.fail(error);
    }
  }

  #compareWith(baseline) {
    if (this.pinned) this.pinned.gone = true;
    this.pinned = baseline;
    this.#settle();
  }

  // A mistake is told at the input concerned; what concerns none of them, in a corner.
  fail(error, question) {
    if (error instanceof Unreachable) return this.watch.lose();
    if (error instanceof Refusal && error.status === 403) return this.#gone(true);
    let message = error.message;
    if (error.expected) message += `; ${this.language.text("expected", { expected: error.expected })}`;
    if (error.nearest) message += `; ${this.language.text("nearest", { nearest: error.nearest })}`;
    const key = question && this.panel.complain(error.key, message);
    const told = error.key ? `${error.key}: ${message}` : message;
    return key ? this.#takeBack(key, told) : this.toasts.complain(told);
  }

  // A change that is refused is not part of the question; what was typed stays to be mended, an address cannot.
  #takeBack(key, told) {
    if (!this.question.changes[key]) return;
    this.question = withChange(this.question, key, this.drawn?.changes[key]);
    this.history.forget(this.question);
    this.#settle(key);
    this.#writeAddress();
    if (this.drawn) return;
    this.toasts.say(told);
    this.#run({ refine: true });
  }

  #own() {
    return this.inputs.get(this.question.variant);
  }

  // The question as the server is asked it.
  #asked() {
    return asked(this.question, this.#own());
  }

  #baseline(question) {
    return question && new Baseline(asked(question, this.inputs.get(question.variant)));
  }

  #showInputs() {
    this.panel.show(this.#asked().changes, this.described, this.following);
  }

  // "price war, 2 changed"
  #nameOf({ variant, changes }) {
    const { title } = this.scenario.variants.find(({ name }) => name === variant);
    const count = Object.keys(changes).length;
    const name = variant === "base" ? this.language.text("base") : title;
    return count ? this.language.text("with_changes", { name, count }) : name;
  }

  // A picture at once; the refinement when the hand rests, so that the next picture need not wait for it to stop.
  #run({ refine, urgent = false, moving }) {
    clearTimeout(this.preparing);
    clearTimeout(this.resting);
    this.runner.ask(this.#asked(), { urgent, moving });
    if (refine) this.resting = setTimeout(() => this.runner.ask(this.#asked(), { refine }), REST_MS);
  }

  // Everything that follows from the question alone, without a forecast. `moving` is the input under the hand.
  #settle(moving = null) {
    // While an input moves, the address waits for the picture.
    this.isAddressDue = true;
    if (moving === null) this.#writeAddress();
    this.tabs.show(this.question.variant);
    this.tools.show({ canUndo: this.history.canUndo, canRedo: this.history.canRedo, pinned: Boolean(this.pinned) });
    this.why.show(this.#asked());
    if (moving === null) this.panel.populate(this.#own());
    this.#showInputs();
    this.lateness.show(!sameQuestion(this.drawn, this.#asked()));
  }

  #writeAddress() {
    if (!this.isAddressDue) return;
    this.isAddressDue = false;
    const fragment = fragmentOf(this.question, this.pinned?.question);
    history.replaceState(null, "", `${location.pathname}${location.search}#${fragment}`);
  }

  // The address was changed by hand, or a link to another question was followed.
  #addressed() {
    const { question, baseline } = readFragment(location.hash, this.names);
    if (sameQuestion(question, this.question)) return;
    this.#compareWith(this.#baseline(baseline));
    this.#go(question);
  }

  // Ctrl+Z belongs to a box while something is being typed into it.
  #key(event) {
    const letter = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || (letter !== "z" && letter !== "y")) return;
    if (this.panel.isTyping(event.target)) return;
    event.preventDefault();
    if (letter === "y" || event.shiftKey) this.redo();
    else this.undo();
  }

  #gone(refused) {
    write(place("outage"), this.language.text(refused ? "outage_refused" : "outage"));
    clearTimeout(this.resting);
    this.#writeAddress();
    this.runner.stop();
  }

  // A server that was started anew may serve another text of the scenario.
  async #back(restarted) {
    write(place("outage"), "");
    if (restarted && (await askJson("/api/scenario")).sha256 !== this.scenario.sha256) return location.reload();
    if (restarted) this.toasts.say(this.language.text("outage_over"));
    return this.#run({ refine: true, urgent: true });
  }
}

// Inputs by variant and key: those of the base, which comes first, and what a variant has otherwise.
function inputsByVariant(variants) {
  const [base] = variants;
  return new Map(variants.map(({ name, inputs, left_out: without }) => {
    const own = new Map((name === base.name ? [] : base.inputs).map((input) => [input.key, input]));
    for (const key of without) own.delete(key);
    for (const input of inputs) own.set(input.key, input);
    return [name, own];
  }));
}
