/**
 * @file The order of a trial's phases, counted in refreshes. Pure: it is told of refreshes and says what to draw.
 */

import { framesFor } from "./frames.js";

/** @typedef {import("./types.js").Phase} Phase */

/**
 * @typedef {object} Step
 * @property {Phase} phase The phase that this refresh draws.
 * @property {number} frame Number of the refresh in its phase, from 0.
 * @property {number} frames Planned refreshes of the phase; 0 where it lasts until the answer.
 * @property {boolean} last Whether no phase follows.
 */

/**
 * Walks through phases, one refresh a step. Phases of 0 ms are left out; one of null ms lasts until the answer.
 * @param {Phase[]} phases At least one; the last must last until the answer.
 * @param {number} period_ms
 * @returns {{advance: (answered: boolean) => Step, planned: (name: string) => number | null}}
 */
export function createSequence(phases, period_ms) {
  const kept = phases.filter((phase) => phase.ms === null || phase.ms > 0);
  if (kept.length === 0 || kept[kept.length - 1].ms !== null) {
    throw new RangeError("The last phase must last until the answer; give it ms: null.");
  }
  /** @param {Phase} phase */
  const count = (phase) => (phase.ms === null ? null : framesFor(phase.ms, period_ms));
  let index = 0;
  let frame = -1;
  return {
    advance(answered) {
      const frames = count(kept[index]);
      const over = frames === null ? answered && frame >= 0 : frame + 1 >= frames;
      if (over && index < kept.length - 1) {
        index += 1;
        frame = 0;
      } else {
        frame += 1;
      }
      const phase = kept[index];
      return { phase, frame, frames: count(phase) ?? 0, last: index === kept.length - 1 };
    },
    planned(name) {
      const phase = kept.find((candidate) => candidate.name === name);
      if (!phase) throw new RangeError(`There is no phase named ${name}; name one of those given.`);
      return count(phase);
    },
  };
}
