// Calls of generated clients that no engine shows on demand: what is sent, with a sender that answers as it is told.
//
//   node calls.mjs FOLDER
//
// The folder has the compiled clients of the designs `expiring`, `shop` and `sink`, one folder each. Every check that
// does not hold is told, and then the process fails.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]);
const load = (name) => import(pathToFileURL(`${folder}/${name}/index.js`).href);
const [expiring, shop, sink] = await Promise.all(["expiring", "shop", "sink"].map(load));
const sdk = createRequire(pathToFileURL(`${folder}/shop/index.js`))("@aws-sdk/client-dynamodb");

/** Sends nothing: notes every command, and answers with what the next of some functions gives; the last one goes on. */
function sender(...answers) {
  const sent = [];
  return {
    sent,
    async send(command, options) {
      const answer = answers[Math.min(sent.length, answers.length - 1)] ?? (() => ({}));
      sent.push({ name: command.constructor.name, input: command.input, options });
      return answer(command.input);
    },
  };
}

const NOW = Date.parse("2026-11-20T10:00:00.250Z");
const S = (text) => ({ S: text });
const N = (text) => ({ N: text });

const checks = [];
const check = (name, run) => checks.push({ name, run });

const order = (id, at) => ({
  PK: S(`ORDER#${id}#`),
  SK: S("ORDER#"),
  GSI1PK: S("CUSTOMER#c#"),
  GSI1SK: S(`ORDER#${at}#${id}#`),
  _type: S("Order"),
  order_id: S(id),
  customer_id: S("c"),
  placed_at: S(at),
  status: S("placed"),
  total: N("12.50"),
});
const first = order("o1", "2026-11-20T10:00:00.000Z");

// Strong reads.

check("a read is strongly consistent where that is wanted, and else not", async () => {
  const given = { customer_id: shop.customerId("c") };
  for (const [options, wanted] of [
    [{}, undefined],
    [{ consistent: false }, undefined],
    [{ consistent: true }, true],
  ]) {
    const client = sender();
    await new shop.ShopClient(client).get_customer(given, options);
    assert.equal(client.sent[0].input.ConsistentRead, wanted);
  }
  const client = sender();
  const aggregate = { order_id: shop.orderId("o") };
  await new shop.ShopClient(client).order_with_items(aggregate, { consistent: true });
  assert.equal(client.sent[0].name, "QueryCommand");
  assert.equal(client.sent[0].input.ConsistentRead, true);
});

check("a read that the design wants strong is strong without a word", async () => {
  const client = sender();
  await new sink.SinkClient(client).get_person({ person_id: "p" });
  assert.equal(client.sent[0].input.ConsistentRead, true);
});

// Items over their time.

const session = (expires) => ({
  PK: S("SESSION#t#"),
  SK: S("SESSION#"),
  _type: S("Session"),
  token: S("t"),
  user: S("u"),
  handle: S("h"),
  expires_at: S(expires),
  hits: N("1"),
  started: S("2026-11-20T09:00:00.000Z"),
});

check("an item over its time is there only for who asks for it", async () => {
  const read = async (expires, options) => {
    const client = sender(() => ({ Item: session(expires) }));
    const made = new expiring.ExpiringClient(client, { now: () => NOW });
    return made.get_session({ token: "t" }, options);
  };
  const [before, at] = ["2026-11-20T10:00:00.249Z", "2026-11-20T10:00:00.250Z"];
  assert.equal(await read(before, {}), undefined);
  assert.equal(await read(before, { expired: false }), undefined);
  assert.equal((await read(before, { expired: true }))?.expires_at, before);
  assert.equal((await read(at, {}))?.expires_at, at);
});

