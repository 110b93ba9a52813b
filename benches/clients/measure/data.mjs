// The data: the same for every contender, because it comes from a seed.

/** A generator of numbers from 0 to 1 (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (end) => Math.floor(next() * end);
  return { next, below, of: (list) => list[below(list.length)] };
}

export const statuses = ["placed", "paid", "shipped", "cancelled"];
const carriers = ["hermes", "iris"];
const depots = ["north", "south", "east"];
const notes = ["ring twice", "leave with the neighbour", "fragile"];

const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** An identifier in the form of a ULID. */
const ulid = (random) => `01${Array.from({ length: 24 }, () => random.of(letters)).join("")}`;

/** An instant of 2026; no two numbers give the same. */
export const instant = (number) => new Date(Date.UTC(2026, 0, 1) + number * 61_007).toISOString();

/** Numbers up to an end in a random order. */
function shuffled(random, end) {
  const made = Array.from({ length: end }, (_, at) => at);
  for (let at = end - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [made[at], made[other]] = [made[other], made[at]];
  }
  return made;
}

/** A shop with nothing strange in it. */
export function ordinary(seed, customers, ordersEach, paymentsEach) {
  const from = random(seed);
  const made = { customers: [], orders: [], items: [], payments: [] };
  const times = shuffled(from, customers * (ordersEach + paymentsEach)).map(instant);
  for (let one = 0; one < customers; one += 1) {
    const customer_id = ulid(from);
    made.customers.push({ customer_id, name: `Customer ${one}`, email: `customer${one}@example.com` });
    for (let each = 0; each < ordersEach; each += 1) {
      const order = { order_id: ulid(from), customer_id, status: from.of(statuses), placed_at: times.pop() };
      order.total = 100 + from.below(100_000);
      if (from.next() < 0.5) Object.assign(order, { carrier: from.of(carriers), depot: from.of(depots) });
      if (from.next() < 0.3) order.note = from.of(notes);
      made.orders.push(order);
      for (let line = 0; line < 3; line += 1) {
        const product_id = `product-${line}${from.below(1000)}`;
        const quantity = 1 + from.below(9);
        made.items.push({ order_id: order.order_id, product_id, quantity, price: 100 + from.below(9000) });
      }
    }
    for (let each = 0; each < paymentsEach; each += 1) {
      const key = { provider: from.of(["visa", "sepa", "klarna"]), reference: ulid(from) };
      made.payments.push({ ...key, customer_id, paid_at: times.pop(), amount: 100 + from.below(100_000) });
    }
  }
  return made;
}

/** Random changes of orders and payments: of statuses, sums and optional attributes. */
export function changes(seed, shop, count) {
  const from = random(seed);
  const kinds = ["set_status", "set_total", "set_note", "drop_note", "dispatch", "move_depot", "call_back"];
  return Array.from({ length: count }, () => {
    const does = from.of([...kinds, "set_status", "correct_amount"]);
    if (does === "correct_amount") {
      const { provider, reference } = from.of(shop.payments);
      return { does, provider, reference, amount: 100 + from.below(100_000) };
    }
    const change = { does, order_id: from.of(shop.orders).order_id };
    if (does === "set_status") change.status = from.of(statuses);
    if (does === "set_total") change.total = 100 + from.below(100_000);
    if (does === "set_note") change.note = from.of(notes);
    if (does === "dispatch") change.carrier = from.of(carriers);
    if (does === "dispatch" || does === "move_depot") change.depot = from.of(depots);
    return change;
  });
}

/** Identifiers that a caller may well give, and that keys made of text have to stand. */
export const hostileTexts = [
  ..."#%$~ 😀",
  "",
  "a",
  "a#",
  "#a",
  "a#b",
  "a%23b",
  "a%23",
  "a$",
  "a b",
  "ab",
  "b",
  "ABC",
  "abc",
  "Abc",
  "ABC#abc",
  "İstanbul",
  "i̇stanbul",
  "é",
  "e\u0301",
  "\uff5e after every surrogate in UTF-16, before it in UTF-8",
  "\u{10ffff}",
  "a\u0000b",
  "${order_id}",
  "$order_1",
  "ORDER",
  "item#a",
  "a#depot_b",
  "a#b#depot_c",
  "x".repeat(900),
  `${"x".repeat(899)}X`,
  "x".repeat(1100),
  "x".repeat(2100),
];

/** Pairs that some joined text cannot tell apart. */
export const hostilePairs = [
  ["a", "b#c"],
  ["a#b", "c"],
  ["a", "b#depot_c"],
  ["a#depot_b", "c"],
  ["ABC", "x"],
  ["abc", "x"],
  ["a%23b", "c"],
  ["", "a"],
  ["a", ""],
  ["${depot}", "a"],
  ["#", "#"],
  ["##", ""],
  ["😀", "\uff5e"],
];

export const hostileNumbers = [
  0, 1, 5, 9, 10, 40, 99, 100, 300, -1, -5, -10, -40, -99, -100, -500, 999_999_999_999, -999_999_999_999,
  1_000_000_000_000, 12_345_678_901_234, -5_000_000_000_000,
];

/** A shop of hostile values: every text as every identifier, every number as a sum. */
export function hostile(seed) {
  const from = random(seed);
  const made = { customers: [], orders: [], items: [], payments: [] };
  for (const customer_id of hostileTexts) made.customers.push({ customer_id, name: "Customer", email: customer_id });
  const times = shuffled(from, 4000).map(instant);
  // Most of the data lies with a few customers and orders, so that ranges have something to leave out.
  const few = ["a", "a#", "ABC", "abc", "😀"];
  for (const order_id of [...hostileTexts, ...hostileTexts.map((text) => `${text}2`)]) {
    const order = { order_id, customer_id: from.of(from.next() < 0.5 ? few : hostileTexts), total: from.below(1000) };
    Object.assign(order, { status: from.of(statuses), placed_at: times.pop() });
    if (from.next() < 0.7) [order.carrier, order.depot] = from.of(hostilePairs);
    if (from.next() < 0.3) order.note = from.of(hostileTexts);
    made.orders.push(order);
  }
  for (const order_id of few) {
    for (const product_id of hostileTexts) made.items.push({ order_id, product_id, quantity: 1, price: 5 });
  }
  const paid = (provider, reference, customer_id, amount) =>
    made.payments.push({ provider, reference, customer_id, amount, paid_at: times.pop() });
  for (const [provider, reference] of hostilePairs) paid(provider, reference, from.of(few), from.of(hostileNumbers));
  for (const reference of hostileTexts) paid("visa", reference, from.of(few), from.of(hostileNumbers));
  for (const customer_id of few) {
    for (const amount of hostileNumbers) paid("bank", `${customer_id}/${amount}`, customer_id, amount);
  }
  return made;
}
