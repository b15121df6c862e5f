// What the address says is done: items are chosen, the viewer opens and closes. Then the reader's own deeds: search,
// filters, links, tiles. Nothing is kept elsewhere.

const itemsByPath = new Map();
const itemAt = path => {
  if (!itemsByPath.size) for (let item = 0; item < total; item++) itemsByPath.set(pathOf(item), item);
  return itemsByPath.get(path);
};

// ---- from the address to what is seen
const search = document.getElementById('search');
const controls = Array.from(document.querySelectorAll('#tools [data-filter]'));
const said = document.getElementById('said');
const results = document.getElementById('gallery');
let drawnFor = null;
const showFilters = () => {
  if (document.activeElement !== search) search.value = current.search ?? '';
  controls.forEach(control => {
    const value = current[control.dataset.filter] ?? '';
    if (control instanceof HTMLButtonElement) return control.setAttribute('aria-pressed', String(Boolean(value)));
    // what a link asks for and the list has not
    if (value && !Array.from(control.options).some(option => option.value === value)) control.add(new Option(value, value));
    control.value = value;
    control.classList.toggle('set', Boolean(value));
  });
  const isAll = !isFiltered(current);
  document.documentElement.classList.toggle('finding', !isAll);
  document.getElementById('gallery-title').textContent = isAll ? 'Photos' : described(current);
  document.getElementById('clear').hidden = isAll;
};
// how many are shown, and what is not there
const say = isLost => {
  if (isLost) said.textContent = 'The photo that this link leads to is not on this page: ' + current.photo;
  else if (!isFiltered(current)) said.textContent = '';
  else if (!list.length) said.textContent = 'Nothing found. Fewer words or filters find more.';
  else said.textContent = list.length.toLocaleString('en') + ' of ' + total.toLocaleString('en') + ' shown';
};
const applyAddress = () => {
  current = readAddress(location.hash);
  const filters = filterAddress();
  const isNew = filters !== drawnFor;
  if (isNew) {
    list = chosen(current);
    drawnFor = filters;
    showFilters();
    drawGrid();
  }
  const item = current.photo === undefined ? undefined : itemAt(current.photo);
  say(current.photo !== undefined && item === undefined);
  if (item === undefined) {
    hideViewer();
  } else {
    const row = rowItems(current.row);
    openViewer(item, row?.includes(item) ? row : placeInList(item) < 0 ? [item] : list, current.panel === 'yes');
  }
  return isNew;
};
const toResults = () => {
  if (!isFiltered(current)) return scrollTo({ top: 0 });
  const top = results.getBoundingClientRect().top + scrollY - toolbarHeight() - 8;
  if (scrollY > top || top - scrollY > innerHeight / 2) scrollTo({ top: Math.max(0, top) });
};

// ---- the reader's own deeds
const filter = (changes, how = 'push') => {
  enter(how, { row: '', panel: '', photo: '', ...changes }, { opened: false });
  applyAddress();
  toResults();
};
let typing = 0;
search.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const text = search.value.trim();
    if (text === (current.search ?? '')) return;
    // one entry for a search, however many letters it has
    filter({ search: text }, history.state?.typed ? 'replace' : 'push');
    history.replaceState({ ...history.state, typed: true }, '');
  }, 120);
});
search.addEventListener('blur', () => {
  if (history.state?.typed) history.replaceState({ ...history.state, typed: false }, '');
});
document.getElementById('find').addEventListener('submit', event => event.preventDefault());
controls.forEach(control => {
  const name = control.dataset.filter;
  if (control instanceof HTMLButtonElement) control.addEventListener('click', () => filter({ [name]: current[name] ? '' : 'yes' }));
  else control.addEventListener('change', () => filter({ [name]: control.value }));
});
document.getElementById('clear').addEventListener('click', () => {
  filter(Object.fromEntries(Object.keys(current).map(name => [name, ''])));
  search.value = '';
});
const startSlides = () => {
  if (!list.length) return;
  openPhoto(list[0], null);
  toggleSlides();
};
document.getElementById('start-slides').addEventListener('click', startSlides);

