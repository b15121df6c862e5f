// A calendar by month. An event knows its days as runs of equal steps, so that any month is drawn from numbers alone;
// what it is and when stands in a panel that opens. Reminders are lists beside.

const DAY = 86400000;
const { events, calendars, tasks } = data;
const numberOf = (year, month, day) => {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Math.round(date.getTime() / DAY);
};
const dateOf = number => {
  const date = new Date(number * DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: date.getUTCDay() };
};
const nameOfDay = number => {
  const { year, month, day, weekday } = dateOf(number);
  return DAYS[weekday] + ', ' + dayName(year, month, day);
};
const clockOf = minutes => two(Math.floor(minutes / 60)) + ':' + two(minutes % 60);
const lengthOf = event => Math.min(event.ends?.[0] ?? 0, 366);
// a night that ends at midnight is no day more
const lastDay = event => event.ends?.[1] === 0 && lengthOf(event) > 0 ? lengthOf(event) - 1 : lengthOf(event);

// calls `each` with the days on which an event starts so that it is on at some time between two days
const between = (event, from, to, each) => {
  const early = from - lastDay(event);
  for (const [first, step, count] of event.runs) {
    if (first > to || first + step * (count - 1) < early) continue;
    for (let place = Math.max(0, Math.ceil((early - first) / step)); place < count; place++) {
      const day = first + step * place;
      if (day > to) break;
      each(day);
    }
  }
};
const isShown = event => (current.calendar ?? '') === '' || calendars[event.calendar]?.name === current.calendar;

// ---- words
const PLURALS = { DAILY: ['day', 'days'], WEEKLY: ['week', 'weeks'], MONTHLY: ['month', 'months'], YEARLY: ['year', 'years'] };
const ruleWords = rule => {
  const parts = Object.fromEntries(rule.split('\n')[0].split(';').map(part => part.split('=')));
  const [one, many] = PLURALS[parts.FREQ] ?? [];
  if (!one) return 'Repeats: ' + rule;
  const every = +parts.INTERVAL > 1 ? 'Every ' + parts.INTERVAL + ' ' + many : 'Every ' + one;
  const until = /^(\d{4})(\d\d)(\d\d)/.exec(parts.UNTIL ?? '');
  const end = until ? ' until ' + dayName(until[1], +until[2], +until[3]) : parts.COUNT ? ', ' + counted(+parts.COUNT, 'time', 'times') : '';
  return every + end;
};
const timeOf = (event, day) => {
  const last = day + lastDay(event);
  if (event.starts === undefined) return nameOfDay(day) + (last > day ? ' to ' + nameOfDay(last) : '');
  const end = event.ends?.[1] ?? null;
  const until = end === null || event.ends[0] === 0 && end === event.starts ? '' : ' to '
    + (event.ends[0] ? nameOfDay(day + event.ends[0]) + ', ' : '') + clockOf(end);
  return nameOfDay(day) + ', ' + clockOf(event.starts) + until + (event.zone ? ' (' + event.zone + ')' : '');
};

// ---- an event that is open
const drawEvent = (event, day) => {
  const close = element('button', 'back', 'Close');
  close.type = 'button';
  close.addEventListener('click', closeOpened);
  const title = element('h2', event.cancelled ? 'cancelled' : '', event.title || 'Without a title');
  title.dir = 'auto';
  title.tabIndex = -1;
  const facts = element('dl', 'facts');
  const fact = (name, text) => {
    if (!text) return;
    const value = element('dd', '', text);
    value.dir = 'auto';
    facts.append(element('dt', '', name), value);
  };
  fact('When', timeOf(event, day));
  if (event.cancelled) fact('State', 'Cancelled');
  fact('Repeats', event.rule ? ruleWords(event.rule) : '');
  fact('Where', event.location);
  fact('Calendar', calendars[event.calendar]?.name);
  fact('Notes', event.notes);
  opened.replaceChildren(close, title, facts);
  const file = calendars[event.calendar]?.path;
  if (file) {
    const link = element('p', 'small');
    link.append(fileLink(file, 'Open the calendar file'));
    opened.append(link);
  }
};
const eventLink = (event, index, day, at) => {
  const link = element('a', 'event of-' + event.calendar % 8 + (event.cancelled ? ' cancelled' : ''));
  link.dataset.row = index;
  link.href = withChanges({ open: index + '.' + day });
  if (event.starts !== undefined && at === day) link.append(element('span', 'clock', clockOf(event.starts)), ' ');
  const title = element('span', '', event.title || 'Without a title');
  title.dir = 'auto';
  link.append(title);
  link.setAttribute('aria-label', (event.title || 'Without a title') + ', ' + timeOf(event, day));
  link.addEventListener('click', click => {
    if (click.button || click.ctrlKey || click.metaKey || click.shiftKey || click.altKey) return;
    click.preventDefault();
    go({ open: index + '.' + day });
    opened.querySelector('h2')?.focus();
  });
  return link;
};

