//! lockbench as a dependency of somebody's tests: `explore` alone needs diesel and little else, and
//! the test in docs/explore-your-own-code.md is one that runs.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// The most crates that exploring may add to those of diesel.
const FEW: usize = 40;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// The first block of a language on the page, behind the heading about one's own tests.
fn block(language: &str) -> &'static str {
    let page = include_str!("../../../docs/explore-your-own-code.md");
    let (_, rest) = page.split_once("## In your own tests").expect("a section");
    let (_, rest) = rest
        .split_once(&format!("```{language}\n"))
        .expect("a block");
    rest.split_once("```").expect("its end").0
}

/// Somebody's program that uses diesel, with the page's lines in its Cargo.toml.
fn program(with_lockbench: bool) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let lockbench = block("toml").replace("../lockbench", HERE);
    let manifest = format!(
        "[package]\nname = \"bank\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\ndiesel = {{ version = \"2\", features = [\"postgres\"] }}\n\n{}\n\
         [profile.dev]\ndebug = false\n\n[workspace]\n",
        if with_lockbench { &lockbench } else { "" }
    );
    let write = |name: &str, text: &str| {
        std::fs::create_dir_all(folder.path().join(name).parent().expect("a parent"))
            .and_then(|()| std::fs::write(folder.path().join(name), text))
            .expect("a file");
    };
    write("Cargo.toml", &manifest);
    write("src/lib.rs", "");
    write("tests/account.rs", block("rust"));
    // The crates that are here already: nothing is fetched.
    std::fs::copy(
        Path::new(HERE).join("Cargo.lock"),
        folder.path().join("Cargo.lock"),
    )
    .expect("the lock file");
    folder
}

fn cargo(folder: &TempDir, arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(folder.path())
        .env(
            "CARGO_TARGET_DIR",
            Path::new(HERE).join("target/dependency"),
        )
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Every crate that is compiled.
fn crates(folder: &TempDir) -> BTreeSet<String> {
    let output = cargo(folder, &["tree", "--prefix", "none", "--edges", "all"]);
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines()
        // Of the features that `--edges all` shows as well, a crate has a version.
        .filter_map(|line| {
            let mut words = line.split(' ');
            let (name, version) = (words.next()?, words.next()?);
            version
                .starts_with('v')
                .then(|| format!("{name} {version}"))
        })
        .collect()
}

#[test]
fn exploring_adds_fewer_than_40_crates_to_those_of_diesel() {
    let diesel = crates(&program(false));
    let all = crates(&program(true));
    assert!(diesel.len() > 10, "{diesel:?}");
    let added: Vec<&String> = all.difference(&diesel).collect();
    assert!(added.iter().any(|name| name.starts_with("lockbench ")));
    assert!(added.len() < FEW, "{} crates: {added:#?}", added.len());
    for heavy in ["clap ", "plotters ", "resvg ", "comfy-table ", "indicatif "] {
        assert!(!added.iter().any(|name| name.starts_with(heavy)), "{heavy}");
    }
    // The program's own client libraries would be linked into somebody's tests.
    for linked in ["libsqlite3-sys ", "pq-src ", "mysqlclient-sys "] {
        assert!(!all.iter().any(|name| name.starts_with(linked)), "{linked}");
    }
}

#[test]
fn the_test_on_the_page_runs_with_its_line_of_cargo_toml() {
    let output = cargo(&program(true), &["test", "--test", "account"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("test nobody_overdraws ... ok"), "{said}");
}

/// The other choices are compiled by .ci/run.
#[test]
fn nothing_at_all_compiles() {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--lib", "--no-default-features"])
        .current_dir(HERE)
        .env(
            "CARGO_TARGET_DIR",
            Path::new(HERE).join("target/dependency"),
        )
        .output()
        .expect("cargo");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && !said.contains("warning"),
        "{said}"
    );
}
