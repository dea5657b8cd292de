// SPDX-License-Identifier: EUPL-1.2
// Holds src/jsonld against the npm package jsonld: names to IRIs, IRIs to names, and identifiers,
// under a table of contexts and under contexts made by chance (ORACLE_SEED, ORACLE_CASES).
//
//   node tests/oracle/jsonld_oracle.mjs BINARY
//
// Where the two may differ, and why:
// - A term that does not fit a node (@list, a datatype) is written by us, not by JSON-LD; now and
//   then that package overlooks a prefix and leaves an IRI as it is.
// - JSON-LD's compaction may give a name that it does not expand again, or refuse; ours gives one
//   that expands, or the IRI.
// - @reverse terms are not defined by us; they are left out here.
// - There a term's datatype may not be made of the term; here it may.
// - There a prefix that is mapped to null is the text "null".
// - A client's terms never break the protected core context; JSON-LD refuses the whole context.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

let jsonld, contexts, compaction;
try {
  jsonld = (await import('jsonld')).default;
  contexts = (await import('jsonld/lib/context.js')).default;
  compaction = (await import('jsonld/lib/compact.js')).default;
} catch {
  console.log('skipped: the npm package jsonld is not installed (run: npm ci)');
  process.exit(77);
}

const CORE = 'https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld';
const CORE_FILE = '../../src/jsonld/contexts/ngsi-ld-core-context-v1.9.jsonld';
const DEFAULT = 'https://uri.etsi.org/ngsi-ld/default-context/';
const NGSI = 'https://uri.etsi.org/ngsi-ld/';

const documents = {
  'https://city.example/mobility.jsonld': {
    '@context': ['common/base.jsonld', {
      Bike: 'mob:Bike', station: { '@id': 'mob:station', '@type': '@id' },
      freeSlots: 'mob:freeSlots', dateObserved: { '@id': 'mob:dateObserved', '@type': 'DateTime' },
    }],
  },
  'https://city.example/common/base.jsonld': {
    '@context': {
      mob: 'https://city.example/mobility#', DateTime: 'https://uri.etsi.org/ngsi-ld/DateTime',
      name: 'https://schema.org/name',
    },
  },
  'https://city.example/vocab.jsonld': {
    '@context': { '@vocab': 'https://schema.org/', name: {}, url: { '@type': '@id' } },
  },
  'https://city.example/protected.jsonld': {
    '@context': { '@version': 1.1, '@protected': true, ex: 'http://ex/', a: 'ex:a' },
  },
};

const table = [
  CORE, [], {}, [CORE], 'https://city.example/mobility.jsonld',
  ['https://city.example/mobility.jsonld', CORE], 'https://city.example/vocab.jsonld',
  ['https://city.example/vocab.jsonld', 'https://city.example/mobility.jsonld'],
  ['https://city.example/protected.jsonld', { a: 'http://ex/a' }],
  ['https://city.example/protected.jsonld', { a: 'http://ex/b' }],
  ['https://city.example/protected.jsonld', null],
  [{ a: 'http://a' }, null, { b: 'http://b' }],
  { a: null, b: { '@id': null }, c: 'http://ex/c' },
  { 'ex': 'http://ex/', 'ex:a': 'http://ex/a', 'ex:b': { '@type': '@id' }, a: 'ex:a' },
  { 'ex': 'http://ex/', 'ex:a': 'http://other/a' }, { 'http://ex/a': 'http://ex/b' },
  { ex: { '@id': 'http://ex/', '@prefix': true }, b: { '@id': 'http://ex/', '@prefix': false } },
  { ex: { '@id': 'http://ex/' } }, { ex: 'http://ex' }, { a: 'b:x', b: 'a:y' }, { a: 'a' },
  { id2: '@id', type2: '@type', type: 'http://ex/type', location: 'http://ex/location' },
  { name: 'http://x/1', nom: 'http://x/1', nam: 'http://x/1' },
  { de: { '@id': 'http://ex/a', '@language': 'de' }, plainest: 'http://ex/a' },
  { a: { '@id': 'http://ex/a', '@type': '@none' }, aa: { '@id': 'http://ex/a', '@type': '@id' } },
  { '@base': 'http://base/x/y', a: 'http://ex/a' }, { '@base': null },
  { '@vocab': 'http://v/', a: 'rel', b: { '@type': '@vocab' }, c: { '@container': '@list' } },
  { '@vocab': null, a: 'http://ex/a' }, { a: { '@id': 'ex:a', '@container': ['@set', '@index'] } },
  { a: { '@id': 'ex:a', '@container': ['@set', '@list'] } }, { a: { '@id': 'ex:a', '@foo': 1 } },
  { '@type': { '@container': '@set' } }, { '@id': 'http://x' }, { a: '@context' }, { a: '@type' },
  { '@foo': 'http://ex/a', b: '@bar' }, { '': 'http://x' },
  [CORE, { a: 'ngsi-ld:a', b: { '@type': '@id' } }], { a: 'ngsi-ld:a' }, [CORE, { value: 'x:y' }],
  'https://nowhere.example/', 7, [[{}]], { a: 7 }, { a: true }, { a: ['http://x'] },
];

