import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  ConditionFailed,
  ShopClient,
  customerId,
  items,
  orderId,
} from "./index.js";

const shop = new ShopClient(new DynamoDBClient({}));

/** All orders of a customer, the newest first, page after page. */
export async function* history(customer: string) {
  const customer_id = customerId(customer);
  yield* items((cursor) =>
    shop.orders_of_customer({ customer_id }, { cursor }),
  );
}

/** Ships an order that is paid; of another it says what it is instead. */
export async function ship(order: string): Promise<string> {
  try {
    await shop.ship_order({ order_id: orderId(order) });
    return "shipped";
  } catch (error) {
    if (error instanceof ConditionFailed && error.current?.entity === "Order") {
      return `still ${error.current.row.status}`;
    }
    throw error;
  }
}
