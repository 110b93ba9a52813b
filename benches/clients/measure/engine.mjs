// One engine for all: dynalite in memory, a fresh one for each measure, with the table of the plan.

import dynalite from "dynalite";
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";

/** The table of a plan of `design`; the others use the same names, so that bytes are compared like for like. */
function tableOf(plan) {
  const [table] = plan.tables;
  const types = new Map();
  const schema = (key) =>
    [key.partition, key.sort].flatMap((parts, place) =>
      parts.map(({ attribute, type }) => {
        types.set(attribute, type);
        return { AttributeName: attribute, KeyType: place === 0 ? "HASH" : "RANGE" };
      }),
    );
  const made = {
    TableName: table.name,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: schema(table.key),
    GlobalSecondaryIndexes: table.indexes.map((index) => ({
      IndexName: index.name,
      KeySchema: schema(index.key),
      Projection: { ProjectionType: index.projection.type },
    })),
  };
  made.AttributeDefinitions = [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
  return made;
}

/** What a run of a measure has: the shop of one contender on an empty table, and what goes over the wire. */
export async function open(plan, contender) {
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${server.address().port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "none", secretAccessKey: "none" },
    maxAttempts: 1,
  });
  const table = tableOf(plan);
  await client.send(new CreateTableCommand(table));
  const status = async () => (await client.send(new DescribeTableCommand(table))).Table.TableStatus;
  while ((await status()) !== "ACTIVE") await new Promise((resolve) => setTimeout(resolve, 5));
  const seen = { requests: 0, read: 0 };
  const count = (next) => async (given) => {
    const answer = await next(given);
    seen.requests += 1;
    seen.read += answer.output.ScannedCount ?? (answer.output.Item === undefined ? 0 : 1);
    return answer;
  };
  client.middlewareStack.add(count, { step: "initialize", name: "count" });
  return {
    shop: contender.connect(client, table.TableName),
    seen,
    indexes: table.GlobalSecondaryIndexes.map((index) => ({
      name: index.IndexName,
      keys: index.KeySchema.map((key) => key.AttributeName),
    })),
    /** Everything in the table or in an index. */
    async scan(IndexName) {
      const found = [];
      let ExclusiveStartKey;
      do {
        const page = await client.send(new ScanCommand({ TableName: table.TableName, IndexName, ExclusiveStartKey }));
        found.push(...page.Items);
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      return found;
    },
    async close() {
      client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The size of an item by DynamoDB's rule: names and values in UTF-8, numbers two digits a byte and one more. */
export function size(item) {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + sizeOf(value);
  return bytes;
}

function sizeOf(value) {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) {
    const digits = value.N.replace(/[^0-9]/g, "").replace(/^0+|0+$/g, "");
    return Math.ceil(digits.length / 2) + 1 + (value.N.startsWith("-") ? 1 : 0);
  }
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  throw new Error(`nobody writes such values here: ${JSON.stringify(value)}`);
}

/** Attributes of a stored item as plain values. */
export function plain(item) {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, value.N === undefined ? value.S : Number(value.N)]),
  );
}
