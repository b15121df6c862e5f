// What is looked for and what is open: all of it stands in the address after the `#`, so that Back, a reload and a link
// lead to the same. Here that address is read and written; `start.js` says what then happens.

// in the order in which they are written
const PROPERTIES = ['search', 'album', 'year', 'month', 'day', 'camera', 'place', 'area', 'kind', 'favorites', 'alike',
  'row', 'panel', 'photo'];
// those that belong to the viewer and choose nothing
const OF_VIEWER = ['row', 'panel', 'photo'];

const readAddress = hash => {
  const state = {};
  for (const part of hash.replace(/^#/, '').split('&')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at);
    if (at > 0 && PROPERTIES.includes(name) && part.length > at + 1) state[name] = decoded(part.slice(at + 1));
  }
  return state;
};
const writeAddress = state => '#' + PROPERTIES.filter(name => state[name])
  .map(name => name + '=' + encoded(state[name])).join('&');
const filtersOf = state => Object.fromEntries(
  Object.entries(state).filter(([name]) => !OF_VIEWER.includes(name)));
const isFiltered = state => Object.keys(filtersOf(state)).length > 0;

let current = readAddress(location.hash);
// the filters as they are, without what is open
const filterAddress = () => writeAddress(filtersOf(current));

// ---- going somewhere: `push` makes an entry that Back returns from, `replace` does not
const leave = () => history.replaceState({ ...history.state, scroll: scrollY }, '');
const enter = (how, changes, mark) => {
  const next = { ...current, ...changes };
  if (how === 'push') leave();
  const entry = { ...(how === 'push' ? {} : history.state), ...mark };
  history[how + 'State'](entry, '', writeAddress(next));
  return next;
};

// ---- which items an address chooses
const NAMED_KINDS = {
  photo: 'photo photos picture pictures', live: 'live photo photos picture pictures',
  video: 'video videos movie movies film films',
};
// the texts that many items share are folded once, names once per item, all at the first search
let folded = null;
const fold = () => folded ??= {
  months: data.months.map(([key]) => key
    ? plain(monthName(key)) + ' ' + key + ' ' + key.slice(5) + '/' + key.slice(0, 4) + ' ' + key.slice(5) + '.' + key.slice(0, 4)
    : 'undated'),
  cameras: data.cameras.map(plain),
  places: data.places.map(place => plain(place.join(' '))),
  albums: data.albums.map(([, title]) => plain(title)),
  names: data.name.map((name, item) => plain(data.original[item] ? name + ' ' + data.original[item] : name)),
};
// `il` is a part of `Brazil` and not meant for films
const begins = (words, word) => words.split(' ').some(one => one.startsWith(word));
const finder = word => {
  const texts = fold();
  const hits = list => list.map(text => text.includes(word));
  const months = hits(texts.months), cameras = hits(texts.cameras), places = hits(texts.places);
  const kinds = Object.fromEntries(Object.entries(NAMED_KINDS).map(([kind, words]) => [kind, begins(words, word)]));
  const isFavored = word.length > 2 && begins('favourites favorites', word);
  const members = new Set();
  texts.albums.forEach((title, album) => {
    if (title.includes(word)) data.albums[album][2].forEach(member => members.add(member));
  });
  const day = /^\d{1,2}$/.test(word) ? +word : 0;
  const date = /^(\d{4}-\d\d)-(\d\d)$/.exec(word);
  return item => Boolean(texts.names[item].includes(word)
    || months[monthOf[item]]
    || cameras[data.camera[item]]
    || places[data.place[item]]
    || members.has(item)
    || word.length > 1 && kinds[kindOf(item)]
    || isFavored && isFavorite(item)
    || day > 0 && dayOf(item) === day
    || date !== null && monthKey(item) === date[1] && dayOf(item) === +date[2]);
};
const inArea = (item, [south, west, north, east]) => {
  const position = data.position[item];
  return position !== undefined && position[0] >= south && position[0] <= north
    && (west <= east ? position[1] >= west && position[1] <= east : position[1] >= west || position[1] <= east);
};
const albumNamed = key => data.albums.findIndex(album => album[3] === key);
const alikeItems = () => new Set(data.similar.flatMap(([, items]) => items));
const TESTS = {
  search: text => {
    const finders = plain(text).split(/\s+/).filter(Boolean).map(finder);
    return item => finders.every(finds => finds(item));
  },
  album: key => {
    const members = new Set(data.albums[albumNamed(key)]?.[2]);
    return item => members.has(item);
  },
  year: year => {
    const months = data.months.map(([key]) => (key.slice(0, 4) || 'undated') === year);
    return item => months[monthOf[item]];
  },
  month: wanted => item => (monthKey(item) || 'undated') === wanted,
  day: day => item => monthKey(item).slice(5) + '-' + two(dayOf(item)) === day,
  camera: camera => {
    const wanted = data.cameras.indexOf(camera);
    return item => data.camera[item] === wanted;
  },
  place: path => {
    const places = data.places.map(place => (place.join('/') + '/').startsWith(path + '/'));
    return item => places[data.place[item]];
  },
  area: text => {
    const edges = text.split(',').map(Number);
    return item => inArea(item, edges);
  },
  kind: kind => item => kindOf(item) === kind || kind === 'photo' && kindOf(item) === 'live',
  favorites: () => isFavorite,
  alike: () => {
    const alike = alikeItems();
    return item => alike.has(item);
  },
};
const chosen = state => {
  const tests = Object.entries(filtersOf(state)).map(([name, value]) => TESTS[name](value));
  const list = [];
  for (let item = 0; item < total; item++) if (tests.every(test => test(item))) list.push(item);
  return list;
};
// what was chosen, for a person: `Lake week, 2024, favourites`
const described = state => {
  const words = {
    search: text => '“' + text + '”',
    album: key => data.albums[albumNamed(key)]?.[1] ?? key,
    year: year => year === 'undated' ? 'Undated' : year,
    month: key => monthName(key === 'undated' ? '' : key),
    day: day => +day.slice(3) + ' ' + (MONTHS[+day.slice(0, 2) - 1] ?? '') + ' in every year',
    camera: camera => camera,
    place: path => path.split('/').filter(isApart).reverse().join(', '),
    area: () => 'A part of the map',
    kind: kind => KINDS[kind] ?? kind,
    favorites: () => 'Favourites',
    alike: () => 'Look alike',
  };
  return Object.entries(filtersOf(state)).map(([name, value]) => words[name](value)).join(' · ');
};
