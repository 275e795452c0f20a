import assert from "node:assert/strict";
import { test } from "node:test";

import { draw, fit } from "../../../evalsite/static/js/results/plots.js";

const layout = { font: { size: 14, family: "sans-serif" }, margin: { l: 20, r: 20, t: 40 }, height: 300 };

test("a wide page keeps the layout as it was sent", () => {
  assert.equal(fit(layout, 1000), layout);
});

test("a phone gets smaller letters and margins, and nothing else changes", () => {
  assert.deepEqual(fit(layout, 360), {
    font: { size: 11, family: "sans-serif" },
    margin: { l: 8, r: 8, t: 40 },
    height: 300,
  });
  assert.equal(layout.font.size, 14);
});

test("a plot that can't be fetched says so in words", async () => {
  const area = /** @type {any} */ ({ dataset: { plot: "/plot.json" }, textContent: "" });
  const fetched = globalThis.fetch;
  globalThis.fetch = async () => new Response("", { status: 404 });
  try {
    await draw(area);
  } finally {
    globalThis.fetch = fetched;
  }
  assert.match(area.textContent, /can't be drawn: the server answered 404\. Reload the page\./);
});
