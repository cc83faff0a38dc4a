// A file from the server into the downloads of the browser, under the name that the server gives it.

import { element } from "./elements.js";
import { ask } from "./server.js";

export async function download(path, body, otherwise) {
  const answer = await ask(path, body);
  const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
  const name = named ? named[1] : otherwise;
  const address = URL.createObjectURL(await answer.blob());
  const link = element("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return name;
}
