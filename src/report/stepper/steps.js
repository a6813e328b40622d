'use strict';
// Goes through what page.js has built: forward, back, and with a question before each answer.
window.stepThrough = ({ histories, columns, pieces, rows, end }) => {
  const by = (id) => document.getElementById(id);
  let position = 0;
  let predicting = false;
  let revealed = true;
  let opened = histories.length === 0;

  // What there is nothing to predict about: it takes no lock, and nobody waits for it.
  const trivial = (sql) => /^(BEGIN|START TRANSACTION|SET|ROLLBACK)\b/i.test(sql)
    && !/IMMEDIATE|EXCLUSIVE/i.test(sql);

  const steps = (at) => histories
    .map((history, index) => ({ step: history.steps[at - 1], words: columns[index] }))
    .filter(({ step }) => step);

  const question = (at) => {
    if (at === end) return 'How does it end? What is each session told, and is anything wrong?';
    const asked = steps(at).map(({ step }) => step.sql).filter((sql) => !trivial(sql));
    if (asked.length === 0) return null;
    const all = (pattern) => asked.every((sql) => pattern.test(sql));
    const where = histories.length > 1 ? ' In each of them?' : '';
    if (all(/^SELECT\b/i)) return `What will it return, or will it have to wait?${where}`;
    if (all(/^(UPDATE|INSERT|DELETE)\b/i)) {
      return `How many rows will it change, or will it wait or fail?${where}`;
    }
    if (all(/^COMMIT\b/i)) {
      return `Will it be committed? Will anyone who is waiting go on?${where}`;
    }
    return `What will happen: will it succeed, wait or fail?${where}`;
  };

  const whatCame = (step, at) => {
    if (step.blocked_by !== null && step.blocked_until !== at) return 'it is blocked';
    if (step.failed) return `error ${step.code === null ? '' : step.code}: ${step.result}`;
    return step.result === null ? 'it never ended' : step.result;
  };

  const said = () => {
    if (position === 0) return 'Nothing has happened yet.';
    const open = revealed ? null : question(position);
    if (position === end) return open || 'The end.';
    const parts = steps(position).map(({ step, words }) => {
      const strategy = histories.length > 1 ? `${words.strategy}: ` : '';
      const came = open ? '' : ` → ${whatCame(step, position)}`;
      return `${strategy}session ${step.session}${came}`;
    });
    return open ? `${parts.join('; ')}. ${open}` : `${parts.join('; ')}.`;
  };

  const show = () => {
    for (const { node, at, isAnswer } of pieces) {
      node.classList.toggle('future', at > position || (at === position && isAnswer && !revealed));
    }
    let current = null;
    for (const { node, at } of rows) {
      const now = at === position;
      node.classList.toggle('now', now);
      node.classList.toggle('later', at > position);
      if (now) node.setAttribute('aria-current', 'step');
      else node.removeAttribute('aria-current');
      if (now && !current) current = node;
    }
    for (const ask of document.querySelectorAll('.ask')) {
      ask.hidden = revealed || Number(ask.dataset.at) !== position;
    }
    by('where').textContent = position === end ? 'End' : `Step ${position} of ${end - 1}`;
    by('said').textContent = said();
    by('said').classList.toggle('question', !revealed);
    for (const id of ['first', 'back']) by(id).setAttribute('aria-disabled', String(position === 0));
    for (const id of ['next', 'last']) {
      by(id).setAttribute('aria-disabled', String(position === end && revealed));
    }
    by('predict').setAttribute('aria-pressed', String(predicting));
    by('reveal').hidden = !predicting;
    by('reveal').setAttribute('aria-disabled', String(revealed));
    const found = opened || (position === end && revealed);
    by('findings').classList.toggle('closed', !found);
    by('open').hidden = found;
    by('open').setAttribute('aria-expanded', String(found));
    if (current && position > 0) current.scrollIntoView({ block: 'nearest' });
  };

  const go = (to) => {
    position = Math.min(Math.max(to, 0), end);
    revealed = true;
    show();
  };

  const reveal = () => {
    revealed = true;
    show();
  };

  // A question that is open is answered before the next one is asked.
  const next = () => {
    if (!revealed) {
      reveal();
    } else if (position < end) {
      position += 1;
      revealed = !predicting || question(position) === null;
      show();
    }
  };

  const predict = () => {
    predicting = !predicting;
    revealed = true;
    show();
  };

  const open = () => {
    opened = true;
    show();
  };

  const keys = {
    ArrowRight: next, j: next, ' ': next, PageDown: next,
    ArrowLeft: () => go(position - 1), k: () => go(position - 1), PageUp: () => go(position - 1),
    Home: () => go(0), End: () => go(end),
    p: predict, r: reveal, Enter: reveal,
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || histories.length === 0) return;
    // On a button these two press it.
    const pressed = event.key === ' ' || event.key === 'Enter';
    if (pressed && event.target.closest('button')) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  by('first').addEventListener('click', () => go(0));
  by('back').addEventListener('click', () => go(position - 1));
  by('next').addEventListener('click', next);
  by('last').addEventListener('click', () => go(end));
  by('predict').addEventListener('click', predict);
  by('reveal').addEventListener('click', reveal);
  by('open').addEventListener('click', open);
  show();
};
