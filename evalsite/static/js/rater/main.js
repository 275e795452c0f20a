/**
 * @file The rater's page: follows the session's stage from consent to the ending.
 */

import { measurePeriod } from "../kit/frames.js";
import { createKit } from "../kit/kit.js";
import { createClient, persist } from "./client.js";
import { describeDevice } from "./device.js";
import { button, byId } from "./dom.js";
import { RefusedError } from "./errors.js";
import { fullscreenButton } from "./fullscreen.js";
import { Outbox } from "./outbox.js";
import { ProgressBar, showNotice } from "./progress.js";
import { Runner } from "./runner.js";
import { askConsent, checkDevice, giveInstructions, interlude } from "./screens.js";
import { showEnding, showOtherTab, showStage, showTrouble } from "./screens.js";
import { TrialStage } from "./stage.js";
import { bestStore } from "./store.js";
import { holdSession } from "./tabs.js";

/** @typedef {import("./types.js").Config} Config */
/** @typedef {import("./types.js").State} State */

/** @type {Config} */
const config = JSON.parse(byId("rater-config").textContent ?? "");

/** The session's name in this browser: its own address. */
const session = new URL(config.urls.state, location.href).pathname;

/** The cookie outlives a change of the token in another tab; the page's copy serves where cookies can't be read. */
function csrf() {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? config.csrf;
}

/** @param {unknown} error */
function stop(error) {
  if (error instanceof RefusedError) showTrouble(error.message, error.next);
  else showTrouble("Something unexpected happened on this page.", "Your answers are safe. Reload the page to go on where you were.");
}

/** @param {Outbox} outbox */
function watchConnection(outbox) {
  addEventListener("pagehide", () => outbox.part());
  addEventListener("beforeunload", (event) => {
    if (!outbox.durable && outbox.waiting > 0) event.preventDefault();
  });
}

/** @param {{runner: Runner, progress: ProgressBar}} about */
function furnish({ runner, progress }) {
  const pauseButton = button("Pause", () => runner.pause(), "bar-button");
  byId("bar-actions").append(pauseButton, fullscreenButton("bar-button fill"));
  progress.show(false);
  return {
    /** @param {State} state */
    show(state) {
      byId("preview").hidden = !state.preview;
      progress.set(state.progress);
      progress.show(state.stage === "trials");
      byId("bar-actions").hidden = state.stage !== "trials";
    },
  };
}

/** Put the parts together and follow the stages. */
async function start() {
  const client = createClient({ urls: config.urls, csrf, fetchJson: fetch.bind(window) });
  const store = await bestStore(window.indexedDB, session);
  let status = { waiting: 0, connected: true };
  const outbox = new Outbox({ session, store, send: client.send, onChange: (now) => showNotice((status = now)) });
  const trouble = {
    onTrouble: () => showNotice({ ...status, connected: false }),
    onWell: () => showNotice(status),
  };
  const stage = new TrialStage();
  const progress = new ProgressBar();
  const { kit, ticker, attention, setPeriod } = createKit({ view: window, newResponder: () => stage.responder() });
  const measure = () => measurePeriod(ticker);
  const { attentive } = attention;
  /** @param {string} name */
  const loadTask = (name) => import(config.modules[name]);
  const toStage = () => showStage(stage.root);
  const page = { stage, progress, interlude, toStage, attentive };
  const runner = new Runner({ client, outbox, kit, measure, setPeriod, loadTask, trouble, ...page });
  const bar = furnish({ runner, progress });
  watchConnection(outbox);

  /** @template T @param {() => Promise<T>} deed */
  const reach = (deed) => persist(deed, trouble);

  /** @type {Record<Exclude<State["stage"], "ended">, (state: State) => Promise<State | null>>} */
  const stages = {
    async consent(state) {
      const agreed = await askConsent(state);
      return reach(() => client.consent(agreed));
    },
    async device(state) {
      const period = await checkDevice(state, measure);
      return reach(() => client.device(describeDevice(window, period)));
    },
    async instructions(state) {
      await giveInstructions(state);
      return reach(() => client.begin());
    },
    async trials() {
      await runner.run();
      return reach(() => client.state());
    },
    async debriefing({ title, texts }) {
      await outbox.drain();
      const ending = await reach(() => client.complete());
      showEnding({ title, ending, debriefing: ending.debriefing ?? texts.debriefing });
      return null;
    },
  };

  await holdSession({
    locks: navigator.locks,
    openChannel: "BroadcastChannel" in window ? (name) => new BroadcastChannel(name) : undefined,
    session,
    onWaiting: showOtherTab,
  });
  await outbox.restore();
  /** @type {State | null} */
  let state = await reach(() => client.state());
  if (state.stage === "trials") await outbox.drain();
  while (state !== null && state.stage !== "ended") {
    bar.show(state);
    state = await stages[state.stage](state);
  }
  if (state?.ending) showEnding({ title: state.title, ending: state.ending, debriefing: state.texts.debriefing });
  progress.show(false);
  byId("bar-actions").hidden = true;
}

start().catch(stop);
