// The client that `design` generates: there is nothing to model, and nothing to decide.

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import {
  BenchShopClient,
  customerId,
  items,
  orderId,
  orderItemProductId,
  pages,
  paymentProvider,
  paymentReference,
  timestamp,
} from "../generated/index.js";
import type { Change, Contender, Order, OrderItem, Payment, Shop, Status } from "./model.js";

async function all<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const made: Row[] = [];
  for await (const row of rows) made.push(row);
  return made;
}

class DesignShop implements Shop {
  readonly #client: BenchShopClient;

  constructor(client: DynamoDBClient) {
    this.#client = new BenchShopClient(client);
  }

  putCustomer = (of: { customer_id: string; name: string; email: string }) =>
    this.#client.put_customer({ ...of, customer_id: customerId(of.customer_id) });

  putOrder = (of: Order) =>
    this.#client.put_order({
      ...of,
      order_id: orderId(of.order_id),
      customer_id: customerId(of.customer_id),
      placed_at: timestamp(of.placed_at),
    });

  putItem = (of: OrderItem) =>
    this.#client.put_item({
      ...of,
      order_id: orderId(of.order_id),
      product_id: orderItemProductId(of.product_id),
    });

  putPayment = (of: Payment) =>
    this.#client.put_payment({
      ...of,
      provider: paymentProvider(of.provider),
      reference: paymentReference(of.reference),
      customer_id: customerId(of.customer_id),
      paid_at: timestamp(of.paid_at),
    });

  getCustomer = (id: string) => this.#client.get_customer({ customer_id: customerId(id) });

  getOrder = (id: string) => this.#client.get_order({ order_id: orderId(id) });

  getPayment = (provider: string, reference: string) =>
    this.#client.get_payment({ provider: paymentProvider(provider), reference: paymentReference(reference) });

  async orderWithItems(id: string) {
    let order: Order | undefined;
    const found: OrderItem[] = [];
    for await (const page of pages((cursor) => this.#client.order_with_items({ order_id: orderId(id) }, { cursor }))) {
      order ??= page.order;
      found.push(...page.orderItem);
    }
    return { order, items: found };
  }

  itemsBetween = (id: string, from: string, to: string) =>
    all(
      items((cursor) =>
        this.#client.items_between(
          { order_id: orderId(id), from: orderItemProductId(from), to: orderItemProductId(to) },
          { cursor },
        ),
      ),
    );

  async account(id: string) {
    const orders: Order[] = [];
    const payments: Payment[] = [];
    for await (const page of pages((cursor) => this.#client.account({ customer_id: customerId(id) }, { cursor }))) {
      orders.push(...page.order);
      payments.push(...page.payment);
    }
    return { orders, payments };
  }

  #orders = (id: string, from: string | undefined, to: string | undefined) =>
    all(
      items((cursor) =>
        this.#client.orders_between(
          {
            customer_id: customerId(id),
            from: from === undefined ? undefined : timestamp(from),
            to: to === undefined ? undefined : timestamp(to),
          },
          { cursor },
        ),
      ),
    );

  ordersFrom = (id: string, from: string) => this.#orders(id, from, undefined);

  ordersTo = (id: string, to: string) => this.#orders(id, undefined, to);

  ordersBetween = (id: string, from: string, to: string) => this.#orders(id, from, to);

  ordersAfter = (id: string, at: string) =>
    all(
      items((cursor) =>
        this.#client.orders_after({ customer_id: customerId(id), placed_at: timestamp(at) }, { cursor }),
      ),
    );

  ordersBefore = (id: string, at: string) =>
    all(
      items((cursor) =>
        this.#client.orders_before({ customer_id: customerId(id), placed_at: timestamp(at) }, { cursor }),
      ),
    );

  async newestOrders(id: string) {
    return [...(await this.#client.newest_orders({ customer_id: customerId(id) })).items];
  }

  paymentsFrom = (id: string, from: string) =>
    all(
      items((cursor) =>
        this.#client.payments_between({ customer_id: customerId(id), from: timestamp(from) }, { cursor }),
      ),
    );

  ordersOfStatus = (status: Status, from: string) =>
    all(items((cursor) => this.#client.orders_of_status({ status, from: timestamp(from) }, { cursor })));

  ordersOfDepot = (carrier: string, depot: string) =>
    all(items((cursor) => this.#client.orders_of_depot({ carrier, depot }, { cursor })));

  paymentsByAmount = (id: string, from: number, to: number) =>
    all(items((cursor) => this.#client.payments_by_amount({ customer_id: customerId(id), from, to }, { cursor })));

  change(change: Change) {
    if (change.does === "correct_amount") {
      return this.#client.correct_amount({
        provider: paymentProvider(change.provider),
        reference: paymentReference(change.reference),
        amount: change.amount,
      });
    }
    const order_id = orderId(change.order_id);
    switch (change.does) {
      case "set_status":
        return this.#client.set_status({ order_id, status: change.status });
      case "set_total":
        return this.#client.set_total({ order_id, total: change.total });
      case "set_note":
        return this.#client.set_note({ order_id, note: change.note });
      case "drop_note":
        return this.#client.drop_note({ order_id });
      case "dispatch":
        return this.#client.dispatch({ order_id, carrier: change.carrier, depot: change.depot });
      case "move_depot":
        return this.#client.move_depot({ order_id, depot: change.depot });
      case "call_back":
        return this.#client.call_back({ order_id });
    }
  }
}

export const contender: Contender = {
  name: "design",
  asksForMembers: false,
  connect: (client) => new DesignShop(client),
  entity: (item) => String(item["_type"]),
};
