/** The complaints of a 422 in words for a person; the server's are for programs. */

const WHOLE_NUMBER = 'Write a whole number, such as 2.';

/** By the type of the complaint. @type {Readonly<Record<string, string>>} */
const WORDS = {
  int_type: WHOLE_NUMBER,
  int_from_float: WHOLE_NUMBER,
  string_type: 'Write text.',
  missing: 'This must be filled in.',
};
/** Of a number; of a text or a list the bound is worth reading. @type {readonly [RegExp, string][]} */
const BOUNDS = [
  [/^Input should be (?:at most|less than) /, 'Write a smaller number.'],
  [/^Input should be (?:at least|greater than) /, 'Write a greater number.'],
];

/** @param {Pick<import('./api.js').Complaint, 'msg' | 'type'>} complaint @returns {string} */
export function whatToWrite({ msg, type }) {
  const bound = BOUNDS.find(([begin]) => begin.test(msg))?.[1];
  return WORDS[type] ?? bound ?? msg.replace(/^Input should /, 'It should ').replace(/\.?$/, '.');
}
