//! The rooms of src/: who may use whom is the map in src/lib.rs, held here against the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Lines that no file has more of.
const LONGEST: usize = 300;

/// Lines that the file in the middle has fewer of.
const MEDIAN: usize = 110;

/// How many pairs of rooms there are of which one uses the other. Whoever adds a pair raises this,
/// and has thought about it.
const ARROWS: usize = 71;

/// A path that a file names, from the root of the crate.
#[derive(Clone, Debug)]
struct Use {
    path: Vec<String>,
    line: usize,
    /// The module that names it, and how it is called there from then on if that is a `use`.
    module: Vec<String>,
    name: Option<String>,
}

/// A file of src/, and the module that it is: none for the files that hold the rooms.
struct Source {
    file: PathBuf,
    module: Vec<String>,
    uses: Vec<Use>,
    lines: usize,
}

/// The floor of each room, as the table in src/lib.rs has it.
fn map() -> BTreeMap<String, usize> {
    let library = fs::read_to_string(src().join("lib.rs")).unwrap();
    let rows = library.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("//! |")?.split('|').map(str::trim);
        let floor = cells.next()?.parse().ok()?;
        let room = cells.next()?.trim_matches(['[', ']', '`']);
        Some((room.to_owned(), floor))
    });
    rows.collect()
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file of src/.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![src()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source::new(path.strip_prefix(src()).unwrap(), &text));
            }
        }
    }
    found.sort_by(|one, other| one.file.cmp(&other.file));
    found
}

impl Source {
    fn new(file: impl Into<PathBuf>, text: &str) -> Self {
        let file = file.into();
        let stem = file.with_extension("");
        let names = stem.iter().map(|name| name.to_str().unwrap().to_owned());
        let mut module: Vec<String> = names.collect();
        if module == ["lib"] || module == ["main"] {
            module.clear();
        }
        let mut uses = Vec::new();
        gather(text.parse().unwrap(), &module, &mut uses);
        Self {
            lines: text.lines().count(),
            file,
            module,
            uses,
        }
    }
}

/// Gathers what a module names by a path that begins with `crate`, `super` or `self`, and all of
/// its `use` declarations. Tokens have no comments, and a string is one of them.
fn gather(tokens: TokenStream, module: &[String], uses: &mut Vec<Use>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        let (here, rest) = (&tokens[at], &tokens[at + 1..]);
        at += 1;
        match (here, rest) {
            // `pub(super)`
            (TokenTree::Ident(word), [TokenTree::Group(seen_by), ..])
                if word == "pub" && seen_by.delimiter() == Delimiter::Parenthesis =>
            {
                at += 1;
            }
            (TokenTree::Ident(word), [TokenTree::Ident(name), TokenTree::Group(inside), ..])
                if word == "mod" =>
            {
                let inner = [module, &[name.to_string()]].concat();
                gather(inside.stream(), &inner, uses);
                at += 2;
            }
            // `impl Iterator + use<>`
            (TokenTree::Ident(word), [TokenTree::Punct(_), ..]) if word == "use" => {}
            (TokenTree::Ident(word), _) if word == "use" => {
                let length = rest.iter().position(|token| is(token, ';')).unwrap_or(0);
                tree(&rest[..length], &[], module, true, uses);
                at += length;
            }
            (TokenTree::Ident(word), _)
                if ["crate", "super", "self"].iter().any(|it| word == it) =>
            {
                let goes_on =
                    |token: &&TokenTree| matches!(token, TokenTree::Ident(_)) || is(token, ':');
                let length = rest.iter().take_while(goes_on).count();
                tree(&tokens[at - 1..at + length], &[], module, false, uses);
                at += length;
            }
            (TokenTree::Group(group), _) => gather(group.stream(), module, uses),
            _ => {}
        }
    }
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// Adds each path of what stands behind `use`, or the one path that `tokens` are.
fn tree(
    tokens: &[TokenTree],
    before: &[String],
    module: &[String],
    named: bool,
    uses: &mut Vec<Use>,
) {
    let mut path = before.to_vec();
    let mut alias = None;
    let mut line = 0;
    let mut tokens = tokens.iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                for part in inside
                    .split(|token| is(token, ','))
                    .filter(|part| !part.is_empty())
                {
                    tree(part, &path, module, named, uses);
                }
                return;
            }
            TokenTree::Ident(word) if word == "as" => {
                alias = tokens.next().map(ToString::to_string);
            }
            TokenTree::Ident(word) => {
                line = word.span().start().line;
                if word != "self" || path.is_empty() {
                    path.push(word.to_string());
                }
            }
            _ => {}
        }
    }
    if path.is_empty() {
        return;
    }
    uses.push(Use {
        name: alias.or_else(|| path.last().cloned()).filter(|_| named),
        path: from_the_root(&path, module),
        line,
        module: module.to_vec(),
    });
}

