// Better Auth on Hono with native bcrypt; started in the folder that holds its packages.   auth.mjs seed | serve
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.cwd()}/here.js`);

// The packages lie in another folder than this file, so their ESM entries are looked up by hand.
function load(name) {
  const parts = name.split('/');
  const depth = name.startsWith('@') ? 2 : 1;
  const folder = `${process.cwd()}/node_modules/${parts.slice(0, depth).join('/')}`;
  const manifest = JSON.parse(readFileSync(`${folder}/package.json`));
  const sub = parts.slice(depth).join('/');
  let entry = manifest.exports?.[sub ? `./${sub}` : '.'] ?? manifest.module ?? manifest.main;
  while (entry && typeof entry === 'object') entry = entry.import ?? entry.node ?? entry.default ?? Object.values(entry)[0];
  return import(pathToFileURL(`${folder}/${entry}`));
}

const { betterAuth } = await load('better-auth');
const pg = require('pg');
const bcrypt = require('bcrypt');
const cost = +process.env.COST;
const port = +process.env.PORT;
const origin = `http://127.0.0.1:${port}`;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const options = {
  baseURL: origin, secret: 'compare-secret-compare-secret-compare', database: pool, telemetry: { enabled: false },
  logger: { disabled: true }, rateLimit: { enabled: false }, trustedOrigins: [origin],
  emailAndPassword: { enabled: true, password: { hash: (p) => bcrypt.hash(p, cost), verify: ({ hash, password }) => bcrypt.compare(password, hash) } },
};
const auth = betterAuth(options);

if (process.argv[2] === 'seed') {
  const { getMigrations } = await load('better-auth/db/migration');
  await (await getMigrations(options)).runMigrations();
  const users = +process.env.USERS;
  const post = async (path, body) => {
    const response = await auth.handler(new Request(`${origin}/api/auth${path}`, { method: 'POST', headers: { 'content-type': 'application/json', origin }, body: JSON.stringify(body) }));
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const emailOf = (n) => `u${n}@example.com`;
  const known = (await pool.query('select count(*)::int as count from "user"')).rows[0].count;
  for (let n = known + 1; n <= users; n++) await post('/sign-up/email', { email: emailOf(n), password: process.env.PASSWORD, name: emailOf(n) });
  await pool.query('truncate session');
  const cookies = [];
  for (let n = 1; n <= users; n++) {
    const response = await post('/sign-in/email', { email: emailOf(n), password: process.env.PASSWORD });
    cookies.push(response.headers.getSetCookie().map((c) => c.split(';')[0]).join('; '));
  }
  await pool.query('vacuum analyze');
  writeFileSync(`${process.env.STATE}/auth.ids`, cookies.join('\n') + '\n');
  await pool.end();
} else {
  const { Hono } = await load('hono');
  const { serve } = await load('@hono/node-server');
  const app = new Hono();
  app.on(['GET', 'POST'], '/api/auth/*', (c) => auth.handler(c.req.raw));
  serve({ fetch: app.fetch, port, hostname: '127.0.0.1' });
}
