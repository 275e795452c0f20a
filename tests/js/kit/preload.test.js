import assert from "node:assert/strict";
import { test } from "node:test";

import { StimulusNotReadyError, StimulusUnavailableError } from "../../../evalsite/static/js/kit/errors.js";
import { createLibrary } from "../../../evalsite/static/js/kit/preload.js";

/**
 * @param {(url: string, attempt: number) => number} statusOf
 */
function bench(statusOf) {
  /** @type {Map<string, number>} */
  const attempts = new Map();
  /** @type {string[]} */
  const closed = [];
  const fetchFile = async (/** @type {RequestInfo | URL} */ url) => {
    const name = String(url);
    const attempt = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, attempt);
    const status = statusOf(name, attempt);
    if (status === 0) throw new TypeError("network");
    return new Response(status === 410 ? '{"error": "gone", "permanent": true}' : "image", { status });
  };
  const decodeFile = async () => /** @type {ImageBitmap} */ ({ width: 8, height: 8, close: () => closed.push("one") });
  return { attempts, closed, library: createLibrary({ fetchFile, decodeFile }) };
}

test("files are fetched once, decoded on demand and let go", async () => {
  const { library, attempts, closed } = bench(() => 200);
  /** @type {number[]} */ const steps = [];
  await library.fetch(["/a", "/b", "/a"], (done) => steps.push(done));
  await library.fetch(["/a"]);
  assert.deepEqual([...attempts], [["/a", 1], ["/b", 1]]);
  assert.deepEqual(steps, [0, 1, 2]);
  assert.throws(() => library.bitmap("/a"), StimulusNotReadyError);
  await library.decode(["/a"]);
  assert.equal(library.bitmap("/a").width, 8);
  library.release(["/a"]);
  assert.equal(closed.length, 1);
  assert.throws(() => library.bitmap("/a"), StimulusNotReadyError);
});

test("a dropped connection may pass and costs only what is missing; an image that is not there is named", async () => {
  const { library, attempts } = bench((url, attempt) => (url === "/gone" ? 404 : url === "/late" && attempt < 2 ? 0 : 200));
  const passing = (/** @type {boolean} */ expected) => (/** @type {unknown} */ error) =>
    error instanceof StimulusUnavailableError && error.passing === expected;
  await assert.rejects(library.fetch(["/a", "/late"]), passing(true));
  await library.fetch(["/a", "/late"]);
  assert.deepEqual([...attempts], [["/a", 1], ["/late", 2]]);
  await assert.rejects(library.fetch(["/gone"]), passing(false));
});

test("an image that can never be shown is named, asked for once, and keeps none of the others away", async () => {
  const { library, attempts } = bench((url) => (url === "/faulty" ? 410 : 200));
  /** @type {number[]} */ const steps = [];
  assert.deepEqual(await library.fetch(["/a", "/faulty", "/b"], (done) => steps.push(done)), ["/faulty"]);
  assert.deepEqual(await library.fetch(["/b", "/faulty"]), ["/faulty"]);
  assert.equal(attempts.get("/faulty"), 1);
  assert.equal(steps.at(-1), 3);
  await library.decode(["/a", "/b"]);
});

test("gone without the word that it is for good stops as before", async () => {
  const library = createLibrary({
    fetchFile: async () => new Response("<h1>Gone</h1>", { status: 410 }),
    decodeFile: async () => assert.fail("there is nothing to decode"),
  });
  await assert.rejects(library.fetch(["/a"]), (/** @type {unknown} */ error) => error instanceof StimulusUnavailableError && !error.passing);
});

test("an image that was never fetched can't be decoded", async () => {
  await assert.rejects(bench(() => 200).library.decode(["/never"]), StimulusNotReadyError);
});
