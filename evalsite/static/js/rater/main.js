/**
 * @file The rater's page: follows the session's stage from consent to the ending.
 */

import { measurePeriod } from "../kit/frames.js";
import { createKit } from "../kit/kit.js";
import { createClient, csrfToken, persist } from "./client.js";
import { describeDevice, hasTouch } from "./device.js";
import { button, byId } from "./dom.js";
import { fullscreenButton } from "./fullscreen.js";
import { Outbox } from "./outbox.js";
import { ProgressBar, showNotice } from "./progress.js";
import { Runner } from "./runner.js";
import { askConsent, checkDevice, giveInstructions, interlude } from "./screens.js";
import { showEnding, showOtherTab, showStage, showWaiting, stopPage } from "./screens.js";
import { TrialStage } from "./stage.js";
import { bestStore } from "./store.js";
import { holdSession } from "./tabs.js";

/** @typedef {import("../kit/layout.js").Room} Room */
/** @typedef {import("../kit/types.js").Period} Period */
/** @typedef {import("./types.js").Config} Config */
/** @typedef {import("./types.js").State} State */

/** @type {Config} */
const config = JSON.parse(byId("rater-config").textContent ?? "");

/** The session's name in this browser: its own address. */
const session = new URL(config.urls.state, location.href).pathname;

/** The token that goes with each request. */
const csrf = () => csrfToken(config.csrf);

/** @param {Outbox} outbox */
function watchConnection(outbox) {
  addEventListener("pagehide", () => outbox.part());
  addEventListener("beforeunload", (event) => {
    if (!outbox.durable && outbox.waiting > 0) event.preventDefault();
  });
}

/**
 * The bar above the trials.
 * @param {Runner} runner
 * @param {ProgressBar} progress
 * @returns {(state: State) => void} Shows what goes with a state.
 */
function furnishBar(runner, progress) {
  const actions = byId("bar-actions");
  actions.append(button("Pause", () => runner.pause(), "bar-button"), fullscreenButton("bar-button fill"));
  return ({ stage, preview, progress: done }) => {
    byId("preview").hidden = !preview;
    progress.set(done);
    progress.show(stage === "trials");
    actions.hidden = stage !== "trials";
  };
}

/** What is needed to reach the site, and to say so when it can't be reached. */
async function connect() {
  const client = createClient({ urls: config.urls, csrf, fetchJson: fetch.bind(window) });
  const store = await bestStore(window.indexedDB, session);
  let status = { waiting: 0, connected: true };
  const outbox = new Outbox({ session, store, send: client.send, onChange: (now) => showNotice((status = now)) });
  watchConnection(outbox);
  const trouble = {
    onTrouble: () => showNotice({ ...status, connected: false }),
    onWell: () => showNotice(status),
  };
  return { client, outbox, trouble };
}

/** @typedef {Awaited<ReturnType<typeof connect>>} Line */

/**
 * What shows the trials.
 * @param {Line} line
 */
function setUp({ client, outbox, trouble }) {
  const stage = new TrialStage();
  const progress = new ProgressBar();
  const { kit, ticker, attention, setPeriod } = createKit({ view: window, newResponder: () => stage.responder() });
  const measure = () => measurePeriod(ticker);
  const { attentive } = attention;
  /** @param {string} name */
  const loadTask = (name) => import(config.modules[name]);
  const toStage = () => showStage(stage.root);
  const page = { stage, progress, interlude, toStage, attentive, touch: hasTouch(window) };
  const runner = new Runner({ client, outbox, kit, measure, setPeriod, loadTask, trouble, ...page });
  const findRoom = () => {
    toStage();
    stage.rehearse();
    return stage.room();
  };
  return { runner, measure, findRoom, showState: furnishBar(runner, progress) };
}

/**
 * What is done at each stage; each action resolves to the state after it.
 * @param {Line} line
 * @param {{runner: Runner, measure: () => Promise<Period>, findRoom: () => Room}} tools
 * @returns {Record<State["stage"], (state: State) => Promise<State>>}
 */
function stagesOf({ client, outbox, trouble }, { runner, measure, findRoom }) {
  /** @template T @param {() => Promise<T>} action */
  const reach = (action) => persist(action, trouble);
  return {
    async consent(state) {
      const agreed = await askConsent(state);
      return reach(() => client.consent(agreed));
    },
    async device(state) {
      const { period, room } = await checkDevice(state, measure, findRoom);
      return reach(() => client.device(describeDevice(window, period, room)));
    },
    async instructions(state) {
      await giveInstructions(state);
      runner.started();
      showWaiting();
      return reach(() => client.begin());
    },
    async trials() {
      await runner.run();
      return reach(() => client.state());
    },
    async debriefing(state) {
      await outbox.drain();
      const ending = await reach(() => client.complete());
      return { ...state, stage: "ended", ending, texts: { ...state.texts, debriefing: ending.debriefing } };
    },
    async ended(state) {
      return { ...state, stage: await showEnding(state) };
    },
  };
}

/** Follow the session's stages to its end, where it waits. */
async function start() {
  const line = await connect();
  const { showState, ...tools } = setUp(line);
  const stages = stagesOf(line, tools);
  await holdSession({
    locks: navigator.locks,
    openChannel: "BroadcastChannel" in window ? (name) => new BroadcastChannel(name) : undefined,
    session,
    onWaiting: showOtherTab,
  });
  await line.outbox.restore();
  let state = await persist(() => line.client.state(), line.trouble);
  for (;;) {
    showState(state);
    state = await stages[state.stage](state);
  }
}

start().catch(stopPage);
