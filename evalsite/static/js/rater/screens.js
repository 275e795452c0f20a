/**
 * @file The pages around the trials: consent, device check, instructions, the pause before a block, the ending.
 */

import { adviceFor, fastEnough, imageSize, isReady, suits } from "./device.js";
import { RefusedError } from "./errors.js";
import { button, byId, element, prose } from "./dom.js";
import { slowExample } from "./example.js";
import { fullscreenButton, canFill } from "./fullscreen.js";

/** @typedef {import("../kit/layout.js").Room} Room */
/** @typedef {import("../kit/types.js").Period} Period */
/** @typedef {import("./types.js").Ending} Ending */
/** @typedef {import("./types.js").Requirements} Requirements */
/** @typedef {import("./types.js").State} State */

const FLASH_WARNING =
  "This study shows short flashes of images and patterns on the screen. Please don't take part if flashing light has " +
  "ever given you a seizure, or if somebody in your family has photosensitive epilepsy. Stop at once if you feel unwell.";

/**
 * Put one page up in place of the last, and hand the focus to its heading.
 * @param {string} heading
 * @param {...Node} content
 */
export function showPage(heading, ...content) {
  const title = element("h1", { text: heading, attributes: { tabindex: "-1" } });
  byId("rater-main").replaceChildren(element("section", { class: "sheet" }, title, ...content));
  document.body.classList.remove("on-stage");
  window.scrollTo(0, 0);
  title.focus({ preventScroll: true });
}

/**
 * A row of buttons, one promise for all of them.
 * @template T
 * @param {[string, T][]} choices Label and value; the first is the main one.
 * @returns {{row: HTMLElement, chosen: Promise<T>}}
 */
function choose(choices) {
  const row = element("div", { class: "actions" });
  const chosen = /** @type {Promise<T>} */ (
    new Promise((resolve) => {
      const buttons = choices.map(([label, value], index) =>
        button(label, () => resolve(value), index === 0 ? "button" : "button quiet"),
      );
      row.append(...buttons);
    })
  );
  return { row, chosen };
}

/** @param {boolean} flashes */
function warning(flashes) {
  if (!flashes) return [];
  const title = element("h2", { text: "Flashing images" });
  return [element("div", { class: "callout warning" }, title, element("p", { text: FLASH_WARNING }))];
}

/**
 * @param {State} state
 * @returns {Promise<boolean>} Whether the rater agrees.
 */
export function askConsent(state) {
  /** @type {[string, boolean][]} */
  const choices = [["I agree and take part", true], ["I do not agree", false]];
  const { row, chosen } = choose(choices);
  showPage(state.title, prose(state.texts.consent ?? ""), ...warning(state.requirements.flashes), row);
  return chosen;
}

/**
 * One line of the device check.
 * @param {string} name
 * @param {string} value
 * @param {boolean} good
 */
function finding(name, value, good) {
  const mark = element("span", { class: good ? "mark good" : "mark poor", text: good ? "✓" : "!", attributes: { "aria-hidden": "true" } });
  const said = element("dd", {}, mark, document.createTextNode(value));
  return element("div", { class: "finding" }, element("dt", { text: name }), said);
}

/**
 * @param {Requirements} requirements
 * @param {Period} period
 * @param {Room} room
 */
function findings(requirements, period, room) {
  const good = fastEnough(period, requirements) && (period.stable || !requirements.flashes);
  const { side_px, least_px, large } = imageSize(room, requirements);
  const pace = period.stable ? "even" : "uneven";
  return element(
    "dl",
    { class: "findings" },
    finding("Refresh rate", `${period.refresh_hz.toFixed(0)} times a second, ${pace}`, good),
    finding("Images", `${side_px} pixels wide, at least ${Math.ceil(least_px)} needed`, large),
  );
}

/**
 * Check the screen, as often as the rater wants. A screen that is as the study needs it asks for nothing.
 * @param {State} state
 * @param {() => Promise<Period>} measure
 * @param {() => Room} findRoom Finds the space for images; it may put up another page.
 * @returns {Promise<{period: Period, room: Room}>} What the rater goes on with.
 */
export async function checkDevice({ requirements }, measure, findRoom) {
  for (;;) {
    showPage("A look at your screen", element("p", { class: "busy", text: "Measuring how your screen refreshes. This takes a few seconds…" }));
    const [period, room] = [await measure(), findRoom()];
    if (isReady(period, room, requirements)) return { period, room };
    /** @type {[string, boolean][]} */
    const choices = suits(period, room, requirements) ? [["Continue", true], ["Measure again", false]] : [["Measure again", false], ["Leave the study", true]];
    const { row, chosen } = choose(choices);
    const fill = canFill() ? [element("p", { class: "offer", text: "Full screen keeps other things out of sight. " }, fullscreenButton())] : [];
    showPage("A look at your screen", findings(requirements, period, room), element("p", { text: adviceFor(period, room, requirements) }), ...fill, row);
    if (await chosen) return { period, room };
  }
}

/**
 * @param {State} state
 * @returns {Promise<true>}
 */
export function giveInstructions(state) {
  const { row, chosen } = choose([["Start", /** @type {true} */ (true)]]);
  if (canFill()) row.append(fullscreenButton());
  const { flashes, noise } = state.requirements;
  showPage("What to do", prose(state.texts.instructions ?? ""), ...(flashes && noise ? slowExample() : []), row);
  return chosen;
}

