//! What the tables of origins tell: from which export, part, archive and entry each file came.
//!
//! A line speaks of bytes, and of the place where they stood. It is believed where those bytes stand, wherever
//! the owner has put them since.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::{self, File};
use std::path::Path;

use crate::contents::{
    Archive, ArchiveId, Arena, Bytes, Category, Class, Content, ContentId, Contents, Entry, Export, Identity,
    PartId,
};
use crate::library::layout::{self, INTERNAL};
use crate::library::origins::{self, Origin};
use crate::library::path::LibraryPath;
use crate::library::record::Area;
use crate::problem::{Code, Problem, amount};
use crate::run::rebuild::deliveries::Deliveries;
use crate::run::rebuild::kept::Meaning;
use crate::run::verify::on_drive::Reread;

/// All tables of a library.
#[derive(Debug, Default)]
pub struct Told {
    /// The exports that have a table.
    pub exports: Vec<Export>,
    /// Every line, with the label of its export.
    pub lines: Vec<(String, Origin)>,
    lost: usize,
}

impl Told {
    /// Reads all tables.
    pub fn read(library: &Path) -> Self {
        let details = layout::internal(library).join(layout::DETAILS);
        let folders = fs::read_dir(details).into_iter().flatten().flatten();
        let labels: BTreeSet<String> = folders.filter_map(|f| f.file_name().into_string().ok()).collect();
        let mut told = Told::default();
        for label in labels {
            let Ok(path) =
                LibraryPath::recorded(&format!("{INTERNAL}/{}/{label}/{}", layout::DETAILS, layout::ORIGINS))
            else {
                continue;
            };
            let path = path.to_path(library);
            if !fs::symlink_metadata(&path).is_ok_and(|m| m.is_file()) {
                continue;
            }
            let Ok(file) = File::open(path) else {
                told.lost += 1;
                continue;
            };
            let table = origins::read(file, &label);
            told.lost += table.lost;
            told.exports.extend(table.export);
            told.lines.extend(table.lines.into_iter().map(|line| (label.clone(), line)));
        }
        told
    }

