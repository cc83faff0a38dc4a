// The variants of the scenario as tabs, chosen with the arrow keys; the charts are what each of them shows.

import { element } from "./elements.js";

export class VariantTabs {
  constructor(host, language, variants, choose) {
    this.tabs = new Map();
    this.choose = choose;
    const list = element("div", { role: "tablist", "aria-label": language.text("variants"), onkeydown: (event) => this.#key(event) });
    for (const { name, title } of variants) {
      const tab = element("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "answer", onclick: () => choose(name) },
        name === "base" ? language.text("base") : title);
      this.tabs.set(name, tab);
      list.append(tab);
    }
    host.hidden = variants.length < 2;
    host.append(list);
  }

  show(chosen) {
    for (const [name, tab] of this.tabs) {
      tab.setAttribute("aria-selected", name === chosen);
      tab.tabIndex = name === chosen ? 0 : -1;
    }
    this.chosen = chosen;
  }

  #key(event) {
    const names = [...this.tabs.keys()];
    const at = names.indexOf(this.chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const name = names.at(to % names.length);
    this.choose(name);
    this.tabs.get(name).focus();
  }
}
