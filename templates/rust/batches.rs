//@ get_rows
/// The items of some keys, in the order of the keys; equal keys are asked once, missing items are left out.
async fn get_rows(
    client: &Client,
    table: &str,
    keys: Vec<Row>,
    asked: KeysAndAttributesBuilder,
) -> Result<Vec<Row>, Error> {
    let mut distinct: Vec<Row> = Vec::new();
    for key in keys {
        if !distinct.contains(&key) {
            distinct.push(key);
        }
    }
    let mut found: Vec<Row> = Vec::new();
    for chunk in distinct.chunks(100) {
        let mut left = chunk.to_vec();
        for attempt in 0.. {
            let keys = asked.clone().set_keys(Some(left)).build()?;
            let answer = client
                .batch_get_item()
                .request_items(table, keys)
                .send()
                .await?;
            let mut items = answer.responses.unwrap_or_default();
            found.extend(items.remove(table).unwrap_or_default());
            let mut unread = answer.unprocessed_keys.unwrap_or_default();
            left = unread
                .remove(table)
                .map(|keys| keys.keys)
                .unwrap_or_default();
            if left.is_empty() {
                break;
            }
            if attempt == ATTEMPTS {
                return Err(Error::Unprocessed(left));
            }
            pause(client, attempt).await;
        }
    }
    let of = |key: &Row| {
        let fits = |item: &&Row| {
            key.iter()
                .all(|(name, value)| item.get(name) == Some(value))
        };
        found.iter().find(fits).cloned()
    };
    Ok(distinct.iter().filter_map(of).collect())
}
//@ pause
/// Waits before the next attempt: a random time that may be twice as long each time.
async fn pause(client: &Client, attempt: u32) {
    let most = 50 << attempt.min(8);
    let millis = RandomState::new().build_hasher().finish() % most;
    if let Some(sleep) = client.config().sleep_impl() {
        sleep.sleep(Duration::from_millis(millis)).await;
    }
}
