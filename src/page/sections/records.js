// Records: what was listened to, watched and bought, and on which devices, as bars that carry their numbers. Every bar
// is an element of a list, so that it is read like any other text; each chart has its numbers as a table too.

const number = value => value.toLocaleString('en');
const duration = minutes => minutes < 60 ? counted(minutes, 'minute', 'minutes') : counted(Math.round(minutes / 60), 'hour', 'hours');
const monthName = month => MONTHS[+month.slice(5) - 1] + ' ' + month.slice(0, 4);
const text = (name, className, words) => {
  const made = element(name, className, words);
  made.dir = 'auto';
  return made;
};
const small = words => element('p', 'small', words);

// a link that changes the address, and what stands there, without leaving the page
const chooser = (className, words, changes, then) => {
  const link = element('a', className, words);
  link.href = withChanges(changes);
  link.addEventListener('click', click => {
    if (click.button || click.ctrlKey || click.metaKey || click.shiftKey || click.altKey) return;
    click.preventDefault();
    go(changes);
    then?.();
  });
  return link;
};

// ---- bars, as long as their share of the longest one
const most = values => Math.max(0, ...values) || 1;
const stickOf = (value, longest) => {
  const stick = element('i', 'stick');
  stick.style.setProperty('--share', (Math.max(0, value) / longest).toFixed(4));
  return stick;
};
// they stand where there is room, and lie on a phone
const bars = (title, entries) => {
  const longest = most(entries.map(entry => entry.value));
  const made = element('ol', 'bars');
  made.setAttribute('aria-label', title);
  entries.forEach(entry => {
    const row = element('li');
    const inside = entry.choose ? chooser('bar-of', undefined, entry.choose, entry.chosen) : element('div', 'bar-of');
    const said = element('span', 'said', entry.said);
    if (entry.more) said.append(element('small', '', entry.more));
    inside.append(element('span', 'name', entry.name), stickOf(entry.value, longest), said);
    row.append(inside);
    made.append(row);
  });
  return made;
};
const table = (heads, rows) => {
  const made = element('table'), head = element('thead'), body = element('tbody');
  const top = element('tr');
  heads.forEach(name => {
    const cell = element('th', '', name);
    cell.scope = 'col';
    top.append(cell);
  });
  head.append(top);
  rows.forEach(([name, ...cells]) => {
    const row = element('tr'), first = element('th', '', name);
    first.scope = 'row';
    row.append(first, ...cells.map(words => element('td', '', words)));
    body.append(row);
  });
  made.append(head, body);
  const more = element('details', 'table'), scroll = element('div', 'scroll');
  scroll.append(made);
  more.append(element('summary', '', 'As a table'), scroll);
  return more;
};
const chart = (title, note, ...parts) => {
  const made = element('figure', 'plot'), caption = element('figcaption');
  caption.append(element('h3', '', title));
  if (note) caption.append(small(note));
  made.append(caption, ...parts);
  return made;
};
// names, with a line below each
const ranks = (title, entries, more) => {
  const made = element('div', 'chart'), rows = element('dl');
  const longest = most(entries.map(entry => entry.value));
  entries.forEach(entry => {
    const row = element('div');
    row.append(text('dt', '', entry.name), element('dd', '', entry.said), stickOf(entry.value, longest));
    rows.append(row);
  });
  made.append(element('h3', '', title), rows);
  if (more) made.append(small('and ' + more));
  return made;
};
// all months from the first to the last, those without anything too
const unbroken = months => {
  const numberOf = month => +month.slice(0, 4) * 12 + +month.slice(5) - 1;
  const byMonth = new Map(months.map(entry => [entry[0], entry]));
  const first = numberOf(months[0][0]), last = numberOf(months[months.length - 1][0]);
  return Array.from({ length: last - first + 1 }, (_, at) => {
    const month = String(Math.floor((first + at) / 12)).padStart(4, '0') + '-' + two((first + at) % 12 + 1);
    return byMonth.get(month) ?? [month, 0, 0];
  });
};
// what the highest of the thin bars stands for
const mostOf = (months, words) => {
  const longest = most(months.map(([, times]) => times)), entry = months.find(([, times]) => times === longest);
  return 'The highest is ' + monthName(entry[0]) + ': ' + words(entry) + '.';
};
// very many months: a thin bar each, the years below
const manyMonths = (title, months, words) => {
  const made = element('div', 'fine');
  made.setAttribute('role', 'img');
  made.setAttribute('aria-label', title + '; the table below has the same numbers');
  const longest = most(months.map(([, times]) => times));
  const byMonth = new Map(months.map(entry => [entry[0], entry]));
  [...new Set(months.map(([month]) => month.slice(0, 4)))].forEach(year => {
    const group = element('div', 'year-of');
    MONTHS.forEach((_, at) => {
      const entry = byMonth.get(year + '-' + two(at + 1));
      const slot = element('span', 'slot');
      if (entry) {
        slot.title = monthName(entry[0]) + ': ' + words(entry);
        slot.append(stickOf(entry[1], longest));
      }
      group.append(slot);
    });
    group.append(element('span', 'name', year));
    made.append(group);
  });
  const scroll = element('div', 'scroll');
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', title);
  scroll.append(made);
  return scroll;
};