    /// Whether nothing is missing: every export of which there are details has its table, and no line of one
    /// is lost. Then a file that none speaks of is nobody's but the owner's.
    pub fn is_whole<'a>(&self, mut labels: impl Iterator<Item = &'a str>) -> bool {
        let tables: HashSet<&str> = self.exports.iter().map(|export| export.label.as_str()).collect();
        self.lost == 0 && !tables.is_empty() && labels.all(|label| tables.contains(label))
    }

    /// What the owner should know of damaged tables.
    pub fn damage(&self) -> Option<Problem> {
        let message = format!(
            "{} of the tables that say where files came from cannot be read: of files that nothing else tells of, the \
             new catalog knows the name that they have now; import their archives again, and it knows the rest",
            amount::counted(self.lost as u64, "line", "lines")
        );
        let place = format!("{INTERNAL}/{}", layout::DETAILS);
        let problem = Problem::new(Code::CatalogDamaged, message).with_entry(place).as_warning();
        (self.lost > 0).then_some(problem)
    }

    /// What Apple's lists are for, by where they are kept.
    pub fn details(&self) -> HashMap<&LibraryPath, Meaning> {
        let details = self.lines.iter().filter(|(_, line)| line.class == Class::Details);
        details.map(|(_, line)| (&line.file, (line.category, line.class, line.sort))).collect()
    }

    /// What files are that stand by their path, by their bytes: of which category, and how they were called.
    pub fn others(&self) -> HashMap<(blake3::Hash, u64), (Category, &str)> {
        let is_other = |line: &Origin| line.class == Class::Other && line.category != Category::Photos;
        let others = self.lines.iter().filter(|(_, line)| is_other(line));
        let name = |line: &'_ Origin| line.path.rfind('/').map_or(0, |at| at + 1);
        others
            .map(|(_, line)| ((line.blake3, line.size), (line.category, &line.path[name(line)..])))
            .collect()
    }

    /// Every file that should stand, and its bytes.
    pub fn files(&self) -> BTreeMap<&LibraryPath, (blake3::Hash, u64)> {
        self.lines.iter().map(|(_, line)| (&line.file, (line.blake3, line.size))).collect()
    }

    /// The files that the lines speak of: where the lines say, or where the owner has moved them.
    pub fn find(
        &self,
        reread: &Reread,
        standing: &HashMap<ContentId, Vec<&LibraryPath>>,
    ) -> BTreeMap<LibraryPath, Area> {
        let contents = by_hash(&reread.contents.distinct);
        let mut wanted: BTreeMap<ContentId, BTreeMap<&LibraryPath, Area>> = BTreeMap::new();
        for (_, line) in &self.lines {
            if let Some(&content) = contents.get(&(line.blake3, line.size)) {
                wanted.entry(content).or_default().insert(&line.file, area(line.class));
            }
        }
        let mut found = BTreeMap::new();
        for (content, wanted) in wanted {
            let (here, gone): (Vec<_>, Vec<_>) =
                wanted.iter().partition(|(path, _)| reread.index(path) == Some(content));
            found.extend(here.into_iter().map(|(path, area)| ((*path).clone(), *area)));
            let others = standing.get(&content).into_iter().flatten().copied();
            let others = others.filter(|path| !wanted.contains_key(*path));
            // lists are kept where nobody but Windfall puts anything
            let (kept, moved): (Vec<_>, Vec<_>) =
                others.partition(|path| path.as_str().starts_with(INTERNAL));
            let (mut kept, mut moved) = (kept.into_iter(), moved.into_iter());
            for (_, area) in gone {
                let file = if *area == Area::Details { kept.next() } else { moved.next() };
                found.extend(file.map(|file| (file.clone(), *area)));
            }
        }
        found
    }

    /// Adds the entries and archives of all bytes that stand in the library, those of the stand-ins too. Gives
    /// the archives of which every entry is known.
    pub fn restore(
        &self,
        stand_ins: &[(String, Origin)],
        stands: impl Fn(ContentId) -> bool,
        deliveries: &Deliveries,
        into: &mut Contents,
    ) -> Vec<ArchiveId> {
        let Contents { archives, entries, distinct, .. } = into;
        let contents = by_hash(distinct);
        let mut known: HashMap<(Option<&str>, &str, &Identity, usize), ArchiveId> = HashMap::new();
        // a second archive of one name and identity has the same positions once more
        let mut seen: HashMap<(Option<&str>, &str, &Identity, u32), usize> = HashMap::new();
        let mut broken: HashSet<ArchiveId> = HashSet::new();
        for (label, line) in self.lines.iter().chain(stand_ins) {
            let Archive { name, identity } = &line.archive;
            // folders of one name are one only within an export
            let of = (*identity == Identity::Folder).then_some(label.as_str());
            let copy = seen.entry((of, name, identity, line.position)).or_default();
            let archive = known.entry((of, name, identity, *copy));
            let archive = *archive.or_insert_with(|| archives.push(line.archive.clone()));
            *copy += 1;
            let content = contents.get(&(line.blake3, line.size)).copied().filter(|&c| stands(c));
            // an entry whose line is lost may be of any of them
            if content.is_none() || !line.complete || self.lost > 0 {
                broken.insert(archive);
            }
            if let (Some(content), Some(part)) = (content, deliveries.part(label, line.part)) {
                entries.push(entry(line, archive, part, content, distinct[content].crc32));
            }
        }
        archives.ids().filter(|archive| !broken.contains(archive)).collect()
    }

    /// Bytes that no archive vouches for: all their entries are those of folders.
    pub fn unvouched(&self) -> HashSet<blake3::Hash> {
        let is_zip = |line: &Origin| line.archive.identity != Identity::Folder;
        let (vouched, others): (Vec<_>, Vec<_>) = self.lines.iter().partition(|(_, line)| is_zip(line));
        let vouched: HashSet<blake3::Hash> = vouched.into_iter().map(|(_, line)| line.blake3).collect();
        others.into_iter().map(|(_, line)| line.blake3).filter(|hash| !vouched.contains(hash)).collect()
    }
}

fn by_hash(distinct: &Arena<ContentId, Content>) -> HashMap<(blake3::Hash, u64), ContentId> {
    distinct.pairs().map(|(id, content)| ((content.blake3, content.size), id)).collect()
}

fn area(class: Class) -> Area {
    match class {
        Class::Details => Area::Details,
        Class::Resource => Area::Media,
        Class::Other | Class::Placeholder | Class::Ignored | Class::Excluded => Area::Other,
    }
}

fn entry(line: &Origin, archive: ArchiveId, part: PartId, content: ContentId, crc32: u32) -> Entry {
    Entry {
        archive,
        part,
        position: line.position,
        path: line.path.clone(),
        inner: line.inner.clone(),
        category: line.category,
        class: line.class,
        sort: line.sort,
        size: line.size,
        crc32: Some(crc32),
        modified: line.modified,
        // so that match says what it finds in them
        given: line.class == Class::Details,
        bytes: Bytes::Sound(content),
    }
}
