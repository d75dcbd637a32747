// ABCI frames of ours and of cosmjs-types, an implementation generated from the protocol's own files, must be the same
// bytes and mean the same, field by field and by name, in both directions.
//
//   node compare.mjs PATH/abci_oracle COUNT SEED      half of COUNT each way; exit 1 at the first difference
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const abci = require("cosmjs-types/tendermint/abci/types");
const params = require("cosmjs-types/tendermint/types/params");
const keys = require("cosmjs-types/tendermint/crypto/keys");
const proof = require("cosmjs-types/tendermint/crypto/proof");

// cosmjs-types 0.11.0 reads every number well and writes those from 2^31 to 2^32 - 1 as zeros: the lower half of a 64-bit
// number comes to its writer with a sign. Here it gets it without one.
const { BinaryWriter } = require("cosmjs-types/binary");
const { int64FromString, int64Length, writeVarint64 } = require("cosmjs-types/varint");
BinaryWriter.prototype.int64 = function (value) {
  const { lo, hi } = int64FromString(value.toString());
  return this._push(writeVarint64, int64Length(lo >>> 0, hi >>> 0), { lo: lo >>> 0, hi: hi >>> 0 });
};

const [program, count, seed] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const camel = (name) => name.replace(/_([a-z0-9])/g, (_, c) => c.toUpperCase());
const hex = (bytes) => Buffer.from(bytes).toString("hex");

function fail(why, ...more) {
  console.error(`seed ${seed}: ${why}`, ...more);
  process.exit(1);
}

// ---------------------------------------------------------------- what a message means
// Our names for what the protocol wraps once more: messages.hpp keeps ConsensusParams and proofs flat.
const FLAT = {
  pub_key_types: (m) => m.validator?.pubKeyTypes,
  app_version: (m) => m.version?.app,
  vote_extensions_enable_height: (m) => m.abci?.voteExtensionsEnableHeight,
  proof_ops: (m) => m.proofOps?.ops ?? [],
};
const isParams = (m) => m && typeof m === "object" && "evidence" in m && "abci" in m;

// Whether `ours`, as to_json writes it, says what `theirs`, a decoded message, does.
function same(ours, theirs, path) {
  if (typeof ours === "string") {
    let text;
    if (theirs instanceof Uint8Array) text = hex(theirs);
    else if (typeof theirs === "boolean") text = theirs ? "1" : "0";
    else text = String(theirs);
    return ours === text ? null : `${path}: ours is ${ours}, theirs ${text}`;
  }
  if (Array.isArray(ours)) {
    if (!Array.isArray(theirs) || theirs.length !== ours.length) return `${path}: lists of different lengths`;
    for (let i = 0; i < ours.length; ++i) {
      const why = same(ours[i], theirs[i], `${path}[${i}]`);
      if (why) return why;
    }
    return null;
  }
  if (theirs === undefined || theirs === null) return `${path}: absent in theirs`;
  const seen = new Set();
  for (const [name, value] of Object.entries(ours)) {
    const flat = name === "proof_ops" || (isParams(theirs) && FLAT[name]);
    const why = same(value, flat ? FLAT[name](theirs) : theirs[camel(name)], `${path}.${name}`);
    if (why) return why;
    seen.add(flat ? { pub_key_types: "validator", app_version: "version", vote_extensions_enable_height: "abci", proof_ops: "proofOps" }[name] : camel(name));
  }
  // Fields of theirs that ours does not show must be absent there too.
  for (const [name, value] of Object.entries(theirs))
    if (!seen.has(name) && value !== undefined) return `${path}: ours lacks ${name}`;
  return null;
}

// It writes a list of numbers that is empty as a field without bytes; protobuf's own writers leave it out, as we do.
const writesAnEmptyList = (message) => message.applySnapshotChunk?.refetchChunks?.length === 0;

function check(kind, bodyHex, json) {
  const type = kind === "request" ? abci.Request : abci.Response;
  const theirs = type.decode(Buffer.from(bodyHex, "hex"));
  const ours = JSON.parse(json);
  const name = Object.keys(ours)[0];
  const chosen = Object.entries(theirs).filter(([, v]) => v !== undefined);
  if (chosen.length !== 1 || chosen[0][0] !== camel(name)) fail("another kind of message", kind, bodyHex, json);
  const why = same(ours[name], chosen[0][1], name);
  if (why) fail(why, kind, bodyHex, json);
  if (writesAnEmptyList(theirs)) return;
  const again = hex(type.encode(theirs).finish());
  if (again !== bodyHex) fail("other bytes", kind, `ours ${bodyHex}`, `theirs ${again}`);
}

// ---------------------------------------------------------------- random messages of theirs
let state = BigInt(seed) | 1n;
function random(n) {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number((state >> 33n) % BigInt(n));
}
const pick = (list) => list[random(list.length)];
const randomBig = (signed) => {
  const v = pick([0n, 1n, 127n, 128n, 300n, 1n << 31n, (1n << 62n) + 7n, (1n << 63n) - 1n]);
  return signed && random(4) === 0 ? -v - 1n : v;
};
const randomBytes = () => Uint8Array.from({ length: pick([0, 1, 20, 32, 33, 200]) }, () => random(256));
const randomText = () => pick(["", "a", "key=value", "é€", "x".repeat(150)]);