// ----- chance, the same for the same seed

const seed = Number(process.env.ORACLE_SEED ?? 1);
const cases = Number(process.env.ORACLE_CASES ?? 1000);
let state = seed >>> 0;

function below(n) {  // mulberry32
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % n;
}
const one = (list) => list[below(list.length)];

const TERMS = ['a', 'b', 'ab', 'name', 'Bike', 'ex', 'p', 'mob', 'value', 'location', 'type',
  'ex:a', 'ex:b', 'p:x/y', 'ngsi-ld', 'x-1'];
const IRIS = [
  'http://ex/', 'http://ex/a', 'http://ex/a/', 'http://ex/ab', 'urn:x:', 'urn:x:a', 'ex:a',
  'ex:', 'p:b', 'mob:Bike', '@id', '@type', `${DEFAULT}a`, DEFAULT, `${NGSI}value`,
  `${NGSI}hasValue`, 'ngsi-ld:a', 'a', 'b', 'name', null, 'http://purl.org/dc/terms/title',
  '_:b', '@none',
];
const TYPES = ['@id', '@vocab', '@json', '@none', 'http://ex/type', 'ex:t', 'DateTime', 'b'];
const CONTAINERS = ['@list', '@set', '@language', '@index', '@id', '@type', ['@set', '@index'],
  ['@graph', '@set'], ['@list', '@set']];

function arbitraryDefinition() {
  if (below(3) > 0) return one(IRIS);
  const definition = {};
  if (below(4) > 0) definition['@id'] = one(IRIS);
  if (below(3) === 0) definition['@type'] = one(TYPES);
  if (below(3) === 0) definition['@container'] = one(CONTAINERS);
  if (definition['@id'] !== null && below(5) === 0) definition['@prefix'] = below(2) === 0;
  if (below(8) === 0) definition['@protected'] = below(2) === 0;
  if (below(8) === 0) definition['@language'] = one(['de', null]);
  return definition;
}

function arbitraryObject() {
  const object = {};
  if (below(4) === 0) object['@version'] = 1.1;
  if (below(8) === 0) object['@protected'] = true;
  if (below(4) === 0) object['@vocab'] = one(['http://v/', 'http://ex/', 'ex:', null]);
  for (let n = below(5); n > 0; --n) object[one(TERMS)] = arbitraryDefinition();
  return object;
}

function arbitraryContext() {
  if (below(3) > 0) return arbitraryObject();
  const part = () => one([arbitraryObject, arbitraryObject, () => one(Object.keys(documents)),
    () => null, () => CORE])();
  return Array.from({ length: below(4) }, part);
}

const NAMES = [
  ...TERMS, 'id', '@id', '@context', '@foo', 'Property', 'observedAt', 'other', 'ex:other',
  'ex://x', 'p:other', 'station', 'dateObserved', 'http://ex/z', 'urn:x:y', 'a b', 'a:b c',
  ':a', 'b:', 'ngsi-ld:z', 'vocab', 'geojson:Point', '_:b', 'url',
];
const FULL = [
  '@id', '@type', 'http://ex/a', 'http://ex/ab', 'http://ex/a/b', 'http://ex/', 'urn:x:a',
  'urn:x:z', `${DEFAULT}a`, `${DEFAULT}other`, `${DEFAULT}value`, `${DEFAULT}a:b`,
  `${NGSI}hasValue`, `${NGSI}value`, `${NGSI}z`, `${NGSI}observedAt`, `${NGSI}location`,
  'http://v/a', 'http://v/other', 'https://city.example/mobility#Bike',
  'https://city.example/mobility#dateObserved', 'ex:a', 'https://schema.org/name',
  'https://schema.org/url', 'http://purl.org/dc/terms/title', 'http://ex///x',
  'https://purl.org/geojson/vocab#Point', `${NGSI}DateTime`,
];
const IDS = [
  'urn:ngsi-ld:Bike:1', 'ex:1', 'p:1', 'http://x/1', 'a', 'ngsi-ld:x', '#f', 'mob:1',
];

// ----- the other implementation

