// One input: its slider with the law on it, its number box, its law in words, and what is said of it.

import { element, write } from "./elements.js";
import { LawPicture } from "./law_picture.js";
import { STEPS, SliderScale } from "./slider_scale.js";

const MULTIPLES = { inputs: "multiple_inputs", draws: "multiple_draws", dates: "multiple_dates", posterior: "multiple_posterior" };
const isMove = (wish) => "centre" in wish || "factor" in wish;
let count = 0;

export class InputRow {
  // `change(key, change or null, done)`: a new wish for this input, null for the scenario's own; done when let go.
  constructor(language, change) {
    Object.assign(this, { language, change });
    const own = `input-${(count += 1)}`;
    this.name = element("label", { id: `${own}-name`, for: own });
    this.unit = element("span", { class: "unit", id: `${own}-unit` });
    this.reset = element("button", { type: "button", class: "reset", onclick: () => this.#putBack() }, "↺");
    this.slider = element("input", {
      type: "range", min: 0, max: STEPS, step: 1, id: own, "aria-describedby": `${own}-error`,
      oninput: () => this.#slide(false), onchange: () => this.#slide(true),
    });
    this.box = element("input", {
      type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", class: "box",
      "aria-describedby": `${own}-unit ${own}-error`, oninput: () => (this.typing = true), onchange: () => this.#typed(),
      onkeydown: (event) => this.#key(event),
    });
    this.was = element("span", { class: "was", "aria-hidden": "true" });
    this.picture = new LawPicture();
    this.error = element("p", { class: "mistake", id: `${own}-error` });
    this.text = element("span", { class: "text" });
    this.inside = element("div", { class: "inside" });
    this.details = element("details", { ontoggle: () => this.#open() }, element("summary", {}, this.text), this.inside);
    this.track = element("div", { class: "along" }, this.picture.root, this.was, this.slider);
    this.root = element("li", { class: "input" },
      element("div", { class: "head" }, this.name, this.unit, this.reset, this.box), this.track, this.error, this.details);
    this.own = own;
  }

  // `original` is the input as the scenario has it, `now` as the last forecast had it, `wish` what is changed; `drawn` is
  // how it comes out now where it follows from what is changed.
  show(original, now, wish, drawn) {
    if (this.original === original && this.now === now && this.wish === wish && this.drawn === drawn) return;
    const first = this.original !== original || this.now?.kind !== now.kind;
    Object.assign(this, { original, now, wish, drawn });
    this.isMultiple = now.kind === "multiple";
    this.isAlike = this.isMultiple === (original.kind === "multiple");
    if (first) this.#name();
    if (first) this.scale = new SliderScale(this.isAlike ? original : now);
    this.root.classList.toggle("changed", Boolean(wish));
    this.reset.hidden = !wish;
    write(this.text, now.text);
    this.#place(wish?.factor ?? wish?.centre ?? now.centre);
    if (this.details.open) this.#open();
  }

  // `unread` is a text that no number can be read from: a mistake that an answer to the last question does not end.
  complain(message, unread = false) {
    if (!message && this.unread && !unread) return;
    this.unread = unread && Boolean(message);
    write(this.error, message);
    for (const control of [this.slider, this.box]) control.toggleAttribute("aria-invalid", Boolean(message));
    if (message) for (const control of [this.slider, this.box]) control.setAttribute("aria-invalid", "true");
    this.root.classList.toggle("mistaken", Boolean(message));
    if (message && document.activeElement === this.box) this.typing = true;
  }

  // What was refused makes room for what is.
  forgive() {
    if (!this.root.classList.contains("mistaken") || this.unread) return;
    this.complain("");
    this.typing = this.told = false;
    this.#place(this.centre);
    this.#open();
  }

  #name() {
    const { label } = this.original;
    write(this.name, label);
    this.box.setAttribute("aria-label", this.language.text(this.isMultiple ? "box_of_multiple" : "box_of", { label }));
    this.reset.setAttribute("aria-label", this.language.text("reset_of", { label }));
    this.reset.title = this.language.text("reset_of", { label });
  }

  #place(centre) {
    this.centre = centre;
    const { language, original, now } = this;
    const position = this.scale.position(centre);
    if (Number(this.slider.value) !== position && this.scale.value(Number(this.slider.value)) !== centre) this.slider.value = position;
    const amount = this.isMultiple ? `×${language.amount(centre)}` : language.amount(centre);
    this.slider.setAttribute("aria-valuetext", original.unit && !this.isMultiple ? `${amount} ${original.unit}` : amount);
    if (!this.typing) this.box.value = this.#written();
    write(this.unit, this.isMultiple ? this.#multiple() : original.unit ?? "");
    const known = this.drawn ?? now;
    this.picture.show(known, this.isMultiple, this.scale, centre);
    const share = Math.min(1, Math.max(0, this.scale.place(original.centre)));
    this.was.style.setProperty("--place", share);
    this.was.hidden = !this.wish || !this.isAlike;
  }

  // "multiple of what others give", and on a line of its own "middle 154M user".
  #multiple() {
    const { language, original, now } = this;
    const { law, path, centre } = this.drawn ?? now;
    const times = centre ? this.centre / centre : 1;
    const unit = /^\d/.test(original.unit) ? `(${original.unit})` : original.unit ?? "";
    const middle = law?.quantiles["0.5"];
    let told = unit;
    if (path) {
      const [begin, end] = [path[1], path.at(-1)].map((value) => language.amount(times * value));
      told = `${language.text("course", { begin, end })} ${unit}`;
    } else if (Number.isFinite(middle)) {
      told = `${language.text("middle", { amount: language.amount(times * middle) })} ${unit}`;
    }
    return `${language.text(MULTIPLES[now.basis])}\n${told}`.trim();
  }

  // What is typed or given stands in full; the middle of a law to three figures.
  #written() {
    const given = "centre" in (this.wish ?? {}) || this.now.kind !== "law";
    return (this.isMultiple ? "×" : "") + this.language.written(this.centre, given ? 6 : 3);
  }

  #slide(done) {
    const position = Number(this.slider.value);
    const value = this.scale.value(position);
    if (!done || position !== this.scale.position(this.centre)) this.#move(value, false);
    if (done) this.#move(this.centre, true);
  }

