/** Markup lives in index.html, in `<template>` elements; a script only copies one and fills its slots with text. */

/**
 * @param {string} id of a `<template>`
 * @returns {DocumentFragment}
 */
export function clone(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {DocumentFragment} */ (template.content.cloneNode(true));
}

/**
 * The elements that carry `data-slot`, by its value. Their kind is what the template says, which no compiler sees.
 *
 * @param {ParentNode} root
 * @returns {Record<string, any>}
 */
export function slots(root) {
  return Object.fromEntries(
    [...root.querySelectorAll('[data-slot]')].map((element) => [element.getAttribute('data-slot'), element]),
  );
}
