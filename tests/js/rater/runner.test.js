import assert from "node:assert/strict";
import { test } from "node:test";

import { StimulusUnavailableError } from "../../../evalsite/static/js/kit/errors.js";
import { RefusedError } from "../../../evalsite/static/js/rater/errors.js";
import { Outbox } from "../../../evalsite/static/js/rater/outbox.js";
import { introduction, Runner } from "../../../evalsite/static/js/rater/runner.js";
import { memoryStore } from "../../../evalsite/static/js/rater/store.js";

/** @typedef {import("../../../evalsite/static/js/rater/types.js").Delivery} Delivery */
/** @typedef {import("../../../evalsite/static/js/rater/types.js").DeliveredTrial} DeliveredTrial */
/** @typedef {import("../../../evalsite/static/js/rater/types.js").Receipts} Receipts */
/** @typedef {import("../../../evalsite/static/js/rater/types.js").Submission} Submission */

const progress = { answered: 0, total: 3, again: 0, block: 0, blocks: 1 };
const quick = { wait: async () => undefined };

/** @param {number} trial @param {object | null} payload @returns {DeliveredTrial} */
const delivered = (trial, payload) => ({ trial, kind: "scored", images: [`/${trial}`], payload });

/**
 * A session whose site hands out `deliveries` and says `reply` to each answer.
 * @param {Partial<Delivery>[]} deliveries
 * @param {(submission: Submission) => Partial<Receipts> & {status?: string, correct?: boolean}} [reply]
 * @param {{attentive?: () => boolean, failures?: number, faulty?: string[],
 *   setAside?: (trial: number) => Promise<Partial<Receipts>>}} [world]
 */
function session(deliveries, reply = () => ({}), world = {}) {
  const { attentive = () => true, faulty = [], setAside = async () => ({}) } = world;
  let { failures = 0 } = world;
  /** @type {string[]} */
  const log = [];
  const end = { block: null, task: "", adaptive: false, trials: [], progress };
  const send = async (/** @type {Submission[]} */ batch) => {
    const said = reply(batch[0]);
    const results = batch.map(({ id }) => ({
      id, status: said.status ?? "stored", error: "no", repeated: false,
      feedback: said.correct === undefined ? null : { correct: said.correct },
    }));
    return /** @type {Receipts} */ ({ results, next: said.next ?? null, progress });
  };
  const outbox = new Outbox({ session: "s", store: { ...memoryStore(), durable: true }, send, ...quick });
  const library = {
    fetch: async (/** @type {string[]} */ urls) => {
      if (failures-- > 0) throw new StimulusUnavailableError(urls[0], "offline", true);
      log.push(`fetch ${urls.join()}`);
      return urls.filter((url) => faulty.includes(url));
    },
    decode: async () => undefined,
    release: () => undefined,
  };
  const task = {
    LABELS: { real: "Real" },
    run: async (/** @type {unknown} */ _stage, /** @type {any} */ payload) => {
      log.push(`show ${payload.name}`);
      return { answer: { answer: "real" }, rt_ms: 1, exposures: payload.css_px ? [{ css_px: payload.css_px }] : [] };
    },
  };
  const runner = new Runner(
    /** @type {ConstructorParameters<typeof Runner>[0]} */ (
      /** @type {unknown} */ ({
        client: {
          block: async () => ({ ...end, ...deliveries.shift() }),
          setAside: async (/** @type {number} */ trial) => {
            log.push(`set aside ${trial}`);
            return { results: [], next: null, progress, ...(await setAside(trial)) };
          },
        },
        outbox,
        kit: { library },
        stage: { reset: () => undefined, feedback: (/** @type {boolean} */ correct) => log.push(`feedback ${correct}`) },
        progress: { set: () => undefined, step: () => log.push("step") },
        interlude: async (/** @type {any} */ { heading, prepare, goesOn }) => {
          log.push(goesOn ? `${heading} by itself` : heading);
          const said = await prepare?.(() => undefined);
          if (said) log.push(said);
        },
        toStage: () => undefined,
        attentive,
        touch: false,
        measure: async () => ({ period_ms: 16, refresh_hz: 60, stable: true, deltas: 120 }),
        setPeriod: () => log.push("period"),
        loadTask: async () => task,
        trouble: quick,
      })
    ),
  );
  return { runner, log, outbox };
}

test("a block is introduced once, its images come first, its repeats follow", async () => {
  const { runner, log, outbox } = session([
    { block: 0, trials: [delivered(0, { name: "a" }), delivered(1, { name: "b" })] },
    { block: 0, trials: [delivered(2, { name: "a again" })] },
  ]);
  await runner.run();
  assert.deepEqual(log, ["Ready?", "fetch /0,/1", "period", "show a", "step", "show b", "step", "fetch /2", "period", "show a again", "step"]);
  assert.equal(outbox.waiting, 0);
});

test("a block that adapts waits for each answer and shows what comes back", async () => {
  const { runner, log } = session(
    [{ block: 0, adaptive: true, trials: [delivered(0, { name: "500 ms" }), delivered(1, null), delivered(2, null)] }],
    ({ trial }) => ({ next: trial < 2 ? { trial: trial + 1, payload: /** @type {any} */ ({ name: `${490 - trial * 10} ms` }) } : null }),
  );
  await runner.run();
  assert.deepEqual(log.filter((line) => line.startsWith("show")), ["show 500 ms", "show 490 ms", "show 480 ms"]);
});

test("a trial with feedback says whether the answer was right", async () => {
  const { runner, log } = session([{ block: 0, trials: [delivered(0, { name: "a", feedback: true })] }], () => ({ correct: false }));
  await runner.run();
  assert.ok(log.includes("feedback false"));
});

