// Reads Mermaid and Markdown files as their own parsers do, and prints what they found as one JSON value.
//   node parsers.mjs FOLDER FILE...    FOLDER holds node_modules with mermaid (which brings marked)
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder, ...files] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${folder}/node_modules/${path}`));

// Without a document there is nothing to sanitise; the parser only wants it to be there.
const purify = (await load('dompurify/dist/purify.es.mjs')).default;
purify.sanitize ??= (text) => text;
purify.addHook ??= () => {};
const mermaid = (await load('mermaid/dist/mermaid.core.mjs')).default;
const { marked } = await load('marked/lib/marked.esm.js');

// The parser keeps character codes in a form of its own until it draws.
const decoded = (text) =>
  text.replace(/ﬂ°°(\d+)¶ß/g, (_, code) => String.fromCodePoint(code)).replace(/ﬂ°(\w+)¶ß/g, '&$1;');

async function diagram(text) {
  await mermaid.parse(text);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const nodes = [...db.getVertices().values()];
  return {
    nodes: Object.fromEntries(nodes.map((n) => [n.id, decoded(n.text)])),
    groups: db.getSubGraphs().map((g) => decoded(g.title)),
    edges: db.getEdges().map((e) => [e.start, e.end]),
  };
}

function page(text) {
  const references = { amp: '&', lt: '<', gt: '>', quot: '"' };
  const plain = (html) =>
    html
      .replace(/<[^>]*>/g, '')
      .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code))
      .replace(/&(\w+);/g, (all, name) => references[name] ?? all);
  const html = marked.parse(text);
  const tags = [...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map((m) => m[1].toLowerCase());
  const links = [...html.matchAll(/<a [^>]*>/g)].map((m) => m[0]);
  return {
    headings: marked.lexer(text).filter((t) => t.type === 'heading').map((t) => t.text),
    tables: marked.lexer(text).filter((t) => t.type === 'table').map((t) => t.rows.length),
    tags: [...new Set(tags)].sort(),
    links,
    text: plain(html),
  };
}

const made = {};
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  made[file] = file.endsWith('.md') ? page(text) : await diagram(text);
}
console.log(JSON.stringify(made));
