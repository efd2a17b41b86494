// Fails when the lockfile has a package that runs code at install and is not on the list, when a version is not pinned,
// or when a package does not come from the registry or has no checksum. Reads only.
import { readFile } from 'node:fs/promises';

const root = new URL('../', import.meta.url);
const read = async (name) => JSON.parse(await readFile(new URL(name, root), 'utf8'));

const lock = await read(process.argv[2] ?? 'package-lock.json');
const allowed = (await read('.config/install-scripts.json')).allowed;
const manifest = await read('package.json');

const faults = [];
const running = new Set();
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '') continue;
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (entry.hasInstallScript) running.add(name);
  if (entry.hasInstallScript && !(name in allowed))
    faults.push(
      `${name}@${entry.version} runs a script at install: look at it, then list it in .config/install-scripts.json.`,
    );
  // Packages of the registry have no address in the lockfile: it depends on the client's setting.
  if (entry.link || entry.resolved !== undefined) faults.push(`${name} comes from elsewhere than the registry.`);
  // The registry's client does not always write the checksum of builds for other platforms.
  if (!entry.inBundle && !entry.optional && !entry.integrity?.startsWith('sha512-'))
    faults.push(`${name} has no sha512 checksum.`);
}
for (const name of Object.keys(allowed))
  if (!running.has(name)) faults.push(`${name} is on the list but runs nothing: take it off.`);
for (const group of ['dependencies', 'devDependencies', 'optionalDependencies'])
  for (const [name, version] of Object.entries(manifest[group] ?? {}))
    if (!/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version)) faults.push(`${name} is not pinned: ${version}.`);

for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
