// The library as this page has it: what is known of an item, in words and addresses. An item is a number, its place in
// the columns of the data. Nothing here draws or changes what is shown.
const VIDEO = 1, FAVORITE = 2, HIDDEN = 4, DELETED = 8, STAND_IN = 16, PROVED = 32, SHOWS_ITSELF = 64,
  PREVIEW = 128, HARMED = 256;

const source = document.getElementById('data');
const data = JSON.parse(source.textContent);
source.remove();
const total = data.name.length;
// a folder of copies, made to be given away, knows nothing of the library that they are from
const areCopies = data.own !== '.windfall';

// the month of each item, as its place in data.months
const monthOf = new Uint32Array(total);
data.months.reduce((from, [, count], month) => {
  monthOf.fill(month, from, from + count);
  return from + count;
}, 0);

// ---- when
const monthKey = item => data.months[monthOf[item]][0];
const yearOf = item => monthKey(item).slice(0, 4) || 'undated';
const dayOf = item => data.minute[item] < 0 ? 0 : Math.floor(data.minute[item] / 1440) + 1;
const monthName = (key, short) => {
  if (!key) return 'Undated';
  const name = MONTHS[+key.slice(5, 7) - 1] || '';
  return (short ? name.slice(0, 3) : name) + ' ' + key.slice(0, 4);
};
const clockOf = item => {
  const minute = data.minute[item] % 1440;
  return two(Math.floor(minute / 60)) + ':' + two(minute % 60);
};
const dateOf = item => data.minute[item] < 0
  ? 'undated'
  : dayOf(item) + ' ' + monthName(monthKey(item)) + ', ' + clockOf(item);
const weekdayOf = item => {
  const [year, month] = monthKey(item).split('-').map(Number);
  const day = new Date(0);
  day.setUTCFullYear(year, month - 1, dayOf(item));
  return DAYS[day.getUTCDay()];
};
const zoneOf = item => {
  const minutes = data.offset[item];
  if (minutes === null) return '';
  const size = Math.abs(minutes);
  const rest = size % 60 ? ':' + two(size % 60) : '';
  return minutes === 0 ? 'UTC' : 'UTC' + (minutes < 0 ? '−' : '+') + Math.floor(size / 60) + rest;
};

// ---- what and where
const isVideo = item => Boolean(data.flags[item] & VIDEO);
const isFavorite = item => Boolean(data.flags[item] & FAVORITE);
const kindOf = item => isVideo(item) ? 'video' : data.live[item] ? 'live' : 'photo';
const KINDS = { photo: 'Photos', live: 'Live Photos', video: 'Videos' };
const cameraOf = item => data.cameras[data.camera[item]] ?? '';
const pathOf = item => {
  const folder = data.folders[data.folder[item]];
  return folder ? folder + '/' + data.name[item] : data.name[item];
};
const extensionOf = item => /\.([^.]+)$/.exec(data.name[item])?.[1].toLowerCase() ?? '';
// the place of an item, country, region and town, each empty where it is not known
const placeOf = item => data.places[data.place[item]] ?? [];
// those that say more than the one within them: a town may be called as its region
const isApart = (name, level, names) => name && name !== names[level + 1];
let memberships = null;
const albumsOf = item => {
  if (!memberships) {
    memberships = new Map();
    data.albums.forEach(([, , members], album) => members.forEach(member => {
      if (!memberships.has(member)) memberships.set(member, []);
      memberships.get(member).push(album);
    }));
  }
  return memberships.get(item) || [];
};
const lengthOf = item => {
  const seconds = Math.round(data.duration[item] || 0);
  if (!seconds) return '';
  const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
  return (hours ? hours + ':' + two(minutes) : minutes) + ':' + two(seconds % 60);
};
// what is said of an item to whoever cannot see it
const labelOf = item => {
  const words = [data.name[item], dateOf(item)];
  albumsOf(item).forEach(album => words.push(data.albums[album][0].toLowerCase() + ' ' + data.albums[album][1]));
  if (isVideo(item)) words.push('video');
  if (data.live[item]) words.push('Live Photo');
  if (isFavorite(item)) words.push('favourite');
  return words.join(', ');
};

// ---- addresses, all of them beside this page
const address = path => './' + path.split('/').map(encodeURIComponent).join('/');
const originalOf = item => address(pathOf(item));
// the name of its thumbnail and preview, from base64 to hexadecimal; empty if it has none
const KEY_SIZE = 43;
const thumbnailKey = item => {
  const key = data.thumbnail.slice(item * KEY_SIZE, (item + 1) * KEY_SIZE).trim();
  return Array.from(atob(key), byte => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
};
const thumbnailOf = item => {
  const hash = thumbnailKey(item);
  if (hash) return './' + data.own + '/thumbnails/' + hash.slice(0, 2) + '/' + hash + '.jpg';
  return data.flags[item] & STAND_IN ? originalOf(item) : '';
};

const previewOf = item => {
  const hash = thumbnailKey(item);
  return data.flags[item] & PREVIEW ? './' + data.own + '/previews/' + hash.slice(0, 2) + '/' + hash + '.jpg' : '';
};

const signs = document.getElementById('signs').content;
const sign = name => signs.querySelector('.' + name).cloneNode(true);