// ---- a month
const today = () => {
  const now = new Date();
  return numberOf(now.getFullYear(), now.getMonth() + 1, now.getDate());
};
const month = element('div', 'month');
const heading = element('h2', 'month-name');
heading.setAttribute('aria-live', 'polite');
const mover = (label, text, to) => {
  const button = element('button', 'all', text);
  button.type = 'button';
  button.setAttribute('aria-label', label);
  button.addEventListener('click', () => go({ month: to(), open: '' }));
  return button;
};
const monthOf = day => {
  const { year, month } = dateOf(day);
  return String(year).padStart(4, '0') + '-' + two(month);
};
const shifted = by => {
  const [year, number] = shownMonth();
  const at = Math.max(12, Math.min(9999 * 12 + 11, year * 12 + number - 1 + by));
  return String(Math.floor(at / 12)).padStart(4, '0') + '-' + two(at % 12 + 1);
};
// the last day before another on which anything begins, and the first one after
const dayBefore = before => {
  let found = null;
  events.forEach(event => {
    if (isShown(event)) event.runs.forEach(([from, step, count]) => {
      if (from >= before) return;
      const day = from + step * Math.min(count - 1, Math.ceil((before - from) / step) - 1);
      if (found === null || day > found) found = day;
    });
  });
  return found;
};
const dayAfter = after => {
  let found = null;
  events.forEach(event => {
    if (isShown(event)) event.runs.forEach(([from, step, count]) => {
      const day = from > after ? from : from + step * (Math.floor((after - from) / step) + 1);
      if (day <= from + step * (count - 1) && (found === null || day < found)) found = day;
    });
  });
  return found;
};
// the month of the address; else that of the last event until now, or of the first one
const shownMonth = () => {
  const found = /^(\d{4})-(\d\d)$/.exec(current.month ?? '');
  if (found && +found[2] >= 1 && +found[2] <= 12) return [+found[1], +found[2]];
  const { year, month: number } = dateOf(dayBefore(today() + 1) ?? dayAfter(today()) ?? today());
  return [year, number];
};
let first = Infinity, last = -Infinity;
events.forEach(event => event.runs.forEach(([from, step, count]) => {
  first = Math.min(first, from);
  last = Math.max(last, from + step * (count - 1));
}));
if (first > last) first = last = today();
const bar = element('div', 'month-bar');
bar.append(mover('Previous month', '←', () => shifted(-1)), heading, mover('Next month', '→', () => shifted(1)),
  mover('This month', 'Today', () => monthOf(today())));
const drawMonth = () => {
  const [year, number] = shownMonth();
  heading.textContent = MONTHS[number - 1] + ' ' + year;
  const from = numberOf(year, number, 1), to = numberOf(number === 12 ? year + 1 : year, number === 12 ? 1 : number + 1, 1) - 1;
  const before = (dateOf(from).weekday + 6) % 7;
  const days = new Map();
  events.forEach((event, index) => {
    if (isShown(event)) between(event, from, to, day => {
      for (let at = Math.max(from, day); at <= Math.min(to, day + lastDay(event)); at++) {
        if (!days.has(at)) days.set(at, []);
        days.get(at).push([event, index, day]);
      }
    });
  });
  const grid = element('ol', 'days');
  [1, 2, 3, 4, 5, 6, 0].forEach(weekday => {
    const name = element('li', 'weekday', DAYS[weekday].slice(0, 3));
    name.setAttribute('aria-hidden', 'true');
    grid.append(name);
  });
  for (let blank = 0; blank < before; blank++) {
    const empty = element('li', 'no-day');
    empty.setAttribute('aria-hidden', 'true');
    grid.append(empty);
  }
  for (let at = from; at <= to; at++) {
    const day = element('li', 'day' + (at === today() ? ' today' : '') + (days.has(at) ? '' : ' free'));
    const name = element('span', 'number');
    name.append(element('span', 'long', nameOfDay(at)), element('span', 'short', String(dateOf(at).day)));
    day.append(name);
    (days.get(at) ?? []).sort(([a], [b]) => (a.starts ?? -1) - (b.starts ?? -1))
      .forEach(([event, index, start]) => day.append(eventLink(event, index, start, at)));
    grid.append(day);
  }
  const free = element('p', 'small nothing', 'Nothing in this month. ');
  free.hidden = days.size > 0;
  [['Before it: ', dayBefore(from)], ['After it: ', dayAfter(to)]].forEach(([words, day]) => {
    if (day === null || days.size) return;
    const { year: itsYear, month: itsMonth } = dateOf(day);
    free.append(mover(words + MONTHS[itsMonth - 1] + ' ' + itsYear, words + MONTHS[itsMonth - 1] + ' ' + itsYear, () => monthOf(day)), ' ');
  });
  month.replaceChildren(bar, grid, free);
};

