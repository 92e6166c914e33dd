//! `affix profiles`: targets, from the services' own descriptions.

mod change;
mod show;
mod test;

use super::args::Profiles;
use super::context::Context;
use crate::domain::error::Failure;

pub(super) async fn run(context: &Context, command: Profiles) -> Result<u8, Failure> {
    match command {
        Profiles::List(args) => show::list(context, args.json).await,
        Profiles::Services(args) => Ok(show::services(args.json)),
        Profiles::Show { name, json } => show::one(context, &name, json.json).await,
        Profiles::Default { name } => change::default(context, &name),
        Profiles::Remove { name } => change::remove(context, &name).await,
        Profiles::Test { name } => test::run(context, &name).await,
        Profiles::Add { name, service, values } => change::add(context, name, service, values).await,
        Profiles::Edit { name, values } => change::edit(context, &name, values).await,
        Profiles::Export { name, file } => change::export(context, &name, &file),
        Profiles::Import { file } => change::import(context, &file),
    }
}
