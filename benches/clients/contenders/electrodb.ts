// ElectroDB, as its documentation has it: entities with composites, a service for what is read together, `patch` for
// changes, `padding` for numbers in keys, `limit` for the first few.
// Sort keys end with the attribute that a range is over, so that all of its comparisons are exact.
// The index by depot has no `condition`: with one, an order without a carrier and depot cannot be put at all.

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Entity, Service } from "electrodb";

import type { Change, Contender, Customer, Order, OrderItem, Payment, Shop, Status } from "./model.js";

type Casing = "default" | "none";

function service(client: DynamoDBDocumentClient, table: string, casing: Casing) {
  const customer = new Entity(
    {
      model: { entity: "customer", version: "1", service: "shop" },
      attributes: {
        customer_id: { type: "string", required: true },
        name: { type: "string", required: true },
        email: { type: "string", required: true },
      },
      indexes: {
        primary: {
          pk: { field: "PK", composite: ["customer_id"], casing },
          sk: { field: "SK", composite: [], casing },
        },
      },
    },
    { client, table },
  );
  const order = new Entity(
    {
      model: { entity: "order", version: "1", service: "shop" },
      attributes: {
        order_id: { type: "string", required: true },
        customer_id: { type: "string", required: true, readOnly: true },
        status: { type: ["placed", "paid", "shipped", "cancelled"] as const, required: true },
        placed_at: { type: "string", required: true, readOnly: true },
        total: { type: "number", required: true },
        carrier: { type: "string" },
        depot: { type: "string" },
        note: { type: "string" },
      },
      indexes: {
        primary: {
          collection: "whole",
          pk: { field: "PK", composite: ["order_id"], casing },
          sk: { field: "SK", composite: [], casing },
        },
        byCustomer: {
          index: "GSI1",
          collection: "account",
          pk: { field: "GSI1PK", composite: ["customer_id"], casing },
          sk: { field: "GSI1SK", composite: ["placed_at"], casing },
        },
        byDepot: {
          index: "GSI2",
          pk: { field: "GSI2PK", composite: ["carrier", "depot"], casing },
          sk: { field: "GSI2SK", composite: ["placed_at"], casing },
        },
        byStatus: {
          index: "GSI3",
          pk: { field: "GSI3PK", composite: ["status"], casing },
          sk: { field: "GSI3SK", composite: ["placed_at"], casing },
        },
      },
    },
    { client, table },
  );
  const item = new Entity(
    {
      model: { entity: "item", version: "1", service: "shop" },
      attributes: {
        order_id: { type: "string", required: true },
        product_id: { type: "string", required: true },
        quantity: { type: "number", required: true },
        price: { type: "number", required: true },
      },
      indexes: {
        primary: {
          collection: "whole",
          pk: { field: "PK", composite: ["order_id"], casing },
          sk: { field: "SK", composite: ["product_id"], casing },
        },
      },
    },
    { client, table },
  );
  const payment = new Entity(
    {
      model: { entity: "payment", version: "1", service: "shop" },
      attributes: {
        provider: { type: "string", required: true },
        reference: { type: "string", required: true },
        customer_id: { type: "string", required: true, readOnly: true },
        paid_at: { type: "string", required: true, readOnly: true },
        amount: { type: "number", required: true, padding: { length: 12, char: "0" } },
      },
      indexes: {
        primary: {
          pk: { field: "PK", composite: ["provider"], casing },
          sk: { field: "SK", composite: ["reference"], casing },
        },
        byCustomer: {
          index: "GSI1",
          collection: "account",
          pk: { field: "GSI1PK", composite: ["customer_id"], casing },
          sk: { field: "GSI1SK", composite: ["paid_at"], casing },
        },
        byAmount: {
          index: "GSI2",
          pk: { field: "GSI2PK", composite: ["customer_id"], casing },
          sk: { field: "GSI2SK", composite: ["amount"], casing },
        },
      },
    },
    { client, table },
  );
  return new Service({ customer, order, item, payment }, { client, table });
}

const everything = { pages: "all" } as const;

class ElectroShop implements Shop {
  readonly #shop: ReturnType<typeof service>;

  constructor(client: DynamoDBClient, table: string, casing: Casing) {
    this.#shop = service(DynamoDBDocumentClient.from(client), table, casing);
  }

  putCustomer = (of: Customer) => this.#shop.entities.customer.put(of).go();

  putOrder = (of: Order) => this.#shop.entities.order.put(of).go();

  putItem = (of: OrderItem) => this.#shop.entities.item.put(of).go();

