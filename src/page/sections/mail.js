// Mail: folders, and a list of what the headers of each message say. The message itself is in its file.

const total = data.subject.length;
const all = Array.from({ length: total }, (_, message) => message);
const pathOf = message => {
  const place = data.places[data.place[message]];
  return place ? place + '/' + data.name[message] : data.name[message];
};
const folderOf = message => data.folders[data.folder[message]];
// people are shared by many messages, and folded once
const people = folding(data.people, name => name);
const subjects = folding(data.subject, subject => subject);
const isFound = message => {
  const words = wanted();
  return words.every(word => subjects(message).includes(word) || people(data.sender[message]).includes(word)
    || people(data.recipients[message]).includes(word));
};
// `Ann Berg <ann@example.org>` is Ann Berg in a list
const nameOf = text => /^"?([^"<]+?)"?\s*</.exec(text)?.[1] ?? text;
const yearOf = message => data.sent[message] === null ? 'Without a date' : String(new Date(data.sent[message] * 1000).getFullYear());

const rows = element('ul', 'rows mail-rows');
list.append(rows);
const draw = growing(rows, message => {
  const row = element('li', 'message');
  const sender = data.people[data.sender[message]], recipients = data.people[data.recipients[message]];
  const link = fileLink(pathOf(message), data.subject[message] || 'Without a subject', 'subject');
  link.dataset.row = message;
  const from = element('span', 'from', nameOf(sender) || 'Unknown sender');
  from.dir = 'auto';
  from.title = sender;
  const to = element('span', 'to', recipients ? 'to ' + recipients : '');
  to.dir = 'auto';
  to.title = recipients;
  const seconds = data.sent[message];
  const when = element('time', 'when', seconds === null ? '' : momentOf(new Date(seconds * 1000).toISOString()));
  row.append(from, when, link, to);
  const count = data.attachments[message];
  if (count) row.append(element('span', 'badge', counted(count, 'attachment', 'attachments')));
  row.append(element('span', 'size', sizeOf(data.size[message])));
  return row;
});

const tree = treeOf(all.map(folderOf));
drawFolders([['', 'All mail', total, 0], ...tree.map(([path, name, count, depth]) => [path || '\u0000', name || 'Mail', count, depth])], 'folder', 'Mail');
const years = new Map();
all.forEach(message => years.set(yearOf(message), (years.get(yearOf(message)) || 0) + 1));
const showYear = choice('year', 'Year', Array.from(years).map(([year, count]) => [year, year + ' (' + count.toLocaleString('en') + ')']));

begin(() => {
  const { folder = '', search: text = '', year = '' } = current;
  showYear();
  const isIn = message => folder === '\u0000' ? folderOf(message) === '' : isWithin(folder, folderOf(message));
  const found = all.filter(message => isIn(message) && (!year || yearOf(message) === year) && (!text || isFound(message)));
  draw(found);
  sayFound(found.length, total, 'message', 'messages');
  markFolder(folder);
});
