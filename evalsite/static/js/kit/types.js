/**
 * @file Shapes that several modules share. Times are milliseconds on the page's `performance` clock.
 */

/**
 * The screen's refresh, as measured.
 * @typedef {object} Period
 * @property {number} period_ms Median time between two refreshes, ms.
 * @property {number} refresh_hz 1000 / period_ms, Hz.
 * @property {boolean} stable Whether refreshes come at an even pace.
 * @property {number} deltas How many intervals it rests on.
 */

/**
 * What the screen did during one flash.
 * @typedef {object} Exposure
 * @property {number | null} asked_ms Duration asked for, ms; null where it lasts until the answer.
 * @property {number} period_ms Refresh period planned with, ms.
 * @property {number | null} planned_frames Refreshes planned; null where it lasts until the answer.
 * @property {number} achieved_frames Refreshes between onset and offset, from their timestamps.
 * @property {number} onset_ms Timestamp of the refresh that drew the stimulus, ms.
 * @property {number} offset_ms Timestamp of the refresh that replaced it (mask onset), ms.
 * @property {number} shown_ms offset_ms − onset_ms, ms.
 * @property {number} dropped_frames Refreshes missed between onset and the first refresh after the offset.
 * @property {boolean} visible Whether the page was visible throughout.
 * @property {boolean} focused Whether the page held the focus throughout.
 * @property {boolean} full_screen Whether the page filled the screen throughout.
 * @property {number} device_pixel_ratio Device pixels per CSS pixel.
 * @property {number} css_px Side of the stimulus on the screen at its offset, as far as it can be seen, CSS px.
 * @property {number} natural_px Side of the stimulus file, px.
 * @property {number} refresh_hz Refresh rate planned with, Hz.
 * @property {boolean} stable Whether refreshes came at an even pace while it was measured.
 */

/**
 * A span of refreshes during which one thing is drawn.
 * @typedef {object} Phase
 * @property {string} name `stimulus` is the one recorded.
 * @property {number | null} ms Duration, ms; null lasts until the answer.
 * @property {(frame: number, frames: number) => void} draw Called at each refresh with the refresh's number in the
 *   phase (from 0) and the phase's planned count (0 where it lasts until the answer).
 */

/**
 * An answer as the rater gave it.
 * @typedef {object} Choice
 * @property {string} answer Name of the alternative.
 * @property {number} timestamp_ms When the key or button went down, ms.
 * @property {"key" | "pointer"} by How.
 */

/**
 * One alternative that a rater can choose.
 * @typedef {object} Alternative
 * @property {string} answer Name of the alternative.
 * @property {string} label Words on its button.
 * @property {string} key Key that chooses it.
 */

/**
 * Waits for an answer.
 * @typedef {object} Responder
 * @property {(from_ms: number) => Promise<Choice>} open Listen from this moment on; earlier presses don't count.
 * @property {() => void} close Stop listening.
 */

/**
 * How the page stood during a flash.
 * @typedef {object} Seen
 * @property {boolean} visible Whether it was visible.
 * @property {boolean} focused Whether it held the focus.
 * @property {boolean} full_screen Whether it filled the screen.
 */

/**
 * Whether somebody is looking, since the last reset.
 * @typedef {object} Attention
 * @property {() => void} reset Start anew from the present state.
 * @property {() => Seen} read What held without a break since the reset.
 * @property {() => boolean} attentive Whether the page is visible and focused now.
 */

/**
 * What a flash was shown on.
 * @typedef {object} Situation
 * @property {number} device_pixel_ratio Device pixels per CSS pixel.
 * @property {number} css_px Side of the stimulus on the screen, as far as it can be seen, CSS px.
 * @property {number} natural_px Side of the stimulus file, px.
 */

/**
 * Where stimuli lie on the canvas, in CSS px.
 * @typedef {object} Geometry
 * @property {number} css_px Side of each square stimulus.
 * @property {number} gap_px Space between neighbours.
 * @property {number} width_px Width of the canvas.
 * @property {number} height_px Height of the canvas.
 * @property {boolean} stacked Whether they lie one below the other.
 * @property {{x: number, y: number, side: number}[]} places One square per stimulus, left to right or top to bottom.
 */

/**
 * The canvas that stimuli are drawn on.
 * @typedef {object} Surface
 * @property {Geometry} geometry Where things lie.
 * @property {() => number} side Side of a stimulus on the screen now, as far as it can be seen, CSS px.
 * @property {() => void} clear Back to the stage's grey.
 * @property {() => void} fixation Draw the fixation cross.
 * @property {(text: string) => void} text Draw a short text in the middle.
 * @property {(images: CanvasImageSource[]) => void} images Draw one image per place, replacing what is there.
 */

/**
 * Images fetched and decoded ahead of their trials.
 * @typedef {object} Library
 * @property {(urls: string[], onProgress?: (done: number, total: number) => void) => Promise<string[]>} fetch Bring
 *   files in; what came before a failure is kept. Resolves to the addresses of those that can never be shown.
 * @property {(urls: string[]) => Promise<void>} decode Make bitmaps of fetched files.
 * @property {(url: string) => ImageBitmap} bitmap A decoded image; throws where it isn't ready.
 * @property {(urls: string[]) => void} release Let go of files and bitmaps.
 */

/**
 * The part of the page that a task may use.
 * @typedef {object} Stage
 * @property {(question: string, alternatives: Alternative[]) => void} ask Put up the question and its buttons.
 * @property {(text: string) => void} instruct Put up what this trial asks for beyond the question.
 * @property {(columns: number, display_px: number) => Surface} arrange Lay out the canvas for so many stimuli of this
 *   side (CSS px), smaller where the window is.
 */

/**
 * What a task's module is handed to show a trial.
 * @typedef {object} Kit
 * @property {Library} library Images of the block.
 * @property {() => Responder} responder Keys and buttons for the question last asked.
 * @property {(seed: number, side_px: number, patterns: number) => CanvasImageSource[]} masks Mask patterns, the
 *   same for the same seed.
 * @property {(options: {phases: Phase[], surface: Surface, natural_px: number, responder: Responder}) =>
 *   Promise<{choice: Choice, rt_ms: number, exposure: Exposure}>} present Show the phases and wait for the answer.
 */

/**
 * What a task's `run` hands back.
 * @typedef {object} Outcome
 * @property {Record<string, unknown>} answer The task's raw answer.
 * @property {number} rt_ms From stimulus onset to the key or button, ms.
 * @property {Exposure[]} exposures One record per flash.
 */

export {};
