// What the forecast is compared with: a question that was pinned, and its forecast as far as it is refined.

import { readForecast } from "./figures.js";
import { sameQuestion } from "./question.js";
import { askLines } from "./server.js";

export class Baseline {
  #asking = false;

  constructor(question, forecast = null) {
    Object.assign(this, { question, forecast, gone: false });
  }

  answers(question) {
    return sameQuestion(this.question, question);
  }

  // Forecast it in a tab of its own, beside what is asked now; `drawn()` after each step, until it is let go.
  async refine(tab, scenario, drawn) {
    if (this.#asking || this.forecast?.done) return;
    this.#asking = true;
    try {
      for await (const line of askLines("/api/forecast", { tab, run: 0, ...this.question, refine: true })) {
        if (this.gone) return;
        if (line.trajectories < this.forecast?.trajectories) continue;
        this.forecast = readForecast(line, scenario);
        drawn();
      }
    } finally {
      this.#asking = false;
    }
  }
}
