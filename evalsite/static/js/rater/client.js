/**
 * @file Talks to the site: JSON over fetch, with a time limit, the CSRF header and patience.
 */

import { ConnectionError, RefusedError } from "./errors.js";

/** @typedef {import("./types.js").Delivery} Delivery */
/** @typedef {import("./types.js").Device} Device */
/** @typedef {import("./types.js").Ending} Ending */
/** @typedef {import("./types.js").Receipts} Receipts */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Submission} Submission */
/** @typedef {import("./types.js").Welcomed} Welcomed */

/** How long an answer of the site may take, ms. */
const TIMEOUT_MS = 20_000;

/** First wait before another try, ms; it doubles each time. */
const FIRST_WAIT_MS = 500;

/** Longest wait before another try, ms. */
const LONGEST_WAIT_MS = 15_000;

/** Statuses that another try may mend, beside those above `FAULT`: a site that is busy, away or starting. */
const PASSING = new Set([408, 425, 429]);

/** A fault of the site: one that it has a sentence for stays until somebody mends it. */
const FAULT = 500;

/**
 * The cookie outlives a change of the token in another tab; the page's copy serves where cookies can't be read.
 * @param {string} copy The token as the page was given it.
 */
export function csrfToken(copy) {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? copy;
}

/**
 * How long to wait before another try: doubling, with a random quarter taken off so that raters don't come all at once.
 * @param {number} attempt Failed tries so far, from 1.
 * @param {() => number} [random] In [0, 1).
 * @returns {number} ms.
 */
export function waitBefore(attempt, random = Math.random) {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return full * (1 - random() / 4);
}

/**
 * Wait for so long, or until the browser says that the network is back.
 * @param {number} ms
 * @param {EventTarget} [network] Who says so; the window.
 * @returns {Promise<void>}
 */
export function pauseOrOnline(ms, network = globalThis) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      network.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    network.addEventListener("online", done);
  });
}

/** @param {unknown} error */
function isConnectionError(error) {
  return error instanceof ConnectionError;
}

/**
 * Try until the site is reached; anything but a `ConnectionError` (or what `passing` says is one) is thrown on.
 * @template T
 * @param {() => Promise<T>} action
 * @param {{wait?: (ms: number) => Promise<void>, onTrouble?: () => void, onWell?: () => void,
 *   passing?: (error: unknown) => boolean}} [options]
 * @returns {Promise<T>}
 */
export async function persist(action, { wait = pauseOrOnline, onTrouble, onWell, passing = isConnectionError } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const value = await action();
      onWell?.();
      return value;
    } catch (error) {
      if (!passing(error)) throw error;
      onTrouble?.();
      await wait(waitBefore(attempt));
    }
  }
}

/**
 * What an HTTP answer says; throws what it is no answer to.
 * @param {Response} answer
 * @returns {Promise<any>}
 */
async function readAnswer(answer) {
  if (answer.status > FAULT || PASSING.has(answer.status)) throw new ConnectionError(`status ${answer.status}`);
  const said = await answer.json().catch(() => null);
  if (answer.status === FAULT && !said?.error) throw new ConnectionError(`status ${FAULT}`);
  if (answer.ok && said !== null) return said;
  if (answer.ok) throw new ConnectionError("its answer was cut short");
  const sentence = said?.error ?? `The site refused the request (status ${answer.status}).`;
  throw new RefusedError(answer.status, sentence, said?.next ?? "Reload the page and go on.");
}

/**
 * The site's side of a session, and of the consent page before it.
 * @param {{urls: Record<string, string>, csrf: () => string, fetchJson: typeof fetch, timeout_ms?: number}} options
 */
export function createClient({ urls, csrf, fetchJson, timeout_ms = TIMEOUT_MS }) {
  /**
   * @param {string} url
   * @param {RequestInit} request
   */
  const call = async (url, request) => {
    /** @type {Response} */
    let answer;
    try {
      const signal = AbortSignal.timeout(timeout_ms);
      answer = await fetchJson(url, { credentials: "same-origin", cache: "no-store", signal, ...request });
    } catch (error) {
      throw new ConnectionError(error instanceof Error ? error.name : String(error));
    }
    return readAnswer(answer);
  };

  /**
   * @param {string} url
   * @param {object} body
   * @param {boolean} [keepalive] Whether the request may outlive the page.
   */
  const post = (url, body, keepalive = false) => {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf() };
    return call(url, { method: "POST", headers, body: JSON.stringify(body), keepalive });
  };

  return {
    /** @returns {Promise<State>} */
    state: () => call(urls.state, {}),
    /** @param {boolean} agreed @param {string} visit Name of the consent page. @returns {Promise<Welcomed>} */
    answerWelcome: (agreed, visit) => post(urls.consent, { agreed, visit }),
    /** @param {boolean} agreed @returns {Promise<State>} */
    consent: (agreed) => post(urls.consent, { agreed }),
    /** @param {Device} device @returns {Promise<State>} */
    device: (device) => post(urls.device, device),
    /** @returns {Promise<State>} */
    begin: () => post(urls.begin, {}),
    /** @returns {Promise<Delivery>} */
    block: () => call(urls.block, {}),
    /** @param {Submission[]} responses @param {boolean} [keepalive] @returns {Promise<Receipts>} */
    send: (responses, keepalive) => post(urls.responses, { responses }, keepalive),
    /** @param {number} trial One with an image that can't be shown. @returns {Promise<Receipts>} */
    setAside: (trial) => post(urls.set_aside, { trial }),
    /** @returns {Promise<Ending>} */
    complete: () => post(urls.complete, {}),
  };
}

/** @typedef {ReturnType<typeof createClient>} Client */
