// What every section does: it keeps in the address what is looked for and what is open, makes links into the library,
// and draws long lists piece by piece. A section says what it shows in `show`, which is called whenever the address
// says something new.

const source = document.getElementById('data');
const data = JSON.parse(source.textContent);
source.remove();

const list = document.getElementById('list');
const folders = document.getElementById('folders');
const opened = document.getElementById('open');
const said = document.getElementById('said');
const search = document.getElementById('search');
const choices = document.getElementById('choices');

// ---- addresses
const readAddress = () => {
  const state = {};
  for (const part of location.hash.replace(/^#/, '').split('&')) {
    const at = part.indexOf('=');
    if (at > 0 && part.length > at + 1) state[part.slice(0, at)] = decoded(part.slice(at + 1));
  }
  return state;
};
const writeAddress = state => '#' + Object.keys(state).filter(name => state[name])
  .map(name => name + '=' + encoded(state[name])).join('&');
let current = readAddress();
let show = () => {};
const shown = () => {
  if (document.activeElement !== search) search.value = current.search ?? '';
  show();
};
// the address with other values of some of its properties
const withChanges = changes => writeAddress({ ...current, ...changes });
const go = (changes, how = 'push') => {
  const address = withChanges(changes);
  history[how + 'State'](how === 'push' ? { inside: true } : history.state, '', address);
  current = readAddress();
  shown();
};
addEventListener('popstate', () => { current = readAddress(); shown(); });
addEventListener('hashchange', () => {
  const now = readAddress();
  if (writeAddress(now) === writeAddress(current)) return;
  current = now;
  shown();
});

// ---- searching
const wanted = () => plain(current.search ?? '').split(/\s+/).filter(Boolean);
const finds = text => {
  const words = wanted();
  return words.every(word => text.includes(word));
};
// a text for each item, folded when somebody first looks for something
const folding = (items, textOf) => {
  let folded = null;
  return index => (folded ??= items.map(item => plain(textOf(item))))[index];
};
let typing = 0;
search.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const text = search.value.trim();
    if (text === (current.search ?? '')) return;
    // one entry for a search, however many letters it has
    go({ search: text, open: '' }, history.state?.typed ? 'replace' : 'push');
    history.replaceState({ ...history.state, typed: true }, '');
  }, 120);
});
search.addEventListener('blur', () => {
  if (history.state?.typed) history.replaceState({ ...history.state, typed: false }, '');
});
document.getElementById('find').addEventListener('submit', event => event.preventDefault());
const sayFound = (found, total, one, many) => {
  const isFound = wanted().length > 0;
  said.textContent = !isFound ? '' : found ? counted(found, one, many) + ' found' : 'Nothing found. Fewer words find more.';
};

// ---- files of the library, and whether they are there at all
const beside = path => '../' + path.split('/').map(encodeURIComponent).join('/');
const fileLink = (path, text, className) => {
  const link = element('a', className, text);
  link.href = beside(path);
  link.target = '_blank';
  link.rel = 'noopener';
  link.dir = 'auto';
  return link;
};
const webLink = (address, text) => {
  const link = element('a', 'web', text);
  link.href = address;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  link.dir = 'auto';
  return link;
};
let isAnyHere = false;
const picture = (path, label, missing) => {
  const image = element('img');
  image.alt = label;
  image.loading = 'lazy';
  image.decoding = 'async';
  image.addEventListener('load', () => {
    isAnyHere = true;
    document.getElementById('alone').hidden = true;
  }, { once: true });
  image.addEventListener('error', () => {
    image.replaceWith(missing());
    if (!isAnyHere) document.getElementById('alone').hidden = false;
  }, { once: true });
  image.src = beside(path);
  return image;
};

// ---- words
const sizeOf = bytes => {
  if (bytes < 1000) return counted(bytes, 'byte', 'bytes');
  const units = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let value = bytes, unit = -1;
  do { value /= 1000; unit += 1; } while (value >= 999.95 && unit < units.length - 1);
  return value.toFixed(1) + '\u00a0' + units[unit];
};
const dayName = (year, month, day) => day + ' ' + (MONTHS[month - 1] ?? '') + ' ' + year;
// `2024-05-17` of any longer text
const dayOf = text => {
  const found = /^(\d{4})-(\d\d)-(\d\d)/.exec(text ?? '');
  return found ? dayName(found[1], +found[2], +found[3]) : text ?? '';
};
// an instant, on the clock of whoever looks
const momentOf = text => {
  const time = new Date(text);
  if (!text || Number.isNaN(time.getTime())) return text ?? '';
  return dayName(time.getFullYear(), time.getMonth() + 1, time.getDate()) + ', '
    + two(time.getHours()) + ':' + two(time.getMinutes());
};
const shortDay = text => {
  const time = new Date(text);
  if (!text || Number.isNaN(time.getTime())) return '';
  return time.getDate() + ' ' + MONTHS[time.getMonth()].slice(0, 3) + ' ' + time.getFullYear();
};

