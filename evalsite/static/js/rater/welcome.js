/**
 * @file The page behind a study's link: asks for consent, and leads on to the session that consent begins.
 */

import { createClient, csrfToken, persist } from "./client.js";
import { byId } from "./dom.js";
import { showNotice } from "./progress.js";
import { askConsent, showEnding, stopPage } from "./screens.js";

/** @typedef {import("./types.js").WelcomeConfig} WelcomeConfig */

/** @type {WelcomeConfig} */
const config = JSON.parse(byId("rater-config").textContent ?? "");

const trouble = {
  onTrouble: () => showNotice({ waiting: 0, connected: false }),
  onWell: () => showNotice({ waiting: 0, connected: true }),
};

/** Ask until the rater agrees; the page of the session then takes this one's place, so that *back* leads out. */
async function welcome() {
  const csrf = () => csrfToken(config.csrf);
  const client = createClient({ urls: config.urls, csrf, fetchJson: fetch.bind(window) });
  for (;;) {
    const agreed = await askConsent(config.state);
    const { enter, state } = await persist(() => client.answerWelcome(agreed, config.visit), trouble);
    if (enter) return location.replace(enter);
    if (state) await showEnding(state);
  }
}

welcome().catch(stopPage);
