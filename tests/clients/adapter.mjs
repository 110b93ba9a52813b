// Runs a generated client by the protocol of `src/verify/external`: one line of JSON a question, one an answer.
//
//   node adapter.mjs MODULE MANIFEST
//
// The manifest says how parameters and attributes are typed, so that this file serves every design. It says, too, which
// actions a policy allows: a request that none of a pattern's actions covers is an error of its call.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [, , path, manifestPath] = process.argv;
const module_ = await import(pathToFileURL(path).href);
const { DynamoDBClient } = createRequire(pathToFileURL(path))("@aws-sdk/client-dynamodb");
const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
const patterns = new Map(manifest.patterns.map((p) => [p.pattern, p]));

let now = 0;
const sdk = new DynamoDBClient({
  endpoint: process.env.DESIGN_ENDPOINT,
  region: "us-east-1",
  credentials: { accessKeyId: "design", secretAccessKey: "design" },
  maxAttempts: 1,
});
const client = new module_[manifest.client]({ send }, {
  now: () => now,
  sleep: () => Promise.resolve(),
});

/** The pattern that is called. */
let called;

function send(command, options) {
  for (const { action, resource } of actions(command)) {
    if (!called.iam.some((one) => one.action === action && one.resource === resource)) {
      throw new Error(`${called.pattern}: no policy allows ${action} on ${resource}`);
    }
  }
  return sdk.send(command, options);
}

const TRANSACTED = {
  ConditionCheck: "ConditionCheckItem",
  Delete: "DeleteItem",
  Put: "PutItem",
  Update: "UpdateItem",
};

/** What a request needs to be allowed. */
function actions({ constructor, input }) {
  const on = (action, table, index) => ({
    action: `dynamodb:${action}`,
    resource: index === undefined ? `table/${table}` : `table/${table}/index/${index}`,
  });
  const name = constructor.name.replace(/Command$/, "");
  switch (name) {
    case "BatchGetItem":
      return Object.keys(input.RequestItems).map((table) => on(name, table));
    case "TransactWriteItems":
      return input.TransactItems.flatMap((item) =>
        Object.entries(item).map(([does, { TableName }]) => on(TRANSACTED[does], TableName)),
      );
    default:
      return [on(name, input.TableName, input.IndexName)];
  }
}

/** A value of the protocol as the client takes it. */
function given(type, value) {
  const [tag] = Object.keys(value);
  const inner = value[tag];
  switch (tag) {
    case "null":
      return null;
    case "bool":
    case "text":
      return inner;
    case "int":
      if (type === "wide") return BigInt(inner);
      return type === "decimal" ? inner : Number(inner);
    case "dec":
      if (type === "decimal") return inner;
      if (type === "wide") return BigInt(inner);
      return number(inner);
    case "instant":
      return new Date(inner).toISOString();
    case "bytes":
      return Uint8Array.from(Buffer.from(inner, "hex"));
    case "list":
      return inner.map((one) => given("data", one));
    case "set":
      return new Set(inner.map((one) => given("data", one)));
    case "map":
      return Object.fromEntries(Object.entries(inner).map(([name, one]) => [name, given("data", one)]));
    default:
      throw new Error(`no value: ${JSON.stringify(value)}`);
  }
}

/** A number inside of something, as the client reads it. */
function number(text) {
  if (String(Number(text)) === text) return Number(text);
  return text.includes(".") ? new module_.ExactNumber(text) : BigInt(text);
}

/** What the client gave, as a value of the protocol. */
function told(type, value) {
  switch (type) {
    case "text":
    case "date":
    case "month":
      return { text: value };
    case "timestamp":
      return { instant: Date.parse(value) };
    case "epoch":
    case "integer":
    case "wide":
      return { int: String(value) };
    case "decimal":
      return { dec: value };
    default:
      return data(value);
  }
}

function data(value) {
  if (value === null) return { null: true };
  if (typeof value === "boolean") return { bool: value };
  if (typeof value === "string") return { text: value };
  if (typeof value === "number" || typeof value === "bigint") return { dec: String(value) };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("hex") };
  if (value instanceof Set) return { set: [...value].map(data) };
  if (Array.isArray(value)) return { list: value.map(data) };
  if (value.constructor?.name === "ExactNumber") return { dec: value.text };
  return { map: Object.fromEntries(Object.entries(value).map(([name, one]) => [name, data(one)])) };
}

