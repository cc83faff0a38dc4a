// The page's buttons: undo and redo, the baseline, and the files to take away.

import { element, write } from "./elements.js";

export class Tools {
  constructor(host, language, acts) {
    this.language = language;
    host.setAttribute("aria-label", language.text("tools"));
    const button = (name, sign) => {
      const words = element("span", {}, language.text(name));
      const made = element("button", { type: "button", id: name, onclick: () => made.getAttribute("aria-disabled") === "true" || acts[name]() },
        element("span", { class: "sign", "aria-hidden": "true" }, sign), words);
      this[name] = made;
      host.append(made);
      return words;
    };
    button("undo", "↶");
    button("redo", "↷");
    this.pinWords = button("pin", "⚑");
    button("save", "↓");
    button("report", "↓");
    this.undo.setAttribute("aria-keyshortcuts", "Control+Z");
    this.redo.setAttribute("aria-keyshortcuts", "Control+Shift+Z");
  }

  // Buttons that can do nothing now say so, and keep the focus that they have.
  show({ canUndo, canRedo, pinned }) {
    this.undo.setAttribute("aria-disabled", !canUndo);
    this.redo.setAttribute("aria-disabled", !canRedo);
    this.pin.setAttribute("aria-pressed", pinned);
    write(this.pinWords, this.language.text(pinned ? "unpin" : "pin"));
  }

  async whileBusy(name, work) {
    const button = this[name];
    button.setAttribute("aria-disabled", "true");
    button.setAttribute("aria-busy", "true");
    try {
      return await work();
    } finally {
      button.removeAttribute("aria-disabled");
      button.removeAttribute("aria-busy");
    }
  }
}
