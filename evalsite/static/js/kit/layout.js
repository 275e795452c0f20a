/**
 * @file Where stimuli lie on the stage's canvas, and how they are drawn there.
 */

/** @typedef {import("./types.js").Geometry} Geometry */
/** @typedef {import("./types.js").Surface} Surface */

/** Space between neighbouring stimuli, as a share of a stimulus's side. */
const GAP_SHARE = 0.12;

/** Arm of the fixation cross, CSS px. */
const CROSS_ARM_PX = 12;

/** Ink of the fixation cross and the countdown. */
const INK = "#0c0d0d";

/** @typedef {{width_px: number, height_px: number}} Room Space on the page, CSS px. */

/**
 * Lay squares out, as large as asked for or as large as fits: in a row, or one below the other where that makes them
 * larger, as on a phone held upright.
 * @param {number} columns How many squares.
 * @param {number} display_px Side asked for, CSS px.
 * @param {Room} room
 * @returns {Geometry}
 */
export function layOut(columns, display_px, room) {
  const spread = columns + (columns - 1) * GAP_SHARE;
  const in_row_px = Math.floor(Math.min(display_px, room.width_px / spread, room.height_px));
  const stacked_px = Math.floor(Math.min(display_px, room.width_px, room.height_px / spread));
  const stacked = stacked_px > in_row_px;
  const css_px = Math.max(1, in_row_px, stacked_px);
  const gap_px = columns > 1 ? Math.floor(css_px * GAP_SHARE) : 0;
  const along = Array.from({ length: columns }, (_, index) => index * (css_px + gap_px));
  const places = along.map((at) => (stacked ? { x: 0, y: at, side: css_px } : { x: at, y: 0, side: css_px }));
  const length_px = columns * css_px + (columns - 1) * gap_px;
  const [width_px, height_px] = stacked ? [css_px, length_px] : [length_px, css_px];
  return { css_px, gap_px, width_px, height_px, stacked, places };
}

/** @typedef {Pick<DOMRect, "left" | "right" | "top" | "bottom">} Box Edges, CSS px. */

/**
 * The side of a stimulus on the screen, as far as it can be seen: less than planned where the window became smaller.
 * @param {Geometry} geometry As planned.
 * @param {Box} canvas Where the canvas is.
 * @param {Box[]} windows What it is seen through.
 * @returns {number} CSS px.
 */
export function visibleSide({ css_px, width_px, height_px }, canvas, windows) {
  const [left, top] = [Math.max(canvas.left, ...windows.map((box) => box.left)), Math.max(canvas.top, ...windows.map((box) => box.top))];
  const right = Math.min(canvas.right, ...windows.map((box) => box.right));
  const bottom = Math.min(canvas.bottom, ...windows.map((box) => box.bottom));
  const shown = Math.min((right - left) / width_px, (bottom - top) / height_px, 1);
  return Math.max(0, Math.round(css_px * shown * 10) / 10);
}

/**
 * Make a canvas ready for stimuli. Its size is set here, before the trial, and never between onset and offset.
 * @param {HTMLCanvasElement} canvas A canvas that is on the page already.
 * @param {Geometry} geometry
 * @param {number} device_pixel_ratio Device pixels per CSS pixel.
 * @param {string} grey Colour of the stage, opaque.
 * @returns {Surface}
 */
export function createSurface(canvas, geometry, device_pixel_ratio, grey) {
  const width = Math.round(geometry.width_px * device_pixel_ratio);
  const height = Math.round(geometry.height_px * device_pixel_ratio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.style.width = `${geometry.width_px}px`;
  canvas.style.height = `${geometry.height_px}px`;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  context.setTransform(width / geometry.width_px, 0, 0, height / geometry.height_px, 0, 0);
  context.imageSmoothingQuality = "high";
  const middle = { x: geometry.width_px / 2, y: geometry.height_px / 2 };

  const clear = () => {
    context.fillStyle = grey;
    context.fillRect(0, 0, geometry.width_px, geometry.height_px);
  };
  clear();
  return {
    geometry,
    side() {
      const page = canvas.ownerDocument.documentElement;
      const screen = { left: 0, top: 0, right: page.clientWidth, bottom: page.clientHeight };
      const field = canvas.parentElement?.getBoundingClientRect() ?? screen;
      return visibleSide(geometry, canvas.getBoundingClientRect(), [screen, field]);
    },
    clear,
    fixation() {
      clear();
      context.fillStyle = INK;
      context.fillRect(middle.x - CROSS_ARM_PX, middle.y - 1, 2 * CROSS_ARM_PX, 2);
      context.fillRect(middle.x - 1, middle.y - CROSS_ARM_PX, 2, 2 * CROSS_ARM_PX);
    },
    text(text) {
      clear();
      context.fillStyle = INK;
      context.font = `600 ${Math.round(geometry.height_px / 4)}px system-ui, sans-serif`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(text, middle.x, middle.y);
    },
    images(images) {
      clear();
      geometry.places.forEach(({ x, y, side }, index) => context.drawImage(images[index], x, y, side, side));
    },
  };
}
