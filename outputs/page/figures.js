// A forecast as it arrives, and figures read off it.

// A line of the server's answer as the charts use it: `ruin` is null where the scenario does not say what ruin is.
export function readForecast({ trajectories, seconds, done, forecast }, { has_ruin: hasRuin }) {
  const ruin = hasRuin ? forecast.ruin : null;
  const need = ruin ? forecast.need : {};
  return { ...forecast, trajectories, seconds, done, need, ruin, ruin_se: forecast.ruin_se?.map((error) => error ?? 0) };
}

// The period by which half of the ruined futures are ruined, null where none is.
export function medianRuin(ruin) {
  const half = ruin.at(-1) / 2;
  return half > 0 ? ruin.findIndex((value) => value >= half) : null;
}

// The share of futures that run out of money in each period, nothing in period 0 but what begins ruined.
export function ruinByPeriod(ruin) {
  return ruin.map((value, period) => (period === 0 ? value : Math.max(0, value - ruin[period - 1])));
}

// The curve of a quantile of the money, by its probability, however the number was written.
export function quantile(forecast, probability) {
  const key = Object.keys(forecast.fan).find((name) => Math.abs(Number(name) - probability) < 1e-9);
  return key === undefined ? null : forecast.fan[key];
}
