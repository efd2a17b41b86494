import fc from 'fast-check';

/**
 * Property tests use the same inputs in each run, so that a change passes or fails for what it does. PROPERTY_SEED=random
 * tries new inputs; a number repeats a run that failed.
 */
const seed = process.env.PROPERTY_SEED ?? '20261130';
if (seed !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
