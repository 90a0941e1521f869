/**
 * `SHUFFLE_SEED=7 npm test` runs the stacks of the integration tests in another order that their constraints allow,
 * and `npm run test:shuffle` in many: whatever needs an order has to say so.
 */
const seed = process.env.SHUFFLE_SEED;

/** For the `stack` of a configuration. */
export const shuffled: { readonly shuffle?: number } = seed === undefined ? {} : { shuffle: Number(seed) };
