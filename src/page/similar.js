// Photos that look alike: a row for each group, the best first and named so. Rows are drawn a few at a time, because a
// library may have thousands of groups. Nothing here removes or hides a photo.

// `groups` have a reason in words, `items`, and where they are known `notes`: a short text for each item. `tileOf`
// makes the element that opens an item of a group.
const drawSimilar = (box, groups, tileOf) => {
  const AT_ONCE = 20;
  const made = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const photoOf = (group, number, place) => {
    const photo = made('li', place ? 'alike-photo' : 'alike-photo best');
    photo.append(tileOf(group.items[place], number));
    const note = group.notes?.[place] ?? '';
    const words = [place ? '' : 'best', note].filter(Boolean).join(' · ');
    if (words) photo.append(made('span', 'alike-note', words));
    return photo;
  };
  const rowOf = (group, number) => {
    const row = made('section', 'alike');
    const title = made('h3', '', group.reason.charAt(0).toUpperCase() + group.reason.slice(1));
    title.id = 'alike-' + number;
    row.setAttribute('aria-labelledby', title.id);
    const photos = made('ul', 'alike-row');
    photos.setAttribute('role', 'list');
    photos.append(...group.items.map((_, place) => photoOf(group, number, place)));
    row.append(title, made('p', 'alike-count', group.items.length + ' photos'), photos);
    return row;
  };
  const more = made('button', 'alike-more');
  more.type = 'button';
  const rows = made('div', 'alike-rows');
  let drawn = 0;
  const draw = () => {
    const next = groups.slice(drawn, drawn + AT_ONCE).map((group, place) => rowOf(group, drawn + place));
    rows.append(...next);
    drawn += next.length;
    const left = groups.length - drawn;
    more.hidden = left === 0;
    more.textContent = 'Show ' + Math.min(left, AT_ONCE) + ' more of ' + left;
    return next[0];
  };
  more.addEventListener('click', () => {
    // whoever came by keyboard goes on with the first of the new rows
    draw()?.querySelector('a, button')?.focus();
  });
  box.replaceChildren(rows, more);
  draw();
};
