// The time axis of the charts: where it carries marks and what they say, and the name of a period.

const DAY = 86_400_000;
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60, 120, 240];

export class TimeAxis {
  // `dates` are the last days of the periods 0 … T, empty where the scenario has no start.
  constructor(scenario, language) {
    this.language = language;
    this.step = scenario.step;
    this.periods = scenario.periods;
    this.dates = (scenario.dates ?? []).map((date) => new Date(`${date}T00:00:00Z`));
    this.places = this.dated
      ? this.dates.map((date) => date.getTime() / DAY)
      : Array.from({ length: this.periods + 1 }, (_, period) => period);
  }

  get dated() {
    return this.dates.length > 0;
  }

  // What the axis counts where it has no dates.
  get unit() {
    return this.dated ? "" : this.language.text("from_start", { unit: this.language.words[this.step][1] });
  }

  // A period as people name it: "May 2024", or "month 12".
  name(period, short = false) {
    if (this.dated) return this.language.date(this.dates[period], this.step, short);
    return this.language.text("period", { unit: this.language.words[this.step][0], number: period });
  }

  // "by May 2024", or "within 12 months".
  by(period) {
    if (this.dated) return this.language.text("by", { when: this.name(period) });
    return this.language.text("within", { span: this.language.span(period, this.step) });
  }

  // At most so many marks: starts of months or days, the year where one begins; otherwise whole periods.
  ticks(most) {
    if (!this.dated) return periodTicks(this.periods, most);
    if (this.periods < 3) return this.places.map((place, period) => [place, this.name(period, true)]);
    return calendarTicks(this.dates[0], this.dates.at(-1), most, this.language);
  }
}

function calendarTicks(first, last, most, language) {
  const months = (date) => date.getUTCFullYear() * 12 + date.getUTCMonth();
  let starts = [];
  for (const step of MONTH_STEPS) {
    starts = [];
    for (let month = months(first); month <= months(last); month += 1) {
      const start = new Date(Date.UTC(Math.floor(month / 12), month % 12, 1));
      if (month % step === 0 && start >= first && start <= last) starts.push(start);
    }
    if (starts.length <= most) break;
  }
  if (starts.length < 2) return dayTicks(first, last, language);
  const isDated = starts.some((start) => start.getUTCMonth() === 0);
  return starts.map((start, place) => {
    const year = String(start.getUTCFullYear());
    const month = language.words.short_months[start.getUTCMonth()];
    const label = start.getUTCMonth() === 0 ? year : place === 0 && !isDated ? `${month} ${year}` : month;
    return [start.getTime() / DAY, label];
  });
}

function dayTicks(first, last, language) {
  const [from, to] = [first.getTime() / DAY, last.getTime() / DAY];
  const every = Math.ceil(Math.max(to - from, 1) / 3);
  const ticks = [];
  for (let day = from; day <= to; day += every) {
    const date = new Date(day * DAY);
    const month = language.words.short_months[date.getUTCMonth()];
    ticks.push([day, `${date.getUTCDate()} ${month}${day === from ? ` ${date.getUTCFullYear()}` : ""}`]);
  }
  return ticks;
}

function periodTicks(periods, most) {
  const every = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((step) => periods / step < most) ?? periods;
  return Array.from({ length: Math.floor(periods / every) + 1 }, (_, place) => [place * every, String(place * every)]);
}