  #typed() {
    const text = this.box.value.trim();
    if (text === "") return this.#putBack();
    const value = this.isMultiple ? this.language.readMultiple(text) : this.language.read(text);
    if (value === null) return this.complain(this.language.text(this.isMultiple ? "no_multiple" : "no_number", { text }), true);
    return this.#move(value, true);
  }

  #key(event) {
    if (event.key === "Escape") {
      this.typing = false;
      this.box.value = this.#written();
      this.complain("", true);
    }
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    this.typing = false;
    const position = Math.min(STEPS, Math.max(0, this.scale.position(this.centre) + way));
    this.#move(this.scale.value(position), true);
  }

  #move(value, done) {
    this.#wish({ ...this.#basis(), [this.isMultiple ? "factor" : "centre"]: value }, done);
  }

  // What a move is about where it is not the law of the scenario: the text that was written, with its numbers changed.
  #basis() {
    if (!this.wish || (isMove(this.wish) && !("text" in this.wish))) return {};
    return { text: "arguments" in this.wish ? this.now.text : this.wish.text };
  }

  #wish(wish, done) {
    this.typing = false;
    this.complain("", true);
    const to = wish.factor ?? wish.centre;
    const same = !("text" in wish) && to === this.original.centre;
    if (to !== undefined) this.#place(to);
    this.change(this.original.key, same ? null : wish, done);
  }

  #putBack() {
    this.typing = false;
    this.complain("", true);
    const focused = document.activeElement === this.reset;
    this.change(this.original.key, null, true);
    if (focused) this.slider.focus();
  }

  // The law in words and numbers, and where it comes from; built when it is looked at.
  #open() {
    if (!this.details.open) return;
    const { language, original, now } = this;
    const quantiles = (this.drawn ?? now).law?.quantiles;
    const told = JSON.stringify([now.text, now.arguments, quantiles]);
    if (told === this.told || this.inside.contains(document.activeElement)) return;
    this.told = told;
    const parts = [this.#field("text", language.text("law"), now.text, (text) => text && this.#wish({ text }, true))];
    for (const { name, value } of now.arguments ?? []) {
      parts.push(this.#field(name, this.#argumentName(name), language.written(value), (text) => this.#argument(name, text)));
    }
    const told_of = [["source", original.source], ["note", original.note], ["was_text", this.#said()]];
    if (quantiles) {
      const [low, middle, high] = ["0.05", "0.5", "0.95"].map((level) => language.amount(quantiles[level]));
      told_of.unshift(["spread", language.text("range", { low, middle, high })]);
    }
    if (original.decision) told_of.unshift(["decision", original.decision.map((end) => language.amount(end)).join(" – ")]);
    if (now.uses.length) told_of.unshift(["uses", now.uses.join(", ")]);
    for (const [key, text] of told_of) {
      if (text) parts.push(element("p", {}, element("b", {}, language.text(key)), " ", text));
    }
    this.inside.replaceChildren(...parts);
  }

  #field(key, name, value, commit) {
    const id = `${this.own}-${key}`;
    const box = element("input", {
      id, type: "text", value, autocomplete: "off", spellcheck: "false", class: key === "text" ? "wide" : "box",
      "aria-describedby": `${this.own}-error`, "aria-label": `${name}, ${this.original.label}`,
      onchange: () => commit(box.value.trim()),
    });
    return element("div", { class: "field" }, element("label", { for: id }, name), box);
  }

  // What the scenario says, where it is not what is written above.
  #said() {
    const { language, original, now } = this;
    if (original.dates.length) return original.dates.map(([date, value]) => `${date}: ${language.amount(value)}`).join(" · ");
    return now.text === original.text ? null : original.text;
  }

  // The numbers before and after a law have no name in the language.
  #argumentName(name) {
    return name.replace(/(factor|added)$/, (word) => this.language.text(word === "factor" ? "factor" : "added"));
  }

  #argument(name, text) {
    const value = this.language.read(text);
    if (value === null) return this.complain(this.language.text("no_number", { text }), true);
    const basis = this.wish && isMove(this.wish) ? { text: this.now.text } : this.wish;
    return this.#wish({ ...basis, arguments: { ...basis?.arguments, [name]: value } }, true);
  }
}
