// All inputs of a variant, in groups: what is decided, what is not known, numbers taken as given, what follows from others.

import { element, write } from "./elements.js";
import { InputRow } from "./input_row.js";

const GROUPS = ["decisions", "uncertain", "numbers", "derived"];

export class InputPanel {
  // `change(key, change, done)` as InputRow has it, `touch(key)` of an input that gets the focus or is pointed at.
  constructor(host, language, { change, touch, resetAll }) {
    Object.assign(this, { host, language, change, touch, rows: new Map(), groups: new Map() });
    this.search = element("input", {
      type: "search", id: "search", placeholder: language.text("search"), "aria-label": language.text("search"),
      oninput: () => this.#filter(),
    });
    this.only = element("input", { type: "checkbox", id: "only-changed", onchange: () => this.#filter() });
    this.onlyLabel = element("label", { for: "only-changed" });
    this.resetAll = element("button", { type: "button", class: "plain", onclick: resetAll }, language.text("reset_all"));
    this.found = element("p", { class: "quiet", role: "status" });
    host.append(
      element("div", { class: "panel-head" },
        element("h2", { id: "inputs-heading" }, language.text("inputs_heading")),
        element("p", { class: "quiet" }, language.text("inputs_lead")),
        this.search,
        element("div", { class: "only" }, element("span", {}, this.only, " ", this.onlyLabel), this.resetAll), this.found),
    );
    for (const name of GROUPS) {
      const list = element("ul");
      const heading = element("span");
      const root = element("details", { class: "group", open: name === "decisions" || name === "uncertain" },
        element("summary", {}, element("h3", {}, heading)), list);
      this.groups.set(name, { list, heading, root, members: [] });
      host.append(root);
    }
  }

  // `inputs` by their keys as the scenario has them; their rows stay, with the focus, where the keys do.
  populate(inputs) {
    for (const group of this.groups.values()) group.members = [];
    for (const [key, input] of inputs) {
      if (!this.rows.has(key)) this.#add(key);
      this.groups.get(groupOf(input)).members.push(key);
    }
    for (const [name, { list, heading, root, members }] of this.groups) {
      root.hidden = members.length === 0;
      write(heading, this.language.text(name, { count: members.length }));
      const wanted = members.map((key) => this.rows.get(key).root);
      if (wanted.length !== list.children.length || wanted.some((row, at) => row !== list.children[at])) list.replaceChildren(...wanted);
    }
    if (!this.settled) {
      const given = this.groups.get("numbers");
      if (this.groups.get("decisions").root.hidden && this.groups.get("uncertain").root.hidden) given.root.open = true;
      this.settled = true;
    }
    this.inputs = inputs;
  }

  #add(key) {
    const row = new InputRow(this.language, this.change);
    row.root.addEventListener("focusin", () => this.touch(key));
    row.slider.addEventListener("pointermove", () => this.touch(key));
    this.rows.set(key, row);
  }

  // `now` are the changed inputs as the last forecast had them, `following` those that follow from them as they come out, by key.
  show(changes, now, following) {
    for (const [key, input] of this.inputs) {
      const wish = changes[key] ?? null;
      const described = wish ? (now.get(key) ?? input) : input;
      this.rows.get(key).show(input, described, wish, following.get(key) ?? null);
    }
    const count = Object.keys(changes).filter((key) => this.inputs.has(key)).length;
    write(this.onlyLabel, this.language.text("only_changed", { count }));
    this.resetAll.disabled = count === 0;
    if (count === 0 && this.only.checked) this.only.checked = false;
    this.#filter(changes);
  }

  // Say what is wrong at the input concerned; its key, null where it is none of them.
  complain(key, message) {
    const known = this.#keyOf(key);
    this.rows.get(known)?.complain(message);
    return this.rows.has(known) ? known : null;
  }

  // Something was answered: what was refused before is over.
  forgive() {
    for (const row of this.rows.values()) row.forgive();
  }

  // Whether a box holds something typed that has not been entered.
  isTyping(box) {
    return [...this.rows.values()].some((row) => row.box === box && row.typing);
  }

  // Bring an input into view and the focus to it.
  visit(key) {
    const row = this.rows.get(this.#keyOf(key));
    if (!row) return;
    this.search.value = "";
    this.only.checked = false;
    this.#filter();
    row.root.closest("details.group").open = true;
    row.root.scrollIntoView({ block: "center" });
    row.slider.focus();
  }

  // An input's key, also by that of the file (`inputs.price.value.plus`), of an element or of the whole.
  #keyOf(key) {
    if (!key) return null;
    const short = key.replace(/^inputs\./, "").replace(/\.value\b/, "");
    const whole = short.split(".")[0];
    return [key, short, whole].find((one) => this.rows.has(one)) ?? [...this.rows.keys()].find((one) => one.startsWith(`${short}.`));
  }

  #filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const narrowed = words.length > 0 || this.only.checked;
    if (!narrowed && !this.narrowed) return;
    let found = 0;
    for (const { root, members } of this.groups.values()) {
      let shown = 0;
      for (const key of members) {
        const row = this.rows.get(key);
        const { label, note, unit } = this.inputs.get(key);
        const said = `${key} ${label} ${note ?? ""} ${unit ?? ""}`.toLowerCase();
        const hit = words.every((word) => said.includes(word)) && (!this.only.checked || row.wish);
        row.root.hidden = !hit;
        shown += hit ? 1 : 0;
      }
      if (narrowed && !this.narrowed) root.dataset.before = root.open;
      if (narrowed) root.open = shown > 0;
      else root.open = root.dataset.before === "true";
      root.hidden = members.length === 0 || (narrowed && shown === 0);
      found += shown;
    }
    this.narrowed = narrowed;
    write(this.found, narrowed ? this.language.text("found", { count: found }) : "");
  }
}

function groupOf(input) {
  if (input.decision) return "decisions";
  if (input.kind === "multiple") return { inputs: "derived", dates: "numbers" }[input.basis] ?? "uncertain";
  return input.kind === "law" ? "uncertain" : "numbers";
}
