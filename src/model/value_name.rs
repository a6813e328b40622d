//! The name that a value has on the command line, and wherever else it is shown.

/// Shows values of these types by the names that they have on the command line.
macro_rules! named_as_on_the_command_line {
    ($($named:ty),*) => {$(
        impl std::fmt::Display for $named {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let value = clap::ValueEnum::to_possible_value(self);
                f.write_str(value.as_ref().map_or("", |value| value.get_name()))
            }
        }
    )*};
}

pub(crate) use named_as_on_the_command_line;
