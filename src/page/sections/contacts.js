// Contacts: cards with picture, numbers, addresses and birthday.

const cards = data.cards;
const folded = folding(cards, card => [card.name, card.organisation ?? '', (card.groups ?? []).join(' '),
  ...(card.phones ?? []).flatMap(reach => [reach.value, reach.value.replace(/[^\d+]/g, '')]),
  ...(card.emails ?? []).map(reach => reach.value)].join(' '));

const birthdayOf = text => {
  const yearless = /^--(\d\d)-(\d\d)$/.exec(text);
  return yearless ? +yearless[2] + ' ' + (MONTHS[yearless[1] - 1] ?? '') : dayOf(text);
};
const initialsOf = name => {
  const words = name.split(/[\s,.;:@_-]+/).filter(Boolean);
  const first = word => Array.from(word ?? '')[0] ?? '';
  return (first(words[0]) + (words.length > 1 ? first(words[words.length - 1]) : '')).toUpperCase() || '?';
};
const reachRow = (reach, scheme) => {
  const row = element('li');
  if (reach.label) {
    const label = element('span', 'label', reach.label);
    label.dir = 'auto';
    row.append(label);
  }
  const link = element('a', '', reach.value);
  link.href = scheme + (scheme === 'tel:' ? reach.value.replace(/[^\d+*#]/g, '') : reach.value.split('@').map(encodeURIComponent).join('@'));
  row.append(link);
  return row;
};
const host = element('ul', 'cards');
list.append(host);
const draw = growing(host, index => {
  const card = cards[index];
  const row = element('li', 'card');
  const face = element('div', 'face');
  face.setAttribute('aria-hidden', 'true');
  const blank = () => element('span', 'initials', initialsOf(card.name));
  face.append(card.picture ? picture(card.picture, '', blank) : blank());
  const name = element('h2');
  const link = fileLink(card.path, card.name || 'Without a name');
  link.dataset.row = index;
  name.append(link);
  const head = element('div', 'head');
  head.append(name);
  if (card.organisation && card.organisation !== card.name) {
    const organisation = element('p', 'small', card.organisation);
    organisation.dir = 'auto';
    head.append(organisation);
  }
  const facts = element('ul', 'reaches');
  (card.phones ?? []).forEach(reach => facts.append(reachRow(reach, 'tel:')));
  (card.emails ?? []).forEach(reach => facts.append(reachRow(reach, 'mailto:')));
  if (card.birthday) {
    const born = element('li');
    born.append(element('span', 'label', 'birthday'), element('span', '', birthdayOf(card.birthday)));
    facts.append(born);
  }
  row.append(face, head, facts);
  if (card.groups) {
    const groups = element('p', 'groups-of');
    card.groups.forEach(group => {
      const link = element('a', 'badge', group);
      link.dir = 'auto';
      link.href = writeAddress({ group });
      groups.append(link);
    });
    row.append(groups);
  }
  return row;
});

const groups = new Map();
cards.forEach(card => (card.groups ?? []).forEach(group => groups.set(group, (groups.get(group) || 0) + 1)));
const showGroup = groups.size ? choice('group', 'Group', Array.from(groups).sort().map(([group, count]) =>
  [group, group + ' (' + count.toLocaleString('en') + ')'])) : () => {};

begin(() => {
  showGroup();
  const found = [];
  cards.forEach((card, index) => {
    if ((!current.group || card.groups?.includes(current.group)) && finds(current.search ? folded(index) : '')) found.push(index);
  });
  draw(found);
  sayFound(found.length, cards.length, 'contact', 'contacts');
  if (!current.search && current.group) said.textContent = counted(found.length, 'contact', 'contacts') + ' in ' + current.group;
});
