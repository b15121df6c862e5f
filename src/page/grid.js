// The grid of all that is chosen, by years and months, as wide as the screen. Months with many photos have rows of
// their own; those with few flow together in one grid, each beginning with its name. Rows are drawn when they come near
// the screen and cleared when they are far away, so that 100,000 items cost no more than the few hundred that are seen.

const GAP = 4, ROWS = 4, NEAR = 800, CAPTION = 30;
// so many are drawn whole: the browser's own search and Tab then meet all of them
const FEW = 200;
const host = document.getElementById('months');
let list = [];
let across = 0, side = 0, gridWidth = 0;
// the blocks of rows in order: { box, from, to, captions }, where captions are those of a flowing grid
let blocks = [];
const blockOf = new WeakMap();
// where each year begins: { year, section, at }, at which of its rows
let yearStarts = [];

const measure = () => {
  gridWidth = host.clientWidth;
  const wanted = gridWidth < 600 ? 112 : gridWidth < 1700 ? 172 : 204;
  across = Math.max(3, Math.round((gridWidth + GAP) / (wanted + GAP)));
  side = (gridWidth - GAP * (across - 1)) / across;
};

// ---- what stands where, as plain values
// runs of neighbours with the same key: [{ key, from, to }]
const runs = (from, to, keyOf) => {
  const found = [];
  for (let at = from; at < to; at++) {
    const key = keyOf(list[at]);
    if (found.length && found[found.length - 1].key === key) found[found.length - 1].to = at + 1;
    else found.push({ key, from: at, to: at + 1 });
  }
  return found;
};
const size = run => run.to - run.from;
// neighbours that are few go together: `few` says of a run whether it is one of few
const gathered = (all, few) => {
  const groups = [];
  for (const run of all) {
    const last = groups[groups.length - 1];
    if (few(run) && last?.isFlowing) last.runs.push(run);
    else groups.push({ isFlowing: few(run), runs: [run] });
  }
  return groups;
};

// ---- drawing it
const fill = box => {
  if (box.firstChild) return;
  const { from, to, captions } = blockOf.get(box);
  const made = [];
  for (let at = from; at < to; at++) {
    if (!captions) {
      made.push(tile(list[at]));
      continue;
    }
    const cell = element('div', 'cell');
    const caption = captions.get(at);
    if (caption) cell.append(caption.cloneNode(true));
    cell.append(tile(list[at]));
    made.push(cell);
  }
  box.append(...made);
};
const clear = box => {
  if (!box.firstChild || box.contains(document.activeElement)) return;
  // a picture that nobody waits for is given up at once, and not when the browser next cleans up
  box.querySelectorAll('img').forEach(image => image.removeAttribute('src'));
  box.replaceChildren();
};
const near = new IntersectionObserver(entries => entries.forEach(({ target, isIntersecting }) => {
  if (isIntersecting) fill(target); else clear(target);
}), { rootMargin: NEAR + 'px 0px' });

