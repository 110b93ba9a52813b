// What should come back: a model in memory that knows nothing of keys, and a judge.

const order = (left, right) =>
  typeof left === "number" ? left - right : Buffer.compare(Buffer.from(left), Buffer.from(right));
const by = (name) => (left, right) => order(left[name], right[name]);
const pair = (...parts) => JSON.stringify(parts);

/** A shop in memory, with the questions of `Shop` in `contenders/model.ts`. */
export class Model {
  customers = new Map();
  orders = new Map();
  items = new Map();
  payments = new Map();

  putCustomer(of) {
    this.customers.set(of.customer_id, { ...of });
  }
  putOrder(of) {
    this.orders.set(of.order_id, { ...of });
  }
  putItem(of) {
    this.items.set(pair(of.order_id, of.product_id), { ...of });
  }
  putPayment(of) {
    this.payments.set(pair(of.provider, of.reference), { ...of });
  }

  getCustomer = (id) => this.customers.get(id);
  getOrder = (id) => this.orders.get(id);
  getPayment = (provider, reference) => this.payments.get(pair(provider, reference));

  #items = (id) => [...this.items.values()].filter((one) => one.order_id === id).sort(by("product_id"));
  #orders = (id) => [...this.orders.values()].filter((one) => one.customer_id === id).sort(by("placed_at"));
  #payments = (id) => [...this.payments.values()].filter((one) => one.customer_id === id).sort(by("paid_at"));

  orderWithItems = (id) => ({ order: this.orders.get(id), items: this.#items(id) });
  itemsBetween = (id, from, to) =>
    this.#items(id).filter((one) => order(from, one.product_id) <= 0 && order(one.product_id, to) <= 0);
  account = (id) => ({ orders: this.#orders(id), payments: this.#payments(id) });
  ordersFrom = (id, from) => this.#orders(id).filter((one) => one.placed_at >= from);
  ordersTo = (id, to) => this.#orders(id).filter((one) => one.placed_at <= to);
  ordersBetween = (id, from, to) => this.ordersFrom(id, from).filter((one) => one.placed_at <= to);
  ordersAfter = (id, at) => this.#orders(id).filter((one) => one.placed_at > at);
  ordersBefore = (id, at) => this.#orders(id).filter((one) => one.placed_at < at);
  newestOrders = (id) => this.#orders(id).reverse().slice(0, 3);
  paymentsFrom = (id, from) => this.#payments(id).filter((one) => one.paid_at >= from);
  ordersOfStatus = (status, from) =>
    [...this.orders.values()].filter((one) => one.status === status && one.placed_at >= from).sort(by("placed_at"));
  ordersOfDepot = (carrier, depot) =>
    [...this.orders.values()].filter((one) => one.carrier === carrier && one.depot === depot).sort(by("placed_at"));
  paymentsByAmount = (id, from, to) =>
    this.#payments(id)
      .filter((one) => from <= one.amount && one.amount <= to)
      .sort(by("amount"));

  change({ does, order_id, provider, reference, ...set }) {
    const changed = does === "correct_amount" ? this.getPayment(provider, reference) : this.getOrder(order_id);
    Object.assign(changed, set);
    if (does === "drop_note") delete changed.note;
    if (does === "call_back") {
      delete changed.carrier;
      delete changed.depot;
    }
  }
}

/** By what the rows of an answer come in order; rows that are equal under it come in any. */
const sorts = {
  orderWithItems: "product_id",
  itemsBetween: "product_id",
  paymentsFrom: "paid_at",
  paymentsByAmount: "amount",
};

/** One text for equal rows: attributes by name, those that are missing left out. */
const canonical = (row) =>
  JSON.stringify(
    Object.entries(row)
      .filter(([, value]) => value !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );

const sameRows = (rows, expected, sort) =>
  rows.length === expected.length &&
  (sort === undefined || rows.every((row, at) => row[sort] === expected[at][sort])) &&
  String(rows.map(canonical).sort()) === String(expected.map(canonical).sort());

/** Whether an answer is right. */
export function right(question, answer, expected) {
  const one = (row) => (row === undefined ? [] : [row]);
  switch (question) {
    case "getCustomer":
    case "getOrder":
    case "getPayment":
      return sameRows(one(answer), one(expected));
    case "orderWithItems":
      return sameRows(one(answer.order), one(expected.order)) && sameRows(answer.items, expected.items, "product_id");
    case "account":
      return (
        sameRows(answer.orders, expected.orders, "placed_at") && sameRows(answer.payments, expected.payments, "paid_at")
      );
    default:
      return sameRows(answer, expected, sorts[question] ?? "placed_at");
  }
}

/** How many rows an answer has. */
export function count(answer) {
  if (answer === undefined) return 0;
  if (Array.isArray(answer)) return answer.length;
  if ("orders" in answer) return answer.orders.length + answer.payments.length;
  return "items" in answer ? answer.items.length + (answer.order === undefined ? 0 : 1) : 1;
}
