/** An item, a key, or a part of one, as the service has it. */
export type Item = Record<string, AttributeValue>;

/** An item of an entity. */
export interface Of<Name extends string, Row> {
  readonly entity: Name;
  readonly row: Row;
}

/** What is known of an instance: attributes with their values; one that is missing may be absent or `undefined`. */
export type State<Row> = {
  readonly [Name in keyof Row]?: Row[Name] | undefined;
};

declare const brand: unique symbol;

/** An instant, as `2026-11-20T10:00:00.123Z`; made by `timestamp`. */
export type Timestamp = string & { readonly [brand]: "Timestamp" };

/** A day, as `2026-11-20`; made by `day`. */
export type Day = string & { readonly [brand]: "Day" };

/** A month, as `2026-11`; made by `month`. */
export type Month = string & { readonly [brand]: "Month" };

/** An exact decimal number, as `-12.5`; made by `decimal`. */
export type Decimal = string & { readonly [brand]: "Decimal" };

/** A number inside of a list, map or set that neither `number` nor `bigint` has exactly. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = canonical(text);
  }
}

/** What lists and maps hold. */
export type Data =
  | null
  | boolean
  | number
  | bigint
  | string
  | ExactNumber
  | Uint8Array
  | readonly Data[]
  | ReadonlySet<string | number | bigint | ExactNumber>
  | DataMap;

/** A map of anything. */
export interface DataMap {
  readonly [name: string]: Data;
}

/** What sets of numbers hold. */
export type Numeric = number | bigint | ExactNumber;

/** The instant of a date, of milliseconds since 1970, or of its text. */
export function timestamp(of: Date | number | string): Timestamp {
  const date = new Date(of);
  const text = Number.isNaN(date.getTime()) ? "" : date.toISOString();
  if (!/^\d{4}-/.test(text)) {
    throw new Refused("no instant of the years 0000 to 9999");
  }
  return text as Timestamp;
}

/** The day of its text. */
export function day(of: string): Day {
  return dayText(of) as Day;
}

/** The month of its text. */
export function month(of: string): Month {
  return monthText(of) as Month;
}

/** The decimal number of a number or its text. */
export function decimal(of: string | number | bigint): Decimal {
  return canonical(String(of)) as Decimal;
}

/** What the caller gave cannot be written or asked for; nothing was sent. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** What came from the table is not what the design says of it. */
export class Unexpected extends Error {
  override readonly name = "Unexpected";
}

/** What a condition of a write says of the stored item. */
export type Failure = "exists" | "not_found" | "not_unique" | "condition";

/** A condition of a write did not hold; nothing was written. */
export class ConditionFailed extends Error {
  override readonly name = "ConditionFailed";
  /** The function. */
  readonly pattern: string;
  /** The step of it. */
  readonly step: string;
  /** What did not hold. */
  readonly failure: Failure;
  /** The entity whose item it is about. */
  readonly entity: Entity["entity"];
  /** The item as it is stored; missing where there is none, or where the condition was about a guard. */
  readonly current: Entity | undefined;

  constructor(
    pattern: string,
    step: string,
    failure: Failure,
    entity: Entity["entity"],
    current: Entity | undefined,
  ) {
    super(`${pattern}: ${failure} (${step})`);
    this.pattern = pattern;
    this.step = step;
    this.failure = failure;
    this.entity = entity;
    this.current = current;
  }
}

/** Values that a write rests on changed again and again between its read and its write. */
export class Conflict extends Error {
  override readonly name = "Conflict";
}

/** The service left keys unprocessed again and again. */
export class Unprocessed extends Error {
  override readonly name = "Unprocessed";
  /** The keys that were not read. */
  readonly keys: readonly Item[];

  constructor(keys: readonly Item[]) {
    super(`${String(keys.length)} keys were left unprocessed`);
    this.keys = keys;
  }
}

/** What can stop a call; an `AbortSignal` is one. */
export interface Signal {
  readonly aborted: boolean;
  onabort: ((this: never, event: never) => unknown) | null;
}

/** Options of every call. */
export interface CallOptions {
  /** Stops the call. */
  readonly abortSignal?: Signal | undefined;
  /** Another client for this call. */
  readonly client?: Pick<DynamoDBClient, "send"> | undefined;
}

/** Options of reads whose items can be over their time. */
export interface ExpiringOptions {
  /** Whether items over their time are wanted too, until they are deleted. */
  readonly expired?: boolean | undefined;
}

/** Options of reads that can be strongly consistent. */
export interface ConsistentOptions {
  /** Whether every earlier write must be seen, at twice the price. */
  readonly consistent?: boolean | undefined;
}

/** Options of reads in pages. */
export interface PageOptions {
  /** Where the page before ended. */
  readonly cursor?: string | undefined;
}

/** Options of transactions. */
export interface TransactionOptions {
  /** A token of at most 36 characters: the same call with it, within ten minutes, is done once. It goes with the first
   * attempt of a call. */
  readonly clientRequestToken?: string | undefined;
}

/** What the client is made with. */
export interface ClientOptions {
  /** The clock, in milliseconds since 1970; `Date.now` where nothing else is said. */
  readonly now?: (() => number) | undefined;
  /** How to wait, in milliseconds. */
  readonly sleep?: ((milliseconds: number) => Promise<void>) | undefined;
}

