// Amounts as people read and write them: 3.1bn, 450M, 12.5 %; the same notation as burncast's tables.

const SUFFIXES = [["tn", 1e12], ["bn", 1e9], ["M", 1e6], ["k", 1e3]];
const FACTORS = { "": 1, "%": 0.01, k: 1e3, m: 1e6, md: 1e9, bn: 1e9, tn: 1e12 };
const AMOUNT = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)(tn|bn|md|m|k|%|)$/;

// To three significant digits with a suffix, as English writes it.
export function formatAmount(value, digits = 3) {
  if (value === null || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const sign = value < 0 ? "−" : "";
  const size = Number(Math.abs(value).toExponential(digits - 1));
  if (size >= 1e16 || size < 1e-4) {
    const [mantissa, exponent] = size.toExponential(digits - 1).split("e");
    return `${sign}${trimmed(mantissa)}e${Number(exponent)}`;
  }
  if (size >= 1e3 && size < 1e4) return sign + grouped(Math.abs(value).toFixed(0));
  const [suffix, factor] = SUFFIXES.find(([, least]) => size >= least) ?? ["", 1];
  const scaled = size / factor;
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(scaled)));
  return sign + grouped(trimmed(scaled.toFixed(decimals))) + suffix;
}

// What a number box shows: six significant digits, so that what was typed comes back, or fewer.
export function writeAmount(value, digits = 6) {
  const size = Math.abs(rounded(value, digits));
  if (size === 0) return "0";
  if (size < 1e-4 || size >= 1e16) return String(rounded(value, digits));
  const [suffix, factor] = size >= 1e4 ? SUFFIXES.find(([, least]) => size >= least) : ["", 1];
  return `${value < 0 ? "−" : ""}${rounded(size / factor, digits)}${suffix}`;
}

// The number that a text writes, null where it writes none. A comma parts decimals or thousands, as the language does.
export function parseAmount(text, decimalComma = false) {
  let plain = text.replace(/[\s\u00a0\u202f_']/g, "").replace("−", "-").toLowerCase();
  plain = decimalComma ? plain.replace(",", ".") : plain.replace(/,(?=\d{3})/g, "");
  const found = AMOUNT.exec(plain);
  return found ? Number(found[1]) * FACTORS[found[2]] : null;
}

// 95 % upper bound of a probability of which so many independent trials showed no case (Clopper and Pearson, 1934).
export function zeroCountBound(trials) {
  return -Math.expm1(Math.log(0.05) / trials);
}

export function rounded(value, digits) {
  return Number(value.toPrecision(digits));
}

function grouped(text) {
  const [whole, part] = text.split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
}

function trimmed(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
