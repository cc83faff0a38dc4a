// Short messages in a corner: they never take the focus; mistakes stay until they are closed or over.

import { element } from "./elements.js";

const STAY_MS = 6000;
const MOST = 4;

export class Toasts {
  constructor(host, language) {
    Object.assign(this, { language });
    this.said = element("div", { role: "status" });
    this.wrong = element("div", { role: "alert" });
    host.append(this.said, this.wrong);
  }

  say(message) {
    const toast = this.#add(this.said, message);
    setTimeout(() => toast.remove(), STAY_MS);
    return toast;
  }

  complain(message) {
    for (const toast of this.wrong.children) if (toast.firstChild.textContent === message) return toast;
    return this.#add(this.wrong, message);
  }

  // What was wrong is over.
  quiet() {
    this.wrong.replaceChildren();
  }

  #add(place, message) {
    const close = element("button", { type: "button", "aria-label": this.language.text("close"), onclick: () => toast.remove() }, "×");
    const toast = element("div", { class: "toast" }, element("span", {}, message), close);
    place.append(toast);
    while (place.children.length > MOST) place.firstChild.remove();
    return toast;
  }
}