/// A path as `module` names it, from the root of the crate. One into another crate becomes one
/// into the module itself, which says nothing of another room.
fn from_the_root(path: &[String], module: &[String]) -> Vec<String> {
    let supers = path.iter().take_while(|name| *name == "super").count();
    match path[0].as_str() {
        "crate" => path[1..].to_vec(),
        "self" => [module, &path[1..]].concat(),
        _ => [&module[..module.len() - supers], &path[supers..]].concat(),
    }
}

/// Where a room uses one that is not on a lower floor, a line each.
fn against_the_map(sources: &[Source], map: &BTreeMap<String, usize>) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources {
        let Some(room) = source.module.first() else {
            continue;
        };
        for used in &source.uses {
            let other = used.path.first().map_or("lib.rs", String::as_str);
            let is_below = match (map.get(room), map.get(other)) {
                (Some(floor), Some(below)) => below < floor,
                _ => false,
            };
            if room != other && !is_below {
                let (file, line) = (source.file.display(), used.line);
                let path = used.path.join("::");
                wrong.push(format!("src/{file}:{line}: {room} uses {other} ({path})"));
            }
        }
    }
    wrong
}

/// Which room uses which.
fn arrows(sources: &[Source]) -> BTreeSet<(&str, &str)> {
    let arrows = sources.iter().flat_map(|source| {
        let rooms = source.uses.iter().filter_map(|used| {
            let room = source.module.first()?;
            Some((room.as_str(), used.path.first()?.as_str()))
        });
        rooms.filter(|(room, other)| room != other)
    });
    arrows.collect()
}

/// Where files or folders that lie beside each other need each other in a circle, a line for each
/// of the uses. What a folder's own file has, and what is in the folder, is one thing.
fn circles(sources: &[Source]) -> Vec<String> {
    let modules: BTreeSet<&[String]> = sources
        .iter()
        .map(|source| source.module.as_slice())
        .collect();
    let mut names: BTreeMap<(&[String], &str), &[String]> = BTreeMap::new();
    for used in sources.iter().flat_map(|source| &source.uses) {
        if let Some(name) = &used.name {
            names.insert((&used.module, name), &used.path);
        }
    }
    // In which folder, from what, to what, and where that is said.
    let mut uses: Vec<(&[String], &str, String, String)> = Vec::new();
    for source in sources {
        for used in &source.uses {
            let (from, to) = (&source.module, home(&used.path, &modules, &names, 0));
            let together = from
                .iter()
                .zip(&to)
                .take_while(|(one, other)| one == other)
                .count();
            // Rooms are kept out of circles by the map.
            if together > 0 && together < from.len().min(to.len()) {
                let line = format!(
                    "src/{}:{}: {}",
                    source.file.display(),
                    used.line,
                    to.join("/")
                );
                uses.push((
                    &from[..together],
                    &from[together],
                    to[together].clone(),
                    line,
                ));
            }
        }
    }
    // Whoever uses nothing, or is used by nothing, is in no circle.
    loop {
        let before = uses.len();
        let using: BTreeSet<_> = uses
            .iter()
            .map(|(folder, from, ..)| (folder.to_vec(), (*from).to_owned()))
            .collect();
        let used: BTreeSet<_> = uses
            .iter()
            .map(|(folder, _, to, _)| (folder.to_vec(), to.clone()))
            .collect();
        uses.retain(|(folder, from, to, _)| {
            using.contains(&(folder.to_vec(), to.clone()))
                && used.contains(&(folder.to_vec(), (*from).to_owned()))
        });
        if uses.len() == before {
            return uses.into_iter().map(|(.., line)| line).collect();
        }
    }
}

/// The module that has what `path` names, through whatever hands it on.
fn home(
    path: &[String],
    modules: &BTreeSet<&[String]>,
    names: &BTreeMap<(&[String], &str), &[String]>,
    handed_on: usize,
) -> Vec<String> {
    let length = (0..=path.len())
        .rev()
        .find(|length| modules.contains(&path[..*length]));
    let (module, rest) = path.split_at(length.unwrap_or(0));
    match rest
        .first()
        .and_then(|name| names.get(&(module, name.as_str())))
    {
        Some(further) if handed_on < 8 && *further != path => home(
            &[further, &rest[1..]].concat(),
            modules,
            names,
            handed_on + 1,
        ),
        _ => module.to_vec(),
    }
}

