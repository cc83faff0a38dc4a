// The page opens: the scenario, the words of its language, then the question of the address.

import { write } from "./elements.js";
import { readLanguage } from "./language.js";
import { Page } from "./page.js";
import { Refusal, askJson } from "./server.js";

async function open() {
  const starting = document.getElementById("starting");
  try {
    const [scenario, { boot }] = await Promise.all([askJson("/api/scenario"), askJson("/api/alive")]);
    const page = new Page(scenario, await readLanguage(scenario.lang));
    document.getElementById("page").hidden = false;
    starting.remove();
    page.start(boot);
  } catch (error) {
    const language = await readLanguage(navigator.language.startsWith("fr") ? "fr" : "en").catch(() => null);
    if (!language) throw error;
    write(starting, error instanceof Refusal && error.status !== 403 ? error.message : language.text("outage_refused"));
  }
}

open();
