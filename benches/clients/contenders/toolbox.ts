// dynamodb-toolbox, as its documentation has it: keys through `computeKey`, index keys through `putLink` and
// `updateLink`, which leave a key alone while members are missing and remove it with them.
// What the library leaves to its user is done as well as one can: ranges have both bounds, and numbers in keys an
// offset, so that negative ones sort. Timestamps are off, because the model has none.

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Entity } from "dynamodb-toolbox/entity";
import { GetItemCommand } from "dynamodb-toolbox/entity/actions/get";
import { PutItemCommand } from "dynamodb-toolbox/entity/actions/put";
import { $remove, UpdateItemCommand } from "dynamodb-toolbox/entity/actions/update";
import { isExtension, isRemoval } from "dynamodb-toolbox/entity/actions/update/symbols";
import { item } from "dynamodb-toolbox/schema/item";
import { number } from "dynamodb-toolbox/schema/number";
import { string } from "dynamodb-toolbox/schema/string";
import { Table } from "dynamodb-toolbox/table";
import { QueryCommand } from "dynamodb-toolbox/table/actions/query";

import type { Change, Contender, Customer, Order, OrderItem, Payment, Shop, Status } from "./model.js";

/** A text that sorts by the number. */
const sortable = (amount: number) => String(amount + 1e12).padStart(13, "0");

/** The first key after another. */
const after = (key: string) => `${key}\0`;

function entities(documentClient: DynamoDBDocumentClient, name: string) {
  const key = (attribute: string) => ({ name: attribute, type: "string" }) as const;
  const index = (at: 1 | 2 | 3) =>
    ({ type: "global", partitionKey: key(`GSI${at}PK`), sortKey: key(`GSI${at}SK`) }) as const;
  const table = new Table({
    documentClient,
    name,
    partitionKey: { name: "PK", type: "string" },
    sortKey: { name: "SK", type: "string" },
    indexes: { GSI1: index(1), GSI2: index(2), GSI3: index(3) },
  });
  const customer = new Entity({
    name: "Customer",
    table,
    timestamps: false,
    schema: item({ customer_id: string().key(), name: string(), email: string() }),
    computeKey: ({ customer_id }) => ({ PK: `CUSTOMER#${customer_id}`, SK: "CUSTOMER" }),
  });
  const order = new Entity({
    name: "Order",
    table,
    timestamps: false,
    schema: item({
      order_id: string().key(),
      customer_id: string(),
      status: string().enum("placed", "paid", "shipped", "cancelled"),
      placed_at: string(),
      total: number(),
      carrier: string().optional(),
      depot: string().optional(),
      note: string().optional(),
    }).and((before) => ({
      GSI1PK: string()
        .hidden()
        .optional()
        .putLink<typeof before>(({ customer_id }) => `CUSTOMER#${customer_id}`),
      GSI1SK: string()
        .hidden()
        .optional()
        .putLink<typeof before>(({ placed_at }) => `ORDER#${placed_at}`),
      GSI2PK: string()
        .hidden()
        .optional()
        .putLink<typeof before>(({ carrier, depot }) =>
          carrier === undefined || depot === undefined ? undefined : `DEPOT#${carrier}#${depot}`,
        )
        .updateLink<typeof before>(({ carrier, depot }) => {
          if (isRemoval(carrier) || isRemoval(depot)) return $remove();
          if (carrier === undefined || isExtension(carrier)) return undefined;
          return depot === undefined || isExtension(depot) ? undefined : `DEPOT#${carrier}#${depot}`;
        }),
      GSI2SK: string()
        .hidden()
        .optional()
        .putLink<typeof before>(({ carrier, depot, placed_at }) =>
          carrier === undefined || depot === undefined ? undefined : `ORDER#${placed_at}`,
        )
        .updateLink<typeof before>(({ carrier, depot, placed_at }) => {
          if (isRemoval(carrier) || isRemoval(depot)) return $remove();
          if (carrier === undefined || depot === undefined) return undefined;
          return placed_at === undefined || isExtension(placed_at) ? undefined : `ORDER#${placed_at}`;
        }),
      GSI3PK: string()
        .hidden()
        .optional()
        .putLink<typeof before>(({ status }) => `STATUS#${status}`)
        .updateLink<typeof before>(({ status }) =>
          status === undefined || isExtension(status) ? undefined : `STATUS#${status}`,
        ),
      GSI3SK: string()
        .hidden()
        .optional()
        .putLink<typeof before>(({ placed_at }) => `ORDER#${placed_at}`),
    })),
    computeKey: ({ order_id }) => ({ PK: `ORDER#${order_id}`, SK: "ORDER" }),
  });
  const line = new Entity({
    name: "Item",
    table,
    timestamps: false,
    schema: item({ order_id: string().key(), product_id: string().key(), quantity: number(), price: number() }),
    computeKey: ({ order_id, product_id }) => ({ PK: `ORDER#${order_id}`, SK: `ITEM#${product_id}` }),
  });
  const payment = new Entity({
    name: "Payment",
    table,
    timestamps: false,
    schema: item({
      provider: string().key(),
      reference: string().key(),
      customer_id: string(),
      paid_at: string(),
      amount: number(),
    }).and((before) => ({
      GSI1PK: string()
        .hidden()
        .optional()
        .putLink<typeof before>(({ customer_id }) => `CUSTOMER#${customer_id}`),
      GSI1SK: string()
        .hidden()
        .optional()
        .putLink<typeof before>(({ paid_at }) => `PAYMENT#${paid_at}`),
      GSI2PK: string()
        .hidden()
        .optional()
        .putLink<typeof before>(({ customer_id }) => `CUSTOMER#${customer_id}`),
      GSI2SK: string()
        .hidden()
        .optional()
        .putLink<typeof before>(({ amount }) => `PAYMENT#${sortable(amount)}`)
        .updateLink<typeof before>(({ amount }) =>
          amount === undefined || isExtension(amount) ? undefined : `PAYMENT#${sortable(amount)}`,
        ),
    })),
    computeKey: ({ provider, reference }) => ({ PK: `PROVIDER#${provider}`, SK: `PAYMENT#${reference}` }),
  });
  return { table, customer, order, line, payment };
}

