//! Places: which country, region and town a position lies in, as words of a person.

use std::borrow::Cow;

use serde::Serialize;

/// What a person calls a position; English.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Place {
    /// `Switzerland`.
    pub country: Cow<'static, str>,
    /// ISO 3166-1 alpha-2: `CH`.
    pub country_code: Cow<'static, str>,
    /// The first division of the country: a state, a canton, a province.
    pub region: Option<Cow<'static, str>>,
    /// `Zürich`, or `near Yulara` if the town is further than 30 km away.
    pub city: Option<Cow<'static, str>>,
}

impl Place {
    /// `Zürich, Zurich, Switzerland`, without what is not known.
    pub fn words(&self) -> String {
        let words = [self.city.as_deref(), self.region.as_deref(), Some(self.country.as_ref())];
        words.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