/** What sends the requests of one call. */
interface Sender {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly options: { readonly abortSignal?: Signal };
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Names and values of expressions. */
type Names = Record<string, string>;
type Values = Record<string, AttributeValue>;

declare function setTimeout(run: () => void, milliseconds: number): unknown;

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** Every page of a read, one after the other: `pages((cursor) => client.orders({ … }, { cursor }))`. */
export async function* pages<
  Page extends { readonly cursor: string | undefined },
>(
  read: (cursor: string | undefined) => Promise<Page>,
): AsyncGenerator<Page, void, void> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield page;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Every item of a read in pages: `items((cursor) => client.orders({ … }, { cursor }))`. */
export async function* items<Row>(
  read: (cursor: string | undefined) => Promise<{
    readonly items: readonly Row[];
    readonly cursor: string | undefined;
  }>,
): AsyncGenerator<Row, void, void> {
  for await (const page of pages(read)) {
    yield* page.items;
  }
}

// Values as the service stores them.

/** Text; half of a surrogate pair has no bytes of its own and is refused. */
function text(of: string): AttributeValue.SMember;
function text(of: string | undefined): AttributeValue.SMember | undefined;
function text(of: string | undefined): AttributeValue.SMember | undefined {
  if (of === undefined) {
    return undefined;
  }
  return { S: wellFormed(of) };
}

function wellFormed(of: string): string {
  if (/\p{Surrogate}/u.test(of)) {
    throw new Refused("text with half of a surrogate pair");
  }
  return of;
}

/** Text that may not be empty, because it is a key by itself. */
function nonempty(name: string, of: string): string;
function nonempty(name: string, of: string | undefined): string | undefined;
function nonempty(name: string, of: string | undefined): string | undefined {
  if (of === "") {
    throw new Refused(`empty text in \`${name}\``);
  }
  return of;
}

/** Bytes that may not be empty, because they are a key by themselves. */
function nonemptyBytes(
  name: string,
  of: Uint8Array | undefined,
): Uint8Array | undefined {
  if (of?.length === 0) {
    throw new Refused(`empty text in \`${name}\``);
  }
  return of;
}

function integer(of: number | bigint): AttributeValue.NMember;
function integer(
  of: number | bigint | undefined,
): AttributeValue.NMember | undefined;
function integer(
  of: number | bigint | undefined,
): AttributeValue.NMember | undefined {
  return of === undefined ? undefined : { N: integerText(of) };
}

/** The text of a whole number; a fraction, or what is too large to be exact, is refused. */
function integerText(of: number | bigint): string {
  if (typeof of === "number" && !Number.isSafeInteger(of)) {
    throw new Refused(`${String(of)} is no exact whole number`);
  }
  return BigInt(of).toString();
}

function exact(of: string): AttributeValue.NMember;
function exact(of: string | undefined): AttributeValue.NMember | undefined;
function exact(of: string | undefined): AttributeValue.NMember | undefined {
  return of === undefined ? undefined : { N: canonical(of) };
}

/** The one text of a decimal number: no exponent, no zeros at the end of the fraction. */
function canonical(of: string): string {
  const parts = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(of);
  if (parts === null) {
    throw new Refused(`${JSON.stringify(of)} is no number`);
  }
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts;
  const point = whole.length + Number(exponent);
  const digits = `${whole}${fraction}`;
  const left = digits.slice(0, Math.max(point, 0)).padEnd(point, "0");
  const right = digits
    .slice(Math.max(point, 0))
    .padStart(digits.length - point, "0");
  const before = left.replace(/^0+(?=\d)/, "") || "0";
  const after = right.replace(/0+$/, "");
  const number = after === "" ? before : `${before}.${after}`;
  return sign === "-" && number !== "0" ? `-${number}` : number;
}

function truth(of: boolean): AttributeValue.BOOLMember;
function truth(of: boolean | undefined): AttributeValue.BOOLMember | undefined;
function truth(of: boolean | undefined): AttributeValue.BOOLMember | undefined {
  return of === undefined ? undefined : { BOOL: of };
}

function instant(of: string): AttributeValue.SMember;
function instant(of: string | undefined): AttributeValue.SMember | undefined;
function instant(of: string | undefined): AttributeValue.SMember | undefined {
  return of === undefined ? undefined : { S: instantText(of) };
}

/** The text of an instant, if it is one. */
function instantText(of: string): string {
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
  const date = new Date(shape.test(of) ? of : Number.NaN);
  if (Number.isNaN(date.getTime()) || date.toISOString() !== of) {
    throw new Refused(`${JSON.stringify(of)} is no instant`);
  }
  return of;
}

function bytes(of: Uint8Array): AttributeValue.BMember;
function bytes(of: Uint8Array | undefined): AttributeValue.BMember | undefined;
function bytes(of: Uint8Array | undefined): AttributeValue.BMember | undefined {
  return of === undefined ? undefined : { B: of };
}

/** A set of texts; an empty one is a missing attribute. */
function texts(
  of: ReadonlySet<string> | undefined,
): AttributeValue.SSMember | undefined {
  if (of === undefined || of.size === 0) {
    return undefined;
  }
  return { SS: [...of].map(wellFormed) };
}

/** A set as it is read back: an empty one is a missing attribute. */
function filled<Of>(
  of: ReadonlySet<Of> | undefined,
): ReadonlySet<Of> | undefined {
  return of === undefined || of.size === 0 ? undefined : of;
}

/** A set of numbers; an empty one is a missing attribute. */
function numbers(
  of: ReadonlySet<Numeric> | undefined,
): AttributeValue.NSMember | undefined {
  if (of === undefined || of.size === 0) {
    return undefined;
  }
  return { NS: [...new Set([...of].map(numeral))] };
}

/** The text of any number. */
function numeral(of: Numeric): string {
  return of instanceof ExactNumber ? of.text : canonical(String(of));
}

/** The number of a text: `number` or `bigint` where they have it exactly. */
function numeric(of: string): Numeric {
  const short = canonical(of);
  if (canonical(String(Number(short))) === short) {
    return Number(short);
  }
  return short.includes(".") ? new ExactNumber(short) : BigInt(short);
}

/** A list or map as it is stored. */
function data(of: Data): AttributeValue;
function data(of: Data | undefined): AttributeValue | undefined;
function data(of: Data | undefined): AttributeValue | undefined {
  if (of === undefined) {
    return undefined;
  }
  if (of === null) {
    return { NULL: true };
  }
  if (typeof of === "string") {
    return text(of);
  }
  if (typeof of === "boolean") {
    return { BOOL: of };
  }
  if (
    typeof of === "number" ||
    typeof of === "bigint" ||
    of instanceof ExactNumber
  ) {
    return { N: numeral(of) };
  }
  if (of instanceof Uint8Array) {
    return { B: of };
  }
  if (of instanceof Set) {
    return dataSet(of as ReadonlySet<string | Numeric>);
  }
  if (Array.isArray(of)) {
    return { L: (of as readonly Data[]).map((one) => data(one)) };
  }
  const entries = Object.entries(of as DataMap);
  return {
    M: Object.fromEntries(entries.map(([name, one]) => [name, data(one)])),
  };
}

function dataSet(of: ReadonlySet<string | Numeric>): AttributeValue {
  const some: string[] = [];
  const others: Numeric[] = [];
  for (const one of of) {
    if (typeof one === "string") {
      some.push(one);
    } else {
      others.push(one);
    }
  }
  if (some.length > 0 === others.length > 0) {
    throw new Refused("a set inside of a list or map holds texts or numbers");
  }
  return some.length > 0
    ? { SS: some.map(wellFormed) }
    : { NS: others.map(numeral) };
}

/** Something made of a value, where there is one. */
function maybe<Value, Made>(
  of: Value | undefined,
  make: (of: Value) => Made,
): Made | undefined {
  return of === undefined ? undefined : make(of);
}

/** What cannot be missing here. */
function needed<Value>(of: Value | undefined): Value {
  if (of === undefined) {
    throw new Unexpected("an attribute of a key is missing");
  }
  return of;
}

/** A list of parameter sets, of which there are not too few and not too many. */
function listed<Value>(
  name: string,
  of: readonly Value[],
  least: number,
  most: number,
): readonly Value[] {
  if (of.length < least || of.length > most) {
    const limits = `${String(least)} to ${String(most)}`;
    throw new Refused(`\`${name}\` takes ${limits} sets`);
  }
  return of;
}

/** The attributes that are there. */
function present(of: Record<string, AttributeValue | undefined>): Item {
  const made: Item = {};
  for (const [name, value] of Object.entries(of)) {
    if (value !== undefined) {
      made[name] = value;
    }
  }
  return made;
}

// Values as they come from the service.

function required<Value>(
  item: Item,
  name: string,
  read: (of: AttributeValue) => Value,
): Value {
  const value = optional(item, name, read);
  if (value === undefined) {
    throw new Unexpected(`an item lacks \`${name}\``);
  }
  return value;
}

function optional<Value>(
  item: Item,
  name: string,
  read: (of: AttributeValue) => Value,
): Value | undefined {
  const value = item[name];
  if (value === undefined) {
    return undefined;
  }
  try {
    return read(value);
  } catch (cause) {
    throw new Unexpected(`\`${name}\`: ${String(cause)}`);
  }
}

/** A row that says it is of something else was never meant. */
function known(item: Item, name: string, value: string): void {
  const says = item[name]?.S;
  if (says !== undefined && says !== value) {
    throw new Unexpected(`an item of \`${says}\` and not of \`${value}\``);
  }
}

function otherwise(): never {
  throw new Unexpected("another type is stored");
}

function textOf<Text extends string = string>(of: AttributeValue): Text {
  return (of.S ?? otherwise()) as Text;
}

function instantOf(of: AttributeValue): Timestamp {
  return instantText(of.S ?? otherwise()) as Timestamp;
}

function decimalOf(of: AttributeValue): Decimal {
  return canonical(of.N ?? otherwise()) as Decimal;
}

function bigintOf(of: AttributeValue): bigint {
  return BigInt(canonical(of.N ?? otherwise()));
}

function integerOf(of: AttributeValue): number {
  const number = Number(of.N ?? otherwise());
  if (!Number.isSafeInteger(number)) {
    throw new Unexpected(`${String(of.N)} is no exact whole number`);
  }
  return number;
}

function truthOf(of: AttributeValue): boolean {
  return of.BOOL ?? otherwise();
}

function bytesOf(of: AttributeValue): Uint8Array {
  return of.B ?? otherwise();
}

function textsOf(of: AttributeValue): ReadonlySet<string> {
  return new Set(of.SS ?? otherwise());
}

function numbersOf(of: AttributeValue): ReadonlySet<Numeric> {
  return new Set((of.NS ?? otherwise()).map(numeric));
}

function listOf(of: AttributeValue): readonly Data[] {
  return (of.L ?? otherwise()).map(dataOf);
}

function mapOf(of: AttributeValue): DataMap {
  const entries = Object.entries(of.M ?? otherwise());
  return Object.fromEntries(entries.map(([name, one]) => [name, dataOf(one)]));
}

function dataOf(of: AttributeValue): Data {
  if (of.NULL === true) {
    return null;
  }
  if (of.N !== undefined) {
    return numeric(of.N);
  }
  if (of.SS !== undefined) {
    return new Set(of.SS);
  }
  if (of.NS !== undefined) {
    return numbersOf(of);
  }
  if (of.L !== undefined) {
    return listOf(of);
  }
  if (of.M !== undefined) {
    return mapOf(of);
  }
  return of.S ?? of.BOOL ?? of.B ?? otherwise();
}

// Texts of values, for keys.

/** Text in a key: each code point up to U+0025 becomes `%` and two digits, so that `#`, `$` and `%` can mean something. */
function escaped(of: string): string {
  return wellFormed(of).replace(/[\0-%]/g, (letter) => {
    const code = letter.charCodeAt(0).toString(16).toUpperCase();
    return `%${code.padStart(2, "0")}`;
  });
}

/** Text that is put into a key as it is, beside other text. */
function plainText(of: string): string {
  if (/[\0-%]/.test(of)) {
    throw new Refused(`${JSON.stringify(of)} has a code point up to U+0025`);
  }
  return wellFormed(of);
}

/** A whole number in so many characters, in the order of the numbers. */
function padded(width: number, of: number | bigint): string {
  const number = BigInt(integerText(of));
  const most = 10n ** BigInt(width);
  const least = 10n ** BigInt(width - 1);
  if (number >= most || number <= -least) {
    const told = number.toString();
    throw new Refused(`${told} does not fit into ${String(width)} characters`);
  }
  if (number >= 0n) {
    return number.toString().padStart(width, "0");
  }
  return `-${(least - 1n + number).toString().padStart(width - 1, "0")}`;
}

/** A decimal number in so many characters before and after the point, in the order of the numbers. */
function paddedDecimal(
  width: number,
  digits: number,
  of: string,
  descending: boolean,
): string {
  const [whole = "", fraction = ""] = canonical(of).split(".");
  if (fraction.length > digits) {
    throw new Refused(`${of} does not fit into ${String(digits)} digits`);
  }
  const units = BigInt(`${whole}${fraction.padEnd(digits, "0")}`);
  const made = padded(width + digits, descending ? -units : units);
  return `${made.slice(0, width)}.${made.slice(width)}`;
}

/** A text of digits in which the greatest comes first. */
function descending(of: string): string {
  return of.replace(/\d/g, (digit) => String(9 - Number(digit)));
}

function dayText(of: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(of)) {
    throw new Refused(`${JSON.stringify(of)} is no day`);
  }
  return of;
}

