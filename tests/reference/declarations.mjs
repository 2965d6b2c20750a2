// What the published declarations say, as data: methods, events and types with their texts in both languages.
//
// English stands in the doc comments as usual, Chinese in the tags @zh, @zhParam, @zhReturns and @zhInstead. @errors lists the codes
// that a method rejects with or an event carries, @instead what to use where Alipay has no place for a method.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/**
 * @param {string[]} files paths of the declarations
 * @returns {{methods: object[], events: object[], types: object[], aliases: object[], about?: object, problems: string[]}}
 */
export function readDeclarations(files) {
  const model = { methods: [], events: [], types: [], aliases: [], problems: [] };
  for (const file of files) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2017, true);
    for (const node of source.statements) read(node, source, model);
  }
  return model;
}

/** Interfaces that are not for pages. */
const INTERNAL = ['ZegoHost'];

function read(node, source, model) {
  const name = node.name?.text;
  // However prettier breaks the lines.
  const text = (part) =>
    part.getText(source).replace(/\s+/g, ' ').replace(/\( /g, '(').replace(/,? \)/g, ')').replace(/,? }$/, ' }');
  if (ts.isTypeAliasDeclaration(node)) {
    const type = text(node.type)
      .replace(/\/\/ documented, never raised /, '')
      .replace(/^\| /, '');
    const hasDoc = !!node.jsDoc?.length;
    model.aliases.push({ ...(hasDoc ? described(node, name, model) : { name, en: '', zh: '' }), type });
  } else if (ts.isInterfaceDeclaration(node) && name === 'ZegoEvents') {
    for (const member of node.members) {
      const event = described(member, member.name.text, model);
      model.events.push({
        ...event,
        params: parameters(member.type, event, text, model),
        isRaised: event.en !== 'Never raised on Alipay.',
      });
    }
  } else if (ts.isInterfaceDeclaration(node) && !INTERNAL.includes(name)) {
    model.types.push(type(node, described(node, name, model), text, model));
  } else if (ts.isClassDeclaration(node)) {
    if (name === 'ZegoError') model.types.push(type(node, described(node, name, model), text, model));
    else model.methods.push(...node.members.map((member) => method(member, name, text, model)));
    if (name === 'RtcRoom') model.about = described(node, name, model);
  }
}

function method(member, owner, text, model) {
  const isConstructor = ts.isConstructorDeclaration(member);
  const doc = described(member, isConstructor ? 'constructor' : member.name.text, model);
  return {
    ...doc,
    owner,
    isConstructor,
    isStatic: !!member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword),
    isProperty: ts.isPropertyDeclaration(member),
    params: parameters(member, doc, text, model),
    returns: member.type ? text(member.type) : owner,
  };
}

function type(node, doc, text, model) {
  const members = node.members.map((member) => {
    const about = described(member, `${doc.name}.${member.name.text}`, model);
    return { ...about, name: member.name.text, isOptional: !!member.questionToken, type: text(member.type) };
  });
  return { ...doc, members };
}

function parameters(signature, doc, text, model) {
  const params = (signature.parameters ?? []).map((param) => {
    const name = param.name.text;
    return {
      name,
      type: text(param.type),
      isOptional: !!param.questionToken,
      en: doc.paramTexts.get(name) ?? '',
      zh: doc.zhParamTexts.get(name) ?? '',
    };
  });
  for (const { name, en, zh } of params)
    if (!en !== !zh) model.problems.push(`${doc.name}: the argument ${name} is described in one language only`);
  for (const name of [...doc.paramTexts.keys(), ...doc.zhParamTexts.keys()])
    if (!params.some((param) => param.name === name)) model.problems.push(`${doc.name} has no argument ${name}`);
  return params;
}

function described(node, name, model) {
  const doc = { name, en: '', zh: '', returnsEn: '', returnsZh: '', insteadEn: '', insteadZh: '', errors: [] };
  doc.paramTexts = new Map();
  doc.zhParamTexts = new Map();
  for (const part of node.jsDoc ?? []) doc.en = oneLine(ts.getTextOfJSDocComment(part.comment));
  for (const tag of ts.getJSDocTags(node)) {
    const kind = tag.tagName.text;
    const text = oneLine(ts.getTextOfJSDocComment(tag.comment));
    const [first, rest] = split(text);
    if (kind === 'param') doc.paramTexts.set(tag.name.text, text.replace(/^-\s*/, ''));
    else if (kind === 'zhParam') doc.zhParamTexts.set(first, rest);
    else if (kind === 'zh') doc.zh = text;
    else if (kind === 'returns') doc.returnsEn = text;
    else if (kind === 'zhReturns') doc.returnsZh = text;
    else if (kind === 'instead') doc.insteadEn = text;
    else if (kind === 'zhInstead') doc.insteadZh = text;
    else if (kind === 'errors') doc.errors = text.split(/\s+/).map(Number);
    else if (kind !== 'throws') model.problems.push(`${name}: unknown tag @${kind}`);
  }
  const isComplete = doc.insteadEn ? doc.insteadZh : doc.en && doc.zh && !doc.returnsEn === !doc.returnsZh;
  if (!isComplete) model.problems.push(`${name} is not described in both languages (@zh ...)`);
  return doc;
}

const oneLine = (text) => (text ?? '').replace(/\s+/g, ' ').trim();

function split(text) {
  const end = text.search(/\s/);
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end).trim()];
}
