// OneTable, as its documentation and samples have it: keys as value templates, ranges of a template as `between` on
// the key, `${amount:12:0}` for numbers in keys. What the library leaves to its user is done as well as one can: the
// ranges have both bounds, and who removes the members of an index key removes the key.

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { Table } from "dynamodb-onetable";

import type { Change, Contender, Customer, Order, OrderItem, Payment, Shop, Status } from "./model.js";

const schema = {
  format: "onetable:1.1.0",
  version: "0.0.1",
  indexes: {
    primary: { hash: "PK", sort: "SK" },
    GSI1: { hash: "GSI1PK", sort: "GSI1SK", project: "all" },
    GSI2: { hash: "GSI2PK", sort: "GSI2SK", project: "all" },
    GSI3: { hash: "GSI3PK", sort: "GSI3SK", project: "all" },
  },
  models: {
    Customer: {
      PK: { type: String, value: "customer#${customer_id}" },
      SK: { type: String, value: "customer#" },
      customer_id: { type: String, required: true },
      name: { type: String, required: true },
      email: { type: String, required: true },
    },
    Order: {
      PK: { type: String, value: "order#${order_id}" },
      SK: { type: String, value: "order#" },
      order_id: { type: String, required: true },
      customer_id: { type: String, required: true },
      status: { type: String, required: true, enum: ["placed", "paid", "shipped", "cancelled"] },
      placed_at: { type: String, required: true },
      total: { type: Number, required: true },
      carrier: { type: String },
      depot: { type: String },
      note: { type: String },
      GSI1PK: { type: String, value: "customer#${customer_id}" },
      GSI1SK: { type: String, value: "order#${placed_at}" },
      GSI2PK: { type: String, value: "depot#${carrier}#${depot}" },
      GSI2SK: { type: String, value: "order#${placed_at}" },
      GSI3PK: { type: String, value: "status#${status}" },
      GSI3SK: { type: String, value: "order#${placed_at}" },
    },
    Item: {
      PK: { type: String, value: "order#${order_id}" },
      SK: { type: String, value: "item#${product_id}" },
      order_id: { type: String, required: true },
      product_id: { type: String, required: true },
      quantity: { type: Number, required: true },
      price: { type: Number, required: true },
    },
    Payment: {
      PK: { type: String, value: "provider#${provider}" },
      SK: { type: String, value: "payment#${reference}" },
      provider: { type: String, required: true },
      reference: { type: String, required: true },
      customer_id: { type: String, required: true },
      paid_at: { type: String, required: true },
      amount: { type: Number, required: true },
      GSI1PK: { type: String, value: "customer#${customer_id}" },
      GSI1SK: { type: String, value: "payment#${paid_at}" },
      GSI2PK: { type: String, value: "customer#${customer_id}" },
      GSI2SK: { type: String, value: "payment#${amount:12:0}" },
    },
  },
  params: { isoDates: true, timestamps: false },
} as const;

function models(client: DynamoDBClient, name: string) {
  const table = new Table({ client, name, schema, partial: false });
  return {
    table,
    customer: table.getModel("Customer"),
    order: table.getModel("Order"),
    item: table.getModel("Item"),
    payment: table.getModel("Payment"),
  };
}

const padded = (amount: number) => String(amount).padStart(12, "0");

/** The first key after another. */
const after = (key: string) => `${key}\0`;

/** A row of `fetch` without the attributes that the model hides: `fetch` shows all. */
const visible = (row: object) =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name !== "_type" && !/^(GSI\d)?[PS]K$/.test(name)));

class OneTableShop implements Shop {
  readonly #of: ReturnType<typeof models>;

  constructor(client: DynamoDBClient, table: string) {
    this.#of = models(client, table);
  }

  putCustomer = (of: Customer) => this.#of.customer.create(of, { exists: null });

  putOrder = (of: Order) => this.#of.order.create(of, { exists: null });

  putItem = (of: OrderItem) => this.#of.item.create(of, { exists: null });

