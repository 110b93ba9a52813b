// What each of the contenders implements: the patterns of `design.yaml`, in the terms of the application.
//
// Names are those of the stored attributes in all of them, so that bytes differ only by what a library adds.

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

export type Status = "placed" | "paid" | "shipped" | "cancelled";

export interface Customer {
  customer_id: string;
  name: string;
  email: string;
}

export interface Order {
  order_id: string;
  customer_id: string;
  status: Status;
  placed_at: string;
  total: number;
  carrier?: string | undefined;
  depot?: string | undefined;
  note?: string | undefined;
}

export interface OrderItem {
  order_id: string;
  product_id: string;
  quantity: number;
  price: number;
}

export interface Payment {
  provider: string;
  reference: string;
  customer_id: string;
  paid_at: string;
  amount: number;
}

/** A change of one item, with what the application knows when it makes it: the key, and the new values. */
export type Change =
  | { does: "set_status"; order_id: string; status: Status }
  | { does: "set_total"; order_id: string; total: number }
  | { does: "set_note"; order_id: string; note: string }
  | { does: "drop_note"; order_id: string }
  | { does: "dispatch"; order_id: string; carrier: string; depot: string }
  | { does: "move_depot"; order_id: string; depot: string }
  | { does: "call_back"; order_id: string }
  | { does: "correct_amount"; provider: string; reference: string; amount: number };

export interface Shop {
  putCustomer(of: Customer): Promise<unknown>;
  putOrder(of: Order): Promise<unknown>;
  putItem(of: OrderItem): Promise<unknown>;
  putPayment(of: Payment): Promise<unknown>;

  getCustomer(customer_id: string): Promise<Customer | undefined>;
  getOrder(order_id: string): Promise<Order | undefined>;
  getPayment(provider: string, reference: string): Promise<Payment | undefined>;

  orderWithItems(order_id: string): Promise<{ order: Order | undefined; items: OrderItem[] }>;
  itemsBetween(order_id: string, from: string, to: string): Promise<OrderItem[]>;
  account(customer_id: string): Promise<{ orders: Order[]; payments: Payment[] }>;
  ordersFrom(customer_id: string, from: string): Promise<Order[]>;
  ordersTo(customer_id: string, to: string): Promise<Order[]>;
  ordersBetween(customer_id: string, from: string, to: string): Promise<Order[]>;
  ordersAfter(customer_id: string, placed_at: string): Promise<Order[]>;
  ordersBefore(customer_id: string, placed_at: string): Promise<Order[]>;
  newestOrders(customer_id: string): Promise<Order[]>;
  paymentsFrom(customer_id: string, from: string): Promise<Payment[]>;
  ordersOfStatus(status: Status, from: string): Promise<Order[]>;
  ordersOfDepot(carrier: string, depot: string): Promise<Order[]>;
  paymentsByAmount(customer_id: string, from: number, to: number): Promise<Payment[]>;

  /** Makes the change. With `order`, as it is now, where the library's documentation asks for the other members of
   * an index key; without, as the call type-checks. */
  change(change: Change, order?: Order): Promise<unknown>;
}

/** A library, or the generated client, with the entity that it says an item is of. */
export interface Contender {
  readonly name: string;
  /** Whether a change has to be given the other members of the index keys that it touches. */
  readonly asksForMembers: boolean;
  connect(client: DynamoDBClient, table: string): Shop;
  entity(item: Readonly<Record<string, unknown>>): string;
}
