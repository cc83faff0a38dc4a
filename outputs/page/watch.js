// Whether burncast still answers: a look now and then, and often once it is gone; when it is back, the page goes on.

import { Refusal, askJson } from "./server.js";

const CALM_MS = 5000;
const ANXIOUS_MS = 700;

export class Watch {
  // `gone(refused)`: nobody answers, or somebody who does not know this page; `back(restarted)`.
  constructor({ gone, back }) {
    Object.assign(this, { gone, back, lost: false });
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
  }

  start(boot) {
    this.boot = boot;
    this.#later();
  }

  lose() {
    if (!this.lost) this.gone(false);
    this.lost = true;
    this.#later();
  }

  async look() {
    clearTimeout(this.timer);
    try {
      const { boot } = await askJson("/api/alive");
      const restarted = this.boot !== boot;
      this.boot = boot;
      if (this.lost || restarted) this.back(restarted);
      this.lost = false;
    } catch (error) {
      this.lost = true;
      this.gone(error instanceof Refusal && error.status === 403);
    }
    this.#later();
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (document.hidden && !this.lost ? this.#later() : this.look()), this.lost ? ANXIOUS_MS : CALM_MS);
  }
}
