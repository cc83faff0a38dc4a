// Where a value stands on a slider, which has whole positions from 0 to STEPS, and the value of a position.

import { rounded } from "./amounts.js";

export const STEPS = 200;

export class SliderScale {
  constructor({ low, high, step, decision, logarithmic }) {
    this.logarithmic = logarithmic && low > 0;
    [this.from, this.to] = this.logarithmic ? [Math.log(low), Math.log(high)] : [low, high];
    this.step = decision ? step : null;
    Object.assign(this, { low, high });
  }

  // From 0 to 1 along the slider, beyond them outside its range.
  place(value) {
    if (this.to === this.from) return 0.5;
    const along = this.logarithmic ? Math.log(Math.max(value, Number.MIN_VALUE)) : value;
    return (along - this.from) / (this.to - this.from);
  }

  position(value) {
    return Math.round(STEPS * Math.min(1, Math.max(0, this.place(value))));
  }

  // A tidy number: three figures of the range, or a multiple of the step that decisions are taken in.
  value(position) {
    if (position <= 0) return this.low;
    if (position >= STEPS) return this.high;
    const along = this.from + ((this.to - this.from) * position) / STEPS;
    if (this.logarithmic) return rounded(Math.exp(along), 3);
    const unit = this.step ?? 10 ** Math.floor(Math.log10((this.to - this.from) / STEPS));
    return Math.min(this.high, Math.max(this.low, rounded(Math.round(along / unit) * unit, 12)));
  }
}
