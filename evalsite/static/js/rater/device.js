/**
 * @file What the rater's screen and browser are like.
 */

import { layOut } from "../kit/layout.js";

/** @typedef {import("../kit/layout.js").Room} Room */
/** @typedef {import("../kit/types.js").Period} Period */
/** @typedef {import("./types.js").Device} Device */
/** @typedef {import("./types.js").Requirements} Requirements */

/** Browsers by what they alone say of themselves; the first that matches counts. @type {[string, RegExp][]} */
const BROWSERS = [
  ["Edge", /Edg(?:e|A|iOS)?\/(\d+)/],
  ["Opera", /OPR\/(\d+)/],
  ["Samsung Internet", /SamsungBrowser\/(\d+)/],
  ["Firefox", /(?:Firefox|FxiOS)\/(\d+)/],
  ["Chrome", /(?:Chrome|CriOS)\/(\d+)/],
  ["Safari", /Version\/(\d+).*Safari/],
];

/** Systems; the first that matches counts. @type {[string, RegExp][]} */
const SYSTEMS = [
  ["Android", /Android/],
  ["iOS", /iPhone|iPad|iPod/],
  ["ChromeOS", /CrOS/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS X|Macintosh/],
  ["Linux", /Linux|X11/],
];

/** The longest user agent that is kept, characters. */
const LONGEST = 500;

/**
 * Browser and system, from the user agent.
 * @param {string} agent
 * @returns {{browser: string, os: string}} Name and major version; "unknown" where it can't be told.
 */
export function readUserAgent(agent) {
  const browser = BROWSERS.find(([, pattern]) => pattern.test(agent));
  const os = SYSTEMS.find(([, pattern]) => pattern.test(agent));
  const version = browser ? (browser[1].exec(agent)?.[1] ?? "") : "";
  return { browser: browser ? `${browser[0]} ${version}` : "unknown", os: os?.[0] ?? "unknown" };
}

/**
 * Whether a screen is fast enough; where nothing is flashed, every screen is.
 * @param {Pick<Period, "refresh_hz">} period
 * @param {Requirements} requirements
 * @returns {boolean}
 */
export function fastEnough({ refresh_hz }, { flashes, min_refresh_hz }) {
  return !flashes || refresh_hz >= min_refresh_hz;
}

/**
 * How large images would be, and how large they must be, where they come nearest to too small or are.
 * @param {Room} room
 * @param {Requirements} requirements
 * @returns {{side_px: number, least_px: number, large: boolean}}
 */
export function imageSize(room, { display_px, sizes }) {
  const found = sizes.map(({ columns, least_px }) => ({ side_px: layOut(columns, display_px, room).css_px, least_px }));
  const [worst] = found.sort((a, b) => a.side_px / a.least_px - b.side_px / b.least_px);
  return { ...worst, large: worst.side_px >= worst.least_px };
}

/**
 * Whether the study can be shown here as planned.
 * @param {Pick<Period, "refresh_hz">} period
 * @param {Room} room
 * @param {Requirements} requirements
 */
export function suits(period, room, requirements) {
  return fastEnough(period, requirements) && imageSize(room, requirements).large;
}

/**
 * Whether there is nothing about the screen that the rater could better.
 * @param {Pick<Period, "refresh_hz" | "stable">} period
 * @param {Room} room
 * @param {Requirements} requirements
 */
export function isReady(period, room, requirements) {
  return suits(period, room, requirements) && (period.stable || !requirements.flashes);
}

/**
 * What a rater is told about the screen.
 * @param {Pick<Period, "refresh_hz" | "stable">} period
 * @param {Room} room
 * @param {Requirements} requirements
 * @returns {string}
 */
export function adviceFor(period, room, requirements) {
  const { side_px, least_px, large } = imageSize(room, requirements);
  if (!large) {
    return `Images would be ${side_px} pixels wide in this window; they must be at least ${Math.ceil(least_px)}. Enlarge the window or zoom out, then measure again.`;
  }
  if (!fastEnough(period, requirements)) {
    return `This study needs a screen that refreshes at least ${requirements.min_refresh_hz} times a second. Plug the device in, turn battery saving off and measure again.`;
  }
  if (requirements.flashes && !period.stable) return "The screen refreshes unevenly. Close other tabs and programs, then measure again.";
  return "Your screen is ready.";
}

/**
 * Whether the main pointer is a finger, so that there may be no keys.
 * @param {Window} view
 */
export function hasTouch(view) {
  return view.matchMedia("(pointer: coarse)").matches;
}

/**
 * The device as the site records it.
 * @param {Window} view
 * @param {Period} period
 * @param {Room} room
 * @returns {Device}
 */
export function describeDevice(view, period, room) {
  const agent = view.navigator.userAgent.slice(0, LONGEST);
  return {
    period_ms: period.period_ms,
    refresh_hz: period.refresh_hz,
    stable: period.stable,
    user_agent: agent,
    ...readUserAgent(agent),
    screen_width_px: view.screen.width,
    screen_height_px: view.screen.height,
    window_width_px: view.innerWidth,
    window_height_px: view.innerHeight,
    room_width_px: room.width_px,
    room_height_px: room.height_px,
    device_pixel_ratio: view.devicePixelRatio,
    dark_theme: view.matchMedia("(prefers-color-scheme: dark)").matches,
    touch: hasTouch(view),
    language: view.navigator.language,
  };
}
