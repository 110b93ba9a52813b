//@ number_of
/// How many rows some requests match.
async fn number_of(asks: Vec<Option<QueryFluentBuilder>>) -> Result<u64, Error> {
    let counts = asks.into_iter().flatten().map(number_of_one);
    together(counts).await.into_iter().sum()
}
//@ number_of_one
/// How many rows a request matches.
async fn number_of_one(ask: QueryFluentBuilder) -> Result<u64, Error> {
    let (mut count, mut start) = (0, None);
    loop {
        let answer = ask.clone().set_exclusive_start_key(start).send().await?;
        count += u64::try_from(answer.count).unwrap_or(0);
        start = answer.last_evaluated_key;
        if start.is_none() {
            return Ok(count);
        }
    }
}
//@ number_scanned
/// How many rows some scans match.
async fn number_scanned(asks: Vec<Option<ScanFluentBuilder>>) -> Result<u64, Error> {
    let counts = asks.into_iter().flatten().map(number_scanned_one);
    together(counts).await.into_iter().sum()
}
//@ number_scanned_one
/// How many rows a scan matches.
async fn number_scanned_one(ask: ScanFluentBuilder) -> Result<u64, Error> {
    let (mut count, mut start) = (0, None);
    loop {
        let answer = ask.clone().set_exclusive_start_key(start).send().await?;
        count += u64::try_from(answer.count).unwrap_or(0);
        start = answer.last_evaluated_key;
        if start.is_none() {
            return Ok(count);
        }
    }
}
