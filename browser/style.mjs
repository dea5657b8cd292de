// SPDX-License-Identifier: EUPL-1.2
// Cuts a style sheet to what the markup uses: rules by their classes, custom properties by their
// references. Knows as much of CSS as KERN's flat style sheet and ours need.

const nesting = /^@(media|supports|layer|container|keyframes)/;

// A sheet is a list of {prelude, rules} (at-rules with rules inside), {prelude, declarations} and
// {statement}.
export function parse(css) {
  const text = css.replace(/\/\*[^]*?\*\//g, "");
  let at = 0;
  const skipString = (quote) => {
    while (at < text.length && text[at] !== quote) at += text[at] === "\\" ? 2 : 1;
    at += 1;
  };
  // Reads up to one of `ends` outside of strings and parentheses.
  const until = (ends) => {
    const start = at;
    let depth = 0;
    while (at < text.length && (depth > 0 || !ends.includes(text[at]))) {
      const char = text[at++];
      if (char === '"' || char === "'") skipString(char);
      else if (char === "(") depth += 1;
      else if (char === ")") depth -= 1;
    }
    return text.slice(start, at).trim();
  };
  const declarations = () => {
    const found = [];
    while (text[at] !== "}") {
      const line = until(";}");
      if (text[at] === ";") at += 1;
      const colon = line.indexOf(":");
      if (colon > 0) found.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
    }
    at += 1;
    return found;
  };
  const rules = () => {
    const found = [];
    for (;;) {
      const prelude = until("{};");
      const end = text[at++];
      if (end === undefined || end === "}") return found;
      if (end === ";") found.push({statement: prelude});
      else if (nesting.test(prelude)) found.push({prelude, rules: rules()});
      else found.push({prelude, declarations: declarations()});
    }
  };
  const sheet = rules();
  if (at < text.length) throw new Error(`a } too many before: ${text.slice(at, at + 60)}`);
  return sheet;
}

export function print(sheet) {
  return sheet.map((node) => {
    if (node.statement) return `${node.statement};`;
    if (node.rules) return `${node.prelude}{${print(node.rules)}}`;
    return `${node.prelude}{${node.declarations.map((d) => d.join(":")).join(";")}}`;
  }).join("\n");
}

function splitSelectors(prelude) {
  const parts = [];
  let depth = 0, start = 0;
  for (let i = 0; i < prelude.length; i += 1) {
    if ("([".includes(prelude[i])) depth += 1;
    else if (")]".includes(prelude[i])) depth -= 1;
    else if (prelude[i] === "," && depth === 0) {
      parts.push(prelude.slice(start, i).trim());
      start = i + 1;
    }
  }
  return [...parts, prelude.slice(start).trim()];
}

// Selectors whose classes are all in use; what stands in :not() or :is() need not be.
function isUsed(selector, uses) {
  const bare = selector.replace(/:(not|is|where)\((?:[^()]|\([^()]*\))*\)/g, "");
  if (/\[data-kern-theme/.test(bare)) return false;
  return (bare.match(/\.-?[a-zA-Z_][\w-]*/g) ?? []).every((name) => uses(name.slice(1)));
}

export function keepUsed(sheet, uses) {
  return sheet.flatMap((node) => {
    if (node.rules) {
      const rules = keepUsed(node.rules, uses);
      return rules.length ? [{...node, rules}] : [];
    }
    if (!node.declarations || node.prelude.startsWith("@")) return [node];
    const selectors = splitSelectors(node.prelude).filter((s) => isUsed(s, uses));
    return selectors.length ? [{...node, prelude: selectors.join(",")}] : [];
  });
}

export function eachRule(sheet, visit) {
  for (const node of sheet) {
    if (node.rules) eachRule(node.rules, visit);
    else if (node.declarations) visit(node);
  }
}

const references = (value) => [...value.matchAll(/var\(\s*(--[\w-]+)/g)].map((m) => m[1]);

// Without fallback values of properties that are defined.
function withoutFallbacks(value, defined) {
  let out = value, from = 0;
  for (;;) {
    const at = out.indexOf("var(", from);
    if (at < 0) return out;
    const name = /^var\(\s*(--[\w-]+)/.exec(out.slice(at))?.[1];
    let end = at + 4;
    for (let depth = 1; depth > 0 && end < out.length; end += 1) {
      depth += (out[end] === "(") - (out[end] === ")");
    }
    if (name && defined.has(name)) out = `${out.slice(0, at)}var(${name})${out.slice(end)}`;
    from = at + 4;
  }
}

export function keepUsedProperties(sheet) {
  const defined = new Map();
  eachRule(sheet, (rule) => rule.declarations.forEach(([name, value]) => {
    if (name.startsWith("--")) defined.set(name, [...(defined.get(name) ?? []), value]);
  }));
  const used = new Set(), open = [];
  const use = (value) => references(value).forEach((name) => {
    if (!used.has(name)) used.add(name), open.push(name);
  });
  eachRule(sheet, (rule) => {
    rule.declarations = rule.declarations.map(([n, v]) => [n, withoutFallbacks(v, defined)]);
    rule.declarations.forEach(([name, value]) => name.startsWith("--") || use(value));
  });
  while (open.length) {
    (defined.get(open.pop()) ?? []).forEach((value) => use(withoutFallbacks(value, defined)));
  }
  eachRule(sheet, (rule) => {
    rule.declarations = rule.declarations.filter(([n]) => !n.startsWith("--") || used.has(n));
  });
  return withoutEmpty(sheet);
}

function withoutEmpty(sheet) {
  return sheet.flatMap((node) => {
    if (node.rules) {
      const rules = withoutEmpty(node.rules);
      return rules.length ? [{...node, rules}] : [];
    }
    return node.declarations && node.declarations.length === 0 ? [] : [node];
  });
}