function monthText(of: string): string {
  if (!/^\d{4}-\d\d$/.test(of)) {
    throw new Refused(`${JSON.stringify(of)} is no month`);
  }
  return of;
}

function hex(of: Uint8Array): string {
  return [...of].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The UTF-8 bytes of a text. */
function utf8(of: string): number[] {
  const made: number[] = [];
  for (const letter of of) {
    const code = letter.codePointAt(0) ?? 0;
    if (code < 0x80) {
      made.push(code);
    } else if (code < 0x800) {
      made.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    } else if (code < 0x10000) {
      made.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63));
      made.push(0x80 | (code & 63));
    } else {
      made.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63));
      made.push(0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    }
  }
  return made;
}

/** 32-bit FNV-1a of a text, modulo a number. */
function hashed(of: string, count: number): number {
  let hash = 2166136261;
  for (const byte of utf8(of)) {
    hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  }
  return hash % count;
}

/** The shard of some values: of their plain texts, each followed by `#`. */
function shard(count: number, ...of: readonly string[]): number {
  return hashed(of.map((part) => `${part}#`).join(""), count);
}

/** Whole seconds of an instant, rounded up. */
function secondsUp(of: string): number {
  return Math.ceil(Date.parse(of) / 1000);
}

/** The seconds at which a day begins. */
function secondsOfDay(of: string): number {
  return Date.parse(`${dayText(of)}T00:00:00.000Z`) / 1000;
}

