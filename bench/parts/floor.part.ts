import { fingerprintRows } from '../fingerprint.js';
import { Floor } from '../floor.js';
import type { Part } from '../part.js';
import { scenesOf } from '../scenes.js';

/** What PostgreSQL needs by itself for the same rows. */
export const floorPart: Part = {
  name: 'floor',
  title: "The floor: the same rows by COPY and a merge of sets, in the product's own tables",
  every: 'run',
  turn: ({ world, options, samples }) =>
    world.inDatabase(async (url) => {
      const floor = await Floor.open(url);
      try {
        for (const { name, synthetic } of scenesOf(options).filter((scene) => scene.withFloor))
          samples.add(`floor/${name}`, await floor.merge(synthetic));
        samples.note('rows of floor', await fingerprintRows(floor.client));
      } finally {
        await floor.close();
      }
    }),
  rows: (options) =>
    scenesOf(options).map(({ name, synthetic: { users } }) => {
      return { what: name, sample: `floor/${name}`, unit: 's', records: users };
    }),
};
