import assert from "node:assert/strict";
import { test } from "node:test";

import { createClient, pauseOrOnline, persist, waitBefore } from "../../../evalsite/static/js/rater/client.js";
import { ConnectionError, RefusedError } from "../../../evalsite/static/js/rater/errors.js";

const urls = { state: "/state", consent: "/consent", device: "/device", begin: "/begin", block: "/block", responses: "/responses", set_aside: "/set-aside", complete: "/complete" };

/** @param {(url: string, request: RequestInit) => Promise<Response>} reply */
function bench(reply) {
  /** @type {[string, RequestInit][]} */
  const calls = [];
  const fetchJson = /** @type {typeof fetch} */ ((url, request) => {
    calls.push([String(url), request ?? {}]);
    return reply(String(url), request ?? {});
  });
  return { calls, client: createClient({ urls, csrf: () => "token", fetchJson, timeout_ms: 40 }) };
}

/** @param {unknown} body @param {number} [status] */
const json = (body, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }));

test("a action is posted as JSON with the CSRF token; reading is a plain request", async () => {
  const { client, calls } = bench(() => json({ stage: "device" }));
  assert.deepEqual(await client.consent(true), { stage: "device" });
  await client.state();
  const [[url, posted], [, read]] = calls;
  assert.equal(url, "/consent");
  assert.equal(posted.method, "POST");
  assert.equal(posted.body, '{"agreed":true}');
  assert.equal(new Headers(posted.headers).get("X-CSRFToken"), "token");
  assert.equal(read.method, undefined);
});

test("a trial that can't be shown is named to the site", async () => {
  const { client, calls } = bench(() => json({ results: [], next: null, progress: {} }));
  await client.setAside(3);
  assert.deepEqual([calls[0][0], calls[0][1].body], ["/set-aside", '{"trial":3}']);
});

test("a refusal carries the site's sentence and the next move", async () => {
  const { client } = bench(() => json({ error: "The study is closed.", next: "Thank you." }, 410));
  await assert.rejects(client.state(), (/** @type {RefusedError} */ error) => {
    assert.ok(error instanceof RefusedError);
    assert.deepEqual([error.status, error.message, error.next], [410, "The study is closed.", "Thank you."]);
    return true;
  });
});

test("a fault in the set-up is told to the rater, who would wait for ever", async () => {
  const { client } = bench(() => json({ error: "The study can't be shown.", next: "Tell whoever sent you the link." }, 500));
  await assert.rejects(client.begin(), (/** @type {RefusedError} */ error) => error instanceof RefusedError && error.status === 500);
});

test("a refusal that is no JSON still says what to do", async () => {
  const { client } = bench(async () => new Response("<h1>Forbidden</h1>", { status: 403 }));
  await assert.rejects(client.begin(), (/** @type {RefusedError} */ error) => error.status === 403 && error.next !== "");
});

for (const [what, reply] of /** @type {[string, () => Promise<Response>][]} */ ([
  ["no network", () => Promise.reject(new TypeError("Failed to fetch"))],
  ["a server error", () => json({}, 502)],
  ["a busy database", () => json({ error: "The site can't reach its data.", next: "Try again." }, 503)],
  ["a fault that the site can't explain", async () => new Response("<h1>Something went wrong</h1>", { status: 500 })],
  ["too many requests", () => json({}, 429)],
  ["an answer cut short", async () => new Response('{"stage": "tri')],
])) {
  test(`${what} is worth another try`, () => assert.rejects(bench(reply).client.state(), ConnectionError));
}

test("a site that does not answer is given up after the time limit", async () => {
  const { client } = bench((_url, { signal }) => new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))));
  const alive = setTimeout(() => undefined, 1000); // AbortSignal.timeout alone does not keep the process going
  await assert.rejects(client.block(), ConnectionError);
  clearTimeout(alive);
});

test("waits double up to a limit, less a random part", () => {
  assert.deepEqual([1, 2, 3].map((attempt) => waitBefore(attempt, () => 0)), [500, 1000, 2000]);
  assert.equal(waitBefore(50, () => 0), 15000);
  assert.equal(waitBefore(1, () => 1), 375);
});

test("the network's return ends a wait", async () => {
  const network = new EventTarget();
  const waited = pauseOrOnline(60_000, network);
  network.dispatchEvent(new Event("online"));
  await waited;
  await pauseOrOnline(1, network);
});

test("persisting tries until the site is reached, and tells of trouble and its end", async () => {
  /** @type {string[]} */ const heard = [];
  let left = 2;
  const action = async () => {
    if (left-- > 0) throw new ConnectionError("offline");
    return "done";
  };
  const options = { wait: async () => undefined, onTrouble: () => heard.push("trouble"), onWell: () => heard.push("well") };
  assert.equal(await persist(action, options), "done");
  assert.deepEqual(heard, ["trouble", "trouble", "well"]);
  await assert.rejects(persist(() => Promise.reject(new RefusedError(404, "not yours", "")), options), RefusedError);
});
