// Turns AXML, Alipay's template language, into the WXML that miniprogram-simulate renders. Only what pages here use.

const TAG = /^<(\/?)([\w-]+)((?:\s+[\w:-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*)\s*(\/?)>/;
const ATTRIBUTE = /([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/g;
/** Elements of which the simulator needs its own: those that browsers have too, and those that take input. */
const OWN = new Set(['button', 'input', 'textarea', 'switch', 'image', 'label', 'form']);
const WORDS = new Set(['true', 'false', 'null', 'undefined', 'typeof', 'in', 'instanceof']);

/**
 * @param {string} path of the file
 * @param {(path: string) => string} read
 * @param {(from: string, to: string) => string} resolve the path that `to` means in the file `from`
 * @returns {{wxml: string, handlers: string[]}} `handlers` are the methods that events call
 */
export function toWxml(path, read, resolve) {
  const templates = new Map();
  const handlers = new Set();
  const load = (file) => {
    const nodes = parse(read(file), file);
    return nodes.flatMap((node) => collect(node, file));
  };
  const collect = (node, file) => {
    if (node.tag === 'import') {
      load(resolve(file, node.attributes.get('src')));
      return [];
    }
    if (node.tag === 'include') return load(resolve(file, node.attributes.get('src')));
    if (node.tag === 'template' && node.attributes.has('name')) {
      templates.set(node.attributes.get('name'), node.children);
      return [];
    }
    if (node.children) node.children = node.children.flatMap((child) => collect(child, file));
    return [node];
  };
  const write = (node, scope) => {
    if (node.text !== undefined) return scoped(node.text, scope);
    if (node.tag === 'template') {
      const name = node.attributes.get('is');
      const body = templates.get(name);
      if (!body) throw new Error(`${path}: there is no template "${name}"`);
      const inner = scopeOf(node.attributes.get('data') ?? '', scope);
      const content = body.map((child) => write(child, inner)).join('');
      const conditions = [...node.attributes].filter(([key]) => /^a:/.test(key));
      return conditions.length ? `<block${attributesOf(conditions, scope)}>${content}</block>` : content;
    }
    const tag = OWN.has(node.tag) ? `ax-${node.tag}` : node.tag;
    const attributes = [...node.attributes];
    if (node.attributes.has('disabled')) attributes.push(['data-ax-disabled', node.attributes.get('disabled')]);
    return `<${tag}${attributesOf(attributes, scope)}>${node.children.map((child) => write(child, scope)).join('')}</${tag}>`;
  };
  const attributesOf = (attributes, scope) =>
    attributes
      .map(([name, value]) => {
        const event = /^(on|catch)([A-Z]\w*)$/.exec(name);
        if (event) {
          handlers.add(value);
          return ` ${event[1] === 'on' ? 'bind' : 'catch'}:${event[2][0].toLowerCase()}${event[2].slice(1)}="${value}"`;
        }
        return ` ${name.replace(/^a:/, 'wx:')}="${scoped(value, scope)}"`;
      })
      .join('');
  const body = load(path);
  return { wxml: body.map((node) => write(node, undefined)).join(''), handlers: [...handlers] };
}

/** A template's names: `...object` lends its members, `name: expression` and `name` stand for themselves. */
function scopeOf(data, outer) {
  const [, list = ''] = /^\s*\{\{([\s\S]*)\}\}\s*$/.exec(data) ?? [];
  const names = new Map();
  let spread;
  for (const item of list.split(',').map((part) => part.trim())) {
    if (item.startsWith('...')) spread = inExpression(item.slice(3), outer);
    else if (item) {
      const [name, expression = name] = item.split(/\s*:\s*/);
      names.set(name, inExpression(expression, outer));
    }
  }
  return (name) => names.get(name) ?? (spread ? `${spread}.${name}` : name);
}

/** A text with its {{expressions}} seen from outside the template. */
function scoped(text, scope) {
  if (scope === undefined || typeof text !== 'string') return text;
  return text.replace(/\{\{([\s\S]*?)\}\}/g, (_all, expression) => `{{${inExpression(expression, scope)}}}`);
}

function inExpression(expression, scope) {
  if (scope === undefined) return expression;
  return expression.replace(/'[^']*'|"[^"]*"|(?<![\w.$])[A-Za-z_$][\w$]*/g, (word) =>
    /^['"]/.test(word) || WORDS.has(word) ? word : scope(word),
  );
}

function parse(source, file) {
  const root = { children: [] };
  const open = [root];
  let rest = source.replace(/<!--[\s\S]*?-->/g, '');
  while (rest) {
    const match = rest[0] === '<' ? TAG.exec(rest) : null;
    if (rest[0] === '<' && !match) throw new Error(`${file}: cannot be read at "${rest.slice(0, 60)}"`);
    if (match) {
      rest = rest.slice(match[0].length);
      const [, closes, tag, text, isEmpty] = match;
      if (closes) {
        const node = open.pop();
        if (node.tag !== tag) throw new Error(`${file}: </${tag}> closes <${node.tag}>`);
      } else {
        const attributes = new Map();
        for (const [, name, double, single] of text.matchAll(ATTRIBUTE))
          attributes.set(name, double ?? single ?? 'true');
        const node = { tag, attributes, children: [] };
        open.at(-1).children.push(node);
        if (!isEmpty) open.push(node);
      }
    } else {
      const end = rest.indexOf('<');
      const text = end < 0 ? rest : rest.slice(0, end);
      if (text.trim()) open.at(-1).children.push({ text });
      rest = rest.slice(text.length);
    }
  }
  if (open.length > 1) throw new Error(`${file}: <${open.at(-1).tag}> is not closed`);
  return root.children;
}
