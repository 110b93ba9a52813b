use shop_table::{CustomerId, Error, Failure, Item, Order, OrderId, ShopTable};

/// All orders of a customer, the newest first, page after page.
pub async fn history(shop: &ShopTable, customer: &CustomerId) -> Result<Vec<Order>, Error> {
    let mut orders = Vec::new();
    let mut pages = shop.orders_of_customer_pages(customer);
    while let Some(page) = pages.next_page().await? {
        orders.extend(page.items);
    }
    Ok(orders)
}

/// Ships an order that is paid; of another it says what it is instead.
pub async fn ship(shop: &ShopTable, order: &OrderId) -> Result<String, Error> {
    match shop.ship_order(order).await {
        Ok(()) => Ok("shipped".to_owned()),
        Err(Error::ConditionFailed(failed)) if failed.failure == Failure::Condition => {
            match failed.current {
                Some(Item::Order(order)) => Ok(format!("still {}", order.status)),
                _ => Ok("gone".to_owned()),
            }
        }
        Err(error) => Err(error),
    }
}
