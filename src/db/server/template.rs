//! Data of a new server that are copied from those of another one.

/// Names a folder in which the data of new servers are kept, to be copied: for tests, which start many.
pub(super) const TEMPLATES: &str = "LOCKBENCH_INITDB_TEMPLATES";

/// The shell's `make_or_copy_data MADE_BY`, which makes `$folder/data` by `make_data`.
///
/// Where there is a folder for templates, what is made there is kept in it, and copied by the next
/// that would be made by the same program of the same version with the same options. PostgreSQL's own
/// tests do so, too (`INITDB_TEMPLATE` in its `pg_regress.c`). Whatever goes wrong with that leads to
/// `make_data`.
pub(super) const MAKE_OR_COPY: &str = r#"
make_or_copy_data() {
    [ -n "$templates" ] || { make_data; return; }
    # A name may not be as long as all that.
    template=$templates/$(printf '%s' "$1" | cksum | tr ' ' -)
    cp -Rp "$template/data" "$folder/" 2>/dev/null && return
    rm -rf "$folder/data"
    make_data || return
    # Under its name once it is whole; another server may have been faster.
    { mkdir "$template.$$" && cp -Rp "$folder/data" "$template.$$/" && [ ! -e "$template" ] &&
        mv "$template.$$" "$template"; } 2>/dev/null || rm -rf "$template.$$"
}
"#;