/**
 * @typedef {object} Interlude
 * @property {string} heading
 * @property {string[]} lines
 * @property {string} go Label of the button that goes on.
 * @property {[string, string][]} [keys] Pairs of key and meaning.
 * @property {(say: (text: string) => void) => Promise<string>} [prepare] What the rater must wait for; says how far it
 *   is, and resolves to what to say at its end; empty where there is nothing to say.
 * @property {boolean} [goesOn] Whether it goes on by itself when there is nothing to say, for a rater who pressed Start.
 */

/** What a rater reads when a block's images are there. */
const READY = "Everything is ready.";

/**
 * The pause before a block, or in it.
 * @param {Interlude} about
 * @returns {Promise<void>}
 */
export async function interlude({ heading, lines, go, keys = [], prepare, goesOn = false }) {
  const { row, chosen } = choose([[go, true]]);
  const start = /** @type {HTMLButtonElement} */ (row.firstChild);
  const busy = element("p", { class: "busy", attributes: { role: "status" } });
  busy.hidden = prepare === undefined;
  const legend = keys.map(([key, meaning]) =>
    element("li", {}, element("kbd", { text: key.toUpperCase() }), document.createTextNode(meaning)),
  );
  const list = legend.length > 0 ? [element("ul", { class: "keys" }, ...legend)] : [];
  if (canFill()) row.append(fullscreenButton());
  showPage(heading, ...lines.map((text) => element("p", { text })), ...list, busy, row);
  if (prepare) {
    row.hidden = goesOn;
    start.disabled = true;
    const said = await prepare((text) => (busy.textContent = text));
    if (goesOn && said === "") return;
    busy.textContent = said || READY;
    row.hidden = start.disabled = false;
  }
  await chosen;
}

/**
 * Where a redirect leads, if it is a web address.
 * @param {string | null} redirect
 * @returns {string | null}
 */
export function webAddress(redirect) {
  if (!redirect) return null;
  const { protocol, href } = new URL(redirect, window.location.href);
  return protocol === "https:" || protocol === "http:" ? href : null;
}

/** @param {string} code */
function codeBox(code) {
  const output = element("output", { class: "code", text: code });
  const said = element("span", { class: "copied", attributes: { role: "status" } });
  const copy = button("Copy", async () => {
    const done = await navigator.clipboard?.writeText(code).then(() => true, () => false);
    said.textContent = done ? "Copied" : "Please select the code and copy it";
  }, "button quiet");
  return element("div", { class: "code-box" }, element("p", { text: "Your completion code" }), output, copy, said);
}

/**
 * What becomes of the code, and that the page may be closed.
 * @param {boolean} code Whether there is one.
 * @param {string | null} address Where the rater goes back to.
 * @returns {{send: string[], close: string}}
 */
export function afterwards(code, address) {
  const close = code || address ? "After that you can close this page." : "You can close this page now.";
  if (address && code) return { send: ["Press the button: your code goes back with you. If nothing happens, paste it on the page that sent you here."], close };
  if (address) return { send: ["Press the button to go back to the page that sent you here."], close };
  if (code) return { send: ["If you were asked for a code, copy it and paste it on the page or in the message that sent you here."], close };
  return { send: [], close };
}

/** What the button says that leads back from an ending. */
const WAYS_BACK = { consent: "Read the consent again", device: "Check this device again" };

/**
 * The end: what the study was about, the code, the ways on.
 * @param {State} state
 * @returns {Promise<"consent" | "device">} The stage to go back to; never resolves where there is none.
 */
export function showEnding({ title, ending, texts: { debriefing }, way_back }) {
  /** @type {["consent" | "device"] | []} */
  const ways = way_back ? [way_back] : [];
  const { row, chosen } = choose(ways.map((stage) => [WAYS_BACK[stage], stage]));
  if (!ending) return chosen;
  const address = webAddress(ending.redirect);
  const back = address ? [element("p", { class: "actions" }, element("a", { class: "button", text: "Go back to where you came from", attributes: { href: address } }))] : [];
  const code = ending.code ? [codeBox(ending.code)] : [];
  const { send, close } = afterwards(code.length > 0, address);
  const next = [...send.map((text) => element("p", { text })), ...back, element("p", {}, element("strong", { text: close }))];
  const about = debriefing ? [element("h2", { class: "about", text: "What this study is about" }), prose(debriefing)] : [];
  showPage(title, element("p", { class: "lead", text: ending.message }), ...code, ...(way_back ? [row] : next), ...about);
  return chosen;
}

/**
 * Something that the page can't mend by itself.
 * @param {string} sentence
 * @param {string} next
 */
export function showTrouble(sentence, next) {
  const { row, chosen } = choose([["Reload the page", true]]);
  chosen.then(() => window.location.reload());
  showPage("The page stopped", element("p", { text: sentence }), element("p", { class: "lead", text: next }), row);
}

/**
 * Say what went wrong on the page.
 * @param {unknown} error
 */
export function stopPage(error) {
  if (error instanceof RefusedError) showTrouble(error.message, error.next);
  else showTrouble("Something unexpected happened on this page.", "Your answers are safe. Reload the page to go on where you were.");
}

/**
 * Put the stage up in place of the last page.
 * @param {HTMLElement} stage
 */
export function showStage(stage) {
  byId("rater-main").replaceChildren(stage);
  document.body.classList.add("on-stage");
}

/** The site is asked for the first trials. */
export function showWaiting() {
  showPage("One moment", element("p", { class: "busy", text: "Preparing the first images…" }));
}

/** Another tab holds this session. */
export function showOtherTab() {
  showPage(
    "Open in another tab",
    element("p", { text: "This study is open in another tab or window of your browser. Please go on there." }),
    element("p", { text: "If you close it, this one goes on by itself." }),
  );
}
