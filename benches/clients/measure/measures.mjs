// The measures that run something. Each says in its comment what its figures are.

import {
  changes,
  hostile,
  hostileNumbers,
  hostilePairs,
  hostileTexts,
  instant,
  ordinary,
  random,
  statuses,
} from "./data.mjs";
import { open, plain, size } from "./engine.mjs";
import { Run } from "./run.mjs";

const seed = 2026;

const kindOf = (contender, item) => contender.entity(plain(item)).toLowerCase().replace("orderitem", "item");

/** Bytes of an item by DynamoDB's rule, on average: in the table, and with its copies in the indexes. */
export async function bytes(plan, contender) {
  const engine = await open(plan, contender);
  const run = new Run(engine);
  await run.fill(ordinary(seed, 20, 10, 10));
  const sums = {};
  const add = (item, copies) => {
    const sum = (sums[kindOf(contender, item)] ??= { items: 0, table: 0, all: 0 });
    sum.items += copies ? 0 : 1;
    sum.table += copies ? 0 : size(item);
    sum.all += size(item);
  };
  for (const item of await engine.scan()) add(item, false);
  for (const { name } of engine.indexes) for (const item of await engine.scan(name)) add(item, true);
  await engine.close();
  run.tally.print(`${contender.name}: bytes`);
  return Object.fromEntries(
    Object.entries(sums).map(([kind, { items, table, all }]) => [
      kind,
      { table: Math.round(table / items), all: Math.round(all / items) },
    ]),
  );
}

/** What the model itself has to store, without any key. */
export function payload() {
  const shop = ordinary(seed, 20, 10, 10);
  const mean = (rows) => {
    const stored = (row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === "number" ? { N: String(value) } : { S: value },
        ]),
      );
    return Math.round(rows.reduce((sum, row) => sum + size(stored(row)), 0) / rows.length);
  };
  const { customers, orders, items, payments } = shop;
  return { customer: mean(customers), order: mean(orders), item: mean(items), payment: mean(payments) };
}

/** Items read for each row that should come back, of some 600 queries of a shop with nothing strange in it; orders and
 * payments of a customer share a partition of an index. Also how many answers are wrong. */
export async function reads(plan, contender) {
  const made = {};
  const from = random(seed + 1);
  const data = ordinary(seed, 20, 10, 40);
  const engine = await open(plan, contender);
  const fill = new Run(engine);
  await fill.fill(data);
  const groups = {
    open: ["ordersFrom", "ordersAfter"],
    others: [
      "newestOrders",
      "ordersTo",
      "ordersBefore",
      "ordersBetween",
      "paymentsFrom",
      "account",
      "paymentsByAmount",
    ],
    elsewhere: ["orderWithItems", "itemsBetween", "ordersOfStatus", "ordersOfDepot"],
  };
  let [wrong, asked, read, given] = [0, 0, 0, 0];
  for (const [group, questions] of Object.entries(groups)) {
    const run = new Run(engine);
    run.model = fill.model;
    for (let round = 0; round < 47; round += 1) {
      for (const what of questions) {
        const customer = from.of(data.customers).customer_id;
        const order = from.of(data.orders);
        const times = [from.of(data.orders).placed_at, order.placed_at].sort();
        const amounts = [100 + from.below(100_000), 100 + from.below(100_000)].sort((one, other) => one - other);
        const arguments_ = {
          orderWithItems: [order.order_id],
          itemsBetween: [order.order_id, "product-0", "product-2"],
          ordersBetween: [customer, ...times],
          newestOrders: [customer],
          account: [customer],
          paymentsByAmount: [customer, ...amounts],
          ordersOfStatus: [from.of(statuses), times[0]],
          ordersOfDepot: [order.carrier ?? "iris", order.depot ?? "east"],
        };
        await run.ask(what, ...(arguments_[what] ?? [customer, times[0]]));
      }
    }
    run.tally.print(`${contender.name}: reads, ${group}`);
    made[group] = run.read / run.given;
    wrong += run.tally.of("wrong") + run.tally.of("read refused");
    asked += run.tally.of("wrong") + run.tally.of("right") + run.tally.of("read refused");
    read += run.read;
    given += run.given;
  }
  await engine.close();
  return { ...made, all: read / given, wrong, asked };
}

/** Index entries that are not what the same library writes for the same item anew, after 1,000 random changes;
 * how many of these it refused; how many of the queries of the changed indexes are wrong then; requests a change. */