// ---- a part of the page
const block = (title, ...lead) => {
  const made = element('section', 'block');
  made.append(element('h2', '', title));
  lead.filter(Boolean).forEach(words => made.append(element('p', 'lead', words)));
  list.append(made);
  return made;
};
const span = months => {
  const first = months[0]?.[0], last = months[months.length - 1]?.[0];
  return !first ? '' : first === last ? ', in ' + monthName(first) : ', from ' + monthName(first) + ' to ' + monthName(last);
};

// ---- what was listened to and watched: all years, or one with its months
const draws = [];
const byYear = (kind, all, tops) => {
  if (!all.times) return;
  const says = (times, minutes) => counted(times, kind.one, kind.many) + (minutes ? ', ' + duration(minutes) : '');
  const dated = all.months.reduce((sum, [, times]) => sum + times, 0);
  const undated = all.times - dated;
  const made = block(kind.title, says(all.times, all.minutes) + span(all.months)
    + (undated > 0 ? '. ' + counted(undated, 'of them has', 'of them have') + ' no date.' : '.'));
  const sums = new Map();
  all.months.forEach(([month, times, minutes]) => {
    const year = month.slice(0, 4), sum = sums.get(year) ?? [0, 0];
    sums.set(year, [sum[0] + times, sum[1] + minutes]);
  });
  const years = Array.from(sums.keys());
  const choices = element('nav', 'years');
  choices.setAttribute('aria-label', kind.title + ': year');
  ['', ...years.slice().reverse()].forEach(year => {
    const link = chooser('pill', year || 'All years', { [kind.key]: year });
    link.dataset.year = year;
    choices.append(link);
  });
  const body = element('div');
  if (years.length > 1) made.append(choices);
  made.append(body);
  const heads = [kind.Many, ...(all.minutes ? ['Time'] : [])];
  const cells = (times, minutes) => [number(times), ...(all.minutes ? [duration(minutes)] : [])];
  const parts = year => {
    if (!years.length) return [];
    if (year) {
      const months = new Map(all.months.map(([month, ...sum]) => [month, sum]));
      const title = kind.Many + ' by month, ' + year;
      const entries = MONTHS.map((name, at) => {
        const [times, minutes] = months.get(year + '-' + two(at + 1)) ?? [0, 0];
        return { name: name.slice(0, 3), long: name, value: times, times, minutes, said: number(times), more: minutes ? duration(minutes) : '' };
      });
      return [chart(title, says(...sums.get(year)) + ' in ' + year, bars(title, entries),
        table(['Month', ...heads], entries.map(entry => [entry.long, ...cells(entry.times, entry.minutes)])))];
    }
    const title = kind.Many + ' by year', fine = kind.Many + ' by month';
    return [
      chart(title, 'Choose a year to see its months.', bars(title, years.map(each => ({
        name: each, value: sums.get(each)[0], said: number(sums.get(each)[0]),
        more: sums.get(each)[1] ? duration(sums.get(each)[1]) : '', choose: { [kind.key]: each },
        // the bars of the years are gone with it
        chosen: () => choices.querySelector('[aria-current]')?.focus({ preventScroll: true }),
      }))), table(['Year', ...heads], years.map(each => [each, ...cells(...sums.get(each))]))),
      chart(fine, mostOf(all.months, ([, ...sum]) => says(...sum)), manyMonths(fine, all.months, ([, ...sum]) => says(...sum)),
        table(['Month', ...heads], all.months.map(([month, ...sum]) => [monthName(month), ...cells(...sum)]))),
    ];
  };
  const ranked = year => tops.flatMap(([title, name, many, one, ones, none], at) => {
    const top = all.tops[at]?.find(each => each.year === year);
    if (!top) return [];
    const total = year ? sums.get(year)?.[0] ?? 0 : all.times;
    const unnamed = none ? total - top.named : 0;
    const made = ranks(title + (year ? ', ' + year : ', all years'), top.names.map(([called, times, minutes]) =>
      ({ name: called, value: times, said: counted(times, one, ones) + (minutes ? ' · ' + duration(minutes) : '') })),
    top.more ? counted(top.more, 'other ' + name, 'other ' + many) : '');
    if (unnamed > 0) made.append(small(counted(unnamed, kind.one + ' has', kind.many + ' have') + none));
    return [made];
  });
  let drawnFor = null;
  draws.push(() => {
    const wished = current[kind.key] ?? '', year = sums.has(wished) ? wished : years.length === 1 ? years[0] : '';
    if (drawnFor === year) return;
    drawnFor = year;
    choices.querySelectorAll('a').forEach(link => {
      if (link.dataset.year === year) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    });
    body.replaceChildren(...parts(year), ...ranked(year));
    if (kind.clock) body.append(small(kind.clock));
  });
};
byYear({ key: 'listened', title: 'Listening', one: 'play', many: 'plays', Many: 'Plays',
  clock: 'A play is one time that a song was listened to, however briefly. Days are those of the clock where it was.' }, data.listening,
[['Artists most listened to', 'artist', 'artists', 'play', 'plays', ' no artist: nothing that Apple sent names one.']]);
byYear({ key: 'watched', title: 'Watching', one: 'film or episode watched', many: 'films and episodes watched',
  Many: 'Films and episodes', clock: 'What was watched in several sittings counts once for each. Months are those of UTC.' }, data.watching,
[['Shows most watched', 'show', 'shows', 'time', 'times', ''], ['Films most watched', 'film', 'films', 'time', 'times', '']]);

