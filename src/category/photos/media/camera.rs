//! The camera that a file names.

use std::collections::HashSet;
use std::sync::Arc;

/// A camera by its maker and model, as far as a file names them. Clones share one text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Camera(Option<Arc<Texts>>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Texts {
    make: Option<Box<str>>,
    model: Option<Box<str>>,
    name: Option<Box<str>>,
}

impl Camera {
    pub fn new(make: Option<Box<str>>, model: Option<Box<str>>) -> Self {
        let is_known = make.is_some() || model.is_some();
        let texts = || Texts { name: name(make.as_deref(), model.as_deref()), make, model };
        Camera(is_known.then(|| Arc::new(texts())))
    }

    pub fn make(&self) -> Option<&str> {
        self.0.as_ref()?.make.as_deref()
    }

    pub fn model(&self) -> Option<&str> {
        self.0.as_ref()?.model.as_deref()
    }

    /// What a person calls it: `Apple iPhone 15`, `Canon EOS 5D`.
    pub fn name(&self) -> Option<&str> {
        self.0.as_ref()?.name.as_deref()
    }

    /// Adds what is not known yet.
    pub(super) fn fill(&mut self, make: Option<String>, model: Option<String>) {
        let known = |text: Option<&str>| text.map(Box::from);
        let make = known(self.make()).or(make.map(String::into_boxed_str));
        let model = known(self.model()).or(model.map(String::into_boxed_str));
        *self = Camera::new(make, model);
    }
}

/// Maker and model. Many cameras repeat their maker in the model.
fn name(make: Option<&str>, model: Option<&str>) -> Option<Box<str>> {
    let make = make.unwrap_or_default().trim();
    let model = model.unwrap_or_default().trim();
    let maker = make.split_whitespace().next().unwrap_or_default();
    let repeats = model.to_lowercase().starts_with(&maker.to_lowercase());
    match (make.is_empty(), model.is_empty()) {
        (true, true) => None,
        (_, true) => Some(make.into()),
        (false, false) if !repeats => Some(format!("{make} {model}").into()),
        _ => Some(model.into()),
    }
}

/// Cameras, each held once: 100,000 photos come from a dozen.
#[derive(Debug, Default)]
pub struct Cameras(HashSet<Camera>);

impl Cameras {
    /// The same camera, sharing the texts of an earlier one.
    pub fn share(&mut self, camera: Camera) -> Camera {
        match self.0.get(&camera) {
            Some(known) => known.clone(),
            None => {
                self.0.insert(camera.clone());
                camera
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Camera;

    #[test]
    fn a_camera_names_its_maker_once() {
        for (make, model, expected) in [
            (Some("Apple"), Some("iPhone 15"), Some("Apple iPhone 15")),
            (Some("Canon"), Some("Canon EOS 5D"), Some("Canon EOS 5D")),
            (Some("NIKON CORPORATION"), Some("NIKON D70"), Some("NIKON D70")),
            (Some("Apple"), None, Some("Apple")),
            (None, Some(" X "), Some("X")),
            (Some(" "), None, None),
            (None, None, None),
        ] {
            let told = Camera::new(make.map(Box::from), model.map(Box::from));
            assert_eq!(told.name(), expected, "{make:?} {model:?}");
        }
    }
}