#[test]
fn a_room_uses_only_rooms_on_lower_floors() {
    let (sources, map) = (sources(), map());
    let wrong = against_the_map(&sources, &map);
    assert!(
        wrong.is_empty(),
        "against the map in src/lib.rs, by which a room uses only those on lower floors:\n{}",
        wrong.join("\n")
    );
    let arrows = arrows(&sources);
    assert_eq!(arrows.len(), ARROWS, "which room uses which: {arrows:?}");
}

#[test]
fn the_map_has_every_room_and_no_floor_too_many() {
    let (sources, map) = (sources(), map());
    let rooms: BTreeSet<&str> = sources
        .iter()
        .filter_map(|source| source.module.first())
        .map(String::as_str)
        .collect();
    assert_eq!(rooms, map.keys().map(String::as_str).collect());
    let arrows = arrows(&sources);
    for (room, floor) in &map {
        let below = arrows
            .iter()
            .filter(|(from, _)| from == room)
            .map(|(_, to)| map[*to]);
        assert_eq!(*floor, below.max().unwrap_or(0) + 1, "the floor of {room}");
    }
}

#[test]
fn no_two_files_need_each_other_in_a_circle() {
    let circles = circles(&sources());
    assert!(circles.is_empty(), "in a circle:\n{}", circles.join("\n"));
}

#[test]
fn no_file_is_long_and_most_are_short() {
    let mut sources = sources();
    sources.sort_by_key(|source| source.lines);
    let long = sources.iter().filter(|source| source.lines > LONGEST);
    let long: Vec<_> = long.map(|source| (&source.file, source.lines)).collect();
    assert!(long.is_empty(), "more than {LONGEST} lines: {long:?}");
    let median = sources[sources.len() / 2].lines;
    assert!(median < MEDIAN, "the median is {median} lines");
}

#[test]
fn a_use_against_the_map_is_found_however_it_is_written() {
    let map = BTreeMap::from([("low", 1), ("beside", 1), ("high", 2)]);
    let map = map
        .into_iter()
        .map(|(room, floor)| (room.to_owned(), floor))
        .collect();
    let wrong = |file: &str, text: &str| against_the_map(&[Source::new(file, text)], &map);
    for text in [
        "use crate::high::Thing;",
        "pub(crate) use crate::{low::a, high::{b, c as d}};",
        "use super::high;",
        "fn f() -> u8 { vec![1, crate::high::number()].len() }",
        "macro_rules! m { () => { $crate::high::number() }; }",
        "mod tests { use super::super::high::Thing; }",
        "use crate::beside::Thing;",
        "use crate::Thing;",
        "fn f() -> impl Sized + use<> {} use crate::high::Thing;",
    ] {
        let text = format!("\n{text}");
        let found = wrong("low.rs", &text);
        assert!(
            found
                .iter()
                .any(|line| line.starts_with("src/low.rs:2: low uses ")),
            "{text}: {found:?}"
        );
    }
    assert_eq!(wrong("low/deep.rs", "use super::super::high;").len(), 1);
    for text in [
        "//! [`crate::high`]\nuse super::low::Thing;",
        "pub(super) const TEXT: &str = \"use crate::high::Thing;\";",
        "use high::Thing;",
        "pub(super) fn f(self) { self::g() }",
    ] {
        assert!(
            wrong("low.rs", text).is_empty(),
            "{text}: {:?}",
            wrong("low.rs", text)
        );
    }
    assert!(wrong("high.rs", "use crate::low::Thing;").is_empty());
}

#[test]
fn a_circle_is_found_through_whatever_hands_a_name_on() {
    let sources = |back: &str| {
        vec![
            Source::new("room.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
            Source::new("room/a.rs", "use super::B;"),
            Source::new("room/a/part.rs", "use super::A;"),
            Source::new("room/b.rs", back),
            Source::new("room/c.rs", "use super::A;"),
        ]
    };
    let found = circles(&sources("use std::fmt;\nuse crate::room::A;"));
    assert_eq!(
        found,
        ["src/room/a.rs:1: room/b", "src/room/b.rs:2: room/a"]
    );
    assert!(circles(&sources("use std::fmt;")).is_empty());
}
