/**
 * @file Answers on their way: written down first, sent until the site says that it has them, then forgotten.
 */

import { pauseOrOnline, waitBefore } from "./client.js";
import { ConnectionError } from "./errors.js";
import { memoryStore } from "./store.js";

/** @typedef {import("./store.js").Kept} Kept */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./types.js").Receipt} Receipt */
/** @typedef {import("./types.js").Receipts} Receipts */
/** @typedef {import("./types.js").Submission} Submission */

/** Answers in one request, at most. */
const BATCH = 40;

/** Characters of their JSON, at most, if it is more than one answer: a browser lets 64 KiB outlive a page. */
const BATCH_CHARACTERS = 60_000;

/**
 * @typedef {object} Status
 * @property {number} waiting Answers not yet with the site.
 * @property {boolean} connected Whether the last try reached it.
 */

/**
 * @typedef {object} Entry
 * @property {Kept} kept
 * @property {PromiseWithResolvers<Receipt>} receipt
 */

/**
 * A promise with its handles.
 * @template T
 * @returns {PromiseWithResolvers<T>}
 */
function deferred() {
  /** @type {any} */
  const handles = {};
  handles.promise = new Promise((resolve, reject) => Object.assign(handles, { resolve, reject }));
  return handles;
}

/** One session's answers. */
export class Outbox {
  /** @type {Entry[]} */
  #queue = [];
  /** @type {Promise<void> | null} */
  #pumping = null;
  #order = 0;
  #connected = true;
  #session;
  #store;
  #send;
  #wait;
  #onChange;

  /**
   * @param {{session: string, store: Store, send: (batch: Submission[], keepalive?: boolean) => Promise<Receipts>,
   *   wait?: (ms: number) => Promise<void>, onChange?: (status: Status) => void}} options
   */
  constructor({ session, store, send, wait = pauseOrOnline, onChange = () => undefined }) {
    this.#session = session;
    this.#store = store;
    this.#send = send;
    this.#wait = wait;
    this.#onChange = onChange;
  }

  /** Whether waiting answers outlive the page. */
  get durable() {
    return this.#store.durable;
  }

  /** Answers not yet with the site. */
  get waiting() {
    return this.#queue.length;
  }

  /**
   * Take up the answers that an earlier page left behind.
   * @returns {Promise<void>}
   */
  async restore() {
    for (const kept of await this.#store.all()) {
      this.#order = Math.max(this.#order, kept.order + 1);
      if (kept.refused === null) this.#enqueue(kept);
    }
  }

  /**
   * Write an answer down, then send it.
   * @param {Submission} submission
   * @returns {Promise<{receipt: Promise<Receipt>}>} Resolves when it is written down; `receipt` when the site has it.
   */
  async add(submission) {
    /** @type {Kept} */
    const kept = { id: submission.id, session: this.#session, order: this.#order++, submission, refused: null };
    try {
      await this.#store.put(kept);
    } catch {
      // A full disk: from here on answers are held in memory, and the runner waits for each receipt.
      this.#store = memoryStore();
      await this.#store.put(kept);
    }
    const receipt = this.#enqueue(kept);
    this.#notify();
    this.#start().catch(() => undefined); // whoever waits for the receipt, or drains, hears of it
    return { receipt };
  }

  /**
   * Wait until the site has everything.
   * @returns {Promise<void>} Rejects with what the site refused the request for.
   */
  async drain() {
    while (this.#queue.length > 0) await this.#start();
  }

  /** One last try while the page is closing; a database keeps the answers in any case. */
  part() {
    const batch = this.#batch();
    if (batch.length > 0) this.#send(batch.map(({ kept }) => kept.submission), true).catch(() => undefined);
  }

  /** @param {Kept} kept */
  #enqueue(kept) {
    /** @type {PromiseWithResolvers<Receipt>} */
    const receipt = deferred();
    receipt.promise.catch(() => undefined);
    this.#queue.push({ kept, receipt });
    return receipt.promise;
  }

  #batch() {
    let characters = 0;
    const first = this.#queue.slice(0, BATCH);
    const end = first.findIndex(({ kept }, index) => {
      characters += JSON.stringify(kept.submission).length;
      return index > 0 && characters > BATCH_CHARACTERS;
    });
    return end < 0 ? first : first.slice(0, end);
  }

  /** @returns {Promise<void>} */
  #start() {
    this.#pumping ??= this.#pump(); // the queue is never empty here, so the pump can't end before it is noted
    return this.#pumping;
  }

  async #pump() {
    try {
      for (let failures = 0; this.#queue.length > 0; ) {
        if (failures > 0) await this.#wait(waitBefore(failures));
        failures = (await this.#deliver()) ? 0 : failures + 1;
      }
    } finally {
      this.#pumping = null;
    }
  }

  /** @returns {Promise<boolean>} Whether the site was reached. */
  async #deliver() {
    const batch = this.#batch();
    try {
      const receipts = await this.#send(batch.map(({ kept }) => kept.submission));
      this.#connected = true;
      await this.#settle(batch, receipts);
    } catch (error) {
      if (!(error instanceof ConnectionError)) return this.#fail(error);
      this.#connected = false;
      this.#notify();
    }
    return this.#connected;
  }

  /** @param {Entry[]} batch @param {Receipts} receipts */
  async #settle(batch, receipts) {
    const results = new Map(receipts.results.map((result) => [result.id, result]));
    const settled = batch.filter(({ kept }) => results.has(kept.id));
    if (settled.length === 0) throw new ConnectionError("its answer named none of the answers sent");
    this.#queue = this.#queue.filter((entry) => !settled.includes(entry));
    for (const { kept, receipt } of settled) {
      const result = /** @type {Receipt["result"]} */ (results.get(kept.id));
      const refused = result.status === "rejected" ? (result.error ?? "rejected") : null;
      // A clean-up that fails costs one repeated delivery, which the site recognises.
      await (refused ? this.#store.put({ ...kept, refused }) : this.#store.remove([kept.id])).catch(() => undefined);
      receipt.resolve({ result, next: receipts.next, progress: receipts.progress });
    }
    this.#notify();
  }

  /** @param {unknown} error @returns {never} */
  #fail(error) {
    this.#queue.forEach(({ receipt }) => receipt.reject(error));
    throw error;
  }

  #notify() {
    this.#onChange({ waiting: this.#queue.length, connected: this.#connected });
  }
}