/** The text of the instant of some seconds. */
function epochText(of: number): string {
  return timestamp(of * 1000);
}

/** The sum of two decimal numbers. */
function sum(one: string, other: string): Decimal {
  const [whole = "", fraction = ""] = canonical(one).split(".");
  const [more = "", rest = ""] = canonical(other).split(".");
  const scale = Math.max(fraction.length, rest.length);
  const units =
    BigInt(`${whole}${fraction.padEnd(scale, "0")}`) +
    BigInt(`${more}${rest.padEnd(scale, "0")}`);
  const digits = (units < 0n ? -units : units)
    .toString()
    .padStart(scale + 1, "0");
  const place = digits.length - scale;
  const sign = units < 0n ? "-" : "";
  return decimal(`${sign}${digits.slice(0, place)}.${digits.slice(place)}`);
}

/** The opposite of a decimal number. */
function negated(of: string): Decimal {
  const number = canonical(of);
  return decimal(number.startsWith("-") ? number.slice(1) : `-${number}`);
}

/** A key attribute, within the limits of the service. */
function keyText(
  name: string,
  most: number,
  of: string,
): AttributeValue.SMember {
  const length = utf8(of).length;
  if (length === 0 || length > most) {
    const what = length === 0 ? "empty text" : `${String(length)} bytes`;
    throw new Refused(`${what} in the key attribute \`${name}\``);
  }
  return { S: wellFormed(of) };
}

/** A key attribute of bytes, within the limits of the service. */
function keyBytes(
  name: string,
  most: number,
  of: Uint8Array,
): AttributeValue.BMember {
  if (of.length === 0 || of.length > most) {
    const what = of.length === 0 ? "empty text" : `${String(of.length)} bytes`;
    throw new Refused(`${what} in the key attribute \`${name}\``);
  }
  return { B: of };
}

/** Whether a text can be a key attribute: no item has one that is empty or longer. */
function fits(most: number, of: string): boolean {
  const length = utf8(of).length;
  return length > 0 && length <= most;
}

// Stored values, compared as the service does.

/** The order of two texts by their UTF-8 bytes; that of JavaScript is another. */
function compareTexts(one: string, other: string): number {
  const left = utf8(one);
  const right = utf8(other);
  return compareBytes(left, right);
}

