// What the page leads with: favourites, what was taken on this day in other years, and the covers of albums. Also the
// map and the photos that look alike, where there are any.

const STRIP = 48;

// ---- the items of a strip, by its name in the address
const today = () => {
  const now = new Date();
  return { day: two(now.getMonth() + 1) + '-' + two(now.getDate()), year: now.getFullYear() };
};
const onThisDay = () => chosen({ day: today().day });
const favorites = () => {
  const items = chosen({ favorites: 'yes' });
  // a strip does not begin with what has no picture
  return [...items.filter(thumbnailOf), ...items.filter(item => !thumbnailOf(item))];
};
const rowItems = row => {
  if (row === 'favorites') return favorites();
  if (row === 'day') return onThisDay();
  const group = /^alike-(\d+)$/.exec(row ?? '');
  return group ? data.similar[+group[1]]?.[1] ?? null : null;
};

// a strip that shows its first items, and where all are
const drawStrip = (id, items, row, href, captionOf) => {
  const section = document.getElementById(id);
  if (!section || !items.length) return;
  const strip = section.querySelector('.strip');
  strip.replaceChildren(...items.slice(0, STRIP).map(item => {
    const made = element('div', 'cell');
    made.append(tile(item, row));
    const caption = captionOf?.(item);
    if (caption) made.append(element('span', 'caption', caption));
    return made;
  }));
  const all = section.querySelector('.all');
  all.href = href;
  all.textContent = 'All ' + items.length.toLocaleString('en');
  all.setAttribute('aria-label', all.textContent + ': ' + section.querySelector('h2').textContent);
  all.hidden = items.length < 2;
  moveLivePhotosIn(strip);
  walkTiles(strip);
  section.hidden = false;
};
const drawFavorites = () => drawStrip('favorites', rowItems('favorites'), 'favorites', '#favorites=yes');
const drawOnThisDay = () => {
  const { day, year } = today();
  let before = '';
  drawStrip('day', onThisDay(), 'day', '#day=' + day, item => {
    const taken = yearOf(item), ago = year - +taken;
    if (taken === before) return '';
    before = taken;
    return ago < 1 ? 'Today' : counted(ago, 'year ago', 'years ago') + ' · ' + taken;
  });
};

// ---- albums
const coverOf = items => {
  const seen = items.filter(thumbnailKey);
  return seen.find(isFavorite) ?? seen[0] ?? items[0];
};
const drawCovers = () => document.querySelectorAll('#albums [data-album]').forEach(link => {
  const items = data.albums[+link.dataset.album][2];
  const cover = element('span', 'cover');
  const item = coverOf(items);
  if (item === undefined) cover.append(sign('picture')); else fillPicture(cover, item, '');
  link.prepend(cover);
});
const albumsToggle = document.getElementById('all-albums');
albumsToggle?.addEventListener('click', () => {
  const isOpen = document.getElementById('albums').classList.toggle('open');
  albumsToggle.setAttribute('aria-expanded', String(isOpen));
  albumsToggle.textContent = isOpen ? 'Fewer' : albumsToggle.dataset.all;
});

// ---- the map, and what looks alike
// a map of very many points is drawn when somebody comes near it
const MANY = 20000;
const idle = window.requestIdleCallback ?? (work => setTimeout(work, 200));
const whenNear = (element, draw) => {
  const watch = new IntersectionObserver(entries => {
    if (!entries.some(entry => entry.isIntersecting)) return;
    watch.disconnect();
    draw();
  }, { rootMargin: '600px 0px' });
  watch.observe(element);
};
// the smallest area with these items: south, west, north, east
const areaOf = items => {
  const edge = (axis, choose, round) => {
    const degrees = items.map(item => data.position[item]?.[axis]).filter(value => value !== undefined);
    return round(degrees.reduce((a, b) => choose(a, b)) * 1e5) / 1e5;
  };
  return [edge(0, Math.min, Math.floor), edge(1, Math.min, Math.floor), edge(0, Math.max, Math.ceil), edge(1, Math.max, Math.ceil)];
};
const showMap = pick => {
  const map = document.getElementById('map');
  const points = Object.entries(data.position).map(([item, [latitude, longitude]]) =>
    ({ index: +item, latitude, longitude, place: placeOf(+item) }));
  drawMap(map, points, items => { if (items.length) pick(areaOf(items).join(',')); });
};
const showAlike = () => {
  const section = document.getElementById('similar');
  if (!section || !data.similar.length) return;
  section.hidden = false;
  // what tells them apart: how large each is
  const noteOf = item => data.width[item] ? data.width[item] + ' × ' + data.height[item] + ', ' + bytes(data.size[item]) : bytes(data.size[item]);
  const groups = data.similar.map(([reason, items]) => ({ reason, items, notes: items.map(noteOf) }));
  const box = section.querySelector('.groups');
  moveLivePhotosIn(box);
  walkTiles(box);
  drawSimilar(box, groups, (item, group) => tile(item, 'alike-' + group));
};
