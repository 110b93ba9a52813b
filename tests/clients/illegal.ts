// What must not compile of the shop's client: each of these lines has an error, or the compiler complains of the comment.

import {
  ShopClient,
  customerId,
  decimal,
  keyOfOrder,
  orderId,
  productId,
  timestamp,
} from "./index.js";
import type { CustomerId, Order, OrderId, OrderStatus } from "./index.js";

declare const client: ShopClient;
declare const order: Order;

const order_id: OrderId = orderId("o");
const customer_id: CustomerId = customerId("c");

// What compiles.
void client.ship_order({ order_id });
void client.orders_of_customer({ customer_id }, { cursor: undefined });
void keyOfOrder({ order_id });

// A write takes what its pattern names, and no attribute beside it: neither a part of a key nor any other.
// @ts-expect-error
void client.ship_order({ order_id, status: "placed" });
// @ts-expect-error
void client.ship_order({ order_id, placed_at: timestamp(0) });
// @ts-expect-error
void client.ship_order({ order_id, customer_id });
// @ts-expect-error
void client.ship_order({});

// There is no other way to write: no setter, no put of an order that no pattern names, no update of anything.
// @ts-expect-error
void client.update_order({ order_id }, { customer_id });
// @ts-expect-error
void client.put_order(order);

// A row is what was read, not a way to write.
// @ts-expect-error
order.status = "shipped";
// @ts-expect-error
order.customer_id = customer_id;
// @ts-expect-error
delete order.note;

// A key of several members needs all of them.
// @ts-expect-error
void client.orders_placed_between({ customer_id });
// @ts-expect-error
void client.orders_placed_between({ status: "placed" });

// Identifiers are told apart, and made on purpose.
// @ts-expect-error
void client.ship_order({ order_id: customer_id });
// @ts-expect-error
void client.ship_order({ order_id: "o" });
// @ts-expect-error
void client.orders_of_product({ product_id: order_id });

// Values have the types that the design says.
// @ts-expect-error
const status: OrderStatus = "lost";
// @ts-expect-error
void client.orders_placed_between({ customer_id, status: "placed", from: "2026-01-01" });

const item = { price: decimal("1"), product_id: productId("p"), quantity: 1n };
const place = { customer_id, order_id, placed_at: timestamp(0), total: decimal(1) };
void client.place_order({ ...place, OrderItem: [item] });
// @ts-expect-error
void client.place_order({ ...place, total: 1, OrderItem: [item] });
// @ts-expect-error
void client.place_order({ ...place, OrderItem: [{ ...item, quantity: 1.5 }] });
// @ts-expect-error
void client.place_order(place);

// A read of an index cannot be strongly consistent; one of the table can.
void client.get_customer({ customer_id }, { consistent: true });
// @ts-expect-error
void client.customer_by_email({ email: "e" }, { consistent: true });

export { status };
