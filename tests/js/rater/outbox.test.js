import assert from "node:assert/strict";
import { test } from "node:test";

import { createClient } from "../../../evalsite/static/js/rater/client.js";
import { ConnectionError, RefusedError } from "../../../evalsite/static/js/rater/errors.js";
import { Outbox } from "../../../evalsite/static/js/rater/outbox.js";
import { bestStore, memoryStore, openStore } from "../../../evalsite/static/js/rater/store.js";
import { fakeIndexedDb } from "../support/indexed_db.js";

/** @typedef {import("../../../evalsite/static/js/rater/types.js").Receipts} Receipts */
/** @typedef {import("../../../evalsite/static/js/rater/types.js").Submission} Submission */

const progress = { answered: 0, total: 9, block: 0, blocks: 1 };

/** @param {number} trial @returns {Submission} */
const answer = (trial) => ({ id: `id-${trial}`, trial, answer: { answer: "real" }, rt_ms: 300, exposures: [], answered_at: "now" });

/** A site that stores each answer once and can be made to fail in its next replies. */
function site() {
  /** @type {Map<string, number>} */
  const stored = new Map();
  /** @type {Error[]} */
  const failures = [];
  /** @type {string[]} */
  const lost = [];
  const send = async (/** @type {Submission[]} */ batch) => {
    const failure = failures.shift();
    if (failure && !lost.includes("reply")) throw failure;
    const results = batch.map(({ id, trial }) => {
      const status = /** @type {"stored" | "duplicate"} */ (stored.has(id) ? "duplicate" : "stored");
      stored.set(id, trial);
      return { id, status, feedback: null, repeated: false };
    });
    if (failure) throw failure;
    return /** @type {Receipts} */ ({ results, next: null, progress });
  };
  return { stored, failures, lost, send };
}

const quick = async () => undefined;
const offline = () => new ConnectionError("offline");

test("an answer is on disk before it is sent, and off it once the site has it", async () => {
  const { rows, factory } = fakeIndexedDb();
  const store = await openStore(factory, "s");
  /** @type {number[]} */ const onDisk = [];
  const remote = site();
  const send = (/** @type {Submission[]} */ batch) => (onDisk.push(rows.size), remote.send(batch));
  const outbox = new Outbox({ session: "s", store, send, wait: quick });
  const { receipt } = await outbox.add(answer(1));
  assert.equal((await receipt).result.status, "stored");
  assert.deepEqual(onDisk, [1]);
  assert.equal(rows.size, 0);
});

test("what could not be sent is tried again, in order, until the site has it", async () => {
  const remote = site();
  remote.failures.push(offline(), offline());
  /** @type {{waiting: number, connected: boolean}[]} */ const heard = [];
  const outbox = new Outbox({ session: "s", store: memoryStore(), send: remote.send, wait: quick, onChange: (now) => heard.push(now) });
  await Promise.all([1, 2, 3].map((trial) => outbox.add(answer(trial))));
  await outbox.drain();
  assert.deepEqual([...remote.stored.values()], [1, 2, 3]);
  assert.ok(heard.some(({ connected, waiting }) => !connected && waiting > 0));
  assert.deepEqual(heard.at(-1), { waiting: 0, connected: true });
});

test("an answer that meets a busy database is sent again, the same one", async () => {
  /** @type {string[]} */ const sent = [];
  const stored = { results: [{ id: "id-1", status: "stored", feedback: null, repeated: false }], next: null, progress };
  const replies = [[{ error: "The site can't reach its data.", next: "Try again." }, 503], [stored, 200]];
  const fetchJson = async (/** @type {any} */ _url, /** @type {any} */ { body }) => {
    sent.push(body);
    const [said, status] = /** @type {[object, number]} */ (replies.shift());
    return Response.json(said, { status, headers: { "Retry-After": "5" } });
  };
  const urls = /** @type {any} */ ({ responses: "/responses" });
  const outbox = new Outbox({ session: "s", store: memoryStore(), send: createClient({ urls, csrf: () => "", fetchJson }).send, wait: quick });
  const { receipt } = await outbox.add(answer(1));
  assert.equal((await receipt).result.status, "stored");
  assert.equal(sent.length, 2);
  assert.equal(sent[0], sent[1]);
  assert.equal(outbox.waiting, 0);
});

