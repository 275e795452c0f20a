/**
 * @file Shapes of what goes between the page and the site.
 */

/**
 * @typedef {object} Progress
 * @property {number} answered Trials answered, without those that come again.
 * @property {number} total Trials in all; one that comes again counts once.
 * @property {number} again Trials still to come again because they were not shown as planned.
 * @property {number} block Number of the block at hand, from 0.
 * @property {number} blocks How many blocks there are.
 */

/**
 * @typedef {object} Ending
 * @property {string} code Completion code, or empty.
 * @property {string | null} redirect Address that the rater goes back to.
 * @property {string} message What the ending means.
 * @property {string} [debriefing] What the study was about.
 */

/**
 * @typedef {object} Requirements
 * @property {number} min_refresh_hz Slowest screen that can show a flash as planned, Hz.
 * @property {number} display_px Side of an image on the page, CSS px.
 * @property {boolean} flashes Whether anything is shown for a limited time.
 * @property {boolean} noise Whether noise follows what is flashed.
 * @property {{columns: number, least_px: number}[]} sizes For each number of images side by side that the study shows,
 *   the smallest side that counts, CSS px.
 */

/**
 * @typedef {object} State
 * @property {"consent" | "device" | "instructions" | "trials" | "debriefing" | "ended"} stage
 * @property {string} title Name of the study.
 * @property {{consent?: string, instructions?: string, debriefing?: string}} texts
 * @property {Progress} progress
 * @property {Requirements} requirements
 * @property {boolean} preview Whether nothing is kept.
 * @property {Ending | null} ending
 * @property {"consent" | "device" | null} way_back Stage that a rater who ended there may go back to.
 */

/**
 * @typedef {object} Payload
 * @property {number} [least_px] Smallest side at which an image counts, CSS px.
 * @property {boolean} [feedback] Whether the rater is told if the answer was right.
 * @property {string} [question] What the rater is asked.
 * @property {Record<string, string | null>} [keys] Key of each answer.
 */

/**
 * @typedef {object} DeliveredTrial
 * @property {number} trial Position in the session.
 * @property {"practice" | "scored"} kind
 * @property {string[]} images Addresses of what it shows.
 * @property {Payload | null} payload Null while it depends on earlier answers.
 */

/**
 * @typedef {object} Delivery
 * @property {number | null} block Null when there is no more: all is answered, or a check ended the session.
 * @property {string} task Name of the block's task.
 * @property {boolean} adaptive Whether each trial depends on the answers before it.
 * @property {DeliveredTrial[]} trials Those still to be answered.
 * @property {Progress} progress
 */

/**
 * @typedef {object} Submission
 * @property {string} id Made here, so that the site knows a repeated delivery.
 * @property {number} trial Position in the session.
 * @property {Record<string, unknown>} answer
 * @property {number} rt_ms From stimulus onset, ms.
 * @property {import("../kit/types.js").Exposure[]} exposures
 * @property {string} answered_at ISO 8601, by the rater's clock.
 */

/**
 * @typedef {object} Result
 * @property {string} id The submission's.
 * @property {"stored" | "duplicate" | "rejected"} status
 * @property {string} [error] Why it was rejected.
 * @property {{correct: boolean} | null} feedback
 * @property {boolean} repeated Whether the trial comes again because its exposure was not as planned.
 */

/**
 * @typedef {object} Receipts
 * @property {Result[]} results One per submission.
 * @property {{trial: number, payload: Payload} | null} next The next trial of a block that adapts.
 * @property {Progress} progress
 */

/**
 * @typedef {object} Receipt
 * @property {Result} result
 * @property {Receipts["next"]} next
 * @property {Progress} progress
 */

/**
 * @typedef {object} Device
 * @property {number} period_ms
 * @property {number} refresh_hz
 * @property {boolean} stable
 * @property {string} user_agent
 * @property {string} browser Name and major version.
 * @property {string} os
 * @property {number} screen_width_px CSS px.
 * @property {number} screen_height_px CSS px.
 * @property {number} window_width_px CSS px.
 * @property {number} window_height_px CSS px.
 * @property {number} room_width_px Space for images on the stage, CSS px.
 * @property {number} room_height_px CSS px.
 * @property {number} device_pixel_ratio
 * @property {boolean} dark_theme Whether dark pages are preferred.
 * @property {boolean} touch Whether the main pointer is a finger.
 * @property {string} language
 */

/**
 * @typedef {object} Config
 * @property {Record<"state" | "consent" | "device" | "begin" | "block" | "responses" | "set_aside" | "complete", string>} urls
 * @property {Record<string, string>} modules Address of each task's module.
 * @property {string} csrf
 */

/**
 * @typedef {object} WelcomeConfig
 * @property {{consent: string}} urls
 * @property {State} state What the consent page shows.
 * @property {string} visit Name of this consent page, by which the site knows a repeated answer.
 * @property {string} csrf
 */

/**
 * @typedef {object} Welcomed
 * @property {string | null} enter Address of the session that the rater goes on with, if there is one.
 * @property {State} [state] What is shown to a rater who did not agree.
 */

export {};
