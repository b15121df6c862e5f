// Words, numbers and elements, the same on every page.

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
  'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const counted = (number, one, many) => number.toLocaleString('en') + ' ' + (number === 1 ? one : many);
const two = number => String(number).padStart(2, '0');

const decoded = text => {
  try { return decodeURIComponent(text); } catch { return text; }
};
const encoded = text => encodeURIComponent(text).replace(/%2F/g, '/').replace(/%2C/g, ',');

// ---- words as they are compared: without case and accents
const STROKES = { 'ø': 'o', 'ł': 'l', 'đ': 'd', 'ð': 'd', 'ħ': 'h', 'ŧ': 't', 'ı': 'i', 'þ': 'th', 'æ': 'ae',
  'œ': 'oe', 'ß': 'ss' };
const plain = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  .replace(/[øłđðħŧıþæœß]/g, letter => STROKES[letter]);

// ---- making elements; every text is a text, whatever it holds
const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};
