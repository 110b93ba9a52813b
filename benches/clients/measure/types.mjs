// What the compiler does to check a contender: the file that models and uses the library, with all that it imports.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";

/** Instantiations and seconds of one check. */
function check(file) {
  const project = `tsconfig.${file}.json`;
  const paths = { extends: "./tsconfig.json", include: [], files: [`contenders/${file}.ts`] };
  writeFileSync(project, JSON.stringify(paths));
  const options = ["node_modules/typescript/bin/tsc", "-p", project, "--noEmit", "--extendedDiagnostics"];
  const told = execFileSync(process.execPath, options, { encoding: "utf8" });
  const figure = (name) => Number(new RegExp(`^${name}:\\s+([0-9.]+)`, "m").exec(told)[1]);
  return { instantiations: figure("Instantiations"), seconds: figure("Check time") };
}

/** The same of each file, with the median of five checks. They take turns, so that a slow minute hits all alike. */
export function types(files) {
  const rounds = Array.from({ length: 5 }, () => files.map(check));
  return files.map((_, at) => ({
    instantiations: rounds[0][at].instantiations,
    seconds: rounds.map((round) => round[at].seconds).sort((one, other) => one - other)[2],
  }));
}
