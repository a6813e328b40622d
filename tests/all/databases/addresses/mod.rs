//! Addresses of databases: every form is read as its owners read it, the file that is opened is
//! the one that is named, and no password is shown, in no output and no file.

mod forms;
mod passwords;
mod silence;
mod sqlite;
mod temporary;