test("nothing is shown while nobody looks, nor after a pause until the rater goes on", async () => {
  let looks = 0;
  const { runner, log } = session([{ block: 0, trials: [delivered(0, { name: "a" })] }], undefined, { attentive: () => ++looks > 1 });
  runner.pause();
  await runner.run();
  const before = log.slice(0, log.indexOf("show a"));
  assert.deepEqual(before, ["Ready?", "fetch /0", "period", "Paused", "period", "Paused", "period"]);
});

test("a rater whose window is too small is told so before the next trial", async () => {
  const sizes = [100, 205, 205].map((css_px, trial) => delivered(trial, { name: `${css_px}`, css_px, least_px: 204.8 }));
  const { runner, log } = session([{ block: 0, trials: sizes }]);
  await runner.run();
  assert.deepEqual(log.filter((line) => /^(show|The window)/.test(line)), ["show 100", "The window is too small", "show 205", "show 205"]);
});

test("images that can't be fetched just now are tried again", async () => {
  const { runner, log } = session([{ block: 0, trials: [delivered(0, { name: "a" })] }], undefined, { failures: 2 });
  await runner.run();
  assert.ok(log.includes("fetch /0"));
});

const SOME = "Some images can't be shown because of a fault on our side. The study goes on without them.";

test("trials that can't be shown are set aside, the rater reads a sentence, and the others are shown", async () => {
  const trials = [delivered(0, { name: "a" }), delivered(1, { name: "b" }), delivered(2, { name: "c" })];
  const { runner, log, outbox } = session([{ block: 0, trials }], undefined, { faulty: ["/0", "/2"] });
  await runner.run();
  assert.deepEqual(log, ["Ready?", "fetch /0,/1,/2", "set aside 0", "set aside 2", "period", SOME, "show b", "step"]);
  assert.equal(outbox.waiting, 0);
});

test("a block that adapts goes on with the trial that the site names", async () => {
  const next = { trial: 1, payload: /** @type {any} */ ({ name: "500 ms" }) };
  const trials = [delivered(0, { name: "lost" }), delivered(1, null)];
  const { runner, log } = session([{ block: 0, adaptive: true, trials }], undefined, { faulty: ["/0"], setAside: async () => ({ next }) });
  await runner.run();
  assert.deepEqual(log.filter((line) => line.startsWith("show")), ["show 500 ms"]);
});

test("a session of which no image can be shown comes to its end", async () => {
  const blocks = [{ block: 0, trials: [delivered(0, { name: "a" })] }, { block: 1, trials: [delivered(1, { name: "b" })] }];
  const { runner, log } = session(blocks, undefined, { faulty: ["/0", "/1"] });
  await runner.run();
  assert.ok(!log.some((line) => line.startsWith("show")));
  assert.deepEqual(log.filter((line) => line.startsWith("set aside")), ["set aside 0", "set aside 1"]);
});

test("a trial that the site does not set aside stops the page with the site's sentence, and is not asked again", async () => {
  const refuse = () => Promise.reject(new RefusedError(409, "All images of trial 0 can be shown.", "Reload."));
  const { runner, log } = session([{ block: 0, trials: [delivered(0, { name: "a" })] }], undefined, { faulty: ["/0"], setAside: refuse });
  await assert.rejects(runner.run(), RefusedError);
  assert.equal(log.filter((line) => line === "set aside 0").length, 1);
});

test("an answer rejected once leads to a fresh list, rejected twice stops with the site's sentence", async () => {
  const trials = [delivered(0, { name: "a", feedback: true })];
  const once = session([{ block: 0, trials }], () => ({ status: "rejected" }));
  await once.runner.run();
  const twice = session([{ block: 0, trials }, { block: 0, trials }], () => ({ status: "rejected" }));
  await assert.rejects(twice.runner.run(), (error) => error instanceof RefusedError && error.message === "no");
});

test("the first block goes on by itself for a rater who just pressed Start, later ones ask", async () => {
  const { runner, log } = session([{ block: 0, trials: [delivered(0, { name: "a" })] }, { block: 1, trials: [delivered(1, { name: "b" })] }]);
  runner.started();
  await runner.run();
  assert.deepEqual(log.filter((line) => line.startsWith("Ready?")), ["Ready? by itself", "Ready?"]);
});

test("the introduction names question, practice and keys in the keyboard's order", () => {
  const payload = { question: "Which?", keys: { right: "j", left: "f", tie: null } };
  const trials = [{ ...delivered(0, payload), kind: /** @type {"practice"} */ ("practice") }, delivered(1, null)];
  const delivery = { block: 1, task: "pairwise", adaptive: false, trials, progress: { ...progress, blocks: 3 } };
  const { heading, lines, keys } = introduction(delivery, 1, { left: "Left" });
  assert.equal(heading, "Part 2 of 3");
  assert.equal(lines[0], "Which?");
  assert.match(lines[1], /first trial is for practice/);
  assert.deepEqual(keys, [["f", "Left"], ["j", "right"]]);
  assert.match(lines[2], /keys or the buttons/);
});

test("who answers with a finger is told of no keys", () => {
  const payload = { question: "Which?", keys: { right: "j", left: "f" } };
  const delivery = { block: 0, task: "pairwise", adaptive: false, trials: [delivered(0, payload)], progress };
  const { lines, keys } = introduction(delivery, 0, {}, true);
  assert.deepEqual(keys, []);
  assert.match(lines[1], /Answer with the buttons\./);
});
