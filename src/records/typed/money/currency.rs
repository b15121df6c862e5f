//! Which currency an amount is of, by what a list states or by the sign beside it, and how many decimals it has.
//!
//! The surprise: `$`, `¥` and `kr` are no currencies. Several countries have each, so that they only say how many digits
//! may stand behind the point.

/// Currencies without a smaller unit, and those with a thousand of them. All others have a hundred.
const WHOLE: [&str; 15] =
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF"];
const THOUSANDTHS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// Signs that only one country's currency has.
const SIGNS: [(&str, &str); 50] = [
    ("€", "EUR"),
    ("£", "GBP"),
    ("₩", "KRW"),
    ("원", "KRW"),
    ("₹", "INR"),
    ("₺", "TRY"),
    ("TL", "TRY"),
    ("₽", "RUB"),
    ("р.", "RUB"),
    ("руб", "RUB"),
    ("руб.", "RUB"),
    ("₴", "UAH"),
    ("грн", "UAH"),
    ("₪", "ILS"),
    ("₫", "VND"),
    ("đ", "VND"),
    ("฿", "THB"),
    ("₱", "PHP"),
    ("₦", "NGN"),
    ("₸", "KZT"),
    ("₲", "PYG"),
    ("₡", "CRC"),
    ("₮", "MNT"),
    ("₾", "GEL"),
    ("₼", "AZN"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Ft", "HUF"),
    ("лв", "BGN"),
    ("лв.", "BGN"),
    ("円", "JPY"),
    ("JP¥", "JPY"),
    ("元", "CNY"),
    ("CN¥", "CNY"),
    ("RMB", "CNY"),
    ("RM", "MYR"),
    ("Rp", "IDR"),
    ("S/", "PEN"),
    ("S/.", "PEN"),
    ("R$", "BRL"),
    ("US$", "USD"),
    ("CA$", "CAD"),
    ("C$", "CAD"),
    ("A$", "AUD"),
    ("AU$", "AUD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("S$", "SGD"),
    ("MX$", "MXN"),
];

/// Signs of several countries, none of whose currencies has a thousand smaller units.
const SHARED_SIGNS: [&str; 12] = ["$", "¥", "￥", "kr", "kr.", "Kr", "Kr.", "KR", "Rs", "Rs.", "lei", "R"];

/// The code of a currency: what a list states, or else what the signs of an amount are of, if all are of one.
pub fn currency(stated: Option<&str>, signs: &[&str]) -> Option<String> {
    let is_code = |text: &&str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    if let Some(stated) = stated {
        return Some(if is_code(&stated) { stated.to_ascii_uppercase() } else { stated.to_owned() });
    }
    let known = |sign: &str| SIGNS.iter().find(|(known, _)| *known == sign).map(|(_, code)| *code);
    let mut found = signs.iter().filter_map(|sign| {
        let code =
            Some(*sign).filter(is_code).filter(|code| code.bytes().all(|byte| byte.is_ascii_uppercase()));
        known(sign).or(code)
    });
    let first = found.next()?;
    found.all(|other| other == first).then(|| first.to_owned())
}

/// Decimals of a currency; `None` if nobody knows.
pub fn decimals(currency: Option<&str>, signs: &[&str]) -> Option<usize> {
    match currency {
        Some(code) if WHOLE.contains(&code) => Some(0),
        Some(code) if THOUSANDTHS.contains(&code) => Some(3),
        Some(code) if code.len() == 3 => Some(2),
        _ => signs.iter().any(|sign| SHARED_SIGNS.contains(sign)).then_some(2),
    }
}
