// Free variables of a script: which names of the surrounding world it uses, and whether it looks before it leaps.
import { parse } from 'acorn';
import { analyze } from 'eslint-scope';

/**
 * @param {string} source a CommonJS script
 * @returns {{name: string, line: number, guarded: boolean}[]} uses of names the script does not declare; `guarded` where
 *   the use is a `typeof name` or stands under a condition that contains one
 */
export function freeGlobals(source) {
  const ast = parse(source, {
    ecmaVersion: 2017,
    sourceType: 'script',
    allowReturnOutsideFunction: true,
    locations: true,
    ranges: true,
  });
  const parents = new Map();
  connect(ast, undefined, parents);
  const scopes = analyze(ast, { ecmaVersion: 2017, sourceType: 'commonjs' });
  return scopes.globalScope.through.map(({ identifier }) => ({
    name: identifier.name,
    line: identifier.loc.start.line,
    guarded: isGuarded(identifier, parents),
  }));
}

/** Constructs that Alipay's remote debugger, an interpreter written in JavaScript, carries out wrongly. */
export function forbiddenSyntax(source) {
  const found = [];
  const ast = parse(source, {
    ecmaVersion: 2017,
    sourceType: 'script',
    allowReturnOutsideFunction: true,
    locations: true,
  });
  visit(ast, (node) => {
    if (node.type === 'LabeledStatement') found.push({ what: 'label', line: node.loc.start.line });
    if (node.type === 'WithStatement') found.push({ what: 'with', line: node.loc.start.line });
  });
  return found;
}

function isGuarded(identifier, parents) {
  const isTypeof = (node) =>
    node.type === 'UnaryExpression' && node.operator === 'typeof' && node.argument.name === identifier.name;
  let child = identifier;
  for (let node = parents.get(child); node; child = node, node = parents.get(node)) {
    if (isTypeof(node)) return true;
    const condition = node.type === 'LogicalExpression' ? node.left : node.test;
    if (condition && condition !== child && contains(condition, isTypeof)) return true;
  }
  return false;
}

function contains(root, matches) {
  let found = false;
  visit(root, (node) => {
    if (matches(node)) found = true;
  });
  return found;
}

function connect(node, parent, parents) {
  parents.set(node, parent);
  for (const child of childrenOf(node)) connect(child, node, parents);
}

function visit(node, each) {
  each(node);
  for (const child of childrenOf(node)) visit(child, each);
}

function childrenOf(node) {
  return Object.values(node)
    .flat()
    .filter((value) => value && typeof value.type === 'string');
}
