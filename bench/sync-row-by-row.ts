import { randomUUID } from 'node:crypto';
import { openDb } from '../src/platform/db.js';
import { type SyntheticOptions, syntheticUser } from '../src/testing/fakes/synthetic-source.js';

/**
 * The way of tools that sync record by record through an ORM: find, compare, save, then each membership by itself. On
 * the same Prisma, database and tables as the product. @returns seconds.
 */
export async function syncRowByRow(url: string, options: SyntheticOptions): Promise<number> {
  const db = openDb({ url });
  const { prisma } = db;
  try {
    const ids = new Map<string, string>();
    for (let at = 0; at < options.departments; at += 1) {
      const department = await prisma.department.create({ data: { id: randomUUID(), title: `Department ${at}` } });
      ids.set(`d${String(at).padStart(6, '0')}`, department.id);
    }
    const begin = performance.now();
    for (let at = 0; at < options.users; at += 1) {
      const { username, nickname, email, phone, title, departments } = syntheticUser(at, options).data;
      const fields = { nickname, email, phone, title };
      const found = await prisma.user.findFirst({ where: { usernameKey: username } });
      const user = found
        ? await prisma.user.update({ where: { id: found.id }, data: fields })
        : await prisma.user.create({ data: { id: randomUUID(), username, usernameKey: username, ...fields } });
      await prisma.membership.deleteMany({ where: { userId: user.id } });
      for (const name of departments) {
        const departmentId = ids.get(name);
        if (departmentId) await prisma.membership.create({ data: { id: randomUUID(), userId: user.id, departmentId } });
      }
    }
    return (performance.now() - begin) / 1_000;
  } finally {
    await db.close();
  }
}