// ---- long lists
const PIECE = 150;
// gives what draws a list into `host`: `make` is called for an item when somebody comes near it
const growing = (host, make) => {
  let items = [], drawn = 0;
  const end = element('li', 'end');
  end.setAttribute('aria-hidden', 'true');
  const more = () => {
    do {
      const piece = document.createDocumentFragment();
      for (const until = Math.min(items.length, drawn + PIECE); drawn < until; drawn++) piece.append(make(items[drawn], drawn));
      end.before(piece);
    } while (drawn < items.length && end.getBoundingClientRect().top < innerHeight * 2);
    end.hidden = drawn >= items.length;
  };
  new IntersectionObserver(entries => { if (entries.some(entry => entry.isIntersecting)) more(); }, { rootMargin: '800px' }).observe(end);
  return all => {
    items = all;
    drawn = 0;
    host.replaceChildren(end);
    more();
  };
};

// ---- folders beside a list: each with its count, those within it set in
const drawFolders = (entries, property, none) => {
  folders.hidden = entries.length < 2;
  const rows = element('ul', 'rows');
  entries.forEach(([value, name, count, depth]) => {
    const row = element('li');
    const link = element('a', 'folder depth-' + Math.min(depth ?? 0, 8));
    link.href = writeAddress({ [property]: value });
    link.dataset.value = value;
    const label = element('span', 'folder-name', name || none);
    label.dir = 'auto';
    link.append(label, element('span', 'count', count.toLocaleString('en')));
    link.addEventListener('click', event => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      go({ [property]: value, open: '', search: current.search });
    });
    row.append(link);
    rows.append(row);
  });
  folders.replaceChildren(rows);
};
const markFolder = value => folders.querySelectorAll('a').forEach(link => {
  if (link.dataset.value === (value ?? '')) link.setAttribute('aria-current', 'true');
  else link.removeAttribute('aria-current');
});
// counts of all folders, each with those that it lies in; a `/` parts them
const treeOf = paths => {
  const counts = new Map();
  paths.forEach(path => {
    let at = -1;
    do {
      at = path.indexOf('/', at + 1);
      const upTo = at < 0 ? path : path.slice(0, at);
      counts.set(upTo, (counts.get(upTo) || 0) + 1);
    } while (at >= 0);
  });
  const key = path => path.split('/').map(plain).join('\u0001');
  return Array.from(counts).sort(([a], [b]) => (key(a) < key(b) ? -1 : 1))
    .map(([path, count]) => [path, path.split('/').pop(), count, path.split('/').length - 1]);
};
const isWithin = (folder, path) => !folder || path === folder || path.startsWith(folder + '/');

// ---- by keyboard: `/` looks for something, arrows lead through a list, Esc goes back
const rowsOf = () => Array.from(list.querySelectorAll('[data-row]'));
document.addEventListener('keydown', event => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const isTyping = event.target.closest?.('input, select, textarea');
  if (event.key === '/' && !isTyping) { event.preventDefault(); search.focus(); }
  if (event.key === 'Escape' && current.open) { event.preventDefault(); closeOpened(); }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || isTyping && event.target !== search) return;
  const rows = rowsOf();
  const here = rows.indexOf(event.target.closest?.('[data-row]'));
  if (here < 0 && event.target !== search) return;
  const next = rows[here < 0 ? (step > 0 ? 0 : -1) : here + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
const closeOpened = () => {
  if (history.state?.inside) history.back(); else go({ open: '' }, 'replace');
};
document.querySelectorAll('a[data-part]').forEach(link => link.addEventListener('click', event => {
  event.preventDefault();
  const first = rowsOf()[0] ?? list;
  if (first === list) list.tabIndex = -1;
  first.focus();
}));
const choice = (name, label, options) => {
  const select = element('select');
  select.setAttribute('aria-label', label);
  select.add(new Option(label, ''));
  options.forEach(([value, text]) => select.add(new Option(text, value)));
  select.addEventListener('change', () => go({ [name]: select.value, open: '' }));
  choices.append(select);
  return () => {
    const value = current[name] ?? '';
    if (value && !Array.from(select.options).some(option => option.value === value)) select.add(new Option(value, value));
    select.value = value;
    select.classList.toggle('set', Boolean(value));
  };
};
const begin = shows => {
  show = shows;
  shown();
  document.documentElement.dataset.ready = 'yes';
};