// ---- what a search finds: each event once, where it began last before today
const results = element('ul', 'rows');
const drawFound = growing(results, index => {
  const event = events[index];
  const row = element('li', 'found-event');
  const day = event.runs[0][0];
  row.append(eventLink(event, index, day, day), element('span', 'small', timeOf(event, day) + (event.rule ? ' · ' + ruleWords(event.rule) : '')));
  return row;
});
const folded = folding(events, event => [event.title, event.location ?? '', event.notes ?? '', calendars[event.calendar]?.name ?? ''].join(' '));

// ---- reminders, a list each
const reminders = element('div', 'lists');
const foldedTask = folding(tasks, task => task.title + ' ' + (calendars[task.list]?.name ?? ''));
const taskRow = task => {
  const row = element('li');
  const label = element('label');
  const box = element('input');
  box.type = 'checkbox';
  box.checked = task.done;
  box.disabled = true;
  const title = element('span', task.done ? 'done' : '', task.title || 'Without a title');
  title.dir = 'auto';
  label.append(box, title);
  row.append(label);
  if (task.due) row.append(element('span', 'when', task.due.length > 10 ? momentOf(task.due) : dayOf(task.due)));
  return row;
};
const drawTasks = () => {
  const byList = new Map();
  tasks.forEach((task, index) => {
    const isIn = !current.calendar || calendars[task.list]?.name === current.calendar;
    if (!isIn || current.search && !finds(foldedTask(index))) return;
    if (!byList.has(task.list)) byList.set(task.list, []);
    byList.get(task.list).push(task);
  });
  reminders.replaceChildren(...Array.from(byList, ([place, inside]) => {
    const made = element('section', 'task-list');
    const name = element('h2');
    name.append(fileLink(calendars[place]?.path ?? '', calendars[place]?.name ?? 'Reminders'));
    const open = inside.filter(task => !task.done), done = inside.filter(task => task.done);
    const rows = element('ul', 'tasks');
    growing(rows, taskRow)(open);
    made.append(name, rows);
    if (!open.length) rows.replaceWith(element('p', 'small', 'Nothing is open.'));
    if (done.length) {
      const more = element('details', 'table');
      const inner = element('ul', 'tasks');
      more.append(element('summary', '', counted(done.length, 'task is done', 'tasks are done')), inner);
      more.addEventListener('toggle', () => { if (more.open && !inner.childNodes.length) growing(inner, taskRow)(done); });
      made.append(more);
    }
    return made;
  }));
};
list.append(month, results, reminders);

const counts = new Map();
events.forEach(event => counts.set(event.calendar, (counts.get(event.calendar) || 0) + 1));
tasks.forEach(task => counts.set(task.list, (counts.get(task.list) || 0) + 1));
const named = new Map();
counts.forEach((count, place) => named.set(calendars[place]?.name ?? '', (named.get(calendars[place]?.name ?? '') || 0) + count));
const showCalendar = named.size > 1 ? choice('calendar', 'Calendar', Array.from(named).sort().map(([name, count]) =>
  [name, name + ' (' + count.toLocaleString('en') + ')'])) : () => {};
const firstYear = dateOf(first).year, lastYear = Math.min(dateOf(last).year, firstYear + 400);
const years = Array.from({ length: lastYear - firstYear + 1 }, (_, at) => String(firstYear + at).padStart(4, '0')).reverse();
const showYear = events.length ? (() => {
  const select = element('select');
  select.setAttribute('aria-label', 'Year');
  years.forEach(year => select.add(new Option(year, year)));
  select.addEventListener('change', () => go({ month: select.value + '-' + two(shownMonth()[1]), search: '', open: '' }));
  choices.append(select);
  return () => {
    const year = String(shownMonth()[0]).padStart(4, '0');
    if (!Array.from(select.options).some(option => option.value === year)) select.add(new Option(year, year));
    select.value = year;
  };
})() : () => {};

let drawnFor = null;
begin(() => {
  const { search: text = '', calendar = '', open = '' } = current;
  showCalendar();
  showYear();
  const key = [text, calendar, current.month].join('\u0001');
  if (drawnFor !== key) {
    drawnFor = key;
    month.hidden = Boolean(text) || !events.length;
    results.hidden = !text;
    if (text) {
      const found = events.map((_, index) => index).filter(index => isShown(events[index]) && finds(folded(index)));
      drawFound(found);
      said.textContent = found.length ? counted(found.length, 'event', 'events') + ' found' : 'No event found.';
    } else {
      said.textContent = '';
      if (events.length) drawMonth();
    }
    drawTasks();
  }
  const [index, day] = open.split('.');
  const event = open ? events[index] : undefined;
  opened.hidden = !event;
  document.body.classList.toggle('opened', Boolean(event));
  if (event) drawEvent(event, +day);
});