// What the lists and the messages that may be absent hold: TypeScript's types are gone when this runs.
const INSIDE = {
  txs: "bytes", rejectSenders: "text", pubKeyTypes: "text", refetchChunks: "u32",
  validators: abci.ValidatorUpdate, validatorUpdates: abci.ValidatorUpdate, misbehavior: abci.Misbehavior,
  snapshots: abci.Snapshot, snapshot: abci.Snapshot, events: abci.Event, attributes: abci.EventAttribute,
  txResults: abci.ExecTxResult, ops: proof.ProofOp, proofOps: proof.ProofOps,
  consensusParams: params.ConsensusParams, consensusParamUpdates: params.ConsensusParams,
  block: params.BlockParams, evidence: params.EvidenceParams, validator: params.ValidatorParams,
  version: params.VersionParams, abci: params.ABCIParams,
};
const UNSIGNED = new Set(["blockVersion", "p2pVersion", "appVersion", "app", "code", "format", "chunks", "chunk", "index"]);

function randomize(name, was, owner) {
  if (owner === "Snapshot" || owner === "RequestLoadSnapshotChunk" ? name === "height" : UNSIGNED.has(name)) {
    if (typeof was === "bigint" && !(owner === "ResponseQuery" && name === "index")) return randomBig(false);
    if (typeof was === "number") return pick([0, 1, 127, 128, 4294967295]);
  }
  if (typeof was === "bigint") return randomBig(true);
  if (typeof was === "number") return name === "round" || name === "nanos" ? pick([0, 1, 999999999, -1, -2147483648]) : random(6);
  if (typeof was === "boolean") return random(2) === 1;
  if (typeof was === "string") return randomText();
  if (was instanceof Uint8Array) return randomBytes();
  return undefined;
}
function of(type, what) {
  if (type === "bytes") return randomBytes();
  if (type === "text") return randomText();
  if (type === "u32") return pick([0, 1, 300, 4294967295]);
  const m = type.fromPartial({});
  fill(m, what, type);
  return m;
}
function nameOf(type) {
  return type?.typeUrl ? type.typeUrl.split(".").pop() : "";
}
function fill(m, what, type) {
  if ("ed25519" in m || "secp256k1" in m) {
    const k = random(3);
    m.ed25519 = k === 0 ? randomBytes() : undefined;
    m.secp256k1 = k === 1 ? randomBytes() : undefined;
    return;
  }
  for (const [name, was] of Object.entries(m)) {
    const votes = what.endsWith(".localLastCommit") ? abci.ExtendedVoteInfo : abci.VoteInfo;
    const known = name === "votes" ? votes : INSIDE[name];
    if (Array.isArray(was)) {
      if (!known) fail(`the comparison does not know what ${what}.${name} holds`);
      m[name] = Array.from({ length: random(4) }, () => of(known, `${what}.${name}`));
    } else if (was === undefined) {
      if (!known) fail(`the comparison does not know what ${what}.${name} may hold`);
      m[name] = random(2) === 0 ? of(known, `${what}.${name}`) : undefined;
      // An empty list of proofs and none at all are the same to us.
      if (name === "proofOps" && m[name] && m[name].ops.length === 0) m[name] = undefined;
    } else if (typeof was === "object" && !(was instanceof Uint8Array)) {
      fill(was, `${what}.${name}`);
    } else {
      m[name] = randomize(name, was, nameOf(type));
    }
  }
}
const kinds = (type, prefix) =>
  Object.keys(type.fromPartial({})).map((name) => [name, abci[prefix + name[0].toUpperCase() + name.slice(1)]]);
const REQUESTS = kinds(abci.Request, "Request"), RESPONSES = kinds(abci.Response, "Response");

function make() {
  const request = random(2) === 0;
  const [name, type] = pick(request ? REQUESTS : RESPONSES);
  const m = (request ? abci.Request : abci.Response).fromPartial({});
  m[name] = of(type, name);
  return [request ? "request" : "response", hex((request ? abci.Request : abci.Response).encode(m).finish())];
}

// ---------------------------------------------------------------- both ways
async function lines(child, each) {
  for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) await each(line);
}
const half = Math.floor(count / 2);

let seen = 0;
await lines(spawn(program, ["make", String(half), String(seed)], { stdio: ["ignore", "pipe", "inherit"] }), (line) => {
  const [kind, body] = line.split(" ", 2);
  check(kind, body, line.slice(kind.length + body.length + 2));
  ++seen;
});
if (seen !== half) fail(`${seen} messages came, not ${half}`);

const reader = spawn(program, ["read"], { stdio: ["pipe", "pipe", "inherit"] });
const waiting = [];
const sending = (async () => {
  for (let i = 0; i < half; ++i) {
    const [kind, body] = make();
    waiting.push([kind, body]);
    // A message without a byte would be no word on the line; every one has at least its kind.
    if (!reader.stdin.write(`${kind} ${body}\n`)) await new Promise((go) => reader.stdin.once("drain", go));
  }
  reader.stdin.end();
})();
await lines(reader, (line) => {
  const [kind, body] = waiting.shift();
  const at = line.indexOf(" ");
  if (line.startsWith("error ")) fail(line, kind, body);
  const theirs = (kind === "request" ? abci.Request : abci.Response).decode(Buffer.from(body, "hex"));
  if (line.slice(0, at) !== body && !writesAnEmptyList(theirs)) fail("other bytes", kind, `theirs ${body}`, `ours ${line.slice(0, at)}`);
  check(kind, body, line.slice(at + 1));
  ++seen;
});
await sending;
if (seen !== 2 * half) fail(`${seen - half} messages came back, not ${half}`);
console.log(`${seen} messages, seed ${seed}: the same bytes and the same meaning both ways`);