const core = JSON.parse(readFileSync(new URL(CORE_FILE, import.meta.url)));
const loaded = { ...documents, [CORE]: core };
async function documentLoader(url) {
  if (!(url in loaded)) throw new Error(`not in the catalogue: ${url}`);
  return { contextUrl: null, documentUrl: url, document: loaded[url] };
}
const options = { documentLoader, base: '', processingMode: 'json-ld-1.1' };
const NODE = { '@type': ['http://x/T'] };

async function activeContext(context) {
  const parts = Array.isArray(context) ? context : [context];
  const initial = contexts.getInitialContext({ processingMode: 'json-ld-1.1' });
  const local = JSON.parse(JSON.stringify([...parts, CORE]));
  return jsonld.processContext(initial, local, options);
}

const expandName = (active, name) =>
  contexts.expandIri(active, name, { vocab: true }, options);

function compactName(active, iri) {
  try {
    return compaction.compactIri(
      { activeCtx: active, iri, value: NODE, relativeTo: { vocab: true } });
  } catch (error) {
    return { refused: error.message };
  }
}

// ----- comparing

const counts = { same: 0, fitless: 0, unexpandable: 0, refused: 0, protected: 0, typed: 0 };
const faults = [];
const fault = (context, what, theirs, ours) =>
  faults.push(`${JSON.stringify(context)}\n    ${what}: jsonld ${JSON.stringify(theirs)}, ` +
              `ours ${JSON.stringify(ours)}`);

function compareCompacted(question, active, iri, ours) {
  const theirs = compactName(active, iri);
  const expands = expandName(active, ours) === iri;
  const isTerm = (name) => active.mappings.has(name);
  if (theirs === ours) ++counts.same;
  else if (theirs.refused) ours === iri || expands ? ++counts.refused
    : fault(question.context, iri, theirs, ours);
  else if (expands && (theirs === iri || (isTerm(ours) && !isTerm(theirs)))) ++counts.fitless;
  else if (expandName(active, theirs) !== iri && (expands || ours === iri)) ++counts.unexpandable;
  else fault(question.context, iri, theirs, ours);
}

function compare(question, active, answer) {
  question.names.forEach((name, i) => {
    const theirs = expandName(active, name) ?? null;
    if (theirs === answer.names[i] || theirs?.startsWith('null')) ++counts.same;
    else fault(question.context, name, theirs, answer.names[i]);
  });
  question.iris.forEach((iri, i) => compareCompacted(question, active, iri, answer.iris[i]));
  question.ids.forEach((id, i) => {
    const theirs = contexts.expandIri(active, id, { base: true }, options);
    if (theirs === answer.ids[i]) ++counts.same;
    else fault(question.context, `id ${id}`, theirs, answer.ids[i]);
  });
}

async function isFineWithoutTypes(context) {
  const text = JSON.stringify(context, (key, value) => (key === '@type' ? undefined : value));
  return activeContext(JSON.parse(text)).then(() => true, () => false);
}

async function judge(question, answer) {
  let active;
  try {
    active = await activeContext(question.context);
  } catch (error) {
    const code = error.details?.code ?? error.message;
    const mayBeTyped = code === 'cyclic IRI mapping';
    if (answer.error) ++counts.refused;
    else if (mayBeTyped && await isFineWithoutTypes(question.context)) ++counts.typed;
    else if (code === 'protected term redefinition') ++counts.protected;
    else fault(question.context, 'the context', `refuses: ${code}`, 'accepts');
    return;
  }
  if (answer.error) fault(question.context, 'the context', 'accepts', answer.error);
  else compare(question, active, answer);
}

// ----- the run

const questions = [...table, ...Array.from({ length: cases }, arbitraryContext)]
  .map((context) => ({ context, names: NAMES, iris: FULL, ids: IDS }));
const input = [documents, ...questions].map((line) => JSON.stringify(line)).join('\n') + '\n';
const run = spawnSync(process.argv[2], { input, encoding: 'utf8', maxBuffer: 1 << 30 });
if (run.status !== 0) {
  console.log(`${process.argv[2]} ended with ${run.status ?? run.signal}\n${run.stderr}`);
  process.exit(1);
}
const answers = run.stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
for (const [i, question] of questions.entries()) await judge(question, answers[i]);

console.log(`seed ${seed}, ${questions.length} contexts: ${JSON.stringify(counts)}`);
for (const text of faults.slice(0, 20)) console.log(`  ${text}`);
console.log(faults.length === 0 ? 'no difference' : `${faults.length} differences`);
process.exit(faults.length === 0 && counts.same > 10 * questions.length ? 0 : 1);
