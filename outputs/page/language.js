// A language: the page's fixed texts, and how numbers, dates and amounts are written in it.

import { formatAmount, parseAmount, writeAmount, zeroCountBound } from "./amounts.js";

const NO_BREAK = "\u00a0";
const NARROW = "\u202f";
const FRENCH_SUFFIX = { bn: "Md", M: "M", k: "k", "": "" };

export class Language {
  constructor(code, words) {
    this.code = code;
    this.words = words;
  }

  // The text of a key with values in its braces.
  text(key, values = {}) {
    return this.words[key]
      .replace(/ (?=[%:;!?»])|(?<=«) /g, NO_BREAK)
      .replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  // A number as English writes it, in this language.
  number(text) {
    if (this.code !== "fr") return text;
    return text.replace(/[,.]/g, (sign) => (sign === "," ? NARROW : ","));
  }

  whole(value) {
    return this.number(String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ","));
  }

  amount(value, digits = 3) {
    const text = formatAmount(value, digits);
    if (this.code !== "fr") return text;
    const found = /^(−?)([\d.,]+)(tn|bn|M|k|)$/.exec(text);
    if (!found) return this.number(text);
    let [, sign, figures, suffix] = found;
    if (suffix === "tn") [figures, suffix] = [String(Number(figures.replace(",", "")) * 1000), "bn"];
    return sign + this.number(figures) + (suffix && NO_BREAK + FRENCH_SUFFIX[suffix]);
  }

  // An amount with its currency or unit.
  money(value, unit) {
    if (!unit) return this.amount(value);
    const code = this.code === "en" && /^[A-Z]{3}$/.test(unit);
    return code ? unit + NO_BREAK + this.amount(value) : this.amount(value) + NO_BREAK + unit;
  }

  // What a number box shows, and what was typed into one.
  written(value, digits = 6) {
    const text = writeAmount(value, digits);
    return this.code === "fr" ? text.replace(".", ",").replace("bn", "Md") : text;
  }

  read(text) {
    return parseAmount(text, this.code === "fr");
  }

  // The number of times that a text says: ×1.2, 1.2 or 120 %; null where it says none, or one below 0.
  readMultiple(text) {
    const times = this.read(text.trim().replace(/^[×x*]\s*/i, ""));
    return times !== null && times >= 0 ? times : null;
  }

  // A share in per cent, to three digits.
  share(value) {
    const size = 100 * value;
    const text = Math.abs(size) < 1e-3 && size !== 0 ? size.toPrecision(1) : String(Number(size.toPrecision(3)));
    return this.number(text) + NO_BREAK + "%";
  }

  // A probability with its standard error; with its exact bound where no future, or every one, counts.
  probability(value, error, trajectories) {
    if (value === 0 || value === 1) {
      const bound = value === 0 ? zeroCountBound(trajectories) : 1 - zeroCountBound(trajectories);
      return `${this.share(value)} (${value === 0 ? "<" : ">"}${NO_BREAK}${this.bound(bound)})`;
    }
    const places = decimals(100 * error);
    const [share, half] = [value, error].map((one) => this.number((100 * one).toFixed(places)));
    return `${share}${NO_BREAK}%${NO_BREAK}±${NO_BREAK}${half}`;
  }

  // A bound as a share, with as many digits as tell it from nothing and from everything.
  bound(value) {
    return this.number((100 * value).toFixed(decimals(100 * Math.min(value, 1 - value)))) + NO_BREAK + "%";
  }

  // The end of a period as people name it: the month, or the day where the step is a week.
  date(date, step, short = false) {
    const month = this.words[short ? "short_months" : "months"][date.getUTCMonth()];
    return `${step === "week" ? `${date.getUTCDate()} ` : ""}${month} ${date.getUTCFullYear()}`;
  }

  span(periods, step) {
    const [one, many] = this.words[step];
    return this.number(String(periods)) + NO_BREAK + (periods === 1 ? one : many);
  }
}

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export async function readLanguage(code) {
  const answer = await fetch(`/static/words.${code}.json`);
  return new Language(code, await answer.json());
}

// Decimal places that show the first significant digit, one at least.
function decimals(size) {
  return size > 0 ? Math.min(12, Math.max(1, -Math.floor(Math.log10(size)))) : 1;
}
