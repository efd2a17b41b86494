import fc from 'fast-check';

/**
 * Property tests use the same inputs in each run, so that the result depends only on the code. PROPERTY_SEED=random
 * tries new inputs; a number repeats a failed run.
 */
const seed = process.env.PROPERTY_SEED ?? '20261130';
if (seed !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