function compareBytes(
  one: ArrayLike<number>,
  other: ArrayLike<number>,
): number {
  for (let place = 0; place < one.length && place < other.length; place += 1) {
    const difference = (one[place] ?? 0) - (other[place] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return one.length - other.length;
}

/** The order of two values of one type; `undefined` of different types, or of those without an order. */
function compare(
  one: AttributeValue,
  other: AttributeValue,
): number | undefined {
  if (one.S !== undefined && other.S !== undefined) {
    return compareTexts(one.S, other.S);
  }
  if (one.N !== undefined && other.N !== undefined) {
    const difference = sum(one.N, negated(other.N));
    return difference === "0" ? 0 : difference.startsWith("-") ? -1 : 1;
  }
  if (one.BOOL !== undefined && other.BOOL !== undefined) {
    return Number(one.BOOL) - Number(other.BOOL);
  }
  if (one.B !== undefined && other.B !== undefined) {
    return compareBytes(one.B, other.B);
  }
  return undefined;
}

/** Whether a lower bound lies above the upper one, so that nothing can match. */
function isAbove(
  low: AttributeValue | undefined,
  high: AttributeValue | undefined,
): boolean {
  return (
    low !== undefined && high !== undefined && (compare(low, high) ?? 0) > 0
  );
}

/** The order of two attributes that answers are merged by; each row has one. */
function inOrder(
  one: AttributeValue | undefined,
  other: AttributeValue | undefined,
): number {
  return compare(one ?? otherwise(), other ?? otherwise()) ?? 0;
}

/** One text of each stored value: numbers by value, sets without order. */
function normal(of: AttributeValue): string {
  if (of.N !== undefined) {
    return `N${canonical(of.N)}`;
  }
  if (of.SS !== undefined) {
    return `SS${JSON.stringify([...of.SS].sort())}`;
  }
  if (of.NS !== undefined) {
    return `NS${JSON.stringify(of.NS.map(canonical).sort())}`;
  }
  if (of.L !== undefined) {
    return `L${JSON.stringify(of.L.map(normal))}`;
  }
  if (of.M !== undefined) {
    const entries = Object.entries(of.M).map(([name, one]) => [
      name,
      normal(one),
    ]);
    return `M${JSON.stringify(entries.sort())}`;
  }
  if (of.B !== undefined) {
    return `B${hex(of.B)}`;
  }
  return JSON.stringify([of.S, of.BOOL, of.NULL]);
}

function same(
  one: AttributeValue | undefined,
  other: AttributeValue | undefined,
): boolean {
  if (one === undefined || other === undefined) {
    return one === other;
  }
  return normal(one) === normal(other);
}

/** The value at a place of an item. */
function at(
  item: Item | undefined,
  name: string,
  ...path: readonly string[]
): AttributeValue | undefined {
  let found = item?.[name];
  for (const part of path) {
    found = found?.M?.[part];
  }
  return found;
}

/** Whether the time of an item is over, by a clock in milliseconds; without a clock it never is. */
function isOver(
  item: Item | undefined,
  name: string,
  now: number | undefined,
): boolean {
  const time = item?.[name];
  if (time === undefined || now === undefined) {
    return false;
  }
  return time.S === undefined
    ? Number(time.N) < Math.ceil(now / 1000)
    : compareTexts(time.S, timestamp(now)) < 0;
}

/** Whether a stored value meets a condition; one that is missing meets only `lacks`. */
function meets(
  found: AttributeValue | undefined,
  op: string,
  ...values: readonly AttributeValue[]
): boolean {
  if (found === undefined) {
    return op === "lacks";
  }
  return values.some((value) => meetsOne(found, op, value));
}

function meetsOne(
  found: AttributeValue,
  op: string,
  value: AttributeValue,
): boolean {
  switch (op) {
    case "=":
    case "in":
      return same(found, value);
    case "<>":
      return !same(found, value);
    case "contains":
      return holds(found, value);
    case "lacks":
      return !holds(found, value);
    case "begins_with":
      return value.S !== undefined && found.S?.startsWith(value.S) === true;
    default:
      return compares(compare(found, value), op);
  }
}

function compares(order: number | undefined, op: string): boolean {
  if (order === undefined) {
    return false;
  }
  return (
    (op.startsWith("<") && order < 0) ||
    (op.startsWith(">") && order > 0) ||
    (op.endsWith("=") && order === 0)
  );
}

function holds(found: AttributeValue, value: AttributeValue): boolean {
  if (found.S !== undefined && value.S !== undefined) {
    return found.S.includes(value.S);
  }
  const inTexts = found.SS?.some((one) => same({ S: one }, value)) === true;
  const inNumbers = found.NS?.some((one) => same({ N: one }, value)) === true;
  const inList = found.L?.some((one) => same(one, value)) === true;
  return inTexts || inNumbers || inList;
}

// Reading.

/** What one request gives. */
interface Answer {
  readonly rows: readonly Item[];
  readonly count: number;
  readonly next: Item | undefined;
}

/** One round of a request: where it goes on, and how many rows it evaluates. */
type Ask<Input> = (
  sender: Sender,
  input: Input,
  start: Item | undefined,
  limit: number | undefined,
) => Promise<Answer>;

async function query(
  sender: Sender,
  input: QueryCommandInput,
  start: Item | undefined,
  limit: number | undefined,
): Promise<Answer> {
  const asked = { ...input, ExclusiveStartKey: start, Limit: limit };
  const command = new QueryCommand(asked);
  const answer = await sender.client.send(command, sender.options);
  return {
    rows: answer.Items ?? [],
    count: answer.Count ?? 0,
    next: answer.LastEvaluatedKey,
  };
}

async function scan(
  sender: Sender,
  input: ScanCommandInput,
  start: Item | undefined,
  limit: number | undefined,
): Promise<Answer> {
  const asked = { ...input, ExclusiveStartKey: start, Limit: limit };
  const command = new ScanCommand(asked);
  const answer = await sender.client.send(command, sender.options);
  return {
    rows: answer.Items ?? [],
    count: answer.Count ?? 0,
    next: answer.LastEvaluatedKey,
  };
}

/** How a step is read. */
interface Reading {
  /** Rows that one request evaluates, and that a page has. */
  readonly limit?: number;
  /** The physical attributes of the keys after which a request goes on. */
  readonly keys: readonly string[];
  /** Items that a page has, of those that count. */
  readonly most?: number;
  /** Which rows count. */
  readonly counts?: (row: Item) => boolean;
  /** Whether one row comes before another, where answers are merged: below 0. */
  readonly order?: (one: Item, other: Item) => number;
}

/** How far a request has come: not begun, after a row, or at its end. */
type Place = null | Item | "end";

/** One request on a page. */
interface Run<Input> {
  readonly input: Input;
  readonly before: Place;
  after: Place | undefined;
  readonly rows: Item[];
  returned: Item | undefined;
}

/** Rows, and how far each request has come. */
interface Found {
  readonly rows: Item[];
  readonly places: readonly Place[];
}

/** Makes a request until it has the step's limit of rows, or without a limit once. */
async function fetchRows<Input>(
  sender: Sender,
  ask: Ask<Input>,
  run: Run<Input>,
  limit: number | undefined,
): Promise<void> {
  let place = run.before;
  while (run.after === undefined && place !== "end") {
    const start = place ?? undefined;
    const left = limit === undefined ? undefined : limit - run.rows.length;
    const answer = await ask(sender, run.input, start, left);
    run.rows.push(...answer.rows);
    place = answer.next ?? "end";
    if (limit === undefined || run.rows.length >= limit || place === "end") {
      run.after = place;
    }
  }
}

/** No row left, but more to give. */
function isDry<Input>(run: Run<Input>): boolean {
  const ended = run.before === "end" || run.after === "end";
  return run.rows.length === 0 && !ended;
}

/** The request whose next row comes first; nothing where one that has more to give is dry. */
async function nextRun<Input>(
  sender: Sender,
  ask: Ask<Input>,
  runs: readonly Run<Input>[],
  step: Reading,
): Promise<Run<Input> | undefined> {
  let best: Run<Input> | undefined;
  for (const run of runs) {
    await fetchRows(sender, ask, run, step.limit);
    if (isDry(run)) {
      return undefined;
    }
    const row = run.rows[0];
    const least = best?.rows[0];
    if (row === undefined) {
      continue;
    }
    if (step.order === undefined) {
      return run;
    }
    if (least === undefined || step.order(row, least) < 0) {
      best = run;
    }
  }
  return best;
}

/** One page of a step: the answers merged, or one after the other, and cut to its limits. */
async function readPage<Input>(
  sender: Sender,
  ask: Ask<Input>,
  inputs: readonly (Input | undefined)[],
  step: Reading,
  places: readonly Place[],
): Promise<Found> {
  const runs: Run<Input | undefined>[] = inputs.map((input, place) => ({
    input,
    before: input === undefined ? "end" : (places[place] ?? null),
    after: undefined,
    rows: [],
    returned: undefined,
  }));
  const asked = ask as Ask<Input | undefined>;
  if (step.order !== undefined) {
    const all = runs.map((run) => fetchRows(sender, asked, run, step.limit));
    await Promise.all(all);
  }
  const rows: Item[] = [];
  let counted = 0;
  while (step.limit === undefined || rows.length < step.limit) {
    const run = await nextRun(sender, asked, runs, step);
    const row = run?.rows[0];
    if (run === undefined || row === undefined) {
      break;
    }
    if (step.counts?.(row) !== false) {
      if (counted === step.most) {
        break;
      }
      counted += 1;
    }
    run.rows.shift();
    run.returned = row;
    rows.push(row);
  }
  return { rows, places: runs.map((run) => placeAfter(run, step)) };
}

/** Where a request goes on: after the last row of it that was returned. */
function placeAfter<Input>(run: Run<Input>, step: Reading): Place {
  if (run.after === undefined) {
    return run.before;
  }
  if (run.rows.length === 0) {
    return run.after;
  }
  if (run.returned === undefined) {
    return run.before;
  }
  const row = run.returned;
  return Object.fromEntries(
    step.keys.map((name) => [name, row[name] ?? otherwise()]),
  );
}

/** Every row of a step. */
async function readAll<Input>(
  sender: Sender,
  ask: Ask<Input>,
  inputs: readonly (Input | undefined)[],
  step: Reading,
): Promise<Item[]> {
  const rows: Item[] = [];
  let places: readonly Place[] = [];
  do {
    const found = await readPage(sender, ask, inputs, step, places);
    rows.push(...found.rows);
    places = found.places;
  } while (places.some((place) => place !== "end"));
  return rows;
}

/** The number of all rows of a step. */
async function countAll<Input>(
  sender: Sender,
  ask: Ask<Input>,
  inputs: readonly (Input | undefined)[],
): Promise<number> {
  let count = 0;
  for (const input of inputs) {
    let start: Item | undefined;
    while (input !== undefined) {
      const answer = await ask(sender, input, start, undefined);
      count += answer.count;
      start = answer.next;
      if (start === undefined) {
        break;
      }
    }
  }
  return count;
}

/** Requests without those that were made already. */
function distinct<Input>(inputs: readonly (Input | undefined)[]): Input[] {
  const made = new Map<string, Input>();
  for (const input of inputs) {
    if (input !== undefined) {
      made.set(JSON.stringify(input), input);
    }
  }
  return [...made.values()];
}

/** The cursor of a page: nothing after the last one. */
function cursorOf(
  pattern: string,
  places: readonly Place[],
): string | undefined {
  if (places.every((place) => place === "end")) {
    return undefined;
  }
  const told = places.map((place) =>
    place === null || place === "end" ? place : keyJson(place),
  );
  return JSON.stringify([1, pattern, ...told]);
}

function keyJson(key: Item): Record<string, unknown> {
  const entries = Object.entries(key).map(([name, value]) => [
    name,
    value.B === undefined ? value : { B: [...value.B] },
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** How far each request had come, where a cursor was made. */
function placesOf(
  pattern: string,
  count: number,
  cursor: string | undefined,
): readonly Place[] {
  if (cursor === undefined) {
    return [];
  }
  let told: unknown;
  try {
    told = JSON.parse(cursor);
  } catch {
    told = undefined;
  }
  if (
    !Array.isArray(told) ||
    told[0] !== 1 ||
    told[1] !== pattern ||
    told.length !== count + 2
  ) {
    throw new Refused(`no cursor of \`${pattern}\``);
  }
  return told.slice(2).map((place: unknown) => placeOf(pattern, place));
}

function placeOf(pattern: string, place: unknown): Place {
  if (place === null || place === "end") {
    return place;
  }
  if (typeof place !== "object") {
    throw new Refused(`no cursor of \`${pattern}\``);
  }
  const made: Item = {};
  for (const [name, value] of Object.entries(place)) {
    const { S, N, B } = (value ?? {}) as {
      S?: unknown;
      N?: unknown;
      B?: unknown;
    };
    if (typeof S === "string") {
      made[name] = { S };
    } else if (typeof N === "string") {
      made[name] = { N };
    } else if (Array.isArray(B)) {
      made[name] = { B: Uint8Array.from(B.map(Number)) };
    } else {
      throw new Refused(`no cursor of \`${pattern}\``);
    }
  }
  return made;
}

/** A request that is strongly consistent, if that is wanted. */
function consistently<Input>(input: Input, options: ConsistentOptions): Input {
  return options.consistent === true
    ? { ...input, ConsistentRead: true }
    : input;
}

/** An item by its key. */
async function getItem(
  sender: Sender,
  input: GetItemCommandInput,
): Promise<Item | undefined> {
  const command = new GetItemCommand(input);
  const answer = await sender.client.send(command, sender.options);
  return answer.Item;
}

/** Items by their keys, in the order of the keys: equal ones once, in chunks, what is left unprocessed again. */
async function getItems(
  sender: Sender,
  table: string,
  request: Omit<KeysAndAttributes, "Keys">,
  keys: readonly (Item | undefined)[],
): Promise<Item[]> {
  const asked = distinct(keys);
  const found = new Map<string, Item>();
  for (let start = 0; start < asked.length; start += 100) {
    const chunk = asked.slice(start, start + 100);
    for (const item of await getChunk(sender, table, request, chunk)) {
      const names = Object.keys(chunk[0] ?? {});
      found.set(keyLine(names, item), item);
    }
  }
  const rows = asked.map((one) => found.get(keyLine(Object.keys(one), one)));
  return rows.filter((row) => row !== undefined);
}

function keyLine(names: readonly string[], item: Item): string {
  const value = (name: string): string => normal(item[name] ?? otherwise());
  return JSON.stringify(names.map(value));
}

/** So often keys are asked for again while none of them is processed. */
const ATTEMPTS_WITHOUT_PROGRESS = 8;

async function getChunk(
  sender: Sender,
  table: string,
  request: Omit<KeysAndAttributes, "Keys">,
  chunk: Item[],
): Promise<Item[]> {
  const found: Item[] = [];
  let left = chunk;
  let idle = 0;
  while (left.length > 0) {
    const command = new BatchGetItemCommand({
      RequestItems: { [table]: { ...request, Keys: left } },
    });
    const answer = await sender.client.send(command, sender.options);
    found.push(...(answer.Responses?.[table] ?? []));
    const rest = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    idle = rest.length < left.length ? 0 : idle + 1;
    left = rest;
    if (idle === ATTEMPTS_WITHOUT_PROGRESS) {
      throw new Unprocessed(left);
    }
    if (left.length > 0) {
      await sender.sleep(Math.random() * Math.min(25 * 2 ** idle, 2000));
    }
  }
  return found;
}

/** Items without those that came before. */
function without(rows: readonly Item[], before: readonly Item[]): Item[] {
  const seen = new Set(before.map((row) => normal({ M: row })));
  return rows.filter((row) => {
    const told = normal({ M: row });
    const first = !seen.has(told);
    seen.add(told);
    return first;
  });
}

// Writing.

/** One action of a write. */
export interface Action {
  /** The step that it belongs to. */
  readonly step: string;
  /** The entity whose item it is about. */
  readonly entity: Entity["entity"];
  /** What it does. */
  readonly does: "Put" | "Update" | "Delete" | "ConditionCheck";
  /** The table. */
  readonly table: string;
  /** The item's key. */
  readonly key: Item;
  /** The request, without what it does; missing where nothing needs to be written. */
  readonly input: ActionInput | undefined;
  /** Whether what was read before is no longer so. */
  readonly stale: (old: Item | undefined) => boolean;
  /** What a refusal means, by the item as it is stored. */
  readonly failure: (old: Item | undefined) => Failure;
  /** The item, where it is one of the entity and no guard. */
  readonly current: (old: Item) => Entity | undefined;
  /** The state after it, where the call answers with it. */
  readonly after?: unknown;
}

/** What the actions of a step answer with; those on guards answer nothing. */
function answersOf(actions: readonly Action[], step: string): unknown[] {
  const all = actions.filter((one) => one.step === step);
  return all.map((one) => one.after).filter((after) => after !== undefined);
}

/** The parts of a request that all actions share. */
export interface ActionInput {
  readonly TableName: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Names;
  readonly ExpressionAttributeValues?: Values;
  readonly ReturnValues?: "ALL_NEW";
  readonly ReturnValuesOnConditionCheckFailure?: "ALL_OLD";
}

/** The parts of an update expression. */
interface Update {
  readonly set: string[];
  readonly remove: string[];
  readonly add: string[];
  readonly take: string[];
}

function updateText(of: Update): string {
  const clauses: [string, string[]][] = [
    ["SET", of.set],
    ["REMOVE", of.remove],
    ["ADD", of.add],
    ["DELETE", of.take],
  ];
  return clauses
    .filter(([, parts]) => parts.length > 0)
    .map(([name, parts]) => `${name} ${parts.join(", ")}`)
    .join(" ");
}

/** Sets an attribute, or removes it where there is no value. */
function assign(
  update: Update,
  values: Values,
  place: string,
  placeholder: string,
  value: AttributeValue | undefined,
): void {
  if (value === undefined) {
    update.remove.push(place);
  } else {
    update.set.push(`${place} = ${placeholder}`);
    values[placeholder] = value;
  }
}

/** The condition that an attribute is still what was read. */
function still(
  condition: string[],
  values: Values,
  place: string,
  placeholder: string,
  value: AttributeValue | undefined,
): void {
  if (value === undefined) {
    condition.push(`attribute_not_exists(${place})`);
  } else {
    condition.push(`${place} = ${placeholder}`);
    values[placeholder] = value;
  }
}

/** A request of its expressions: what is empty is left out, as the service wants it. */
function actionInput(
  of: ActionInput,
  update: string,
  condition: readonly string[],
  names: Names,
  values: Values,
): ActionInput {
  return {
    ...of,
    ...(update !== "" && { UpdateExpression: update }),
    ...(condition.length > 0 && {
      ConditionExpression: condition.join(" AND "),
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && {
      ExpressionAttributeValues: values,
    }),
  };
}

/** Reads an item before it is written. */
type Read = (table: string, key: Item) => Promise<Item | undefined>;

function reader(sender: Sender): Read {
  return (table, key) =>
    getItem(sender, { TableName: table, Key: key, ConsistentRead: true });
}

/** Elements of two sets. */
function joined<Value>(
  of: ReadonlySet<Value> | undefined,
  more: ReadonlySet<Value>,
): ReadonlySet<Value> {
  return new Set([...(of ?? []), ...more]);
}

/** Elements of a set without some. */
function taken<Value>(
  of: ReadonlySet<Value> | undefined,
  less: ReadonlySet<Value>,
): ReadonlySet<Value> {
  return new Set([...(of ?? [])].filter((one) => !less.has(one)));
}

/** Guards without those of which one is put and one deleted at the same key: nothing changes there. */
function withoutTwins(guards: readonly Action[]): Action[] {
  return guards.filter(
    (one) =>
      !guards.some(
        (other) => other.does !== one.does && isSameItem(one, other),
      ),
  );
}

function isSameItem(one: Action, other: Action): boolean {
  return one.table === other.table && same({ M: one.key }, { M: other.key });
}

/** What is to be sent: no two actions on one item, and no more than the service takes. */
function sendable(actions: readonly Action[]): Action[] {
  actions.forEach((one, place) => {
    if (actions.slice(0, place).some((other) => isSameItem(one, other))) {
      throw new Refused(`two actions on one item: ${JSON.stringify(one.key)}`);
    }
  });
  const sent = actions.filter((action) => action.input !== undefined);
  if (sent.length > 100) {
    throw new Refused(`${String(sent.length)} actions in one transaction`);
  }
  return sent;
}

/** The items of a transaction. */
export function transactItems(actions: readonly Action[]): TransactWriteItem[] {
  return sendable(actions).map((action) => {
    const idle =
      action.does === "Update" && action.input?.UpdateExpression === undefined;
    return {
      [idle ? "ConditionCheck" : action.does]: action.input,
    } as TransactWriteItem;
  });
}

/** So often a call starts again when values changed between its read and its write. */
const ATTEMPTS = 5;

/** Sends a write, all over again while what it read has changed meanwhile; gives the attributes after it, if asked. */
async function write(
  pattern: string,
  prepare: () => Action[] | Promise<Action[]>,
  send: (actions: Action[], attempt: number) => Promise<Item | undefined>,
): Promise<{ readonly actions: readonly Action[]; readonly item: Item }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const actions = await prepare();
    const sent = sendable(actions);
    if (sent.length === 0) {
      return { actions, item: {} };
    }
    try {
      return { actions, item: (await send(sent, attempt)) ?? {} };
    } catch (error) {
      const failed = failures(error, sent);
      if (!failed.some(([action, old]) => action.stale(old))) {
        throw failure(pattern, failed, error);
      }
    }
  }
  throw new Conflict(`${pattern}: values changed again and again`);
}

/** The actions whose conditions did not hold, with the items as they are stored. */
function failures(
  error: unknown,
  sent: readonly Action[],
): [Action, Item | undefined][] {
  const [only] = sent;
  if (error instanceof ConditionalCheckFailedException && only !== undefined) {
    return [[only, error.Item]];
  }
  const made: [Action, Item | undefined][] = [];
  if (error instanceof TransactionCanceledException) {
    for (const [place, reason] of (error.CancellationReasons ?? []).entries()) {
      const action = sent[place];
      if (reason.Code === "ConditionalCheckFailed" && action !== undefined) {
        made.push([action, reason.Item]);
      } else if (reason.Code !== undefined && reason.Code !== "None") {
        return [];
      }
    }
  }
  return made;
}

function failure(
  pattern: string,
  failed: readonly [Action, Item | undefined][],
  error: unknown,
): unknown {
  const first = failed[0];
  if (first === undefined) {
    return error;
  }
  const [action, old] = first;
  return new ConditionFailed(
    pattern,
    action.step,
    action.failure(old),
    action.entity,
    old === undefined ? undefined : stored(action, old),
  );
}

/** The item as it is stored; missing where it is none that the design describes. */
function stored(action: Action, old: Item): Entity | undefined {
  try {
    return action.current(old);
  } catch {
    return undefined;
  }
}

async function putItem(
  sender: Sender,
  actions: readonly Action[],
): Promise<undefined> {
  const command = new PutItemCommand(actions[0]?.input as PutItemCommandInput);
  await sender.client.send(command, sender.options);
}

async function updateItem(
  sender: Sender,
  actions: readonly Action[],
): Promise<Item | undefined> {
  const input = actions[0]?.input as UpdateItemCommandInput;
  const command = new UpdateItemCommand(input);
  const answer = await sender.client.send(command, sender.options);
  return answer.Attributes;
}

async function deleteItem(
  sender: Sender,
  actions: readonly Action[],
): Promise<undefined> {
  const input = actions[0]?.input as DeleteItemCommandInput;
  await sender.client.send(new DeleteItemCommand(input), sender.options);
}

async function transact(
  sender: Sender,
  actions: readonly Action[],
  token: string | undefined,
): Promise<undefined> {
  const command = new TransactWriteItemsCommand({
    TransactItems: transactItems(actions),
    ClientRequestToken: token,
  });
  await sender.client.send(command, sender.options);
}