const openPhoto = (item, row) => {
  enter('push', { photo: pathOf(item), row: row ?? '', panel: '' }, { opened: true });
  applyAddress();
};
document.addEventListener('click', event => {
  const link = tileAt(event);
  if (!link || event.button || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  opener = link;
  still();
  openPhoto(+link.dataset.item, link.dataset.row);
});
// parts of the page are no part of the address
document.querySelectorAll('a[data-part]').forEach(link => link.addEventListener('click', event => {
  const part = document.getElementById(link.getAttribute('href').slice(1));
  if (!part) return;
  event.preventDefault();
  if (part instanceof HTMLDetailsElement) part.open = true;
  scrollTo({ top: part.getBoundingClientRect().top + scrollY - toolbarHeight() - 12 });
  part.setAttribute('tabindex', '-1');
  part.focus({ preventScroll: true });
}));
document.addEventListener('keydown', event => {
  if (isOpen() || event.altKey || event.ctrlKey || event.metaKey || event.target.closest?.('input, select, textarea')) return;
  if (event.key === '/') { event.preventDefault(); search.focus(); }
  if (event.key === 's') startSlides();
});

// ---- Back, and links; a scroll position comes back with its entry
history.scrollRestoration = 'manual';
const came = () => {
  const isNew = applyAddress();
  if (search !== document.activeElement || !current.search) search.value = current.search ?? '';
  const scroll = history.state?.scroll;
  if (scroll !== undefined) { if (isNew) scrollTo({ top: scroll }); } else if (isNew && !isOpen()) toResults();
};
addEventListener('popstate', came);
addEventListener('hashchange', () => { if (location.hash !== writeAddress(current)) came(); });
let resting = 0;
addEventListener('scroll', () => {
  requestAnimationFrame(markYear);
  clearTimeout(resting);
  resting = setTimeout(() => { if (!isOpen()) leave(); }, 250);
}, { passive: true });

// ---- what there is to choose from
const countBy = keyOf => {
  const counts = new Map();
  for (let item = 0; item < total; item++) {
    const key = keyOf(item);
    if (key) counts.set(key, (counts.get(key) || 0) + 1);
  }
  return counts;
};
const offer = (name, options) => {
  const select = document.querySelector('#tools select[data-filter="' + name + '"]');
  if (!select) return;
  options.forEach(([value, text, count]) => select.add(new Option(text + ' (' + count.toLocaleString('en') + ')', value)));
  select.closest('label').hidden = !options.length;
};
const offerFilters = () => {
  const byCount = counts => Array.from(counts).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  offer('album', data.albums.map(([, title, items, key]) => [key, title, items.length]));
  offer('year', Array.from(countBy(yearOf), ([year, count]) => [year, year === 'undated' ? 'Undated' : year, count]));
  offer('camera', byCount(countBy(cameraOf)).map(([camera, count]) => [camera, camera, count]));
  offer('kind', Object.entries(KINDS).flatMap(([kind, text]) => {
    const count = chosen({ kind }).length;
    return count ? [[kind, text, count]] : [];
  }));
  const places = new Map();
  for (let item = 0; item < total; item++) {
    placeOf(item).forEach((name, level, names) => {
      if (!name) return;
      const path = names.slice(0, level + 1).join('/');
      places.set(path, (places.get(path) || 0) + 1);
    });
  }
  offer('place', Array.from(places).sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([path, count]) => {
    const names = path.split('/');
    return [path, '\u2003'.repeat(names.length - 1) + names[names.length - 1], count];
  }));
  document.querySelector('[data-filter="favorites"]').hidden = !data.flags.some(flags => flags & FAVORITE);
  document.querySelector('[data-filter="alike"]').hidden = !data.similar.length;
};

// ---- the beginning
offerFilters();
moveLivePhotosIn(host);
walkTiles(host);
const begin = history.state?.scroll;
drawFavorites();
drawOnThisDay();
drawCovers();
applyAddress();
if (begin !== undefined) scrollTo({ top: begin });
else if (isFiltered(current)) toResults();
document.documentElement.dataset.ready = String(total);
idle(() => {
  const places = document.getElementById('places');
  if (places) {
    const draw = () => showMap(area => filter({ area }));
    places.hidden = false;
    if (Object.keys(data.position).length > MANY) whenNear(places, draw); else draw();
  }
  showAlike();
});
