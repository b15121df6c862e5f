//! Where a bookmark lies: folders within folders, each held once however much lies in it.

use std::sync::Arc;

/// Names of folders, the outermost first. Nothing is outside all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FolderPath(Option<Arc<Step>>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    above: FolderPath,
    name: Box<str>,
    depth: usize,
}

impl FolderPath {
    /// A folder of this name within it.
    pub fn within(&self, name: &str) -> Self {
        FolderPath(Some(Arc::new(Step { above: self.clone(), name: name.into(), depth: self.depth() + 1 })))
    }

    /// How many folders there are around what lies in it.
    pub fn depth(&self) -> usize {
        self.0.as_ref().map_or(0, |step| step.depth)
    }

    /// The names, the outermost first.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::with_capacity(self.depth());
        let mut at = self;
        while let Some(step) = &at.0 {
            names.push(&*step.name);
            at = &step.above;
        }
        names.reverse();
        names
    }
}
