// What the page asks of burncast on this machine: every request carries the token of the page's address.

const token = new URLSearchParams(location.search).get("token") ?? "";

// A refusal that says what is wrong and where: which input, what was expected, the nearest valid name.
export class Refusal extends Error {
  constructor(status, told) {
    super(told.message);
    Object.assign(this, { status, key: told.key, expected: told.expected, nearest: told.nearest });
  }
}

// Nobody answers: the server was stopped, or is about to start.
export class Unreachable extends Error {}

export async function ask(path, body, signal) {
  let answer;
  try {
    answer = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: { "X-Burncast-Token": token, ...(body !== undefined && { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable();
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  throw new Refusal(answer.status, told.error ?? { message: `${answer.status} ${answer.statusText}` });
}

export async function askJson(path, body, signal) {
  return (await ask(path, body, signal)).json();
}

// The objects of an answer that comes line by line.
export async function* askLines(path, body, signal) {
  const reader = (await ask(path, body, signal)).body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    let piece;
    try {
      piece = await reader.read();
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Unreachable();
    }
    if (piece.done) return;
    const lines = (rest + piece.value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!line) continue;
      const object = JSON.parse(line);
      if (object.error) throw new Refusal(422, object.error);
      yield object;
    }
  }
}
