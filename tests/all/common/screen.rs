//! The program on a terminal of a chosen width, and what is left on its screen.

use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};

use nix::pty::{Winsize, openpty};

/// A screen without an end, whose lines are as wide as a terminal's.
pub struct Screen {
    width: usize,
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
    /// The lines that went on beyond the right edge.
    pub overlong: Vec<String>,
}

impl Screen {
    /// Runs the program with these arguments on a terminal, and gives what it wrote, as it is, and
    /// what was on the screen at the end.
    pub fn of(width: u16, arguments: &[&str], environment: &[(&str, &str)]) -> (String, Self) {
        let size = Winsize {
            ws_row: 50,
            ws_col: width,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let terminal = openpty(Some(&size), None).expect("a pseudo-terminal");
        let end = || Stdio::from(terminal.slave.try_clone().expect("its other end"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_lockbench"))
            .args(arguments)
            .env_remove("DATABASE_URL")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR")
            .env_remove("CLICOLOR_FORCE")
            // Where it is set, colour is meant for a log, and TERM does not matter.
            .env_remove("CI")
            .env("TERM", "xterm-256color")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("the program");
        drop(terminal.slave);
        let mut written = Vec::new();
        // The end of a pseudo-terminal is an error on Linux.
        let _ = File::from(terminal.master).read_to_end(&mut written);
        child.wait().expect("its end");
        let written = String::from_utf8(written).expect("text");
        let mut screen = Self {
            width: width.into(),
            lines: vec![Vec::new()],
            row: 0,
            column: 0,
            overlong: Vec::new(),
        };
        screen.show(&written);
        (written, screen)
    }

    /// The lines on the screen.
    pub fn lines(&self) -> Vec<String> {
        let line = |line: &Vec<char>| line.iter().collect::<String>().trim_end().to_owned();
        self.lines.iter().map(line).collect()
    }

    fn show(&mut self, written: &str) {
        let mut letters = written.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '\r' => self.column = 0,
                '\n' => self.down(),
                '\u{1b}' => {
                    assert_eq!(letters.next(), Some('['), "a sequence that is known here");
                    let mut parameters = String::new();
                    let order = loop {
                        match letters.next().expect("the end of a sequence") {
                            order if order.is_ascii_alphabetic() => break order,
                            other => parameters.push(other),
                        }
                    };
                    self.obey(order, &parameters);
                }
                letter => self.put(letter),
            }
        }
    }

    fn obey(&mut self, order: char, parameters: &str) {
        let number = parameters.parse().unwrap_or(1);
        match (order, parameters) {
            ('m' | 'h' | 'l', _) => {}
            ('A', _) => self.row = self.row.saturating_sub(number),
            ('B', _) => (0..number).for_each(|_| self.down()),
            ('K', "2") => self.lines[self.row].clear(),
            ('K', "" | "0") => self.lines[self.row].truncate(self.column),
            ('J', "" | "0") => {
                self.lines[self.row].truncate(self.column);
                self.lines.truncate(self.row + 1);
            }
            other => panic!("a sequence that is not known here: {other:?}"),
        }
    }

    fn down(&mut self) {
        self.row += 1;
        if self.row == self.lines.len() {
            self.lines.push(Vec::new());
        }
    }

    fn put(&mut self, letter: char) {
        if self.column == self.width {
            let line: String = self.lines[self.row].iter().collect();
            self.overlong.push(line);
            self.down();
            self.column = 0;
        }
        let line = &mut self.lines[self.row];
        if line.len() <= self.column {
            line.resize(self.column + 1, ' ');
        }
        line[self.column] = letter;
        self.column += 1;
    }
}