export async function stale(plan, contender, whole) {
  const data = ordinary(seed + 2, 10, 20, 10);
  const engine = await open(plan, contender);
  const run = new Run(engine);
  await run.fill(data);
  const before = engine.seen.requests;
  for (const change of changes(seed + 3, data, 1000)) {
    // What the documentation asks for beside the change itself has to be read first.
    const moves = ["set_status", "dispatch", "move_depot", "call_back"].includes(change.does);
    const now = whole && contender.asksForMembers && moves ? [await run.shop.getOrder(change.order_id)] : [];
    await run.write("change", change, ...now);
  }
  const requests = (engine.seen.requests - before) / 1000;
  const fresh = await open(plan, contender);
  for (const one of run.model.orders.values()) await fresh.shop.putOrder(one);
  for (const one of run.model.payments.values()) await fresh.shop.putPayment(one);
  const [stored, should] = [new Map(), new Map()];
  const key = ({ PK, SK }) => JSON.stringify([PK, SK]);
  for (const item of await engine.scan()) stored.set(key(item), item);
  for (const item of await fresh.scan()) should.set(key(item), item);
  let [wrongEntries, entries] = [0, 0];
  for (const [name, item] of should) {
    for (const { name: index, keys } of engine.indexes) {
      // An item without one of the attributes has no entry.
      const entry = (of) => (keys.every((one) => of[one]) ? JSON.stringify(keys.map((one) => of[one])) : undefined);
      const [is, ought] = [entry(stored.get(name)), entry(item)];
      entries += is === undefined ? 0 : 1;
      // An entry that is missing where no query wants one does no harm, whatever a new item would have.
      const idle = index === "GSI2" && is === undefined && item.order_id && !(item.carrier && item.depot);
      if (is === ought || idle) continue;
      wrongEntries += 1;
      run.tally.add(`stale: ${index}`, `${is} instead of ${ought}`);
    }
  }
  const asked = new Run(engine);
  asked.model = run.model;
  for (const status of statuses) await asked.ask("ordersOfStatus", status, instant(0));
  for (const carrier of ["hermes", "iris"]) {
    for (const depot of ["north", "south", "east"]) await asked.ask("ordersOfDepot", carrier, depot);
  }
  for (const { customer_id } of data.customers) await asked.ask("paymentsByAmount", customer_id, 1, 50_000);
  for (const { order_id } of data.orders) await asked.ask("getOrder", order_id);
  await engine.close();
  await fresh.close();
  run.tally.print(`${contender.name}: stale, ${whole ? "with all members" : "as it type-checks"}`);
  asked.tally.print(`${contender.name}: answers after that`);
  const queries = statuses.length + 6 + data.customers.length;
  return {
    stale: wrongEntries,
    entries,
    refused: run.tally.of("write refused"),
    wrong: asked.tally.of("wrong"),
    queries: queries + data.orders.length,
    requests,
  };
}

/** Wrong answers about hostile values. What a contender refuses to write, its model does not hold either. */
export async function strange(plan, contender) {
  const data = hostile(seed + 4);
  const engine = await open(plan, contender);
  const run = new Run(engine);
  await run.fill(data);
  const written = run.tally.of("written");
  const from = random(seed + 5);
  for (const text of hostileTexts) {
    await run.ask("getCustomer", text);
    await run.ask("getOrder", text);
    await run.ask("getPayment", "visa", text);
    await run.ask("orderWithItems", text);
    await run.ask("account", text);
    await run.ask("newestOrders", text);
  }
  for (const [one, other] of hostilePairs) {
    await run.ask("getPayment", one, other);
    await run.ask("ordersOfDepot", one, other);
  }
  const few = ["a", "a#", "ABC", "abc", "😀"];
  const bounds = hostileTexts.filter((text) => text !== "" && text.length < 1000);
  for (let round = 0; round < 100; round += 1) {
    const texts = [from.of(bounds), from.of(bounds)].sort((one, other) =>
      Buffer.compare(Buffer.from(one), Buffer.from(other)),
    );
    const numbers = [from.of(hostileNumbers), from.of(hostileNumbers)].sort((one, other) => one - other);
    const times = [instant(from.below(4000)), instant(from.below(4000))].sort();
    await run.ask("itemsBetween", from.of(few), ...texts);
    await run.ask("paymentsByAmount", from.of(few), ...numbers);
    await run.ask("ordersBetween", from.of(few), ...times);
    await run.ask("ordersFrom", from.of(few), times[0]);
    await run.ask("paymentsFrom", from.of(few), times[0]);
  }
  await engine.close();
  run.tally.print(`${contender.name}: hostile values`);
  const refused = run.tally.of("read refused");
  const wrong = run.tally.of("wrong");
  return {
    writes: written + run.tally.of("write refused"),
    writesRefused: run.tally.of("write refused"),
    asked: wrong + refused + run.tally.of("right"),
    wrong,
    refused,
  };
}