  putPayment = (of: Payment) => this.#of.payment.create(of, { exists: null });

  getCustomer = (customer_id: string) => this.#of.customer.get({ customer_id });

  getOrder = (order_id: string) => this.#of.order.get({ order_id });

  getPayment = (provider: string, reference: string) => this.#of.payment.get({ provider, reference });

  async orderWithItems(order_id: string) {
    const found = await this.#of.table.fetch(["Order", "Item"], { PK: `order#${order_id}` });
    return {
      order: (found["Order"] ?? []).map(visible)[0] as Order | undefined,
      items: (found["Item"] ?? []).map(visible) as unknown as OrderItem[],
    };
  }

  itemsBetween = (order_id: string, from: string, to: string) =>
    this.#of.item.find({ order_id, SK: { between: [`item#${from}`, `item#${to}`] } });

  async account(customer_id: string) {
    const key = { GSI1PK: `customer#${customer_id}` };
    const found = await this.#of.table.fetch(["Order", "Payment"], key, { index: "GSI1" });
    return {
      orders: (found["Order"] ?? []).map(visible) as unknown as Order[],
      payments: (found["Payment"] ?? []).map(visible) as unknown as Payment[],
    };
  }

  #orders = (customer_id: string, from: string, to: string) =>
    this.#of.order.find({ customer_id, GSI1SK: { between: [from, to] } }, { index: "GSI1" });

  ordersFrom = (id: string, from: string) => this.#orders(id, `order#${from}`, "order$");

  ordersTo = (id: string, to: string) => this.#orders(id, "order#", `order#${to}`);

  ordersBetween = (id: string, from: string, to: string) => this.#orders(id, `order#${from}`, `order#${to}`);

  ordersAfter = (id: string, at: string) => this.#orders(id, after(`order#${at}`), "order$");

  ordersBefore = (customer_id: string, at: string) =>
    this.#of.order.find({ customer_id, GSI1SK: { "<": `order#${at}` } }, { index: "GSI1" });

  newestOrders = (customer_id: string) =>
    this.#of.order.find({ customer_id, GSI1SK: { begins: "order#" } }, { index: "GSI1", reverse: true, limit: 3 });

  #payments = (index: "GSI1" | "GSI2", customer_id: string, between: [string, string]) =>
    this.#of.payment.find({ customer_id, [`${index}SK`]: { between } }, { index });

  paymentsFrom = (id: string, from: string) => this.#payments("GSI1", id, [`payment#${from}`, "payment$"]);

  ordersOfStatus = (status: Status, from: string) =>
    this.#of.order.find({ status, GSI3SK: { between: [`order#${from}`, "order$"] } }, { index: "GSI3" });

  ordersOfDepot = (carrier: string, depot: string) =>
    this.#of.order.find({ carrier, depot, GSI2SK: { begins: "order#" } }, { index: "GSI2" });

  paymentsByAmount = (id: string, from: number, to: number) =>
    this.#payments("GSI2", id, [`payment#${padded(from)}`, `payment#${padded(to)}`]);

  async change(change: Change, order?: Order) {
    const { does, ...set } = change;
    if (does === "correct_amount") {
      return this.#of.payment.update(set as { provider: string; reference: string; amount: number });
    }
    const update = (of: object, params = {}) => this.#of.order.update(of as { order_id: string }, params);
    switch (does) {
      case "drop_note":
        return update(set, { remove: ["note"] });
      case "call_back":
        return update(set, { remove: ["carrier", "depot", ...(order ? ["GSI2PK", "GSI2SK"] : [])] });
      case "dispatch":
        return update(order ? { ...set, placed_at: order.placed_at } : set);
      case "move_depot":
        return update(order ? { ...set, carrier: order.carrier, placed_at: order.placed_at } : set);
      default:
        return update(set);
    }
  }
}

export const contender: Contender = {
  name: "OneTable",
  asksForMembers: true,
  connect: (client, table) => new OneTableShop(client, table),
  entity: (one) => String(one["_type"]),
};
