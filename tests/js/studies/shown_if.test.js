import assert from "node:assert/strict";
import { test } from "node:test";

import { shown, watch } from "../../../evalsite/static/js/studies/shown_if.js";

/** @param {Record<string, any>} inputs */
const among = (inputs) => (/** @type {string} */ name) => inputs[name] ?? null;

test("a field is shown while another has one of the values named", () => {
  const conditions = [{ name: "exposure", values: ["fixed", "staircase"] }];
  assert.equal(shown(conditions, among({ exposure: { value: "fixed" } })), true);
  assert.equal(shown(conditions, among({ exposure: { value: "unlimited" } })), false);
});

test("without values, anything but empty, 0 and off will do", () => {
  const conditions = [{ name: "mask_ms", values: [] }];
  for (const [value, expected] of [["120", true], ["0", false], ["", false]])
    assert.equal(shown(conditions, among({ mask_ms: { value } })), expected);
  for (const checked of [true, false])
    assert.equal(shown(conditions, among({ mask_ms: { type: "checkbox", value: "on", checked } })), checked);
});

test("all conditions must hold, and one on a field that is not there does", () => {
  const conditions = [{ name: "gone", values: ["x"] }, { name: "ties", values: [true] }];
  assert.equal(shown(conditions, among({ ties: { type: "checkbox", value: "on", checked: true } })), true);
  assert.equal(shown(conditions, among({ ties: { type: "checkbox", value: "on", checked: false } })), false);
});

test("rows hide and come back as the form changes, but never with an error", () => {
  const exposure = { value: "fixed" };
  const rows = ["", "errors"].map((marked) => ({
    hidden: false,
    classList: { contains: (/** @type {string} */ name) => name === marked },
    toggleAttribute(/** @type {string} */ _, /** @type {boolean} */ on) {
      this.hidden = on;
    },
  }));
  const inputs = rows.map((row) => ({
    closest: () => row,
    getAttribute: () => JSON.stringify([{ name: "exposure", values: ["staircase"] }]),
  }));
  /** @type {Record<string, () => void>} */
  const listeners = {};
  const form = /** @type {any} */ ({
    elements: { namedItem: () => exposure },
    querySelectorAll: () => inputs,
    addEventListener: (/** @type {string} */ name, /** @type {() => void} */ call) => (listeners[name] = call),
  });
  watch(form);
  assert.deepEqual(rows.map((row) => row.hidden), [true, false]);
  exposure.value = "staircase";
  listeners["change"]?.();
  assert.deepEqual(rows.map((row) => row.hidden), [false, false]);
});