  putPayment = (of: Payment) => this.#shop.entities.payment.put(of).go();

  async getCustomer(customer_id: string) {
    return (await this.#shop.entities.customer.get({ customer_id }).go()).data ?? undefined;
  }

  async getOrder(order_id: string) {
    return (await this.#shop.entities.order.get({ order_id }).go()).data ?? undefined;
  }

  async getPayment(provider: string, reference: string) {
    return (await this.#shop.entities.payment.get({ provider, reference }).go()).data ?? undefined;
  }

  async orderWithItems(order_id: string) {
    const { data } = await this.#shop.collections.whole({ order_id }).go(everything);
    return { order: data.order[0], items: data.item };
  }

  async itemsBetween(order_id: string, from: string, to: string) {
    const asked = this.#shop.entities.item.query.primary({ order_id });
    return (await asked.between({ product_id: from }, { product_id: to }).go(everything)).data;
  }

  async account(customer_id: string) {
    const { data } = await this.#shop.collections.account({ customer_id }).go(everything);
    return { orders: data.order, payments: data.payment };
  }

  #orders = (customer_id: string) => this.#shop.entities.order.query.byCustomer({ customer_id });

  async ordersFrom(id: string, from: string) {
    return (await this.#orders(id).gte({ placed_at: from }).go(everything)).data;
  }

  async ordersTo(id: string, to: string) {
    return (await this.#orders(id).lte({ placed_at: to }).go(everything)).data;
  }

  async ordersBetween(id: string, from: string, to: string) {
    return (await this.#orders(id).between({ placed_at: from }, { placed_at: to }).go(everything)).data;
  }

  async ordersAfter(id: string, placed_at: string) {
    return (await this.#orders(id).gt({ placed_at }).go(everything)).data;
  }

  async ordersBefore(id: string, placed_at: string) {
    return (await this.#orders(id).lt({ placed_at }).go(everything)).data;
  }

  async newestOrders(id: string) {
    return (await this.#orders(id).go({ order: "desc", limit: 3 })).data;
  }

  async paymentsFrom(customer_id: string, from: string) {
    const asked = this.#shop.entities.payment.query.byCustomer({ customer_id });
    return (await asked.gte({ paid_at: from }).go(everything)).data;
  }

  async ordersOfStatus(status: Status, from: string) {
    return (await this.#shop.entities.order.query.byStatus({ status }).gte({ placed_at: from }).go(everything)).data;
  }

  async ordersOfDepot(carrier: string, depot: string) {
    return (await this.#shop.entities.order.query.byDepot({ carrier, depot }).go(everything)).data;
  }

  async paymentsByAmount(customer_id: string, from: number, to: number) {
    const asked = this.#shop.entities.payment.query.byAmount({ customer_id });
    return (await asked.between({ amount: from }, { amount: to }).go(everything)).data;
  }

  async change(change: Change, order?: Order) {
    if (change.does === "correct_amount") {
      const { provider, reference, amount } = change;
      return this.#shop.entities.payment.patch({ provider, reference }).set({ amount }).go();
    }
    const patch = this.#shop.entities.order.patch({ order_id: change.order_id });
    switch (change.does) {
      case "set_status": {
        const set = patch.set({ status: change.status });
        return (order ? set.composite({ placed_at: order.placed_at }) : set).go();
      }
      case "set_total":
        return patch.set({ total: change.total }).go();
      case "set_note":
        return patch.set({ note: change.note }).go();
      case "drop_note":
        return patch.remove(["note"]).go();
      case "dispatch": {
        const set = patch.set({ carrier: change.carrier, depot: change.depot });
        return (order ? set.composite({ placed_at: order.placed_at }) : set).go();
      }
      case "move_depot": {
        const set = patch.set({ depot: change.depot });
        if (!order) return set.go();
        const { placed_at, carrier } = order;
        return set.composite(carrier === undefined ? { placed_at } : { placed_at, carrier }).go();
      }
      case "call_back": {
        const removed = patch.remove(["carrier", "depot"]);
        return (order ? removed.composite({ placed_at: order.placed_at }) : removed).go();
      }
    }
  }
}

export const contender: Contender = {
  name: "ElectroDB",
  asksForMembers: true,
  connect: (client, table) => new ElectroShop(client, table, "default"),
  entity: (item) => String(item["__edb_e__"]),
};

/** With an option that its documentation advises against without good reason: keys keep their case. */
export const cased: Contender = {
  ...contender,
  name: 'ElectroDB with `casing: "none"`',
  connect: (client, table) => new ElectroShop(client, table, "none"),
};
