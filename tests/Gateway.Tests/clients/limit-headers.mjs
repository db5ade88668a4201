// Reads refusals, one JSON object of headers and violated policies a line, as any client would: by RFC 9651.
import { readFileSync } from "node:fs";
import { parseList } from "structured-headers";

function fail(what, refusal) {
  throw new Error(`${what}: ${JSON.stringify(refusal)}`);
}

const whole = (value, least) => Number.isInteger(value) && value >= least;
const refusals = readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => JSON.parse(line));
for (const refusal of refusals) {
  const policies = parseList(refusal["ratelimit-policy"]);
  const states = parseList(refusal["ratelimit"]);
  const retryAfter = Number(refusal["retry-after"]);
  const names = policies.map(([name]) => name);
  if (names.some((name) => typeof name !== "string")) fail("A policy is no quoted string", refusal);
  if (policies.some(([, parameters]) => !whole(parameters.get("q"), 1) || !whole(parameters.get("w"), 1))) fail("A policy lacks q or w", refusal);
  if (JSON.stringify(states.map(([name]) => name)) !== JSON.stringify(names)) fail("States and policies differ", refusal);
  if (states.some(([, parameters]) => !whole(parameters.get("r"), 0) || !whole(parameters.get("t"), 1))) fail("A state lacks r or t", refusal);
  if (refusal.violated.length === 0 || refusal.violated.some((name) => !names.includes(name))) fail("A violated policy is unknown", refusal);
  for (const [name, parameters] of states.filter(([name]) => refusal.violated.includes(name))) {
    if (!whole(retryAfter, parameters.get("t"))) fail(`Retry-After is earlier than ${name} has more`, refusal);
  }
  for (const older of ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]) {
    if (!/^\d+$/.test(refusal[older] ?? "")) fail(`No ${older}`, refusal);
  }
}
console.log(`complete ${refusals.length}`);