// ---- money: each currency alone
const coinOf = purse => {
  if (!purse.currency) {
    const sign = purse.sign ? ' with the sign ' + purse.sign : '';
    return { title: 'amounts' + sign + ' whose currency nobody says', one: purse.sign ?? '', digits: 0 };
  }
  try {
    const form = new Intl.NumberFormat('en', { style: 'currency', currency: purse.currency, currencyDisplay: 'name' });
    const word = form.formatToParts(2).find(part => part.type === 'currency').value;
    return { title: word === purse.currency ? word : word + ' (' + purse.currency + ')', one: word, digits: form.resolvedOptions().minimumFractionDigits };
  } catch {
    return { title: purse.currency, one: purse.currency, digits: 0 };
  }
};
// decimal text with its digits in threes, and cents to the last
const amountOf = (decimal, coin) => {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal ?? '');
  if (!found) return decimal || '–';
  const [, minus, whole, fraction = ''] = found, cents = fraction.padEnd(coin.digits, '0');
  return (minus ? '−' : '') + whole.replace(/\B(?=(\d{3})+$)/g, ',') + (cents ? '.' + cents : '');
};
const isSome = decimal => /[1-9]/.test(decimal ?? '');
if (data.purchases || data.money.length) {
  const any = data.money.length > 0;
  const made = block('Money', (data.purchases ? counted(data.purchases, 'purchase', 'purchases') + (any ? '' : ', all of them free') + '. ' : '')
    + 'What others of the family bought is not counted.');
  if (any) {
    made.append(element('p', 'lead', '“Paid” is what was charged to a card, a bank or a phone bill, top-ups of the Apple balance included. '
      + '“Refunded” is what came back later; it is not taken off what was paid.'));
  }
  data.money.forEach(purse => {
    const coin = coinOf(purse), amount = decimal => amountOf(decimal, coin);
    if (purse.years.length) {
      const title = 'Paid by year, in ' + coin.title;
      const sums = purse.sums;
      const all = !sums ? '' : amount(sums.paid_in) + ' paid in all'
        + (isSome(sums.refunded) ? ', ' + amount(sums.refunded) + ' refunded' : '')
        + (purse.unread ? '; ' + counted(purse.unread, 'amount', 'amounts') + ' could not be read' : '');
      const spent = purse.years.some(year => year.consumed !== year.paid_in);
      const heads = ['Year', 'Paid', ...(spent ? ['Bought'] : []), 'Refunded'];
      made.append(chart(title, all, bars(title, purse.years.map(year => ({
        name: year.year || 'No date', value: Number(year.paid_in) || 0, said: amount(year.paid_in),
        more: isSome(year.refunded) ? amount(year.refunded) + ' refunded' : '',
      }))), table(heads, purse.years.map(year => [year.year || 'Without a date', amount(year.paid_in),
        ...(spent ? [amount(year.consumed)] : []), amount(year.refunded)])),
      ...(spent ? [small('“Bought” in the table is the price of what was bought, with the Apple balance too. It differs from “Paid” where the balance was topped up in one year and used in another.')] : [])));
    }
    if (purse.items.items.length) {
      made.append(ranks('Where most was spent, in ' + coin.title, purse.items.items.map(([name, decimal, times]) => ({
        name: name || 'Without a name', value: Number(decimal) || 0, said: amount(decimal) + (times ? ' · ' + counted(times, 'purchase', 'purchases') : ''),
      })), purse.items.more ? counted(purse.items.more, 'other', 'others') : ''));
    }
  });
}