check("a list leaves items over their time out in the request, unless they are wanted", async () => {
  const asked = async (options) => {
    const client = sender();
    await new expiring.ExpiringClient(client, { now: () => NOW }).sessions_of({ user: "u" }, options);
    return client.sent[0].input;
  };
  const without = await asked({});
  assert.match(without.FilterExpression, /#expires_at >= :now/);
  assert.deepEqual(without.ExpressionAttributeValues[":now"], S("2026-11-20T10:00:00.250Z"));
  const all = await asked({ expired: true });
  assert.equal(all.FilterExpression, undefined);
  assert.equal(all.ExpressionAttributeValues[":now"], undefined);
});

// Cursors.

check("a cursor goes on where its page ended", async () => {
  const { GSI1PK, GSI1SK, PK, SK } = first;
  const last = { GSI1PK, GSI1SK, PK, SK };
  const client = sender(() => ({ Items: [first], LastEvaluatedKey: last }), () => ({ Items: [] }));
  const made = new shop.ShopClient(client);
  const given = { customer_id: shop.customerId("c") };
  const rows = [];
  for await (const row of shop.items((cursor) => made.orders_of_customer(given, { cursor }))) {
    rows.push(row.order_id);
  }
  assert.deepEqual(rows, ["o1"]);
  assert.equal(client.sent[0].input.ExclusiveStartKey, undefined);
  assert.deepEqual(client.sent.at(-1).input.ExclusiveStartKey, last);
});

check("a cursor of another pattern, or none, is refused before anything is sent", async () => {
  const { GSI1PK, GSI1SK, PK, SK } = first;
  const answering = sender(() => ({ Items: [], LastEvaluatedKey: { GSI1PK, GSI1SK, PK, SK } }));
  // A query whose filter leaves nothing still says where it stopped.
  const { cursor } = await new shop.ShopClient(answering).orders_placed_between({
    customer_id: shop.customerId("c"),
    status: "placed",
  });
  assert.equal(typeof cursor, "string");
  const client = sender();
  const made = new shop.ShopClient(client);
  const foreign = [
    cursor,
    "",
    "null",
    "{}",
    "[]",
    '[1,"orders_of_customer"]',
    '[2,"orders_of_customer",null]',
    '[1,"orders_of_customer",null,null]',
    '[1,"orders_of_customer",7]',
    '[1,"orders_of_customer",{"PK":{"S":1}}]',
    '[1,"orders_of_customer",{"PK":7}]',
    '[1,"orders_of_customer",{"PK":null}]',
  ];
  for (const cursor of foreign) {
    const call = made.orders_of_customer({ customer_id: shop.customerId("c") }, { cursor });
    await assert.rejects(call, shop.Refused, cursor);
  }
  assert.equal(client.sent.length, 0);
});

// Batches.

/** The table of the people, as the client addresses it. */
const [table] = await (async () => {
  const client = sender();
  await new sink.SinkClient(client).get_people([{ person_id: "a" }]);
  return Object.keys(client.sent[0].input.RequestItems);
})();

/** The whole item of a key, as `get_people` reads it. */
function found(key) {
  const id = Object.values(key)
    .map((value) => /^PERSON#(.*)#$/.exec(value.S)?.[1])
    .find((one) => one !== undefined);
  return sink.itemOfPerson({
    person_id: id,
    email: `${id}@example.com`,
    country: "c",
    born: "2000-01-01",
    height: "1.5",
    points: 1n,
    active: true,
    profile: {},
    seen_at: "2026-11-20T10:00:00.000Z",
  });
}

/** Answers the first keys of a batch, all but so many of its last ones. */
const allBut = (most) => (input) => {
  const { Keys, ...rest } = input.RequestItems[table];
  const done = Math.max(Keys.length - most, 0);
  const left = Keys.slice(done);
  return {
    // In no order, as the service does.
    Responses: { [table]: Keys.slice(0, done).map(found).reverse() },
    UnprocessedKeys: left.length === 0 ? {} : { [table]: { Keys: left, ...rest } },
  };
};

check("keys left unprocessed are asked for again, and the order is that of the call", async () => {
  const waits = [];
  const client = sender(allBut(5), allBut(2), allBut(0));
  const made = new sink.SinkClient(client, { sleep: async (time) => void waits.push(time) });
  const ids = ["d", "a", "g", "b", "f", "c", "e"];
  const { items } = await made.get_people(ids.map((person_id) => ({ person_id })));
  assert.deepEqual(items.map((one) => one.person_id), ids);
  const keys = client.sent.map((one) => one.input.RequestItems[table].Keys.length);
  assert.deepEqual(keys, [7, 5, 2]);
  assert.equal(waits.length, 2);
  assert.ok(waits.every((time) => time >= 0 && time <= 25));
});

check("without progress the tries are bounded, wait longer and longer, and tell what is left", async () => {
  const waits = [];
  const client = sender(allBut(1), allBut(Infinity));
  const random = Math.random;
  Math.random = () => 1;
  try {
    const made = new sink.SinkClient(client, { sleep: async (time) => void waits.push(time) });
    const call = made.get_people([{ person_id: "a" }, { person_id: "b" }]);
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof sink.Unprocessed);
      assert.deepEqual(error.keys, client.sent.at(-1).input.RequestItems[table].Keys);
      return true;
    });
  } finally {
    Math.random = random;
  }
  assert.equal(client.sent.length, 9);
  assert.deepEqual(waits, [25, 50, 100, 200, 400, 800, 1600, 2000]);
});

// Transactions.

const placing = {
  customer_id: shop.customerId("c"),
  order_id: shop.orderId("o1"),
  placed_at: shop.timestamp(NOW),
  total: shop.decimal("12.50"),
  OrderItem: ["p1", "p2"].map((id) => ({
    price: shop.decimal("6.25"),
    product_id: shop.productId(id),
    quantity: 2n,
  })),
};

/** Refuses a transaction for reasons, one for each of its actions. */
const cancelled = (...reasons) => () => {
  throw new sdk.TransactionCanceledException({
    $metadata: {},
    message: "cancelled",
    CancellationReasons: reasons,
  });
};
const none = { Code: "None" };
const failedWith = (Item) => ({ Code: "ConditionalCheckFailed", Item });

