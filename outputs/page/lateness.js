// Whether what is drawn answers another question than the one that is asked; where that lasts, it pales.

const LATE_MS = 700;

export class Lateness {
  #timer = null;

  constructor(...parts) {
    this.parts = parts;
  }

  show(stale) {
    document.body.toggleAttribute("data-stale", stale);
    if (stale) this.#timer ??= setTimeout(() => this.#pale(true), LATE_MS);
    else this.#pale(false);
  }

  #pale(late) {
    clearTimeout(this.#timer);
    this.#timer = null;
    for (const part of this.parts) part.classList.toggle("late", late);
  }
}