const heading = (level, text, number) => {
  const made = element(level, '', text);
  if (number) made.append(element('span', 'count', number.toLocaleString('en')));
  return made;
};
const pitch = captions => side + GAP + (captions ? CAPTION : 0);
// adds the boxes of the items from..to to a section
const addRows = (section, from, to, captions) => {
  for (let start = from; start < to; start += across * ROWS) {
    const end = Math.min(to, start + across * ROWS);
    const box = element('div', captions ? 'grid flowing' : 'grid');
    box.style.height = (Math.ceil((end - start) / across) * pitch(captions) - GAP) + 'px';
    blockOf.set(box, { box, from: start, to: end, captions });
    blocks.push(blockOf.get(box));
    section.append(box);
  }
};
const addFlowing = (section, months) => {
  const captions = new Map();
  months.forEach(month => captions.set(month.from,
    heading('h4', monthName(month.key, side < 150), size(month) > 1 ? size(month) : 0)));
  addRows(section, months[0].from, months[months.length - 1].to, captions);
};
const addMonths = (section, from, to) => {
  for (const { isFlowing, runs: months } of gathered(runs(from, to, monthKey), month => size(month) <= across)) {
    if (isFlowing && months.length > 1) {
      addFlowing(section, months);
    } else {
      const [month] = months;
      section.append(heading('h4', monthName(month.key), size(month)));
      addRows(section, month.from, month.to, null);
    }
  }
};
const addYears = (drawn, years) => {
  const first = years[0], last = years[years.length - 1];
  const section = element('section', 'year');
  const name = years.length > 1 ? last.key + ' – ' + first.key : first.key === 'undated' ? 'Undated' : first.key;
  section.append(heading('h3', name, years.reduce((sum, year) => sum + size(year), 0)));
  if (first.key === 'undated') addRows(section, first.from, first.to, null);
  else if (years.length > 1) addFlowing(section, runs(first.from, last.to, monthKey));
  else addMonths(section, first.from, first.to);
  years.forEach(year => yearStarts.push({
    year: year.key, section, at: years.length > 1 ? Math.floor((year.from - first.from) / across) : 0,
  }));
  drawn.append(section);
};
const drawGrid = () => {
  near.disconnect();
  still();
  measure();
  host.style.setProperty('--across', across);
  host.style.setProperty('--caption', CAPTION + 'px');
  blocks = [];
  yearStarts = [];
  const drawn = document.createDocumentFragment();
  // years that would not fill two rows flow together
  const isFew = year => year.key !== 'undated' && size(year) <= across * 2;
  gathered(runs(0, list.length, yearOf), isFew).forEach(group => addYears(drawn, group.runs));
  host.replaceChildren(drawn);
  // what is seen at once does not wait until the browser says that it is near
  const isWhole = list.length <= FEW;
  for (const { box } of blocks) {
    const { top, bottom } = box.getBoundingClientRect();
    if (!isWhole && top > innerHeight + NEAR) break;
    if (isWhole || bottom > -NEAR) fill(box);
  }
  if (!isWhole) blocks.forEach(({ box }) => near.observe(box));
  drawScrubber();
};

// ---- finding an item in it
const placeInList = item => {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < item) low = middle + 1; else high = middle;
  }
  return list[low] === item ? low : -1;
};
// the tile of an item, drawn if it was not
const tileOf = item => {
  const at = placeInList(item);
  const block = at < 0 ? null : blocks.find(({ from, to }) => from <= at && at < to);
  if (!block) return null;
  fill(block.box);
  return block.box.querySelector('[data-item="' + item + '"]');
};

// ---- the years at the side
const scrubber = document.getElementById('years');
const topOfYear = ({ section, at }) => at
  ? section.querySelector('.grid').getBoundingClientRect().top + at * pitch(true)
  : section.getBoundingClientRect().top;
const toolbarHeight = () => document.getElementById('tools').offsetHeight;
const drawScrubber = () => {
  scrubber.hidden = yearStarts.length < 2;
  scrubber.replaceChildren(...yearStarts.map((start, index) => {
    const button = element('button', '', start.year === 'undated' ? 'Undated' : start.year);
    button.type = 'button';
    button.dataset.year = index;
    return button;
  }));
  markYear();
};
const markYear = () => {
  if (scrubber.hidden) return;
  const edge = toolbarHeight() + 80;
  let now = 0;
  yearStarts.forEach((start, index) => { if (topOfYear(start) < edge) now = index; });
  Array.from(scrubber.children).forEach((button, index) => {
    if (index !== now) return button.removeAttribute('aria-current');
    if (button.hasAttribute('aria-current')) return;
    button.setAttribute('aria-current', 'true');
    // the list of years is a box of its own, so this must not move the page
    scrubber.scrollTo({ top: button.offsetTop - scrubber.clientHeight / 2, left: button.offsetLeft - scrubber.clientWidth / 2 });
  });
};
scrubber.addEventListener('click', event => {
  const button = event.target.closest('button');
  if (!button) return;
  scrollTo({ top: scrollY + topOfYear(yearStarts[+button.dataset.year]) - toolbarHeight() - 8 });
});

// the width is another: what was in sight stays there
const fitWidth = () => {
  if (host.clientWidth === gridWidth) return;
  const seen = Array.from(host.querySelectorAll('.tile')).find(one => one.getBoundingClientRect().bottom > 0);
  const item = seen && scrollY > 0 ? +seen.dataset.item : -1;
  const above = seen ? seen.getBoundingClientRect().top : 0;
  drawGrid();
  const again = item < 0 ? null : tileOf(item);
  if (again) scrollTo({ top: scrollY + again.getBoundingClientRect().top - Math.max(above, 0) });
};
let waiting = 0;
addEventListener('resize', () => {
  cancelAnimationFrame(waiting);
  // behind the viewer there is no scroll bar, which is no change of width
  waiting = requestAnimationFrame(() => { if (!isOpen()) fitWidth(); });
});
