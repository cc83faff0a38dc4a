// Funding that would have been enough for so many of the futures: a table whose bars are its picture.

import { element, write } from "./elements.js";

export class NeedChart {
  constructor(host, language, scenario) {
    Object.assign(this, { language, unit: scenario.unit_of_money, rows: new Map() });
    this.finding = element("span", { class: "finding" });
    this.body = element("tbody");
    this.heads = element("tr", {}, element("th", { scope: "col", colspan: 2 }, language.text("need_share")),
      element("th", { scope: "col", class: "number" }, language.text("need_more")));
    // A fixed layout takes the widths of its columns from here.
    const columns = element("colgroup", {}, element("col", { class: "share" }), element("col"), element("col", { class: "money" }));
    const title = language.text("need_title");
    this.root = element("figure", {}, element("figcaption", {}, element("h3", {}, title), this.finding),
      element("table", { class: "need" }, element("caption", { class: "unseen" }, title), columns, element("thead", {}, this.heads), this.body));
    host.append(this.root);
  }

  draw(forecast, baseline) {
    const levels = Object.keys(forecast.need).sort((one, other) => one - other);
    const ends = levels.flatMap((level) => [forecast.need[level].high ?? forecast.need[level].value, baseline?.need[level]?.value ?? 0]);
    const most = Math.max(...ends.filter(Number.isFinite), 0);
    for (const level of levels) {
      if (!this.rows.has(level)) this.#add(level);
      this.#fill(this.rows.get(level), forecast.need[level], baseline?.need[level], most);
    }
    const shown = levels.find((level) => Number(level) === 0.95) ?? levels.at(-1);
    if (shown === undefined) return;
    const confidence = this.language.share(Number(shown));
    const amount = this.language.money(forecast.need[shown].value, this.unit);
    write(this.finding, this.language.text(forecast.need[shown].value > 0 ? "need_finding" : "need_none", { confidence, amount }));
  }

  #add(level) {
    const row = {
      bar: element("span", { class: "bar" }), error: element("span", { class: "error" }), behind: element("span", { class: "bar behind" }),
      amount: element("span", { class: "amount" }), ends: element("small"),
    };
    this.rows.set(level, row);
    this.body.append(element("tr", {}, element("th", { scope: "row" }, this.language.share(Number(level))),
      element("td", { class: "bars" }, element("span", { class: "track" }, row.behind, row.bar, row.error)),
      element("td", { class: "number" }, row.amount, row.ends)));
  }

  #fill(row, { value, low, high }, before, most) {
    const share = (amount) => (most > 0 && amount > 0 ? (100 * Math.min(amount, most)) / most : 0);
    row.bar.style.width = `${share(value)}%`;
    row.behind.style.width = `${share(before?.value)}%`;
    row.behind.hidden = !(before?.value > 0);
    row.error.style.left = `${share(low)}%`;
    row.error.style.width = `${Math.max(0, share(high ?? value) - share(low))}%`;
    const amount = (one) => this.language.amount(one);
    const worded = (one) => (one > 0 ? amount(one) : this.language.text("nothing"));
    write(row.amount, worded(value));
    const ends = [Math.max(low, 0), high].map(amount);
    const between = value > 0 && ends[0] !== ends[1] ? this.language.text("between", { low: ends[0], high: ends[1] }) : "";
    write(row.ends, before ? `${between} ${this.language.text("was", { value: worded(before.value) })}`.trim() : between);
  }
}
