/**
 * @file Images brought in and decoded before the trials that show them.
 */

import { pause } from "./clock.js";
import { StimulusNotReadyError, StimulusUnavailableError } from "./errors.js";

/** @typedef {import("./types.js").Library} Library */

/** Files fetched at the same time. */
const LANES = 6;

/** Waits between attempts at one file, ms. */
const WAITS_MS = [250, 1000, 3000];

/**
 * One file, tried again after each wait.
 * @param {typeof fetch} fetchFile
 * @param {string} url
 * @param {readonly number[]} waits_ms
 * @returns {Promise<Blob>}
 */
async function fetchBlob(fetchFile, url, waits_ms) {
  let reason = "";
  for (const wait_ms of [...waits_ms, null]) {
    try {
      const answer = await fetchFile(url, { credentials: "same-origin" });
      if (answer.ok) return await answer.blob();
      reason = `status ${answer.status}`;
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) break;
    } catch (error) {
      reason = String(error);
    }
    if (wait_ms !== null) await pause(wait_ms);
  }
  throw new StimulusUnavailableError(url, reason);
}

/**
 * A shelf of images: files are kept for a whole block, bitmaps only for the trials at hand.
 * @param {{fetchFile: typeof fetch, decodeFile: (blob: Blob) => Promise<ImageBitmap>,
 *   warm?: (bitmap: ImageBitmap) => void, waits_ms?: readonly number[]}} options `warm` draws a bitmap once out of
 *   sight, so that its first drawing in a trial costs no more than the next.
 * @returns {Library}
 */
export function createLibrary({ fetchFile, decodeFile, warm, waits_ms = WAITS_MS }) {
  /** @type {Map<string, Blob>} */
  const blobs = new Map();
  /** @type {Map<string, ImageBitmap>} */
  const bitmaps = new Map();

  /** @param {string} url */
  const decode = async (url) => {
    if (bitmaps.has(url)) return;
    const blob = blobs.get(url);
    if (!blob) throw new StimulusNotReadyError(url);
    const bitmap = await decodeFile(blob).catch((error) => {
      throw new StimulusUnavailableError(url, String(error));
    });
    warm?.(bitmap);
    bitmaps.set(url, bitmap);
  };

  return {
    async fetch(urls, onProgress) {
      const missing = [...new Set(urls)].filter((url) => !blobs.has(url));
      let done = 0;
      onProgress?.(done, missing.length);
      const queue = missing.values();
      const lane = async () => {
        for (const url of queue) {
          blobs.set(url, await fetchBlob(fetchFile, url, waits_ms));
          onProgress?.(++done, missing.length);
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
    },
    async decode(urls) {
      await Promise.all(urls.map(decode));
    },
    bitmap(url) {
      const bitmap = bitmaps.get(url);
      if (!bitmap) throw new StimulusNotReadyError(url);
      return bitmap;
    },
    release(urls) {
      for (const url of urls) {
        bitmaps.get(url)?.close();
        bitmaps.delete(url);
        blobs.delete(url);
      }
    },
  };
}
