// Undo and redo over questions. Changes of one input within a second are one step, as a drag or a held key is.

import { sameQuestion } from "./question.js";

const TOGETHER_MS = 1000;

export class History {
  #past = [];
  #future = [];
  #last = { key: null, time: -Infinity };

  // The question as it was before a change of `key`.
  remember(before, key) {
    const now = performance.now();
    const together = key !== null && key === this.#last.key && now - this.#last.time < TOGETHER_MS;
    this.#last = { key, time: now };
    if (!together) this.#past.push(before);
    this.#future = [];
  }

  // The last step led nowhere: things stand as they stood before it.
  forget(current) {
    this.#last.key = null;
    if (this.#past.length > 0 && sameQuestion(this.#past.at(-1), current)) this.#past.pop();
  }

  undo(current) {
    return this.#step(current, this.#past, this.#future);
  }

  redo(current) {
    return this.#step(current, this.#future, this.#past);
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  #step(current, from, to) {
    this.#last.key = null;
    if (from.length === 0) return null;
    to.push(current);
    return from.pop();
  }
}
