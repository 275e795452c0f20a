/**
 * Hides fields of a form that make no difference: each with `data-shown-if` names the conditions under which it
 * does. A field with an error always stays, so that nobody looks for it.
 *
 * @typedef {{ name: string, values: (string | number | boolean | null)[] }} Condition A field of the same form;
 *   without values, anything but empty, 0 and off.
 * @typedef {{ value: string, type?: string, checked?: boolean }} Input
 */

/**
 * Whether a field makes a difference.
 *
 * @param {Condition[]} conditions All must hold.
 * @param {(name: string) => Input | null} find The input of that name.
 * @returns {boolean}
 */
export function shown(conditions, find) {
  return conditions.every(({ name, values }) => {
    const input = find(name);
    if (input === null) return true;
    const value = input.type === "checkbox" ? String(input.checked) : input.value;
    return values.length > 0 ? values.map(String).includes(value) : !["", "0", "false"].includes(value);
  });
}

/**
 * Show and hide the fields of a form now, and again whenever it changes.
 *
 * @param {HTMLFormElement} form
 * @returns {void}
 */
export function watch(form) {
  const find = (/** @type {string} */ name) => /** @type {Input | null} */ (form.elements.namedItem(name));
  const update = () => {
    for (const input of form.querySelectorAll("[data-shown-if]")) {
      const row = input.closest(".field-line");
      if (row === null) continue;
      const conditions = JSON.parse(input.getAttribute("data-shown-if") ?? "[]");
      row.toggleAttribute("hidden", !row.classList.contains("errors") && !shown(conditions, find));
    }
  };
  form.addEventListener("input", update);
  form.addEventListener("change", update);
  update();
}

if (globalThis.document) for (const form of document.querySelectorAll("form")) watch(form);