function item(entity, row) {
  const types = manifest.entities[entity];
  const attributes = {};
  for (const [name, value] of Object.entries(row)) {
    if (value !== undefined) attributes[name] = told(types[name], value);
  }
  return { entity, attributes };
}

function values(parameters, of) {
  const made = {};
  for (const parameter of parameters) {
    const value = of[parameter.name];
    if (value !== undefined) made[parameter.name] = given(parameter.type, value);
  }
  return made;
}

/** The property of an entity in an answer. */
function property(entity) {
  const words = entity.split("_").filter((w) => w !== "");
  const pascal = words.map((w) => w[0].toUpperCase() + w.slice(1)).join("");
  const name = pascal[0].toLowerCase() + pascal.slice(1);
  return ["unknown", "cursor", "followed", "items"].includes(name) ? `${name}_` : name;
}

function grouped(rows, answer) {
  const made = [];
  for (const row of rows) {
    const found = answer[property(row.entity)];
    const all = Array.isArray(found) ? found : found === undefined ? [] : [found];
    made.push(...all.map((one) => item(row.entity, one)));
  }
  return made;
}

function page(pattern, answer) {
  const [first] = pattern.rows;
  const followed = grouped(pattern.followed, answer?.followed ?? {});
  const cursor = answer?.cursor ?? null;
  if (answer?.unknown?.length > 0) throw new Error("rows of unknown entities");
  switch (pattern.answers) {
    case "one": {
      if (pattern.batch !== null) {
        return { items: answer.items.map((row) => item(first.entity, row)), followed, cursor };
      }
      const row = pattern.followed.length > 0 ? answer.item : answer;
      return { items: row === undefined ? [] : [item(first.entity, row)], followed, cursor };
    }
    case "aggregate":
      return { items: grouped(pattern.rows, answer), followed, cursor };
    case "merged":
      return { items: answer.items.map((one) => item(one.entity, one.row)), followed, cursor };
    default:
      return { items: answer.items.map((row) => item(first.entity, row)), followed, cursor };
  }
}

function written(pattern, answer) {
  if (typeof answer === "number") return { returned: [], number: answer };
  if (answer === undefined) return { returned: [], number: null };
  const mains = pattern.operations.filter((o) => o.action !== undefined);
  if (mains[0].call !== "TransactWriteItems") {
    return { returned: [item(mains[0].entity, answer)], number: null };
  }
  const returned = Object.entries(answer).flatMap(([step, row]) => {
    const entity = mains.find((o) => o.step === step).entity;
    return (Array.isArray(row) ? row : [row]).map((one) => item(entity, one));
  });
  return { returned, number: null };
}

async function answer(question) {
  const pattern = patterns.get(question.pattern);
  if (pattern === undefined) throw new Error(`no pattern ${question.pattern}`);
  now = question.now;
  called = pattern;
  const call = (...first) => {
    const empty = pattern.parameters.length === 0 && pattern.lists.length === 0;
    return client[pattern.function](...(empty && question.call !== "batch" ? first.slice(1) : first));
  };
  switch (question.call) {
    case "page": {
      const options = question.cursor === null ? {} : { cursor: question.cursor };
      const one = values(pattern.parameters, question.values);
      return page(pattern, await call(pattern.batch === null ? one : [one], options));
    }
    case "count":
      return { count: await call(values(pattern.parameters, question.values), {}) };
    case "batch":
      return page(pattern, await call(question.sets.map((set) => values(pattern.parameters, set))));
    default: {
      const all = values(pattern.parameters, question.values);
      for (const list of pattern.lists) {
        all[list.name] = (question.lists[list.name] ?? []).map((set) => values(list.parameters, set));
      }
      return written(pattern, await call(all, {}));
    }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  let said;
  try {
    said = await answer(JSON.parse(line));
  } catch (error) {
    if (error instanceof (module_.ConditionFailed ?? Array)) {
      said = { failed: { failure: error.failure, entity: error.entity } };
    } else if (error instanceof (module_.Refused ?? Array)) {
      said = { refused: error.message };
    } else {
      said = { error: `${error?.stack ?? error}` };
    }
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
