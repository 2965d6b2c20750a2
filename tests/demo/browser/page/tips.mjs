// Tooltips that keyboards and mice reach: elements name their text in data-tip.

/** @param {() => Record<string, string>} texts in the language in force */
export function startTips(texts) {
  const tip = document.getElementById('tip');
  const show = (element) => {
    const text = texts()[element.dataset.tip];
    if (!text) return;
    tip.textContent = text;
    tip.hidden = false;
    const { left, bottom, top } = element.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = tip;
    tip.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    tip.style.top = `${bottom + height + 10 < innerHeight ? bottom + 8 : top - height - 8}px`;
  };
  const hide = () => (tip.hidden = true);
  const marked = (event) => event.target instanceof Element && event.target.closest('[data-tip]');
  for (const [name, action] of [
    ['pointerover', show],
    ['focusin', show],
  ])
    document.addEventListener(name, (event) => (marked(event) ? action(marked(event)) : hide()));
  document.addEventListener('focusout', hide);
  document.addEventListener('pointerdown', hide);
}
