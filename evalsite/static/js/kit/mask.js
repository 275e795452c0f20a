/**
 * @file Masks: coloured texture with as much energy at coarse as at fine scales, the same for the same seed. Pure.
 */

/** Sides of the texture's cells, as shares of the mask's side. */
const SCALES = [1 / 4, 1 / 8, 1 / 16, 1 / 32];

/** Cells per side at the finest scale: a mask of so many pixels holds all there is to see. */
export const MASK_CELLS = 32;

/** How far the colours of a cell may part from its grey, of 255. */
const CHROMA = 60;

/**
 * Reproducible numbers in [0, 1): the 32-bit generator "mulberry32".
 * @param {number} seed Any integer.
 * @returns {() => number}
 */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * One scale of the texture: a coarse grid of random colours.
 * @param {() => number} random
 * @param {number} cells Cells per side.
 * @returns {Float32Array} (cells · cells · 3) in −1 … 1.
 */
function grid(random, cells) {
  const values = new Float32Array(cells * cells * 3);
  for (let cell = 0; cell < cells * cells; cell += 1) {
    const grey = random() * 2 - 1;
    for (let channel = 0; channel < 3; channel += 1) {
      values[cell * 3 + channel] = grey + ((random() * 2 - 1) * CHROMA) / 255;
    }
  }
  return values;
}

/**
 * One mask pattern.
 * @param {number} seed Any integer.
 * @param {number} pattern Number of the pattern.
 * @param {number} side_px Side of the square, px; at least 1.
 * @returns {Uint8ClampedArray<ArrayBuffer>} RGBA, (side_px · side_px · 4), opaque.
 */
export function maskPixels(seed, pattern, side_px) {
  const random = seededRandom(Math.imul(seed ^ 0x9e3779b9, pattern * 2 + 1));
  const layers = SCALES.map((scale) => {
    const cells = Math.max(1, Math.round(1 / scale));
    return { cells, values: grid(random, cells) };
  });
  const pixels = new Uint8ClampedArray(side_px * side_px * 4);
  const gain = 127 / Math.sqrt(layers.length);
  for (let y = 0; y < side_px; y += 1) {
    for (let x = 0; x < side_px; x += 1) {
      const at = (y * side_px + x) * 4;
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0;
        for (const { cells, values } of layers) {
          const row = Math.floor((y * cells) / side_px);
          const column = Math.floor((x * cells) / side_px);
          sum += values[(row * cells + column) * 3 + channel];
        }
        pixels[at + channel] = 127.5 + gain * sum;
      }
      pixels[at + 3] = 255;
    }
  }
  return pixels;
}

/**
 * How many patterns a mask is made of (Zhou et al. 2019 show four of 30 ms).
 * @param {number} mask_ms Duration of the mask, ms.
 * @param {number} mask_pattern_ms Duration of each pattern, ms.
 * @returns {number} At least 1.
 */
export function patternCount(mask_ms, mask_pattern_ms) {
  return Math.max(1, Math.round(mask_ms / mask_pattern_ms));
}

/**
 * Which pattern a refresh of the mask shows: each for an equal share.
 * @param {number} frame Refresh of the mask, from 0.
 * @param {number} frames Planned refreshes of the mask.
 * @param {number} patterns How many patterns there are.
 * @returns {number}
 */
export function patternAt(frame, frames, patterns) {
  return Math.min(patterns - 1, Math.floor((frame * patterns) / Math.max(1, frames)));
}
