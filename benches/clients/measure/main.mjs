// Runs all measures of all contenders and prints the table.

import { readFileSync } from "node:fs";

import { bytes, payload, reads, stale, strange } from "./measures.mjs";
import { types } from "./types.mjs";

const plan = JSON.parse(readFileSync("plan.json", "utf8"));
const contenders = [];
const { cased } = await import("../built/contenders/electrodb.js");
for (const name of ["design", "electrodb", "toolbox", "onetable"]) {
  contenders.push({ file: name, ...(await import(`../built/contenders/${name}.js`)).contender });
}

const rows = [];
/** A row of the table: how it is called, and what it says of each contender. */
const row = (title, of) => rows.push([title, ...of]);
const progress = (what) => process.stderr.write(`${what}\n`);

async function each(measure) {
  const made = [];
  for (const contender of contenders) made.push(await measure(contender));
  return made;
}

progress("bytes");
const sizes = await each((one) => bytes(plan, one));
const kinds = ["customer", "order", "item", "payment"];
const bare = payload();
const together = (values) => values.join(" / ");
row(
  `Bytes of a customer, order, item, payment (${together(kinds.map((kind) => bare[kind]))} without keys)`,
  sizes.map((of) => together(kinds.map((kind) => of[kind].table))),
);
row(
  "Bytes of an order, payment with their index entries",
  sizes.map((of) => together([of.order.all, of.payment.all])),
);

progress("items read");
const read = await each((one) => reads(plan, one));
const ratio = (value) => value.toFixed(2);
row(
  "Items read for each returned: orders of a customer from or after a date",
  read.map((of) => ratio(of.open)),
);
row(
  "… other queries of the partition that orders and payments share",
  read.map((of) => ratio(of.others)),
);
row(
  "… queries of other partitions",
  read.map((of) => ratio(of.elsewhere)),
);
row(
  "Wrong answers on ordinary values",
  read.map((of) => `${of.wrong} of ${of.asked}`),
);

progress("stale entries");
for (const [whole, how] of [
  [false, "each call with what changes"],
  [true, "each with all members of the keys that change"],
]) {
  const found = await each((one) => stale(plan, one, whole));
  row(
    `Stale index entries after 1,000 updates, ${how}`,
    found.map((of) => `${of.stale} of ${of.entries}`),
  );
  row(
    "… updates refused",
    found.map((of) => of.refused),
  );
  row(
    "… wrong answers afterwards",
    found.map((of) => `${of.wrong} of ${of.queries}`),
  );
  row(
    "… requests for an update",
    found.map((of) => of.requests.toFixed(2)),
  );
}

progress("hostile values");
const odd = await each((one) => strange(plan, one));
const oddCased = await strange(plan, cased);
row(
  "Wrong answers on hostile values",
  odd.map((of) => `${of.wrong} of ${of.asked}`),
);
row(
  "… questions refused",
  odd.map((of) => of.refused),
);
row(
  "… writes refused",
  odd.map((of) => `${of.writesRefused} of ${of.writes}`),
);

progress("types");
const checked = types(contenders.map((one) => one.file));
const thousands = (value) => value.toLocaleString("en-US");
row(
  "Type instantiations",
  checked.map((of) => thousands(of.instantiations)),
);
row(
  "Seconds of type checking",
  checked.map((of) => of.seconds.toFixed(2)),
);

const line = (cells) => `| ${cells.join(" | ")} |`;
process.stdout.write(
  [
    line(["", ...contenders.map((one) => one.name)]),
    line(["---", ...contenders.map(() => "---:")]),
    ...rows.map(line),
    "",
    `${cased.name} on every key: ${oddCased.wrong} wrong answers on hostile values.`,
    "",
  ].join("\n"),
);
