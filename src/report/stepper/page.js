'use strict';
// Builds the page: the schedule, or the same one under several strategies, as tables.
// Position 0 is the start, k the time after step k, and one after the longest schedule the end.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const result = read('result');
  const words = read('words');
  const by = (id) => document.getElementById(id);

  // Everything that is shown is made here, as text: no statement can become markup.
  const make = (tag, className, ...content) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...content.filter((part) => part !== null && part !== undefined));
    return node;
  };

  // A replay is a schedule itself; other results have one to show, or none.
  const own = result.steps ? result : result.witness || result.example;
  const histories = own ? [own, ...(result.beside || [])] : [];
  const longest = Math.max(0, ...histories.map((history) => history.steps.length));
  const end = longest + 1;
  // Only lockbench's own purchase has one; other people's programs have whatever they have.
  const hasStock = result.stock !== undefined;

  // What is seen from a position on, or from when its question has been answered.
  const pieces = [];
  const piece = (node, at, isAnswer) => {
    pieces.push({ node, at, isAnswer });
    return node;
  };
  const rows = [];

  const sql = (statement) => {
    const code = make('code', 'sql');
    for (const part of statement.short.split(/\b([A-Z]{2,}(?:_[A-Z]+)*)\b/)) {
      code.append(/^[A-Z]{2}/.test(part) ? make('b', '', part) : part);
    }
    code.title = statement.full;
    return code;
  };

  const outcome = (step) => {
    if (step.result === null) return make('p', 'outcome', '→ it never ended');
    if (!step.failed) return make('p', 'outcome', `→ ${step.result}`);
    const code = step.code === null ? '' : ` ${step.code}`;
    return make('p', 'outcome failed', `✖ ERROR${code}: ${step.result}`);
  };

  const waiting = (step, at) => {
    const whom = step.blocked_by.length
      ? ` by session ${step.blocked_by.join(' and ')}` : '';
    const until = step.blocked_until;
    const line = make('p', 'blocked', `‖ BLOCKED${whom}`);
    if (until === null) line.append(piece(make('span', '', ' until the end'), end, true));
    else if (until > at) line.append(piece(make('span', '', ` until step ${until}`), until, true));
    return piece(line, at, true);
  };

  const cell = (history, column, lane, at) => {
    const box = make('td', `lane lane${lane}`);
    const step = history.steps[at - 1];
    if (step.session === lane) {
      if (history.fell_back.includes(at)) {
        const asked = column.asked && column.asked[at - 1];
        const text = asked
          ? `↷ out of turn: session ${asked} is blocked or has ended` : '↷ out of turn: the session before is blocked or has ended';
        box.append(piece(make('p', 'astray', text), at, false));
      }
      const before = history.steps.slice(0, at - 1).filter((other) => other.session === lane);
      if (step.attempt > 1 && before.every((other) => other.attempt < step.attempt)) {
        box.append(piece(make('p', 'again', `attempt ${step.attempt}`), at, false));
      }
      box.append(piece(sql(column.statements[at - 1]), at, false));
      const ask = make('p', 'ask', '→ ?');
      ask.dataset.at = at;
      box.append(ask);
      if (step.blocked_by !== null) box.append(waiting(step, at));
      if (step.blocked_by === null || step.blocked_until === at) {
        box.append(piece(outcome(step), at, true));
      }
    }
    history.steps.slice(0, at - 1).forEach((held, index) => {
      if (held.session !== lane || held.blocked_by === null) return;
      if (held.blocked_until === at) {
        const goes = make('div', '', make('p', 'goeson', `▶ step ${index + 1} goes on`), outcome(held));
        box.append(piece(goes, at, true));
      } else if (held.blocked_until === null || held.blocked_until > at) {
        box.append(piece(make('p', 'held', '‖ still waiting'), at, true));
      }
    });
    return box;
  };

  const stock = (now, before, at) => {
    const box = make('td', 'stock');
    if (now === null) return box;
    const mark = before === null || now === before ? '' : now < before ? '▼ ' : '▲ ';
    const text = make('span', mark ? 'changed' : '', `${mark}${now}`);
    text.setAttribute('aria-label', `stock ${now}`);
    box.append(piece(text, at, true));
    return box;
  };

  const lanes = (history, column) => {
    const sessions = history.endings.map((_, index) => index + 1);
    const head = make('tr', '', heading('step', 'number'));
    for (const lane of sessions) head.append(heading(`session ${lane}`, `lane lane${lane}`));
    if (hasStock) head.append(heading('stock', 'stock'));
    const body = make('tbody');
    const start = make('tr', 'step', rowHeading('start'));
    sessions.forEach((lane) => start.append(make('td', `lane lane${lane}`)));
    if (hasStock) start.append(stock(result.stock, null, 0));
    body.append(start);
    rows.push({ node: start, at: 0 });
    let before = result.stock;
    history.steps.forEach((step, index) => {
      const row = make('tr', 'step', rowHeading(String(index + 1)));
      sessions.forEach((lane) => row.append(cell(history, column, lane, index + 1)));
      if (hasStock) row.append(stock(step.stock_after, before, index + 1));
      before = step.stock_after === null ? before : step.stock_after;
      body.append(row);
      rows.push({ node: row, at: index + 1 });
    });
    const last = make('tr', 'endings', rowHeading('told'));
    history.endings.forEach((ending, index) => {
      last.append(make('td', `lane lane${index + 1}`, piece(make('b', '', ending), end, true)));
    });
    if (hasStock) last.append(make('td', 'stock'));
    rows.push({ node: last, at: end });
    return make('table', '', make('thead', '', head), body, make('tfoot', '', last));
  };

  const heading = (text, className) => {
    const node = make('th', className, text);
    node.scope = 'col';
    return node;
  };

  const rowHeading = (text) => {
    const node = make('th', 'number', text);
    node.scope = 'row';
    return node;
  };

  const figure = (history, column) => {
    const caption = make('figcaption', '', make('h2', '', column.strategy), make('p', 'plan', column.plan));
    const mark = column.wrong ? '✖ WRONG: ' : '✔ ';
    const verdict = make('p', column.wrong ? 'verdict wrong' : 'verdict fine', mark + column.sentence);
    const wide = make('div', 'wide', lanes(history, column));
    const astray = column.astray
      ? piece(make('p', 'astray', `↷ ${column.astray}`), end, true) : null;
    return make('figure', '', caption, wide, piece(verdict, end, true), astray);
  };

  const table = (pairs) => {
    const list = make('dl');
    for (const [name, value] of pairs) list.append(make('dt', '', name), make('dd', '', value));
    return list;
  };

  const findings = () => {
    const box = by('findings');
    const mark = { safe: '✔ ', unsafe: '✖ ', inconclusive: '? ' }[words.verdict] || '';
    const kind = { safe: 'fine', unsafe: 'wrong' }[words.verdict] || 'open';
    box.append(make('p', `verdict ${kind}`, mark + words.sentence));
    if (words.meaning) box.append(make('p', '', words.meaning));
    box.append(table(words.lines));
    if (result.final_states) {
      const list = make('ul');
      for (const state of result.final_states) {
        const text = `${state.count} × ${state.state}`;
        list.append(make('li', '', text, state.wrong ? make('b', '', ' ✖ wrong') : null));
      }
      box.append(make('h3', '', 'Final states'), list);
    }
    if (words.settings.length) {
      box.append(make('h3', '', 'Settings of the database'), table(words.settings));
    }
    const command = (text) => make('pre', '', make('code', '', text));
    box.append(make('h3', '', 'Command that made this page'), command(words.make));
    if (words.replay) {
      box.append(make('h3', '', words.replay_it), command(words.replay));
    }
  };

  // The same step stands at the same height in tables that stand side by side.
  const align = () => {
    const parts = 'figcaption, thead tr, tr.step';
    const all = [...document.querySelectorAll('figure')];
    const lists = all.map((one) => [...one.querySelectorAll(parts)]);
    lists.flat().forEach((part) => { part.style.height = ''; });
    const tops = all.map((one) => one.offsetTop);
    for (const top of new Set(tops)) {
      const line = lists.filter((_, index) => tops[index] === top);
      if (line.length < 2) continue;
      for (let at = 0; line.some((parts) => parts[at]); at += 1) {
        const beside = line.map((parts) => parts[at]).filter(Boolean);
        const height = Math.max(...beside.map((part) => part.getBoundingClientRect().height));
        beside.forEach((part) => { part.style.height = `${height}px`; });
      }
    }
  };

  by('page').hidden = false;
  by('heading').textContent = words.heading;
  by('setting').textContent = `${words.setting}.`;
  if (words.schedule) by('stage').before(piece(make('p', 'schedule', words.schedule), end, true));
  histories.forEach((history, index) => by('stage').append(figure(history, words.columns[index])));
  by('bar').hidden = histories.length === 0;
  findings();
  align();
  window.addEventListener('resize', align);
  window.stepThrough({ histories, columns: words.columns, pieces, rows, end });
})();
