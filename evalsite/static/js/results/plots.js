/**
 * Draws the plots of a results page: each element with `data-plot` names the address of its figure.
 *
 * @typedef {{ data: object[], layout: Record<string, any> }} Figure
 * @typedef {{ figure: Figure, caption: string }} Plot
 */

const CONFIG = { responsive: true, displayModeBar: false, displaylogo: false };

/**
 * Fetch a plot and draw it; say so in words where that fails.
 *
 * @param {HTMLElement} area Where it goes; its `data-plot` is the address.
 * @returns {Promise<void>}
 */
export async function draw(area) {
  try {
    const response = await fetch(area.dataset.plot ?? "", { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    /** @type {Plot} */
    const plot = await response.json();
    // @ts-ignore: plotly is a global of its own script
    await globalThis.Plotly.react(area, plot.figure.data, fit(plot.figure.layout, area.clientWidth), CONFIG);
    const caption = area.closest("figure")?.querySelector("[data-caption]");
    if (caption) caption.textContent = plot.caption;
    area.setAttribute("aria-label", plot.caption);
  } catch (error) {
    area.textContent = `This plot can't be drawn: ${error instanceof Error ? error.message : error}. Reload the page.`;
  }
}

/**
 * A layout for the width at hand: on a phone, smaller letters and a legend that leaves the plot its room.
 *
 * @param {Record<string, any>} layout As the server sent it.
 * @param {number} width_px Width of the plot, CSS pixels.
 * @returns {Record<string, any>}
 */
export function fit(layout, width_px) {
  if (width_px >= 560) return layout;
  const font = { ...layout.font, size: 11 };
  return { ...layout, font, margin: { ...layout.margin, l: 8, r: 8 } };
}

/** Draw every plot of the page, and submit the choice of quantities as soon as it changes. */
export function start() {
  for (const area of document.querySelectorAll("[data-plot]")) draw(/** @type {HTMLElement} */ (area));
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-choice]"));
  form?.addEventListener("change", () => form.requestSubmit());
}

if (typeof document !== "undefined") start();
