// One forecast at a time, the newest: while one's first picture is on its way, only the latest question waits; once the
// picture is there, its refinement gives way at once. So a drag shows pictures as fast as they come, and never stale ones.

import { sameQuestion } from "./question.js";
import { Refusal, Unreachable, askJson, askLines } from "./server.js";

export class Runner {
  #current = null;
  #waiting = null;
  #shown = null;
  #drawn = 0;
  #isRefined = false;
  #preparing = null;
  #number = 0;
  tab = crypto.getRandomValues(new Uint32Array(2)).join("-");

  // `draw(line, question)` for each forecast that arrives, `fail(error, question)`, `busy(question or null)`.
  constructor({ draw, fail, busy }) {
    Object.assign(this, { draw, fail, busy });
  }

  // `urgent` does not wait for a picture that nobody will look at; `moving` is the input under the hand.
  ask(question, { refine = false, urgent = false, moving } = {}) {
    this.#waiting = null;
    if (!refine) this.#preparing?.abort();
    if (!urgent && this.#isKnown(question, refine)) return;
    this.#waiting = { question, refine, moving };
    if (urgent || !this.#current || this.#current.drawn) this.#next();
  }

  // An input may be moved next. Where that cannot be prepared, its first picture comes as late as any.
  async prepare(question, moving) {
    this.#preparing?.abort();
    const own = (this.#preparing = new AbortController());
    try {
      await askJson("/api/prepare", { tab: this.tab, ...question, moving }, own.signal);
    } catch (error) {
      if (!(own.signal.aborted || error instanceof Refusal || error instanceof Unreachable)) throw error;
    }
  }

  stop() {
    this.#waiting = null;
    this.#current?.abort.abort();
    this.#current = null;
    this.busy(null);
  }

  // Whether its picture, or all of its refinement, is there, or a picture on its way: a key that moves a slider and lets
  // it go asks once.
  #isKnown(question, refine) {
    if (!refine && this.#current && sameQuestion(question, this.#current.question)) return true;
    if (!sameQuestion(question, this.#shown) || (refine && !this.#isRefined)) return false;
    this.stop();
    return true;
  }

  #next() {
    this.#current?.abort.abort();
    const { question, ...how } = this.#waiting;
    this.#waiting = null;
    // The refinement of what is drawn already is worth no waiting.
    this.#current = { question, abort: new AbortController(), drawn: sameQuestion(question, this.#shown) };
    this.#run(this.#current, question, how);
  }

  async #run(own, question, { refine, moving }) {
    this.busy(question);
    try {
      const drawn = refine && sameQuestion(question, this.#shown) ? this.#drawn : 0;
      const body = { tab: this.tab, run: ++this.#number, ...question, refine, drawn, moving };
      for await (const line of askLines("/api/forecast", body, own.abort.signal)) {
        if (own !== this.#current) return;
        own.drawn = true;
        this.#shown = question;
        this.#drawn = line.trajectories;
        this.#isRefined = refine && line.done;
        this.draw(line, question);
        if (this.#waiting) return this.#next();
      }
    } catch (error) {
      if (own.abort.signal.aborted) return;
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      own.drawn = true;
      if (own === this.#current) this.fail(error, question);
    }
    if (own !== this.#current) return;
    this.#current = null;
    if (this.#waiting) this.#next();
    else this.busy(null);
  }
}