async function refusal(reasons) {
  const client = sender(cancelled(...reasons));
  try {
    await new shop.ShopClient(client).place_order(placing);
  } catch (error) {
    return { error, sent: client.sent };
  }
  throw new Error("the transaction was not refused");
}

check("what cancels a transaction is told by its step, with the item as it is", async () => {
  const product = shop.itemOfProduct({
    product_id: shop.productId("p2"),
    category: "c",
    name: "n",
    price: shop.decimal(1),
    stock: 1n,
  });
  const short = await refusal([none, none, none, none, failedWith(product)]);
  assert.ok(short.error instanceof shop.ConditionFailed);
  assert.equal(short.error.pattern, "place_order");
  assert.equal(short.error.step, "Product");
  assert.equal(short.error.failure, "condition");
  assert.equal(short.error.entity, "Product");
  assert.equal(short.error.current.entity, "Product");
  assert.equal(short.error.current.row.stock, 1n);
  assert.equal(short.sent.length, 1);
  const steps = short.sent[0].input.TransactItems.map((one) => Object.keys(one)[0]);
  assert.deepEqual(steps, ["Put", "Put", "Put", "Update", "Update"]);

  const gone = (await refusal([none, none, none, failedWith(undefined), none])).error;
  assert.deepEqual([gone.step, gone.failure, gone.current], ["Product", "not_found", undefined]);

  const again = (await refusal([failedWith(first), none, none, none, none])).error;
  assert.deepEqual([again.step, again.failure], ["Order", "exists"]);
  assert.equal(again.current.row.total, "12.5");
});

check("a transaction cancelled for another reason is what the service said", async () => {
  const conflict = { Code: "TransactionConflict" };
  const { error, sent } = await refusal([conflict, none, none, failedWith(undefined), none]);
  assert.ok(error instanceof sdk.TransactionCanceledException);
  assert.equal(sent.length, 1);
});

check("a transaction has the caller's token, and one without has none", async () => {
  const client = sender();
  const made = new shop.ShopClient(client);
  await made.place_order(placing, { clientRequestToken: "t" });
  await made.place_order(placing);
  assert.deepEqual(client.sent.map((one) => one.input.ClientRequestToken), ["t", undefined]);
});

check("a guard of uniqueness that is there is told as such, without an item", async () => {
  const guard = { PK: S("UNIQUE#Customer#email#e#"), SK: S("UNIQUE"), customer_id: S("x") };
  const client = sender(cancelled(none, failedWith(guard)));
  const call = new shop.ShopClient(client).register_customer({
    customer_id: shop.customerId("c"),
    created_at: shop.timestamp(NOW),
    email: "e",
    name: "n",
  });
  await assert.rejects(call, (error) => {
    const { step, failure, entity, current } = error;
    assert.deepEqual([step, failure, entity], ["Customer", "not_unique", "Customer"]);
    assert.equal(current, undefined);
    return true;
  });
});

// A write that rests on what it read.

/** Refuses a single write, with the item as it is. */
const refused = (Item) => () => {
  throw new sdk.ConditionalCheckFailedException({ $metadata: {}, message: "no", Item });
};

check("a write starts again when what it read has changed, and gives up in the end", async () => {
  const paid = { ...first, status: S("paid") };
  const moved = { ...paid, customer_id: S("d") };
  const read = (Item) => () => ({ Item });
  const client = sender(read(paid), refused(moved), read(moved), () => ({}));
  await new shop.ShopClient(client).ship_order({ order_id: shop.orderId("o1") });
  assert.equal(client.sent.length, 4);
  const last = client.sent.at(-1).input;
  assert.equal(last.ExpressionAttributeValues[":was_customer_id"].S, "d");
  assert.equal(last.ExpressionAttributeValues[":GSI3PK"].S, "CUSTOMER#d#STATUS#shipped#");

  let turn = 0;
  const restless = sender((input) => {
    turn += 1;
    const other = { ...paid, customer_id: S(`c${turn}`) };
    return input.Key !== undefined && input.ConsistentRead === true ? { Item: other } : refused(other)();
  });
  const call = new shop.ShopClient(restless).ship_order({ order_id: shop.orderId("o1") });
  await assert.rejects(call, shop.Conflict);
  assert.equal(restless.sent.length, 10);
});

// Options of every call.

check("a call goes by its own client and can be stopped", async () => {
  const [usual, own] = [sender(), sender()];
  const abortSignal = new AbortController().signal;
  const given = { customer_id: shop.customerId("c") };
  await new shop.ShopClient(usual).get_customer(given, { client: own, abortSignal });
  assert.equal(usual.sent.length, 0);
  assert.equal(own.sent[0].options.abortSignal, abortSignal);
});

let failed = 0;
for (const { name, run } of checks) {
  try {
    await run();
  } catch (error) {
    failed += 1;
    console.error(`${name}\n${error.stack}`);
  }
}
console.log(`${checks.length} checks, ${failed} fail`);
process.exitCode = failed === 0 ? 0 : 1;
