// The question that the page asks: a variant and the inputs changed in it. It lives in the address, after #.
//
// A change of an input says where the middle of its law is ({centre}), how many times what it would be it is ({factor}),
// or numbers of the law ({arguments}), or writes it anew ({text}); with a text, the others are about that.

export const unchanged = (variant) => ({ variant, changes: {} });

export function sameQuestion(one, other) {
  return one === other || (one && other && fragmentOf(one, null) === fragmentOf(other, null));
}

export function withChange(question, key, change) {
  const changes = { ...question.changes };
  delete changes[key];
  if (change) changes[key] = change;
  return { ...question, changes };
}

// The changes that mean something in its variant: what the server is asked.
export function asked(question, inputs) {
  const changes = Object.fromEntries(Object.entries(question.changes).filter(([key, change]) => isMeant(change, inputs.get(key))));
  return { variant: question.variant, changes };
}

// What is a multiple in one variant may be a number in another: there a factor says nothing.
function isMeant(change, input) {
  return Boolean(input) && ("text" in change || ("factor" in change) === (input.kind === "multiple"));
}

export function fragmentOf(question, baseline) {
  const parts = new URLSearchParams();
  parts.set("v", question.variant);
  for (const key of Object.keys(question.changes).sort()) {
    const change = question.changes[key];
    if ("text" in change) parts.set(`x.${key}`, change.text);
    if ("arguments" in change) parts.set(`a.${key}`, writeArguments(change.arguments));
    if ("centre" in change) parts.set(`i.${key}`, change.centre);
    if ("factor" in change) parts.set(`i.${key}`, `×${change.factor}`);
  }
  if (baseline) parts.set("baseline", fragmentOf(baseline, null));
  return parts.toString().replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%C3%97", "×");
}

// What an address asks, leaving out what cannot be read; variants that do not exist give the first.
export function readFragment(fragment, variants) {
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  const changes = {};
  for (const [name, value] of parts) {
    const [, kind, key] = /^([ixa])\.(.+)$/.exec(name) ?? [];
    const said = kind && readPart(kind, value);
    if (said) changes[key] = { ...changes[key], ...said };
  }
  const variant = variants.includes(parts.get("v")) ? parts.get("v") : variants[0];
  const baseline = parts.has("baseline") ? readFragment(parts.get("baseline"), variants).question : null;
  return { question: { variant, changes }, baseline };
}

function readPart(kind, value) {
  if (kind === "x") return value && { text: value };
  const [, times, digits] = /^(×?)(.+)$/.exec(value) ?? [];
  if (kind === "i") return digits && Number.isFinite(Number(digits)) ? { [times ? "factor" : "centre"]: Number(digits) } : null;
  const numbers = readArguments(value);
  return Object.keys(numbers).length > 0 ? { arguments: numbers } : null;
}

function writeArguments(numbers) {
  return Object.entries(numbers).map(([name, value]) => `${name}:${value}`).join(",");
}

function readArguments(text) {
  const pairs = text.split(",").map((pair) => pair.split(":"));
  return Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)]).filter(([, value]) => Number.isFinite(value)));
}
