/**
 * @file Images brought in and decoded before the trials that show them.
 */

import { StimulusFaultyError, StimulusNotReadyError, StimulusUnavailableError } from "./errors.js";

/** @typedef {import("./types.js").Library} Library */

/** Files fetched at the same time. */
const LANES = 6;

/** Status of an image that can't be shown any more. */
const GONE = 410;

/**
 * Whether the site says that another try can never help.
 * @param {Response} answer
 * @returns {Promise<boolean>}
 */
async function isPermanent(answer) {
  if (answer.status !== GONE) return false;
  const said = await answer.json().catch(() => null);
  return said?.permanent === true;
}

/**
 * @param {typeof fetch} fetchFile
 * @param {string} url
 * @returns {Promise<Blob>} Rejects with `StimulusFaultyError` where the image can never be shown, else with
 *   `StimulusUnavailableError`, passing where the site was not reached.
 */
async function fetchBlob(fetchFile, url) {
  /** @param {unknown} error @returns {never} */
  const lost = (error) => {
    throw new StimulusUnavailableError(url, String(error), true);
  };
  const answer = await fetchFile(url, { credentials: "same-origin" }).catch(lost);
  if (await isPermanent(answer)) throw new StimulusFaultyError(url);
  const passing = answer.status >= 500 || answer.status === 429;
  if (!answer.ok) throw new StimulusUnavailableError(url, `status ${answer.status}`, passing);
  return answer.blob().catch(lost);
}

/**
 * A shelf of images: files are kept for a whole block, bitmaps only for the trials at hand.
 * @param {{fetchFile: typeof fetch, decodeFile: (blob: Blob) => Promise<ImageBitmap>,
 *   warm?: (bitmap: ImageBitmap) => void}} options `warm` draws a bitmap once out of
 *   sight, so that its first drawing in a trial costs no more than the next.
 * @returns {Library}
 */
export function createLibrary({ fetchFile, decodeFile, warm }) {
  /** @type {Map<string, Blob>} */
  const blobs = new Map();
  /** @type {Map<string, ImageBitmap>} */
  const bitmaps = new Map();
  /** @type {Set<string>} */
  const faulty = new Set();

  /** @param {string} url */
  const bring = async (url) => {
    try {
      blobs.set(url, await fetchBlob(fetchFile, url));
    } catch (error) {
      if (!(error instanceof StimulusFaultyError)) throw error;
      faulty.add(url);
    }
  };

  /** @param {string} url */
  const decode = async (url) => {
    if (bitmaps.has(url)) return;
    const blob = blobs.get(url);
    if (!blob) throw new StimulusNotReadyError(url);
    const bitmap = await decodeFile(blob).catch((error) => {
      throw new StimulusUnavailableError(url, String(error), false);
    });
    warm?.(bitmap);
    bitmaps.set(url, bitmap);
  };

  return {
    async fetch(urls, onProgress) {
      const missing = [...new Set(urls)].filter((url) => !blobs.has(url) && !faulty.has(url));
      let done = 0;
      onProgress?.(done, missing.length);
      const queue = missing.values();
      const lane = async () => {
        for (const url of queue) {
          await bring(url);
          onProgress?.(++done, missing.length);
        }
      };
      const ends = await Promise.allSettled(Array.from({ length: LANES }, lane));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
      return urls.filter((url) => faulty.has(url));
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