const everything = { maxPages: Infinity } as const;

class ToolboxShop implements Shop {
  readonly #of: ReturnType<typeof entities>;

  constructor(client: DynamoDBClient, table: string) {
    this.#of = entities(DynamoDBDocumentClient.from(client), table);
  }

  putCustomer = (of: Customer) => this.#of.customer.build(PutItemCommand).item(of).send();

  putOrder = (of: Order) => this.#of.order.build(PutItemCommand).item(of).send();

  putItem = (of: OrderItem) => this.#of.line.build(PutItemCommand).item(of).send();

  putPayment = (of: Payment) => this.#of.payment.build(PutItemCommand).item(of).send();

  async getCustomer(customer_id: string) {
    return (await this.#of.customer.build(GetItemCommand).key({ customer_id }).send()).Item;
  }

  async getOrder(order_id: string) {
    return (await this.#of.order.build(GetItemCommand).key({ order_id }).send()).Item;
  }

  async getPayment(provider: string, reference: string) {
    return (await this.#of.payment.build(GetItemCommand).key({ provider, reference }).send()).Item;
  }

  async orderWithItems(order_id: string) {
    const { order, line } = this.#of;
    const asked = this.#of.table.build(QueryCommand).query({ partition: `ORDER#${order_id}` });
    const { Items: found = [] } = await asked.entities(order, line).options(everything).send();
    const made: { order: Order | undefined; items: OrderItem[] } = { order: undefined, items: [] };
    for (const one of found) {
      if ("product_id" in one) made.items.push(one);
      else made.order = one;
    }
    return made;
  }

  async itemsBetween(order_id: string, from: string, to: string) {
    const between: [string, string] = [`ITEM#${from}`, `ITEM#${to}`];
    const asked = this.#of.table.build(QueryCommand).query({ partition: `ORDER#${order_id}`, range: { between } });
    return (await asked.entities(this.#of.line).options(everything).send()).Items ?? [];
  }

  async account(customer_id: string) {
    const { order, payment } = this.#of;
    const asked = this.#of.table.build(QueryCommand).query({ index: "GSI1", partition: `CUSTOMER#${customer_id}` });
    const { Items: found = [] } = await asked.entities(order, payment).options(everything).send();
    const made: { orders: Order[]; payments: Payment[] } = { orders: [], payments: [] };
    for (const one of found) {
      if ("reference" in one) made.payments.push(one);
      else made.orders.push(one);
    }
    return made;
  }

  async #orders(index: "GSI1" | "GSI2" | "GSI3", partition: string, from: string, to: string) {
    const asked = this.#of.table.build(QueryCommand).query({ index, partition, range: { between: [from, to] } });
    return (await asked.entities(this.#of.order).options(everything).send()).Items ?? [];
  }

  ordersFrom = (id: string, from: string) => this.#orders("GSI1", `CUSTOMER#${id}`, `ORDER#${from}`, "ORDER$");

  ordersTo = (id: string, to: string) => this.#orders("GSI1", `CUSTOMER#${id}`, "ORDER#", `ORDER#${to}`);

  ordersBetween = (id: string, from: string, to: string) =>
    this.#orders("GSI1", `CUSTOMER#${id}`, `ORDER#${from}`, `ORDER#${to}`);

  ordersAfter = (id: string, at: string) => this.#orders("GSI1", `CUSTOMER#${id}`, after(`ORDER#${at}`), "ORDER$");

  async ordersBefore(id: string, at: string) {
    const query = { index: "GSI1", partition: `CUSTOMER#${id}`, range: { lt: `ORDER#${at}` } } as const;
    const asked = this.#of.table.build(QueryCommand).query(query);
    return (await asked.entities(this.#of.order).options(everything).send()).Items ?? [];
  }

  async newestOrders(id: string) {
    const query = { index: "GSI1", partition: `CUSTOMER#${id}`, range: { beginsWith: "ORDER#" } } as const;
    const asked = this.#of.table.build(QueryCommand).query(query).entities(this.#of.order);
    return (await asked.options({ reverse: true, limit: 3 }).send()).Items ?? [];
  }

  async #payments(index: "GSI1" | "GSI2", id: string, from: string, to: string) {
    const query = { index, partition: `CUSTOMER#${id}`, range: { between: [from, to] as [string, string] } };
    const asked = this.#of.table.build(QueryCommand).query(query);
    return (await asked.entities(this.#of.payment).options(everything).send()).Items ?? [];
  }

  paymentsFrom = (id: string, from: string) => this.#payments("GSI1", id, `PAYMENT#${from}`, "PAYMENT$");

  ordersOfStatus = (status: Status, from: string) =>
    this.#orders("GSI3", `STATUS#${status}`, `ORDER#${from}`, "ORDER$");

  ordersOfDepot = (carrier: string, depot: string) =>
    this.#orders("GSI2", `DEPOT#${carrier}#${depot}`, "ORDER#", "ORDER$");

  paymentsByAmount = (id: string, from: number, to: number) =>
    this.#payments("GSI2", id, `PAYMENT#${sortable(from)}`, `PAYMENT#${sortable(to)}`);

  async change(change: Change, order?: Order) {
    if (change.does === "correct_amount") {
      const { does: _, ...set } = change;
      return this.#of.payment
        .build(UpdateItemCommand)
        .item(set)
        .options({ condition: { attr: "provider", exists: true } })
        .send();
    }
    const update = this.#of.order.build(UpdateItemCommand).options({ condition: { attr: "order_id", exists: true } });
    const { does: _, ...set } = change;
    switch (change.does) {
      case "drop_note":
        return update.item({ ...set, note: $remove() }).send();
      case "call_back":
        return update.item({ ...set, carrier: $remove(), depot: $remove() }).send();
      case "dispatch":
        return update.item(order ? { ...set, placed_at: order.placed_at } : set).send();
      case "move_depot":
        return update.item(order ? { ...set, carrier: order.carrier, placed_at: order.placed_at } : set).send();
      default:
        return update.item(set).send();
    }
  }
}

export const contender: Contender = {
  name: "dynamodb-toolbox",
  asksForMembers: true,
  connect: (client, table) => new ToolboxShop(client, table),
  entity: (one) => String(one["_et"]),
};
