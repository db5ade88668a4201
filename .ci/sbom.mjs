// node .ci/sbom.mjs [FILE]: what the processes ship, as CycloneDX 1.6, from what NuGet restored: artifacts/sbom.json. Run `dotnet restore` first.
// Ends with an error when a package has a licence that is not on the list, or none.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const file = process.argv[2] ?? join(root, 'artifacts/sbom.json');
const processes = ['gateway', 'services/Identity', 'services/Ontology', 'services/Events', 'services/Knowledge'];
const allowed = new Set(['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'PostgreSQL', 'Unlicense', 'MS-PL', 'ISC']);
// Packages that name their licence only in a file or by an address.
const known = JSON.parse(readFileSync(join(root, '.ci/licences.json'), 'utf8'));

const packages = new Map();
for (const project of processes) {
  const assets = JSON.parse(readFileSync(join(root, project, 'obj/project.assets.json'), 'utf8'));
  const target = Object.values(assets.targets)[0];
  for (const [key, library] of Object.entries(assets.libraries)) {
    if (library.type !== 'package' || !ships(target[key])) continue;
    const [name, version] = key.split('/');
    const folder = Object.keys(assets.packageFolders).map((f) => join(f, library.path)).find(existsSync);
    const needs = Object.keys(target[key]?.dependencies ?? {}).map((n) => find(assets.libraries, n)).filter(Boolean);
    const seen = packages.get(key);
    packages.set(key, { name, version, sha512: library.sha512, licence: seen?.licence ?? licenceOf(folder, name), needs, users: [...(seen?.users ?? []), project] });
  }
}

// Analyzers and build tools are restored too, but nothing of them is in the output.
function ships(entry) {
  return Object.keys({ ...entry?.runtime, ...entry?.runtimeTargets, ...entry?.native }).some((f) => !f.endsWith('_._'));
}

function find(libraries, name) {
  return Object.keys(libraries).find((key) => key.toLowerCase().startsWith(`${name.toLowerCase()}/`));
}

function licenceOf(folder, name) {
  const nuspec = folder && readdirSync(folder).find((f) => f.endsWith('.nuspec'));
  const text = nuspec ? readFileSync(join(folder, nuspec), 'utf8') : '';
  return text.match(/<license type="expression">([^<]+)</)?.[1] ?? known[name];
}

const ref = (key) => `pkg:nuget/${key.replace('/', '@')}`;
const keys = [...packages.keys()].sort();
const free = (licence) => licence.split(' AND ').every((part) => part.replace(/[()]/g, '').split(' OR ').some((l) => allowed.has(l)));
const refused = keys.filter((key) => !free(packages.get(key).licence ?? ''));
const version = readFileSync(join(root, 'Directory.Build.props'), 'utf8').match(/<Version>([^<]+)</)[1];
const bom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: { type: 'application', name: 'OnePlatform', version, 'bom-ref': 'oneplatform', licenses: [{ license: { id: 'MIT' } }] } },
  components: keys.map((key) => {
    const { name, version, sha512, licence, users } = packages.get(key);
    return {
      type: 'library', 'bom-ref': ref(key), name, version, purl: ref(key),
      hashes: [{ alg: 'SHA-512', content: Buffer.from(sha512, 'base64').toString('hex') }],
      licenses: licence?.includes(' ') ? [{ expression: licence }] : [{ license: { id: licence ?? 'unknown' } }],
      properties: users.map((value) => ({ name: 'oneplatform:process', value })),
    };
  }),
  dependencies: [
    { ref: 'oneplatform', dependsOn: keys.map(ref) },
    ...keys.map((key) => ({ ref: ref(key), dependsOn: packages.get(key).needs.filter((n) => packages.has(n)).map(ref).sort() })),
  ],
};
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
console.log(`${file}: ${keys.length} packages`);
for (const key of refused) console.error(`${key}: the licence ${packages.get(key).licence ?? '(none named)'} is not on the list in .ci/sbom.mjs.`);
process.exitCode = refused.length > 0 ? 1 : 0;