// ---- lists
const rest = first => first.more ? [small('and ' + number(first.more) + ' more, in Records.sqlite')] : [];
const kept = (entries) => {
  const rows = element('ul', 'rows kept');
  entries.forEach(([name, facts, badge]) => {
    const row = element('li'), called = text('b', '', name || 'Without a name');
    row.append(called);
    if (badge) row.append(element('span', 'badge', badge));
    const about = facts.filter(Boolean).join(' · ');
    if (about) row.append(text('span', 'small', about));
    rows.append(row);
  });
  return rows;
};
if (data.subscriptions.items.length) {
  const made = block('Subscriptions');
  made.append(kept(data.subscriptions.items.map(one => {
    const coin = coinOf(one), price = one.amount === null ? '' : amountOf(one.amount, coin) + (coin.one ? ' ' + coin.one : '');
    return [one.item, [price, one.started ? 'since ' + dayOf(one.started) : '', one.disabled && !one.renews ? 'renewal turned off ' + dayOf(one.disabled) : ''],
      one.renews ? 'renews' : one.renews === false ? 'does not renew' : ''];
  })), ...rest(data.subscriptions));
}
if (data.devices.items.length) {
  const made = block('Devices');
  made.append(kept(data.devices.items.map(one => [one.name || one.model, [one.name ? one.model : '',
    one.added ? 'added ' + dayOf(one.added) : '', one.last_seen ? 'last seen ' + dayOf(one.last_seen) : '']])), ...rest(data.devices));
}
if (data.sign_ins.times) {
  const { times, months, tops } = data.sign_ins;
  const made = block('Sign-ins', counted(times, 'sign-in', 'sign-ins') + span(months) + '. Apple keeps only those of late.');
  const title = 'Sign-ins by month';
  if (months.length) {
    const numbers = () => table(['Month', 'Sign-ins'], months.map(([month, each]) => [monthName(month), number(each)]));
    const all = unbroken(months), says = ([, each]) => counted(each, 'sign-in', 'sign-ins');
    made.append(all.length > 18 ? chart(title, mostOf(months, says), manyMonths(title, months, says), numbers())
      : chart(title, '', bars(title, all.map(([month, each]) => ({ name: monthName(month).replace(/^(...)\S*/, '$1'), value: each, said: number(each) }))), numbers()));
  }
  const top = tops[0]?.[0];
  if (top) {
    made.append(ranks('By application', top.names.map(([name, each]) => ({ name, value: each, said: number(each) })),
      top.more ? counted(top.more, 'other application', 'other applications') : ''));
  }
}
if (data.playlists.items.length) {
  const made = block('Playlists');
  made.append(kept(data.playlists.items.map(([title, songs]) => [title, [counted(songs, 'song', 'songs')]])), ...rest(data.playlists));
}
if (data.podcasts.items.length) {
  const made = block('Podcasts');
  made.append(kept(data.podcasts.items.map(([title, is]) => [title, [], is ? 'subscribed' : ''])), ...rest(data.podcasts));
}

begin(() => draws.forEach(draw => draw()));