test("a reply lost on its way makes a second delivery, which the site knows", async () => {
  const remote = site();
  remote.lost.push("reply");
  remote.failures.push(offline());
  const outbox = new Outbox({ session: "s", store: memoryStore(), send: remote.send, wait: quick });
  const { receipt } = await outbox.add(answer(1));
  assert.equal((await receipt).result.status, "duplicate");
  assert.equal(remote.stored.size, 1);
});

test("answers of a closed page are taken up by the next, those of other sessions are not", async () => {
  const { factory } = fakeIndexedDb();
  const never = () => /** @type {Promise<Receipts>} */ (new Promise(() => undefined));
  for (const [session, trial] of /** @type {[string, number][]} */ ([["s", 1], ["s", 2], ["other", 3]])) {
    await new Outbox({ session, store: await openStore(factory, session), send: never }).add(answer(trial));
  }
  const remote = site();
  const outbox = new Outbox({ session: "s", store: await openStore(factory, "s"), send: remote.send, wait: quick });
  await outbox.restore();
  assert.equal(outbox.waiting, 2);
  await outbox.drain();
  assert.deepEqual([...remote.stored.values()], [1, 2]);
});

test("what the site rejects is kept for the record but not sent again", async () => {
  const { rows, factory } = fakeIndexedDb();
  const reject = async (/** @type {Submission[]} */ batch) =>
    /** @type {Receipts} */ ({
      results: batch.map(({ id }) => ({ id, status: "rejected", error: "no such trial", feedback: null, repeated: false })),
      next: null,
      progress,
    });
  const outbox = new Outbox({ session: "s", store: await openStore(factory, "s"), send: reject, wait: quick });
  const { receipt } = await outbox.add(answer(1));
  assert.equal((await receipt).result.error, "no such trial");
  assert.equal(rows.get("id-1").refused, "no such trial");
  const next = new Outbox({ session: "s", store: await openStore(factory, "s"), send: reject, wait: quick });
  await next.restore();
  assert.equal(next.waiting, 0);
});

test("a refusal reaches whoever waits, and the answers stay", async () => {
  const remote = site();
  remote.failures.push(new RefusedError(410, "closed", "stop"));
  const outbox = new Outbox({ session: "s", store: memoryStore(), send: remote.send, wait: quick });
  const { receipt } = await outbox.add(answer(1));
  await assert.rejects(receipt, RefusedError);
  assert.equal(outbox.waiting, 1);
  await outbox.drain();
  assert.equal(remote.stored.size, 1);
});

test("large answers travel in several requests, each below what outlives a page", async () => {
  const remote = site();
  /** @type {number[]} */ const sizes = [];
  const send = (/** @type {Submission[]} */ batch) => (sizes.push(JSON.stringify(batch).length), remote.send(batch));
  /** @type {() => void} */ let goOn = () => undefined;
  const wait = () => new Promise((/** @type {(value: void) => void} */ resolve) => (goOn = resolve));
  const outbox = new Outbox({ session: "s", store: memoryStore(), send, wait });
  remote.failures.push(offline()); // so that all wait together
  for (const number of [1, 2, 3]) {
    await outbox.add({ ...answer(number), answer: { text: "x".repeat(number < 3 ? 25_000 : 70_000) } });
  }
  goOn();
  await outbox.drain();
  assert.equal(remote.stored.size, 3);
  assert.ok(sizes.slice(0, -1).every((size) => size < 64 * 1024), `${sizes}`);
  assert.ok((sizes.at(-1) ?? 0) < 72_000, "an answer that is larger is sent alone");
});

test("a full disk turns to memory and says so", async () => {
  let full = false;
  const { factory } = fakeIndexedDb({ failing: () => full });
  const remote = site();
  const outbox = new Outbox({ session: "s", store: await openStore(factory, "s"), send: remote.send, wait: quick });
  assert.equal(outbox.durable, true);
  full = true;
  await outbox.add(answer(1));
  assert.equal(outbox.durable, false);
  await outbox.drain();
  assert.equal(remote.stored.size, 1);
});

test("a browser without a database gets memory", async () => {
  assert.equal((await bestStore(undefined, "s")).durable, false);
  const broken = /** @type {IDBFactory} */ (/** @type {unknown} */ ({ open: () => { throw new Error("SecurityError"); } }));
  assert.equal((await bestStore(broken, "s")).durable, false);
});
