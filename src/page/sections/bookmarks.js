// Bookmarks: folders, and a list. What would run in this page or lead into the reader's own files is text.

const bookmarks = data.bookmarks;
const folded = folding(bookmarks, one => one.title + ' ' + one.url + ' ' + one.folder);
const READING = '\u0000reading', FAVOURITES = '\u0000favourites', DELETED = '\u0000deleted';

const rows = element('ul', 'rows bookmark-rows');
list.append(rows);
const draw = growing(rows, index => {
  const one = bookmarks[index];
  const row = element('li', 'bookmark');
  const title = one.link ? webLink(one.url.trim(), one.title || one.url) : element('b', 'inert', one.title || one.url);
  title.dir = 'auto';
  if (one.link) title.dataset.row = index;
  const address = element('span', 'address', one.url);
  address.dir = 'ltr';
  row.append(title, address);
  const facts = [one.folder.split('/').join(' › '), one.modified ? dayOf(one.modified) : ''].filter(Boolean).join(' · ');
  if (facts) {
    const about = element('span', 'small', facts);
    about.dir = 'auto';
    row.append(about);
  }
  if (one.favourite) row.append(element('span', 'badge', 'favourite'));
  if (one.reading_list) row.append(element('span', 'badge', 'reading list'));
  if (one.deleted) row.append(element('span', 'badge', 'deleted'));
  return row;
});

const live = bookmarks.filter(one => !one.deleted);
const count = is => live.filter(is).length;
const special = [
  [READING, 'Reading List', count(one => one.reading_list)], [FAVOURITES, 'Favourites', count(one => one.favourite)],
].filter(([,, number]) => number);
const deleted = bookmarks.length - live.length;
drawFolders([
  ['', 'All bookmarks', live.length, 0], ...special,
  ...treeOf(live.map(one => one.folder).filter(Boolean)),
  ...(deleted ? [[DELETED, 'Deleted', deleted, 0]] : []),
], 'folder', 'Bookmarks');

begin(() => {
  const { folder = '', search: text = '' } = current;
  const isIn = one => folder === DELETED ? one.deleted
    : !one.deleted && (folder === READING ? one.reading_list : folder === FAVOURITES ? one.favourite : isWithin(folder, one.folder));
  const found = [];
  bookmarks.forEach((one, index) => { if (isIn(one) && (!text || finds(folded(index)))) found.push(index); });
  draw(found);
  sayFound(found.length, bookmarks.length, 'bookmark', 'bookmarks');
  markFolder(folder);
});
