// Writes and questions, to a contender and to the model at once.

import { count, Model, right } from "./oracle.mjs";

/** What happened, by kind, for `--details`. */
export class Tally {
  #kinds = new Map();

  add(what, example) {
    const found = this.#kinds.get(what) ?? { times: 0, example };
    found.times += 1;
    this.#kinds.set(what, found);
  }

  of(start) {
    return [...this.#kinds].reduce((sum, [what, { times }]) => sum + (what.startsWith(start) ? times : 0), 0);
  }

  print(title) {
    if (!process.argv.includes("--details")) return;
    process.stderr.write(`${title}\n`);
    for (const [what, { times, example }] of this.#kinds) {
      process.stderr.write(`  ${times} × ${what}, such as ${example.slice(0, 300)}\n`);
    }
  }
}

/** A contender and the model, which gets the writes that the contender took. */
export class Run {
  model = new Model();
  tally = new Tally();
  /** Items read and rows that should have come back. */
  read = 0;
  given = 0;

  constructor({ shop, seen }) {
    this.shop = shop;
    this.seen = seen;
  }

  async write(what, ...given) {
    try {
      await this.shop[what](...given);
    } catch (error) {
      this.tally.add(`write refused: ${what}`, `${JSON.stringify(given)}: ${error.message}`);
      return false;
    }
    this.model[what](...given);
    this.tally.add("written", what);
    return true;
  }

  async fill({ customers, orders, items, payments }) {
    for (const one of customers) await this.write("putCustomer", one);
    for (const one of orders) await this.write("putOrder", one);
    for (const one of items) await this.write("putItem", one);
    for (const one of payments) await this.write("putPayment", one);
  }

  async ask(what, ...given) {
    const expected = this.model[what](...given);
    const before = this.seen.read;
    let answer;
    try {
      answer = await this.shop[what](...given);
    } catch (error) {
      this.tally.add(`read refused: ${what}`, `${JSON.stringify(given)}: ${error.message}`);
      return;
    }
    this.read += this.seen.read - before;
    this.given += count(expected);
    const told = right(what, answer, expected) ? "right" : "wrong";
    this.tally.add(`${told}: ${what}`, `${JSON.stringify(given)}: ${count(answer)} rows for ${count(expected)}`);
  }
}
