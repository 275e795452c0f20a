/**
 * @file Shows a trial: one refresh loop from the countdown to the answer, and a record of what the screen did.
 */

import { droppedFrames } from "./frames.js";
import { createSequence } from "./sequence.js";

/** @typedef {import("./types.js").Attention} Attention */
/** @typedef {import("./types.js").Choice} Choice */
/** @typedef {import("./types.js").Exposure} Exposure */
/** @typedef {import("./types.js").Period} Period */
/** @typedef {import("./types.js").Phase} Phase */
/** @typedef {import("./types.js").Responder} Responder */
/** @typedef {import("./types.js").Seen} Seen */
/** @typedef {import("./types.js").Situation} Situation */
/** @typedef {import("./clock.js").Ticker} Ticker */
/** @typedef {import("./sequence.js").Step} Step */

/** The phase whose exposure is recorded. */
export const RECORDED = "stimulus";

/**
 * Collects the refreshes from the onset to the one after the offset.
 * @returns {{note: (timestamp_ms: number, step: Step) => void, timestamps: number[], offset: () => number}} `offset`
 *   is the index of the refresh that replaced the stimulus, −1 before it came.
 */
function createRecorder() {
  /** @type {number[]} */
  const timestamps = [];
  let after = 0;
  return {
    timestamps,
    offset: () => (after > 0 ? timestamps.length - after : -1),
    note(timestamp_ms, step) {
      if (step.phase.name === RECORDED) timestamps.push(timestamp_ms);
      else if (timestamps.length > 0 && after < 2) {
        timestamps.push(timestamp_ms);
        after += 1;
      }
    },
  };
}

/**
 * The record of a flash.
 *
 * Besides the intervals between onset and offset, the one after the offset counts towards the dropped frames: when the
 * refresh that draws the mask comes out late, the stimulus stays on the screen and only the next timestamp tells.
 *
 * @param {{timestamps: number[], offset: number, asked_ms: number | null, planned_frames: number | null,
 *   period: Period, seen: Seen, situation: Situation}} flash Timestamps from the onset
 *   to the refresh after the offset, ms, and the index of the offset among them.
 * @returns {Exposure}
 */
export function exposureOf({ timestamps, offset, asked_ms, planned_frames, period, seen, situation }) {
  const onset_ms = timestamps[0];
  const offset_ms = timestamps[offset];
  return {
    asked_ms,
    period_ms: period.period_ms,
    planned_frames,
    achieved_frames: Math.round((offset_ms - onset_ms) / period.period_ms),
    onset_ms,
    offset_ms,
    shown_ms: offset_ms - onset_ms,
    dropped_frames: droppedFrames(timestamps, period.period_ms),
    ...seen,
    ...situation,
    refresh_hz: period.refresh_hz,
    stable: period.stable,
  };
}

/**
 * Show the phases in one refresh loop; whatever follows the stimulus is drawn in the very callback that removes it.
 *
 * Answers count from the refresh after which the stimulus is gone, or from its onset where it lasts until the answer.
 *
 * @param {{ticker: Ticker, period: Period, phases: Phase[], attention: Attention, situation: () => Situation,
 *   responder: Responder, onRefresh?: (timestamp_ms: number, name: string) => void}} options `situation` is read at the
 *   offset; `onRefresh` hears of every refresh, for whoever checks the timing.
 * @returns {Promise<{choice: Choice, rt_ms: number, exposure: Exposure}>} Rejects with what a `draw` or the responder
 *   threw.
 */
export function present({ ticker, period, phases, attention, situation, responder, onRefresh }) {
  const sequence = createSequence(phases, period.period_ms);
  const recorder = createRecorder();
  const recorded = phases.find((phase) => phase.name === RECORDED);
  const planned_frames = sequence.planned(RECORDED);
  let seen = attention.read();
  let shown_on = situation();
  /** @type {Choice | null} */
  let choice = null;

  return new Promise((resolve, reject) => {
    let opened = false;

    /** @param {number} timestamp_ms */
    const listen = (timestamp_ms) => {
      opened = true;
      responder.open(timestamp_ms).then((given) => (choice = given), reject);
    };

    /** @param {Step} step @param {number} timestamp_ms */
    const follow = (step, timestamp_ms) => {
      const onset = step.phase.name === RECORDED && step.frame === 0;
      if (onset) attention.reset();
      recorder.note(timestamp_ms, step);
      if (recorder.offset() === recorder.timestamps.length - 1) [seen, shown_on] = [attention.read(), situation()];
      if (!opened && (recorder.offset() > 0 || (onset && planned_frames === null))) listen(timestamp_ms);
      onRefresh?.(timestamp_ms, step.phase.name);
    };

    /** @param {Choice} given */
    const finish = (given) => {
      const { timestamps } = recorder;
      const asked_ms = recorded?.ms ?? null;
      const offset = recorder.offset();
      const exposure = exposureOf({ timestamps, offset, asked_ms, planned_frames, period, seen, situation: shown_on });
      resolve({ choice: given, rt_ms: given.timestamp_ms - timestamps[0], exposure });
    };

    /** @param {number} timestamp_ms */
    const tick = (timestamp_ms) => {
      try {
        const step = sequence.advance(choice !== null);
        step.phase.draw(step.frame, step.frames);
        follow(step, timestamp_ms);
        if (step.last && step.frame > 0 && choice !== null) finish(choice);
        else ticker.request(tick);
      } catch (error) {
        responder.close();
        reject(error);
      }
    };
    ticker.request(tick);
  });
}

/**
 * A phase's `draw` that draws at its first refresh only.
 * @param {() => void} draw
 * @returns {Phase["draw"]}
 */
export function still(draw) {
  return (frame) => {
    if (frame === 0) draw();
  };
}
