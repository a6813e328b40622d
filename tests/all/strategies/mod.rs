//! The strategies, the layers and their choices: what each promises is held against the tables.

mod combinations;
mod combine;
mod layers;
mod mariadb;
mod prepared_statements;
mod pressure;
mod safe_strategies;
mod unsafe_strategies;
