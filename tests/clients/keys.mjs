// Compares the keys that a generated client makes with the vectors that all languages share.
//
//   node keys.mjs MODULE MANIFEST VECTORS
//
// Prints how many vectors there are; every one that differs is told, and then the process fails.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , path, manifestPath, vectorsPath] = process.argv;
const module_ = await import(pathToFileURL(path).href);
const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
const { vectors } = JSON.parse(readFileSync(vectorsPath, "utf8"));

/** A plain text as a value of a type of the manifest. */
function given(type, plain) {
  switch (type) {
    case "integer":
    case "epoch":
      return Number(plain);
    case "wide":
      return BigInt(plain);
    case "boolean":
      return plain === "true";
    case "bytes":
      return Uint8Array.from(Buffer.from(plain, "hex"));
    default:
      return plain;
  }
}

function pascal(name) {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return words.map((word) => word[0].toUpperCase() + word.slice(1)).join("");
}

/** What the client makes of a vector, as the vector says it. */
function made({ entity, kind, index, values }) {
  const types = manifest.entities[entity];
  const entries = Object.entries(values).map(([name, plain]) => [name, given(types[name], plain)]);
  const inIndex = index === null ? "" : `In${pascal(index)}`;
  const keyOf = module_[`keyOf${pascal(kind)}${inIndex}`];
  let key;
  try {
    key = keyOf(Object.fromEntries(entries));
  } catch (error) {
    if (error instanceof module_.Refused) return "refused";
    throw error;
  }
  if (key === undefined) return null;
  return Object.fromEntries(Object.entries(key).map(([name, value]) => [name, value.S]));
}

function sorted(expected) {
  return typeof expected === "object" && expected !== null
    ? JSON.stringify(Object.entries(expected).sort())
    : JSON.stringify(expected);
}

let differing = 0;
for (const vector of vectors) {
  const found = made(vector);
  if (sorted(found) !== sorted(vector.expected)) {
    differing += 1;
    console.error(`${JSON.stringify(vector)}\n  gives ${JSON.stringify(found)}`);
  }
}
console.log(`${vectors.length} vectors, ${differing} differ`);
process.exitCode = differing === 0 && vectors.length > 0 ? 0 : 1;
